//! How fast a sweep may write to instances, look at runtimes and list endpoints. It leaves part of
//! AWS's limits to events and to the account's other tools.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use leaky_bucket::RateLimiter;

use crate::patience::Stopwatch;

/// How long a refusal slows down writes.
const SLOW_FOR: Duration = Duration::from_secs(60);
/// Requests that were under way when AWS refused the first one are refused with it. Together they
/// count as one refusal.
const SAME_REFUSAL: Duration = Duration::from_secs(1);
/// The most permits a write may cost, which slows the pace to an eighth.
const MAX_COST: usize = 8;

/// How many writes may be sent at once, and how many a second after that.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WriteRate {
    /// How many at once.
    pub burst: usize,
    /// How many a second.
    pub per_second: u32,
}

impl Default for WriteRate {
    /// A part of what EC2 allows an account and Region: 100 at once and 5 a second ([request
    /// throttling](https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html)).
    fn default() -> Self {
        Self { burst: 40, per_second: 4 }
    }
}

/// Paces the looks of sweeps at runtimes. AWS allows 50 `GetAgentRuntime` a second in an account and
/// Region ([quotas](https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html)),
/// and one look takes up to two of them.
pub fn looks_at_runtimes() -> RateLimiter {
    const BURST: usize = 25;
    const PER_SECOND: u32 = 20;
    bucket(BURST, PER_SECOND)
}

/// Paces the listings of endpoints in sweeps that nobody ends. AWS allows 5
/// `ListAgentRuntimeEndpoints` a second in an account and Region (the service quota "Rate of
/// ListAgentRuntimeEndpoints requests").
pub fn listings_of_endpoints() -> RateLimiter {
    const BURST: usize = 4;
    const PER_SECOND: u32 = 4;
    bucket(BURST, PER_SECOND)
}

fn bucket(burst: usize, per_second: u32) -> RateLimiter {
    RateLimiter::builder()
        .max(burst)
        .initial(burst)
        .interval(Duration::from_secs(1) / per_second)
        .refill(1)
        .build()
}

/// Paces the writes to instances: those of sweeps always, those of events only after AWS has
/// refused one. It lives as long as the process, so two sweeps in a row share it.
#[derive(Debug)]
pub struct Pacer {
    bucket: RateLimiter,
    slowed: Mutex<Option<Slowed>>,
    /// Permits that were taken but not needed.
    unused: AtomicUsize,
}

/// The time after a refusal.
#[derive(Clone, Copy, Debug)]
struct Slowed {
    since: Stopwatch,
    cost: usize,
}

impl Pacer {
    /// A pacer with a full bucket.
    pub fn new(rate: WriteRate) -> Self {
        let bucket = bucket(rate.burst, rate.per_second);
        Self { bucket, slowed: Mutex::default(), unused: AtomicUsize::default() }
    }

    /// Waits until a sweep may send one more write.
    pub async fn permit_for_sweep(&self) {
        if self
            .unused
            .fetch_update(Relaxed, Relaxed, |unused| unused.checked_sub(1))
            .is_err()
        {
            self.bucket.acquire(self.cost()).await;
        }
    }

    /// Takes a permit back from a sweep that will write nothing with it.
    pub fn give_back(&self) {
        self.unused.fetch_add(1, Relaxed);
    }

    /// Waits until an event may send one more write. It does not wait unless AWS has just refused
    /// one.
    pub async fn permit_for_event(&self) {
        match self.cost() {
            1 => {}
            cost => self.bucket.acquire(cost).await,
        }
    }

    /// Records that AWS refused a write because there were too many. The bucket is emptied, and for
    /// a minute the pace is halved. Another refusal halves it again, down to an eighth.
    pub fn slow_down(&self) {
        while self.bucket.try_acquire(1) {}
        self.unused.store(0, Relaxed);
        let cost = self.cost();
        let mut slowed = self.slowed();
        if slowed.is_none_or(|slowed| slowed.since.elapsed() >= SAME_REFUSAL) {
            *slowed = Some(Slowed { since: Stopwatch::start(), cost: (cost * 2).min(MAX_COST) });
        }
    }

    fn cost(&self) -> usize {
        self.slowed()
            .filter(|slowed| slowed.since.elapsed() < SLOW_FOR)
            .map_or(1, |slowed| slowed.cost)
    }

    fn slowed(&self) -> MutexGuard<'_, Option<Slowed>> {
        self.slowed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

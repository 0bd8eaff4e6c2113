//! How long the work may take, and how it pauses between two looks.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

/// When no more than this is left, no wait begins, and no write that AWS takes time to finish: a
/// write and its verification must still fit.
pub const WAIT_MARGIN: Duration = Duration::from_secs(30);
/// Work still going on when only this is left is given up, so that its outcome is still returned.
pub const WORK_MARGIN: Duration = Duration::from_secs(5);
/// Nothing that may forbid a write may be older than this when the write is handed to the SDK. The
/// SDK sends it at most three seconds later, once there is a connection, so within ten seconds of
/// what was read.
pub const MAX_AGE: Duration = Duration::from_secs(7);

/// The pauses between two looks at a resource.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The first pause.
    pub first: Duration,
    /// The longest pause before jitter, which at most doubles it.
    pub longest: Duration,
}

impl Default for Pace {
    /// The first pauses suit a throttle, the next ones an update on platform V1, and the longest
    /// ones V2, which takes minutes.
    fn default() -> Self {
        Self { first: Duration::from_millis(200), longest: Duration::from_secs(20) }
    }
}

/// How much time is left for a piece of work, such as an invocation.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pace: Pace,
    /// `None` if nobody ends it.
    deadline: Option<Instant>,
}

impl Patience {
    /// Patience for work that is ended from outside after `remaining`, as Lambda ends an
    /// invocation. `None` if nobody ends it.
    pub fn new(pace: Pace, remaining: Option<Duration>) -> Self {
        Self { pace, deadline: remaining.map(|remaining| now() + remaining) }
    }

    /// Lets work go on until only [`WORK_MARGIN`] is left; `None` if it is not finished by then.
    /// Nothing begins after that moment.
    pub async fn until_end<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let left = self.left().checked_sub(WORK_MARGIN).filter(|left| !left.is_zero())?;
        tokio::time::timeout(left, work).await.ok()
    }

    /// Whether at most [`WAIT_MARGIN`] is left. Then nothing should begin that AWS takes time to
    /// finish.
    pub fn is_short(&self) -> bool {
        self.left() <= WAIT_MARGIN
    }

    /// Whether nobody ends the work.
    pub fn is_endless(&self) -> bool {
        self.deadline.is_none()
    }

    /// The time until the work is ended from outside.
    pub fn left(&self) -> Duration {
        self.deadline
            .map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(now()))
    }

    /// A fresh series of growing, jittered pauses.
    pub fn pauses(&self) -> Pauses {
        self.pauses_within(Duration::MAX)
    }

    /// The same, but none of these pauses ends later than `longest` from now.
    pub fn pauses_within(&self, longest: Duration) -> Pauses {
        let pauses = self.growing().without_max_times().build();
        Pauses { pauses, patience: *self, longest, began: Stopwatch::start() }
    }

    /// The pauses between this many attempts.
    pub fn pauses_between(&self, attempts: usize) -> Pauses {
        let pauses = self.growing().with_max_times(attempts.saturating_sub(1)).build();
        Pauses { pauses, ..self.pauses() }
    }

    /// Reads again and again until a write has come to its end. Reads may lag behind a write. Once
    /// more than `max_fruitless` of them in a row do not show it, or no time is left, the last one
    /// counts.
    pub async fn watch<T>(&self, max_fruitless: usize, read: impl AsyncFn() -> Progress<T>) -> T {
        let mut pauses = self.pauses();
        let mut fruitless = 0;
        loop {
            let so_far = match read().await {
                Progress::Ended(result) => return result,
                Progress::Working(so_far) => {
                    fruitless = 0;
                    so_far
                }
                Progress::Behind(so_far) => {
                    fruitless += 1;
                    so_far
                }
            };
            if fruitless > max_fruitless || !pauses.pause().await {
                return so_far;
            }
        }
    }

    fn growing(&self) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_min_delay(self.pace.first)
            .with_max_delay(self.pace.longest)
            .with_jitter()
    }
}

/// What a read shows of a write that was sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress<T> {
    /// There is nothing more to wait for.
    Ended(T),
    /// AWS is still working on it. Holds the result that counts if time runs out now.
    Working(T),
    /// The write does not show, or not yet. Holds the result that counts if no later read shows it.
    Behind(T),
}

/// A series of pauses that ends before the deadline, after the last attempt, or when it has lasted
/// long enough.
pub struct Pauses {
    pauses: ExponentialBackoff,
    patience: Patience,
    longest: Duration,
    began: Stopwatch,
}

impl Pauses {
    /// Sleeps and returns `true`. Returns `false` at once if the pause would run into the margin,
    /// or if no pause is left.
    pub async fn pause(&mut self) -> bool {
        let Some(pause) = self.pauses.next() else { return false };
        let is_too_long = self.began.elapsed() + pause > self.longest;
        if is_too_long || self.patience.left() < pause + WAIT_MARGIN {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}

/// How long something takes, or how old it is.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    pub fn start() -> Self {
        Self(now())
    }

    /// The time since the start.
    pub fn elapsed(&self) -> Duration {
        now() - self.0
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that measures time")]
fn now() -> Instant {
    Instant::now()
}

//! The way to AWS and back: how long every call takes, and what some calls meet. All of it comes
//! from one seed.

use std::{ops::Range, time::Duration};

use crate::faults::Fault;

/// The weather on the way.
#[derive(Debug, Clone)]
pub struct Weather {
    random: fastrand::Rng,
    /// How many milliseconds a call takes, there and back.
    latency: Range<u64>,
    /// Which share of the calls meets a fault.
    share_of_faults: f64,
    /// How many milliseconds a slow answer takes.
    slow: Range<u64>,
}

/// How many milliseconds a slow answer takes, if nothing else is said: some of them longer than
/// clients wait.
const SLOW: Range<u64> = 1_000..15_000;

/// What one call meets.
#[derive(Debug, Default)]
pub(super) struct Passage {
    /// The time until it is processed.
    pub there: Duration,
    pub fault: Option<Fault>,
    /// The time from then to its answer.
    pub back: Duration,
}

impl Weather {
    /// Calls take so many milliseconds, and this share of them meets a fault: throttles, internal
    /// errors, broken connections, lost answers, garbage and slow answers, each as often as the
    /// others.
    pub fn new(seed: u64, latency: Range<u64>, share_of_faults: f64) -> Self {
        Self { random: fastrand::Rng::with_seed(seed), latency, share_of_faults, slow: SLOW }
    }

    /// Slow answers take so many milliseconds.
    pub fn with_slow(self, slow: Range<u64>) -> Self {
        Self { slow, ..self }
    }

    pub(super) fn passage(&mut self) -> Passage {
        let latency = self.random.u64(self.latency.clone());
        let there = self.random.u64(0..=latency);
        let mut passage = Passage {
            there: Duration::from_millis(there),
            fault: None,
            back: Duration::from_millis(latency - there),
        };
        if self.random.f64() < self.share_of_faults {
            match self.random.u8(0..6) {
                0 => passage.fault = Some(Fault::Throttled),
                1 => passage.fault = Some(Fault::Internal),
                2 => passage.fault = Some(Fault::ConnectionReset),
                3 => passage.fault = Some(Fault::LostReply),
                4 => passage.fault = Some(Fault::Garbage),
                _ => passage.back += Duration::from_millis(self.random.u64(self.slow.clone())),
            }
        }
        passage
    }
}

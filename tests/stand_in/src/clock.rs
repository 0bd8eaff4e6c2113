//! The time that has passed. Tests may pause it.

use std::time::Duration;

use tokio::time::Instant;

/// Measures from the moment at which it was made.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Instant);

impl Default for Clock {
    fn default() -> Self {
        Self(now())
    }
}

impl Clock {
    /// The time since then.
    pub fn elapsed(self) -> Duration {
        now() - self.0
    }
}

/// This moment.
#[expect(clippy::disallowed_methods, reason = "the one place where the stand-in reads the clock")]
pub(super) fn now() -> Instant {
    Instant::now()
}

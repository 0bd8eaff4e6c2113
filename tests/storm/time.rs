//! The time of day in a storm: it begins on the same day each time, and passes with tokio's clock.

use std::time::{Duration, SystemTime};

use aws_smithy_async::time::TimeSource;
use chrono::{DateTime, SecondsFormat, Utc};
use stand_in::Clock;

const START: &str = "2026-11-21T09:00:00Z";

/// The time of day, by this clock.
#[derive(Debug, Clone, Copy)]
pub struct TimeOfDay(pub Clock);

impl TimeOfDay {
    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        let start: DateTime<Utc> = START.parse().expect("a valid time");
        start + self.0.elapsed()
    }

    /// Now, as events say it.
    pub fn text(&self) -> String {
        self.now().to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

impl TimeSource for TimeOfDay {
    fn now(&self) -> SystemTime {
        TimeOfDay::now(self).into()
    }
}

/// A time since the start, for people.
pub fn at(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

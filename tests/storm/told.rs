//! What the guardrail has told people: the outcomes in its log, and when.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use metadata_guardrail::telemetry;
use serde_json::Value;
use stand_in::Clock;
use tracing::subscriber::DefaultGuard;

/// The outcome of one target, as its log line says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub at: Duration,
    /// The invocation that told it.
    pub request_id: String,
    pub id: String,
    pub result: String,
    pub reason: String,
    pub detail: String,
}

impl Outcome {
    /// Whether the target needs nothing more, or a later event brings it back.
    pub fn is_finished(&self) -> bool {
        self.result != "failed" && self.reason != "still_changing"
    }

    /// The outcome in a log line, if there is one in it.
    pub fn read(line: &Value, at: Duration) -> Option<Self> {
        let text = |member: &str| line[member].as_str().unwrap_or_default().to_owned();
        line["result"].is_string().then(|| Self {
            at,
            request_id: text("request_id"),
            id: text("id"),
            result: text("result"),
            reason: text("reason"),
            detail: text("detail"),
        })
    }
}

/// Listens to the log of everything on this thread.
#[derive(Clone)]
pub struct Log {
    clock: Clock,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
}

impl Log {
    /// Listens until the guard is dropped.
    pub fn listen(clock: Clock) -> (Self, DefaultGuard) {
        let log = Self { clock, outcomes: Arc::default() };
        let writer = log.clone();
        let guard = tracing::subscriber::set_default(telemetry::subscriber(move || writer.clone()));
        (log, guard)
    }

    /// The outcomes so far, in order.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Write for Log {
    /// One line at a time, as the subscriber writes them.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let told: Value = serde_json::from_slice(line)?;
        if let Some(outcome) = Outcome::read(&told, self.clock.elapsed()) {
            self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

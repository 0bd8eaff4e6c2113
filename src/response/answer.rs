//! What an invocation is answered with.

use serde::Serialize;
use thiserror::Error;

use super::Response;
use crate::text::listed;

/// What an invocation is answered with.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To one event.
    Event(Box<Response>),
    /// To a batch: the messages that are to come back.
    Batch(ToReturn),
}

/// The messages of a batch that are to come back, in the form in which Lambda expects it
/// (`ReportBatchItemFailures`).
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToReturn {
    batch_item_failures: Vec<Item>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    item_identifier: String,
}

impl ToReturn {
    /// Adds the message that SQS calls so.
    pub fn add(&mut self, message_id: String) {
        self.batch_item_failures.push(Item { item_identifier: message_id });
    }
}

/// Why a message comes back to its queue.
#[derive(Clone, Debug, Error)]
pub enum Returned {
    /// It holds something else than an event.
    #[error("it is not an EventBridge event: {0}")]
    NotAnEvent(String),
    /// Some of its targets failed, or AWS is still changing them.
    #[error("these are not finished: {}", listed(.0))]
    Targets(Vec<String>),
    /// It does not say what it is about, and no sweep could be asked for.
    #[error("the sweep that it needs could not be asked for. {0}")]
    NotAskedFor(String),
    /// Its sweep failed, or was cut by time.
    #[error("its sweep is not finished")]
    Sweep,
}

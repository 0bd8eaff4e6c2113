//! What an invocation is answered with.

use aws_lambda_events::event::sqs::SqsBatchResponse;
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
    Batch(SqsBatchResponse),
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

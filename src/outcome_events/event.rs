//! What is told on the bus. The JSON in it is a contract: rules and other programs read it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::message;
use crate::{
    event::SOURCE,
    outcome::Outcome,
    place::Place,
    response::{Response, Sources},
    settings::Mode,
};

/// The type of an event that tells one outcome.
pub const OUTCOME: &str = "Guardrail Outcome";
/// The type of an event that sums up a sweep.
pub const SWEEP_SUMMARY: &str = "Guardrail Sweep Summary";

/// Something that is told on the bus.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutcomeEvent {
    /// What kind of event it is.
    pub detail_type: &'static str,
    /// The ARN of what it is about; none for a sweep.
    pub resources: Vec<String>,
    /// A JSON object.
    pub detail: String,
}

/// An outcome as the response has it, and what the response says only once.
#[derive(Serialize)]
struct OutcomeDetail<'a> {
    #[serde(flatten)]
    outcome: &'a Outcome,
    /// Only if it is so, as in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    unverified_write: Option<bool>,
    mode: Mode,
    receive_count: u32,
    request_id: &'a str,
    message: String,
}

/// A sweep without its outcomes.
#[derive(Serialize)]
struct SweepDetail<'a> {
    mode: Mode,
    receive_count: u32,
    #[serde(flatten)]
    place: &'a Place,
    complete: bool,
    counts: &'a BTreeMap<&'static str, usize>,
    launched_by: &'a Sources,
    request_id: &'a str,
    message: String,
}

impl OutcomeEvent {
    /// The event that tells the outcome of a target of an event. `None` unless it was changed, or a
    /// person may have to do something about it. `receive_count` counts from 1: how many times the
    /// message that names the target was received.
    pub fn of_outcome(
        request_id: &str,
        mode: Mode,
        receive_count: u32,
        outcome: &Outcome,
    ) -> Option<Self> {
        let message = message::of_outcome(outcome)?;
        let unverified_write = outcome.is_unverified_write().then_some(true);
        let detail =
            OutcomeDetail { outcome, unverified_write, mode, receive_count, request_id, message };
        Self::new(OUTCOME, vec![outcome.arn.clone()], &detail)
    }

    /// The event that sums up a sweep, whatever came of it. `None` if there was none. A sweep that
    /// does not reach everything comes back, with a higher `receive_count`.
    pub fn of_sweep(request_id: &str, receive_count: u32, response: &Response) -> Option<Self> {
        let Response { mode, counts, sweep, .. } = response;
        let sweep = sweep.as_ref()?;
        let detail = SweepDetail {
            mode: *mode,
            receive_count,
            place: &sweep.place,
            complete: sweep.complete,
            counts,
            launched_by: &sweep.launched_by,
            request_id,
            message: message::of_sweep(*mode, counts, sweep),
        };
        Self::new(SWEEP_SUMMARY, Vec::new(), &detail)
    }

    fn new(
        detail_type: &'static str,
        resources: Vec<String>,
        detail: &impl Serialize,
    ) -> Option<Self> {
        let detail = serde_json::to_string(detail).ok()?;
        Some(Self { detail_type, resources, detail })
    }

    /// How many bytes it is, as EventBridge counts them.
    pub fn size(&self) -> usize {
        let resources: usize = self.resources.iter().map(String::len).sum();
        SOURCE.len() + self.detail_type.len() + resources + self.detail.len()
    }
}

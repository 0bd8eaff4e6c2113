//! What one invocation gives back: the mode, the counts and every outcome.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    event::Ignored,
    outcome::{Outcome, Verdict},
    settings::Mode,
};

/// The most bytes of JSON a response may take, as it stands inside an error message. A failed invocation's message
/// goes into a queue together with the event, and what is too large for the queue would be lost.
pub const MOST_BYTES: usize = 64_000;

/// The response of one invocation. Its JSON is a contract: other programs parse it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Response {
    /// The mode the function runs in.
    pub mode: Mode,
    /// Why the event asked for nothing; `None` where it had targets.
    pub ignored: Option<Ignored>,
    /// How many targets ended in which way; exact even where outcomes were left out.
    pub counts: BTreeMap<&'static str, usize>,
    /// One outcome a target; those that need attention come first.
    pub outcomes: Vec<Outcome>,
    /// How many outcomes were left out because the response would have been too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<usize>,
}

impl Response {
    /// The response to an event that asked for nothing.
    pub fn ignored(mode: Mode, reason: Ignored) -> Self {
        Self { ignored: Some(reason), ..Self::new(mode, Vec::new()) }
    }

    /// The response with the outcomes of an event's targets, failed ones first.
    pub fn new(mode: Mode, mut outcomes: Vec<Outcome>) -> Self {
        let mut counts = BTreeMap::new();
        for outcome in &outcomes {
            *counts.entry(outcome.result.into()).or_default() += 1;
        }
        outcomes.sort_by(|one, other| (one.result, &one.id).cmp(&(other.result, &other.id)));
        Self { mode, ignored: None, counts, outcomes, truncated: None }
    }

    /// Whether any target failed, so that the invocation must fail.
    pub fn has_failures(&self) -> bool {
        self.outcomes.iter().any(|outcome| outcome.result == Verdict::Failed)
    }

    /// The same response with as many outcomes as fit into [`MOST_BYTES`].
    pub fn fitted(mut self) -> Self {
        let envelope = Self { outcomes: Vec::new(), truncated: Some(usize::MAX), counts: self.counts.clone(), ..self };
        let mut bytes = escaped_len(&envelope);
        let kept = self
            .outcomes
            .iter()
            .take_while(|outcome| {
                bytes += escaped_len(outcome) + ",".len();
                bytes <= MOST_BYTES
            })
            .count();
        if kept < self.outcomes.len() {
            self.truncated = Some(self.outcomes.len() - kept);
            self.outcomes.truncate(kept);
        }
        self
    }

    /// The response as compact JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| format!("the response cannot be written as JSON: {error}"))
    }
}

/// The length of a value's JSON once it stands as a string inside other JSON, as error messages do.
fn escaped_len(value: &impl Serialize) -> usize {
    let json = serde_json::to_string(value).unwrap_or_default();
    serde_json::to_string(&json).map_or(0, |escaped| escaped.len())
}

//! What becomes of one event: the mode, the counts and the outcomes.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use thiserror::Error;

use crate::{event::Ignored, outcome::Outcome, settings::Mode, verdict::Verdict};

mod answer;
mod launches;
mod sweep;

pub use answer::{Answer, Returned, ToReturn};
pub use launches::{AutoScalingGroup, Launched, Launches, Sources};
pub use sweep::{NotListed, Sweep, Tally};

/// The most bytes of JSON a response may take inside an error message. Whoever invokes the function
/// asynchronously may keep failures in a queue, together with the event, and anything too large for
/// the queue would be lost.
pub const MAX_BYTES: usize = 64_000;
/// More outcomes than ever fit into [`MAX_BYTES`]. Beyond this number memory must not grow with the
/// fleet.
const MAX_OUTCOMES: usize = 1_000;

/// The response to one event. Its JSON is a contract: other programs parse it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Response {
    /// The mode it was dealt with in.
    pub mode: Mode,
    /// Why the event asked for nothing; `None` if it had targets.
    pub ignored: Option<Ignored>,
    /// How many targets ended in which way. Exact even if outcomes were left out.
    pub counts: BTreeMap<&'static str, usize>,
    /// One outcome per target. Those that need attention come first.
    pub outcomes: Vec<Outcome>,
    /// How many outcomes were left out because the response would have been too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<usize>,
    /// Whether a target failed.
    #[serde(skip)]
    targets_failed: bool,
    /// What only a sweep has to say.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Sweep>,
}

impl Response {
    /// The response to an event that asked for nothing.
    pub fn ignored(mode: Mode, reason: Ignored) -> Self {
        Self { ignored: Some(reason), ..Self::new(mode) }
    }

    /// A response without outcomes.
    pub fn new(mode: Mode) -> Self {
        let (counts, outcomes) = (BTreeMap::new(), Vec::new());
        Self {
            mode,
            ignored: None,
            counts,
            outcomes,
            truncated: None,
            targets_failed: false,
            sweep: None,
        }
    }

    /// Counts an outcome, and keeps it if there is room or something less important to leave out.
    pub fn add(&mut self, outcome: Outcome) {
        self.targets_failed |= matches!(outcome.verdict, Verdict::Failed(_));
        *self.counts.entry(outcome.verdict.result()).or_default() += 1;
        self.outcomes.push(outcome);
        // Not at every outcome, because each time all of them are sorted.
        if self.outcomes.len() >= 2 * MAX_OUTCOMES {
            self.keep(MAX_OUTCOMES);
        }
    }

    /// Whether so much failed that the invocation must fail. A sweep is repeated anyway, so it only
    /// reports a target that failed. It fails if something could not be listed, or if nothing at
    /// all could be read.
    pub fn has_failed(&self) -> bool {
        match &self.sweep {
            None => self.targets_failed,
            Some(sweep) => {
                sweep.not_listed.iter().any(|listing| listing.why.is_failure())
                    || sweep.read_nothing
            }
        }
    }

    /// The same response with as many outcomes as fit into [`MAX_BYTES`], failed ones first.
    pub fn fitted(mut self) -> Self {
        self.keep(MAX_OUTCOMES);
        let mut envelope = self.clone();
        envelope.outcomes.clear();
        // The longest number there is, so the real one cannot make the response longer than
        // measured.
        envelope.truncated = Some(usize::MAX);
        let mut bytes = escaped_len(&envelope);
        let fitting = self.outcomes.iter().take_while(|outcome| {
            bytes += escaped_len(outcome) + ",".len();
            bytes <= MAX_BYTES
        });
        let fitting = fitting.count();
        self.keep(fitting);
        self
    }

    /// The response as compact JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self)
            .unwrap_or_else(|error| format!("the response cannot be written as JSON: {error}"))
    }

    fn keep(&mut self, max: usize) {
        self.outcomes.sort_by(|one, other| {
            (one.verdict.rank(), &one.id).cmp(&(other.verdict.rank(), &other.id))
        });
        let more = self.outcomes.len().saturating_sub(max);
        if more > 0 {
            self.outcomes.truncate(max);
            self.truncated = Some(self.truncated.unwrap_or_default() + more);
        }
    }
}

/// The length of a value's JSON as a string inside other JSON, which is how error messages hold it.
fn escaped_len(value: &impl Serialize) -> usize {
    let json = serde_json::to_string(value).unwrap_or_default();
    serde_json::to_string(&json).map_or(0, |escaped| escaped.len())
}

/// Why an invocation fails as a whole. If a queue invoked it, all its messages come back; anybody
/// else gets this as the error. `errorType` is the variant's name.
#[derive(Error)]
pub enum InvocationError {
    /// At least one target of an event failed, or a sweep as a whole. The message is the response
    /// as compact JSON.
    #[error("{}", .0.to_json())]
    RemediationFailed(Box<Response>),
    /// The payload is not an EventBridge event.
    #[error(
        "The payload is not an EventBridge event: {0}. Expected an object with source, \
         detail-type, account, region and detail, as a rule's target receives it without an input \
         transformer."
    )]
    NotAnEvent(String),
    /// The context does not say where the function runs.
    #[error("The invoked function ARN {0:?} does not name a partition, Region and account.")]
    NoHome(String),
}

impl fmt::Debug for InvocationError {
    /// The Lambda runtime logs this form of every error. The outcomes have log lines of their own.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RemediationFailed(response) => {
                write!(formatter, "RemediationFailed: {:?}", response.counts)
            }
            Self::NotAnEvent(_) | Self::NoHome(_) => write!(formatter, "{self}"),
        }
    }
}

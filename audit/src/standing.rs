//! How a resource stands: the one question that an audit answers about each. Pure.

use metadata_guardrail::{
    outcome::{Finding, Outcome},
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// How a resource stands.
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    Eq,
    IntoStaticStr,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Standing {
    /// It, or the endpoints of a runtime, could not be read, so nobody knows.
    NotSeen,
    /// Version 1 is allowed, or a person has to find out whether it is.
    Open,
    /// Version 1 is allowed, and the exception tag says that it may be.
    Exempt,
    /// Version 1 is not allowed.
    Safe,
}

impl Standing {
    /// How the resource of an outcome stands; `None` if it no longer exists, or is about to go.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        match outcome.verdict {
            Verdict::Failed(_) => Some(Self::NotSeen),
            Verdict::Held(_) | Verdict::WouldEnforce | Verdict::Deferred(_) => Some(Self::Open),
            Verdict::Exempt => Some(Self::Exempt),
            Verdict::Compliant(_) if outcome.findings.contains(&Finding::EndpointsUnread) => {
                Some(Self::NotSeen)
            }
            // An audit writes nothing, so nothing is enforced; if it were, it would be safe.
            Verdict::Compliant(_) | Verdict::Enforced(_) => Some(Self::Safe),
            Verdict::Gone(_) => None,
        }
    }

    /// The standing as a word: `not_seen`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

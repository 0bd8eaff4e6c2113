//! How a resource stands: the one question that an audit answers about each. Pure.

use metadata_guardrail::verdict::Verdict;
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
    /// It could not be read, so nobody knows.
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
    pub fn of(verdict: Verdict) -> Option<Self> {
        match verdict {
            Verdict::Failed(_) => Some(Self::NotSeen),
            Verdict::Held(_) | Verdict::WouldEnforce | Verdict::Deferred(_) => Some(Self::Open),
            Verdict::Exempt => Some(Self::Exempt),
            // An audit writes nothing. What required version 2 without it is safe all the same.
            Verdict::Compliant(_) | Verdict::Enforced(_) => Some(Self::Safe),
            Verdict::Gone(_) => None,
        }
    }

    /// The standing as a word: `not_seen`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

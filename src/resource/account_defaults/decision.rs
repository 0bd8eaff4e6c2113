//! What to do about the account defaults. Pure.

use super::Defaults;
use crate::verdict::{Compliant, Held, Verdict};

/// What to do about the account defaults.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Require version 2.
    Enforce,
    /// Leave them as they are.
    Leave(Leave),
}

/// Why the account defaults are left as they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Leave {
    /// They already require version 2.
    Compliant,
    /// A declarative policy sets them.
    ManagedByPolicy,
    /// Somebody manages them whom this version of the guardrail does not know.
    UnknownManager,
}

impl Leave {
    /// The same for programs.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Compliant => Verdict::Compliant(Compliant::V2Required),
            Self::ManagedByPolicy => Verdict::Held(Held::ManagedByPolicy),
            Self::UnknownManager => Verdict::Held(Held::UnknownManager),
        }
    }
}

/// Decides what to do about the defaults that were read. Only the account's own are written: EC2
/// names whoever else manages them.
pub fn decide(defaults: &Defaults) -> Decision {
    match (defaults.require_v2(), defaults.managed_by.as_deref()) {
        (true, _) => Decision::Leave(Leave::Compliant),
        (false, None) if !defaults.are_shown => Decision::Leave(Leave::UnknownManager),
        (false, None | Some("account")) => Decision::Enforce,
        (false, Some("declarative-policy")) => Decision::Leave(Leave::ManagedByPolicy),
        (false, Some(_)) => Decision::Leave(Leave::UnknownManager),
    }
}

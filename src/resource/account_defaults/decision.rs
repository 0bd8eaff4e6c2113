//! What to do about the account defaults. Pure.

use super::Defaults;
use crate::outcome::{Reason, Verdict};

/// What to do about the account defaults.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Require version 2.
    Enforce,
    /// Leave them as they are.
    Leave(Verdict, Reason),
}

/// Decides about the defaults that were read. Only the account's own are written: EC2 names whoever else manages them.
pub fn decide(defaults: &Defaults) -> Decision {
    match (defaults.require_v2(), defaults.managed_by.as_deref()) {
        (true, _) => Decision::Leave(Verdict::Compliant, Reason::V2Required),
        (false, None) if !defaults.are_shown => Decision::Leave(Verdict::Held, Reason::UnknownManager),
        (false, None | Some("account")) => Decision::Enforce,
        (false, Some("declarative-policy")) => Decision::Leave(Verdict::Held, Reason::ManagedByPolicy),
        (false, Some(_)) => Decision::Leave(Verdict::Held, Reason::UnknownManager),
    }
}

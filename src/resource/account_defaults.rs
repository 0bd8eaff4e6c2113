//! The defaults that EC2 gives new instances of this account and Region where their launch does not say otherwise.
//!
//! There is one set of them, without id, tags, listing or states, so they do not go through [`flow`](crate::flow): one
//! read, one decision, at most one write, one outcome. No exception tag applies to them.

mod course;
mod enforce;
mod observe;
mod settle;

pub use enforce::EnforceDefaults;
pub use observe::{Defaults, ObserveDefaults};
pub use settle::{Decision, DefaultsFlow, decide};

//! The defaults that EC2 gives new instances of this account and Region where their launch does not say otherwise.
//!
//! There is one set of them, without id, tags, listing or states, so they do not go through [`flow`](crate::flow): one
//! read, one decision, at most one write, one outcome. No exception tag applies to them.

mod decision;
mod enforce;
mod flow;
mod observe;
mod wording;

pub use decision::{Decision, decide};
pub use enforce::EnforceDefaults;
pub use flow::DefaultsFlow;
pub use observe::{Defaults, ObserveDefaults};

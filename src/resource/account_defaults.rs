//! The defaults that EC2 gives new instances of this account and Region unless their launch says
//! otherwise.
//!
//! There is one set of them, without an id, tags, a listing or states, so they do not go through
//! [`flow`](crate::flow): one read, one decision, one write, and if EC2 does not take it the same
//! again. No exception tag applies to them.
//!
//! | file | what it does | |
//! |---|---|---|
//! | `observe` | reads the defaults | reads |
//! | `observed` | what EC2's answer says about them | pure |
//! | `decision` | says what to do about them | pure |
//! | `enforce` | sends `HttpTokens=required` and reads them back | the only code that writes |
//! | `wording` | says what became of them | pure |
//! | `flow` | runs these stages | |

mod decision;
mod enforce;
mod flow;
mod observe;
mod observed;
pub mod wording;

pub use decision::{Decision, Leave, decide};
pub use enforce::EnforceDefaults;
pub use flow::DefaultsFlow;
pub use observe::ObserveDefaults;
pub use observed::Defaults;

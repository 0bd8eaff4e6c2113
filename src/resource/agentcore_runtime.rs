//! Bedrock AgentCore runtimes and their microVMs' metadata service, MMDS.
//!
//! | file | what it does | |
//! |---|---|---|
//! | `list` | finds all runtimes: the listing shows no setting | reads |
//! | `observe` | reads runtimes and their tags | reads |
//! | `observed` | what AWS's answer says about a runtime | pure |
//! | [`document`] | what a runtime is, and the update that loses nothing of it | pure |
//! | `hold` | says which runtimes the guardrail must not write | pure |
//! | `enforce` | sends the update that requires MMDSv2 | the only code that writes |
//! | `verify` | waits until AWS shows the update, and compares | reads |
//! | `wording` | says what became of a runtime | pure |
//! | [`endpoints`] | looks after a runtime's endpoints once its own outcome is known | |
//! | `body` | keeps the bytes of an answer, for everything that reads | |

mod body;
pub mod document;
pub mod endpoints;
mod enforce;
mod hold;
mod list;
mod observe;
mod observed;
mod verify;
pub mod wording;

pub use enforce::EnforceRuntimes;
pub use hold::PartOf;
pub use observe::ObserveRuntimes;

use super::Resource;

/// The kind of AgentCore runtimes.
pub struct Runtimes;

impl Resource for Runtimes {
    type Observe = ObserveRuntimes;
    type Enforce = EnforceRuntimes;
    type FollowUp<'a> = Option<endpoints::EndpointsFlow<'a>>;
}

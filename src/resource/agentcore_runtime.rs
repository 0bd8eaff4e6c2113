//! Bedrock AgentCore runtimes and their microVMs' metadata service, MMDS.

mod body;
pub mod document;
pub mod endpoints;
mod enforce;
mod hold;
mod list;
mod observe;
mod verify;

pub use enforce::EnforceRuntimes;
pub use observe::ObserveRuntimes;

//! Bedrock AgentCore runtimes and their microVMs' metadata service, MMDS.

mod artifact;
pub mod authorizer;
pub mod document;
pub mod endpoints;
mod enforce;
mod hold;
mod list;
mod observe;
pub mod raw_json;
mod reading;
mod redaction;
mod verify;

pub use enforce::EnforceRuntimes;
pub use observe::ObserveRuntimes;

//! # metadata-guardrail-audit
//!
//! Says which EC2 instances and Bedrock AgentCore runtimes of an account allow version 1 of their
//! metadata service, and what the guardrail would do about them. It reads, and holds nothing that
//! can write.

#![warn(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]

pub mod account;
pub mod args;
pub mod audit;
pub mod baseline;
pub mod changes;
pub mod control;
pub mod error;
pub mod format;
pub mod output;
pub mod policy;
pub mod progress;
pub mod remedy;
pub mod report;
pub mod source;
pub mod standing;
pub mod status;
pub mod summary;
pub mod tally;
pub mod text;

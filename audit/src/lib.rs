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

pub mod baseline;
pub mod control;
pub mod format;
pub mod report;
pub mod standing;
pub mod summary;

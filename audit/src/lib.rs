//! # metadata-guardrail-audit
//!
//! Says which EC2 instances and Bedrock AgentCore runtimes of an account allow version 1 of their
//! metadata service, and what the guardrail would do about each. It reads and decides through the
//! guardrail's own door, [`Guardrail`](metadata_guardrail::guardrail::Guardrail), in report mode: it
//! holds nothing that can write.
//!
//! ```text
//! args ─▶ account ─▶ audit ─▶ tally ─▶ report ─▶ formats ─▶ outputs, status
//! ```
//!
//! | stage | where | |
//! |---|---|---|
//! | what was asked | [`args`] | pure |
//! | whose account, which Regions | [`account`] | reads |
//! | every Region through the door | [`audit`], [`progress`] | reads |
//! | what it adds up to | [`tally`], [`standing`], [`summary`], [`source`], [`remedy`] | pure |
//! | what has changed since | [`baseline`], [`changes`] | pure |
//! | what comes out | [`report`], [`mod@format`]: one file for each format | pure |
//! | where it goes, and the end | [`output`], [`status`], [`error`] | |
//! | beside it | [`policy`], [`control`], [`text`] | pure |
//!
//! A new format is a file in `format/` and an arm of [`Format`](format::Format). A new option is a
//! field of [`Args`](args::Args) and a row in `docs/src/reference/audit.md`. A new member of a
//! report is also a property in `docs/audit.schema.json`. Tests compare them.

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

//! # metadata-guardrail
//!
//! An AWS Lambda that keeps EC2 instances on IMDSv2 and Bedrock AgentCore runtimes on MMDSv2.
//!
//! ```text
//! EventBridge JSON ─ event ─▶ targets ─ observe ─▶ observed ─ decide ─▶ decision ─ enforce ─▶ outcome ─▶ response, log, metrics
//! ```
//!
//! | stage | where | |
//! |---|---|---|
//! | what happened, and to whom | [`event`], [`target`] | pure |
//! | what AWS shows | [`observed`], [`resource`] (`observe`) | reads |
//! | who is exempt | [`exception`] | pure |
//! | what to do | [`decision`] | pure |
//! | doing it | [`resource`] (`enforce`, and `repoint` for endpoints) | the only code that writes |
//! | what became of it | [`outcome`], [`wording`], [`failure`], [`response`] | pure |
//!
//! [`flow`] runs the stages for one kind of resource, on the targets of an event or on the listing of a [`sweep`], whose
//! [`context`] are not the same.
//! [`invocation`] adds the kinds up to one response, [`handler`] is what Lambda calls. [`settings`], [`aws`],
//! [`patience`], [`pacer`] and [`telemetry`] are what they need from outside.

// Nothing that an event or AWS says may end the process: it would take the other targets with it.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unreachable, clippy::unwrap_used)]

pub mod aws;
pub mod client_token;
pub mod context;
pub mod decision;
pub mod event;
pub mod exception;
pub mod failure;
pub mod flow;
pub mod guardrail;
pub mod handler;
pub mod invocation;
pub mod observed;
pub mod outcome;
pub mod pacer;
pub mod patience;
pub mod raw_json;
pub mod resource;
pub mod response;
pub mod settings;
pub mod sweep;
pub mod target;
pub mod telemetry;
pub mod text;
pub mod verdict;
pub mod wording;

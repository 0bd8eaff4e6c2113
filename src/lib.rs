//! # metadata-guardrail
//!
//! An AWS Lambda that keeps EC2 instances on IMDSv2 and Bedrock AgentCore runtimes on MMDSv2.
//!
//! ```text
//! EventBridge JSON ─ event ─▶ targets ─ observe ─▶ observation ─ decide ─▶ decision ─ enforce ─▶ outcome ─▶ response, log, metrics
//! ```
//!
//! # The map
//!
//! | stage | where | |
//! |---|---|---|
//! | what happened, and to whom | [`event`], [`target`] | pure |
//! | what AWS shows of a target | [`resource`] (`observe`), as [`observed`] | reads |
//! | who is exempt | [`exception`] | pure |
//! | what to do | [`decision`] | pure |
//! | doing it | [`resource`] (`enforce`) | the only code that writes |
//! | what became of it | [`verdict`], [`outcome`], [`wording`], [`failure`] | pure |
//! | what is returned and recorded | [`response`], [`telemetry`] | |
//!
//! Who runs the stages, from the outside in: [`handler`] is what Lambda calls. [`invocation`] does
//! the work of one event for every kind of resource. [`sweep`] lists a kind and hands its batches
//! to the flow. [`flow`] takes each target through the stages, under the terms of its [`context`].
//!
//! What they need from outside: [`guardrail`] holds what all invocations share, [`settings`] the
//! environment, [`aws`] the clients, [`patience`] the time left, [`pacer`] the pace of writes.
//! [`raw_json`], [`client_token`] and [`text`] are small tools.
//!
//! Imports run one way: no module imports one that imports it.
//!
//! # Where to add what
//!
//! | to add | change | and |
//! |---|---|---|
//! | a setting | `settings.rs`: the field with its default, and its line in `Settings::read` | a parameter and a variable in `template.yaml`; its rows in `README.md`; `guardrail.rs` or whoever needs it |
//! | an event | `event/ec2.rs` or `event/agentcore.rs`: the reader; `event.rs`: its `Cause` | a rule in `template.yaml`; a sample in `events/`; the table of causes in `README.md` |
//! | a reason | `verdict.rs`: the word, under its verdict | whoever decides it: `decision.rs`, or a failure in the `wording.rs` of its kind; its sentence in `wording.rs`; its row in `README.md` |
//! | a finding | `outcome.rs`: the word | the `wording.rs` of its kind; its row in `README.md` |
//! | a kind of resource | `resource/<kind>.rs` and a folder with `list`, `observe`, `enforce` and `wording`: one type that implements `Resource` and `Words` | `target.rs`: its `Kind` and how its ids look; `outcome.rs`: its `State`; `guardrail.rs`: its halves; `invocation.rs`: its flow; its permissions in `template.yaml` |
//!
//! What is forgotten does not compile, or fails a test: matches over these words have no catch-all,
//! `tests/readme.rs` compares the words with `README.md`, `tests/template/settings.rs` the settings
//! with `template.yaml`, and `tests/sentences.rs` keeps every sentence under review.
//!
//! # What words mean here
//!
//! | word | meaning |
//! |---|---|
//! | version 1, version 2 | of a metadata service: without and with a session token. IMDSv1 and IMDSv2 of instances, MMDSv1 and MMDSv2 of runtimes |
//! | instance, runtime | an EC2 instance; a Bedrock AgentCore runtime |
//! | endpoint | of a runtime: a name that callers use, on one version of the runtime. It is pinned if that version does not require MMDSv2 |
//! | target | one instance or runtime of this account and Region, known to have a valid id |
//! | kind | instances, runtimes, or the account defaults of EC2 |
//! | observation | what AWS shows of a target: that it is not found, or the facts about it |
//! | document | the part of the facts that a write needs, such as the whole configuration of a runtime |
//! | phase | whether AWS takes a write now: settled, creating, changing, passing, broken, ending |
//! | hold | why a target is not the guardrail's to write, whatever its tags say |
//! | exception tag, exemption | the tag an owner sets; what it says on this day: none, expired or exempt |
//! | decision | what to do next about an observation |
//! | refusal | why a write did not end as it should, which says what to do next |
//! | attempt | one write and what AWS answered. Between two attempts everything is read and decided anew |
//! | open write | a write whose answer was lost: it may have happened |
//! | verdict, reason | how a target ended, and why: two words for programs |
//! | outcome | the verdict with its sentence, the setting before and after, and the findings |
//! | finding | something noticed besides the one setting |
//! | failure | what kept a target from being finished: a reason and a sentence |
//! | sweep | a flow over everything a listing shows, instead of the targets of an event |
//! | occasion | why targets are looked at: an event names them, or a sweep lists them |
//! | turn, run | a target waiting with what was read of it; its way from there to its outcome |
//! | batch | targets that are looked at with one request |
//! | halves | the reading and the writing part of a kind. In report mode there is no writing half |

// Nothing that an event or AWS says may end the process: it would take the other targets with it.
#![warn(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]

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

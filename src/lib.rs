//! # metadata-guardrail
//!
//! An AWS Lambda that keeps EC2 instances on IMDSv2 and Bedrock AgentCore runtimes on MMDSv2.
//!
//! ```text
//! event ─▶ asks ─ observe ─▶ observation ─ decide ─▶ decision ─ enforce ─▶ outcome ─▶ answer
//! ```
//!
//! # The map
//!
//! | stage | where | |
//! |---|---|---|
//! | what happened, where, and to whom | [`event`], [`place`], [`target`] | pure |
//! | reading a target | [`resource`], file `observe` of its kind | reads |
//! | what AWS shows of it | [`observed`]: the facts all kinds share | pure |
//! | who is exempt | [`exception`] | pure |
//! | what to do | [`decision`] | pure |
//! | doing it | [`resource`], file `enforce` of its kind | the only code that writes |
//! | how it ended, and why | [`verdict`], [`outcome`] | pure |
//! | how that is said | [`wording`], [`failure`], [`obstacle`], file `wording` of each kind | pure |
//! | what is returned, recorded and told | [`response`], [`telemetry`], [`outcome_events`] | |
//!
//! What runs the stages, from the outside in: [`handler`] is what Lambda calls. [`invocation`]
//! reads its payload, one event or a batch of messages, and answers it; [`sweeps_queue`] is where
//! it asks for sweeps, and [`outcome_events`] where it tells of outcomes. [`guardrail`] is the door
//! for whoever has work: nothing behind it knows of Lambda, of queues, of a bus or of logs. Another
//! caller is the audit, a package of its own in `audit/`: it sweeps every Region of an account in
//! report mode, and looks at everything. [`visit`] does the work at one place, for every kind of
//! resource. [`sweep`] lists a kind and hands its batches to the flow. [`flow`] takes each target
//! through the stages. [`context`] is what all targets of one flow share.
//!
//! What they use: [`places`] hands out the readers and writers of a place. Behind the door it alone
//! knows how to get there, with the clients of [`aws`]. [`settings`] come from the environment.
//! [`patience`] knows how much time is left, and [`pacer`] how fast a sweep may write and look.
//! [`offered`] is where AWS documents AgentCore. [`raw_json`], [`client_token`] and [`text`] are
//! small tools.
//!
//! There are no import cycles between modules. A file and the folder of its name are one module:
//! the file names its parts, and they may use its types.
//!
//! # Where to add what
//!
//! A file without a folder stands in `src/`; `<kind>` is `ec2_instance` or `agentcore_runtime`.
//!
//! - **A setting.** `settings.rs`: a field of `Settings`, whose type has the default (`#[default]`
//!   or `impl Default`), and its line in `Settings::read`. Then whoever needs it: often
//!   `places.rs`, which hands it to the kinds, or `context.rs`. Then a parameter and a variable
//!   in `template.yaml`, and the table in `docs/src/reference/parameters.md`.
//! - **A reason.** `verdict.rs`: a variant of the enum of its verdict, such as `Held` or `Failed`.
//!   The table in `docs/src/reference/response.md`. And the place where it is found out:
//!   - A status of AWS: `resource/<kind>/observed.rs`, which reads it, and a variant of `Broken` in
//!     `observed.rs`, if a person has to repair it, or of `Passing`, if a later event ends it.
//!   - Something about the resource that forbids a write, such as who manages it: a variant of
//!     `Hold` in `observed.rs`, found in `resource/<kind>/observed.rs` or `hold.rs`, and its
//!     sentence in `wording.rs`.
//!   - A rule about time, use or tags: a variant of `Leave` in `decision.rs`, and its sentence in
//!     `wording.rs`.
//!   - A request that fails: `Failure::of_request` with the reason, where the request is sent. What
//!     fails in another way has a function in `resource/<kind>/wording.rs`.
//!   - A meaning of an error code for a write: `resource/refusal.rs`, or
//!     `resource/<kind>/enforce.rs` if it is special to the kind.
//! - **A kind of resource.** `resource/<kind>.rs` and a folder with `list`, `observe`, `observed`,
//!   `enforce` and `wording`; [`resource`] shows what each does. One type stands for the kind and
//!   implements [`Resource`](resource::Resource) and [`Words`](wording::Words). Then `target.rs`
//!   (its [`Kind`](target::Kind) and the form of its ids), `outcome.rs` (its `State`), `aws.rs` and
//!   `Cargo.toml` (its client), `places.rs` (its halves), `visit.rs` (its flow, for events and
//!   sweeps), its events as below, its permissions in `template.yaml`, and the stand-in in
//!   `tests/stand_in/`. `flow.rs`, `sweep.rs` and `decision.rs` stay as they are.
//! - **An event.** `event/<service>.rs`: how it is read. `event.rs`: its `Cause`, and the service
//!   if that is new; a record of CloudTrail also in `event/record.rs`. Then a rule in
//!   `template.yaml`, a sample in `events/`, and the table in `docs/src/reference/log.md`.
//! - **Something to tell on the bus.** `outcome_events/event.rs`: its detail type and its JSON.
//!   `outcome_events/message.rs`: its text for people. `invocation.rs` says when. Then the role's
//!   permission and a rule in `template.yaml`.
//! - **A finding.** `outcome.rs`: a variant of `Finding`. Then where it is noticed:
//!   `resource/<kind>/observed.rs`, or `wording.rs` if it depends on the verdict. And the table
//!   in `docs/src/reference/response.md`.
//!
//! Most of what is forgotten does not compile, or fails a test. No match over our own enums has
//! an arm `_`, so the compiler leads from a new kind, `Leave` or `Hold` to whatever has to know it.
//! `tests/book.rs` compares settings, reasons, findings, causes and metrics with the book.
//! `tests/template/settings.rs` compares the settings with `template.yaml`. `tests/sentences.rs`
//! renders every sentence on one page for review, and finds those that are missing there.
//!
//! # What words mean here
//!
//! - **version 1, version 2**: the metadata service without and with a session token: IMDSv1 and
//!   IMDSv2 for instances, MMDSv1 and MMDSv2 for runtimes. *The setting* requires version 2. A
//!   number after "version" is a version of a runtime or of a launch template.
//! - **instance, runtime**: an EC2 instance; a Bedrock AgentCore runtime.
//! - **endpoint**: a name under which callers reach one version of a runtime. It is *pinned* if
//!   that version does not require MMDSv2. An instance has a *metadata endpoint*.
//! - **kind**: instances, runtimes, or the account defaults of EC2. The defaults are not listed and
//!   have no targets.
//! - **place**: one Region of one account. *The deployment* guards the place it runs in.
//! - **target**: one instance or runtime of a place, with a valid id.
//! - **ask**: what an event asks for: to look at targets, to look at a kind because it names none,
//!   or to sweep; with the place, the cause and the time.
//! - **message, batch**: an event in a queue; the messages that one invocation gets together. The
//!   targets that are read together are a batch too. A message *comes back* if it is not finished.
//! - **visit**: work at one place: some targets, or a sweep.
//! - **flow**: the stages, for the targets of one kind in one visit.
//! - **sweep**: the flow over everything that listings show, and the account defaults, instead of
//!   over the targets of an event. Its *extent* says whether it lists what may need a write, or
//!   everything, as an audit does.
//! - **cause, occasion**: the event that triggered the guardrail; whether events or a sweep brought
//!   a target, which says how much waiting it is worth.
//! - **report mode**: everything is read and decided, and nothing is written.
//! - **halves**: the reading and the writing part of a kind. In report mode there is no writing
//!   part.
//! - **look**: reading a target. What it shows is an observation.
//! - **observation**: what AWS shows of a target: that it does not exist, or the *facts*.
//! - **document**: the part of the facts that a write needs, such as the whole configuration of a
//!   runtime.
//! - **phase**: the state of a resource as far as writing goes: settled (AWS accepts a write),
//!   creating or changing (worth waiting for), passing (a later event will end it), broken (a
//!   person has to repair it), ending.
//! - **hold**: why the guardrail must not change a resource at all, such as that AWS manages it.
//! - **exception tag, exemption**: the tag that an owner sets; what it says today: none, expired or
//!   exempt.
//! - **decision**: what to do next about an observation.
//! - **attempt**: one request and its answer. Between two attempts at a write everything is read
//!   and decided anew.
//! - **refusal**: why a write did not succeed, sorted by what to do next. It has a failure.
//! - **open write**: a write that is under way or whose answer was lost, so it may have happened.
//! - **failure**: why a target could not be finished: a reason and sentences.
//! - **obstacle**: what kept a request from its answer, such as a policy.
//! - **verdict**: how a target ended, with the *reason* in it. Both are fixed words that programs
//!   can rely on.
//! - **finding**: something else that was noticed. It is a fixed word too.
//! - **outcome**: the verdict, the sentences for a person, the setting before and after, and the
//!   findings.
//! - **bus, outcome event**: the event bus on which outcomes are told, if the settings name one; an
//!   event on it: one outcome of an event's target, or the summary of a sweep. Its member `message`
//!   is a text for people, and no message of a queue.
//! - **turn, run**: a target with what was read of it; the steps from there to its outcome.

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
pub mod obstacle;
pub mod offered;
pub mod outcome;
pub mod outcome_events;
pub mod pacer;
pub mod patience;
pub mod place;
pub mod places;
pub mod raw_json;
pub mod resource;
pub mod response;
pub mod settings;
pub mod sweep;
pub mod sweeps_queue;
pub mod target;
pub mod telemetry;
pub mod text;
pub mod verdict;
pub mod visit;
pub mod wording;

//! The tests, as one program: linking the EC2 SDK takes longer than running all of them.
//!
//! - `stories`: what the guardrail does, case by case, from an event to its answer; a story of
//!   several chapters has a folder
//! - `support`: what tests share, first of all the names that stories use; `stand_in` is a
//!   package of its own: AWS as the tests meet it
//! - `template`: what the stack allows and delivers; `policies`: what the files of `policies/` refuse
//! - `lambda_runtime_api`, `other_clients`: the built binary as Lambda runs it, and boto3 at the
//!   stand-in
//! - `storm`: the guardrail behind its queues, in bad weather and among people
//! - `queues`, `regions`: the stand-in's model of queues, of Lambda's poller and of Regions
//! - `excerpts`, `commands`: the pages show what programs print, and commands that work
//! - everything else: tables and properties of what is pure
//! - `examples`: programs that use the same support
//!
//! A file is the heading and says in its first line what it tells. A test's name is a whole
//! sentence of at most 70 characters: its subject comes first, in the present tense, and it can be
//! understood without the heading.

mod support {
    pub mod event_pattern;
    pub mod files;
    pub mod harness;
    pub mod markdown;
    pub mod names;
    pub mod runtime_api;
    pub mod variables;
}

mod stories {
    mod account_defaults;
    mod authorizer;
    mod batch;
    mod endpoint;
    mod instance;
    mod managed_instance;
    mod moving_world;
    mod outcome_events;
    mod paging;
    mod runtime;
    mod sweep;
    mod usage;
    mod whole_region;
}

mod book;
mod commands;
mod decision;
mod document_properties;
mod endpoint_decision;
mod events;
mod exception;
mod excerpts;
mod lambda_runtime_api;
mod other_clients;
mod pacer;
mod patience;
mod places;
mod policies;
mod queues;
mod regions;
mod response;
mod sentences;
mod settings;
mod storm;
mod template;

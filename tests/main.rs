//! The tests, as one program: linking the EC2 SDK takes longer than running all of them.

mod support {
    pub mod event_pattern;
    pub mod harness;
    pub mod runtime_api;
    pub mod stand_in;
}

mod stories {
    mod account_defaults;
    mod authorizer;
    mod endpoint;
    mod instance;
    mod managed_instance;
    mod moving_world;
    mod paging;
    mod runtime;
    mod sweep;
    mod usage;
    mod whole_region;
}

mod decision;
mod document_properties;
mod events;
mod exception;
mod lambda_runtime_api;
mod other_clients;
mod pacer;
mod patience;
mod response;
mod settings;
mod template;

//! The tests, as one program: linking the EC2 SDK takes longer than running all of them.

mod harness;
mod runtime_api;
mod stand_in;

mod account_defaults_stories;
mod authorizer_stories;
mod decision;
mod document_properties;
mod endpoint_stories;
mod event_pattern;
mod events;
mod exception;
mod instance_stories;
mod lambda_runtime_api;
mod managed_instance_stories;
mod moving_world_stories;
mod other_clients;
mod pacer;
mod paging_stories;
mod patience;
mod response;
mod runtime_stories;
mod settings;
mod sweep_stories;
mod template;
mod usage_stories;
mod whole_region_stories;

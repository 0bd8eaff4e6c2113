//! The tests, as one program: linking the EC2 SDK takes longer than running all of them.

mod harness;
mod stand_in;

mod event_pattern;
mod instance_stories;
mod template;

//! Stories of a world that moves between the look and the write, or between two attempts at it. First those in which
//! nothing may be written.

mod aws_keeps_the_exemption_too;
mod between_two_attempts;
mod nothing_old_is_written;
mod the_answer_is_lost;

use std::time::Duration;

use serde_json::json;

use crate::support::{
    harness::{
        EXEMPT, Scene, assert_ended, assert_says, by_id, count, document, due, running, runtime_created, started,
        time_passes,
    },
    stand_in::{Call, Fault, World},
};

const INSTANCE: &str = "i-0a1b2c3d4e5f60001";
const DESCRIBE: &str = "DescribeInstances";
const DESCRIBE_TAGS: &str = "DescribeTags";
const MODIFY: &str = "ModifyInstanceMetadataOptions";
const RUNTIME: &str = "claims_agent-a1B2c3D4e5";
const GET: &str = "GetAgentRuntime";
const LIST_TAGS: &str = "ListTagsForResource";
const UPDATE: &str = "UpdateAgentRuntime";

/// A scene with one instance and one runtime that allow version 1.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene
}

/// What keeps an attempt from being processed, and may well have been processed for all that its sender knows.
fn faults() -> [Fault; 3] {
    [Fault::Throttled, Fault::Internal, Fault::ConnectionReset]
}

/// Somebody deploys another version of the runtime.
fn deploy(world: &mut World) {
    world.runtimes.get_mut(RUNTIME).expect("the runtime").publish(&[("description", DEPLOYED)]);
}

const DEPLOYED: &str = r#""deployed in between""#;

fn exempt_runtime(world: &mut World) {
    world.runtimes.get_mut(RUNTIME).expect("the runtime").tag(EXEMPT, "yes");
}

fn exempt_instance(world: &mut World) {
    world.instances.get_mut(INSTANCE).expect("the instance").tag(EXEMPT, "yes");
}

/// Before each write of a resource its tags and the resource itself were read, after the write before.
#[track_caller]
fn assert_each_write_was_looked_before(calls: &[Call], write: &str, reads: [&str; 2]) {
    let mut seen = Vec::new();
    for call in calls {
        if call.operation == write {
            assert!(reads.iter().all(|read| seen.contains(read)), "{write} after {seen:?} alone");
            seen.clear();
        }
        seen.push(call.operation.as_str());
    }
}

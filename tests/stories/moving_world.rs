//! Stories of a world that moves between the look and the write, or between two attempts at it.

mod aws_keeps_the_exemption_too;
mod between_two_attempts;
mod nothing_old_is_written;
mod the_answer_is_lost;

use stand_in::{Call, World};

use crate::support::{
    harness::{Scene, document},
    names::{EXEMPT, INSTANCE, RUNTIME},
};

/// A scene with one instance and one runtime that allow version 1.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene
}

/// Somebody deploys another version of the runtime.
fn deploy(world: &mut World) {
    world.runtime_mut(RUNTIME).publish(&[("description", DEPLOYED)]);
}

const DEPLOYED: &str = r#""deployed in between""#;

fn exempt_runtime(world: &mut World) {
    world.runtime_mut(RUNTIME).tag(EXEMPT, "yes");
}

fn exempt_instance(world: &mut World) {
    world.instance_mut(INSTANCE).tag(EXEMPT, "yes");
}

/// Before each write of a resource its tags and the resource itself were read, after the write
/// before.
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

//! AWS allows few listings of endpoints. None is sent for a runtime that has no version without
//! MMDSv2.

use serde_json::Value;
use stand_in::{Fault, Runtime};

use super::{pinned, scene_with, updated};
use crate::support::{
    harness::{Scene, assert_ended, assert_found, document},
    names::{LIST_ENDPOINTS, RUNTIME, UPDATE_RUNTIME},
};

/// AWS requires MMDSv2 of runtimes created after 2026-02-15, a day that is over everywhere by now.
const YOUNG: &str = "2026-02-17T00:00:00Z";
/// One second older.
const OLD: &str = "2026-02-16T23:59:59Z";

fn listings(scene: &Scene) -> usize {
    scene.aws.operations().iter().filter(|one| *one == LIST_ENDPOINTS).count()
}

/// The outcome of a runtime whose version 2 requires MMDSv2, and how often its endpoints were
/// listed.
async fn outcome_of(arrange: impl FnOnce(&mut Runtime)) -> (Value, usize) {
    let scene = scene_with(|runtime| {
        pinned(runtime);
        arrange(runtime);
    })
    .await;
    let outcome = scene.outcome(updated()).await;
    assert_ended(&outcome, "compliant", "v2_required");
    (outcome, listings(&scene))
}

#[tokio::test]
async fn a_runtime_that_is_younger_than_the_rule_has_no_version_without_mmdsv2() {
    let (outcome, listings) = outcome_of(|runtime| _ = runtime.created_at(YOUNG)).await;
    assert_found(&outcome, &[]);
    assert_eq!(listings, 0);
}

#[tokio::test]
async fn a_runtime_that_may_be_older_than_the_rule_is_looked_through() {
    let (outcome, listings) = outcome_of(|runtime| _ = runtime.created_at(OLD)).await;
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_eq!(listings, 1);
}

#[tokio::test]
async fn a_young_runtime_that_requires_nothing_now_is_looked_through() {
    let scene = scene_with(|runtime| {
        pinned(runtime);
        runtime.publish(&[("metadataConfiguration", "null")]).created_at(YOUNG);
    })
    .await
    .in_report_mode();

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "would_enforce", "v1_allowed");
    assert_found(&outcome, &["pinned_endpoint"]);
}

#[tokio::test]
async fn a_runtime_that_was_just_enforced_is_looked_through() {
    let scene = Scene::new().await;
    pinned(scene.aws.world().add_runtime(RUNTIME, &document()));

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert!(scene.aws.operations().contains(&UPDATE_RUNTIME.to_owned()));
}

#[tokio::test]
async fn a_young_runtime_whose_answer_was_lost_is_looked_through() {
    let scene = scene_with(|runtime| {
        pinned(runtime);
        runtime.publish(&[("metadataConfiguration", "null")]).created_at(YOUNG);
    })
    .await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
    // Four reads look for the update, and the next look, which decides anew, shows it.
    scene
        .aws
        .world()
        .after(UPDATE_RUNTIME, |world| world.runtime_mut(RUNTIME).reads_behind = 5);

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &["pinned_endpoint"]);
}

#[tokio::test]
async fn a_young_runtime_whose_update_failed_is_looked_through() {
    let scene = scene_with(|runtime| {
        pinned(runtime);
        runtime.created_at(YOUNG).status("UPDATE_FAILED");
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "held", "update_failed");
    assert_found(&outcome, &["pinned_endpoint"]);
}

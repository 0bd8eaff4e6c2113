//! A resource that is listed and cannot be read is counted as not seen, and hides no other.

use metadata_guardrail::outcome::Finding;
use metadata_guardrail_audit::{status::Status, summary::Counts};
use stand_in::Fault;

use crate::support::{
    names::{
        DESCRIBE_TAGS, GET_RUNTIME, INSTANCE, LIST_ENDPOINTS, LIST_RUNTIMES, LIST_TAGS, NEIGHBOUR,
        OTHER_RUNTIME, REQUIRED, RUNTIME, document,
    },
    scene::{Scene, by_id},
};

const RUNTIMES: [&str; 2] = ["--only", "runtimes"];

/// Two runtimes that allow MMDSv1.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.world().add_runtime(OTHER_RUNTIME, &document());
    scene
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_vanishes_after_the_listing_is_not_counted() {
    let scene = scene();
    scene.aws.world().after(LIST_RUNTIMES, |world| {
        world.runtimes.remove(RUNTIME);
    });
    let report = scene.report(&RUNTIMES).await;
    assert_eq!(report.summary.resources, Counts { open: 1, ..Counts::default() });
    assert_eq!(Status::of(&report, true), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_cannot_be_read_is_not_seen() {
    let scene = scene();
    scene
        .aws
        .world()
        .fault_for(GET_RUNTIME, RUNTIME, Fault::AccessDenied, usize::MAX);
    let report = scene.report(&RUNTIMES).await;
    assert_eq!(by_id(&report, RUNTIME).standing.name(), "not_seen");
    assert_eq!(by_id(&report, RUNTIME).remedy, None);
    assert_eq!(by_id(&report, OTHER_RUNTIME).standing.name(), "open");
    assert_eq!(report.summary.resources, Counts { open: 1, not_seen: 1, ..Counts::default() });
    assert_eq!(report.not_seen, []);
    assert_eq!(Status::of(&report, false), Status::NotSeen);
    assert_eq!(Status::of(&report, true), Status::NotSeen);
}

#[tokio::test(start_paused = true)]
async fn a_runtime_whose_tags_cannot_be_read_is_not_seen() {
    let scene = scene();
    scene.aws.world().fault_for(LIST_TAGS, RUNTIME, Fault::AccessDenied, usize::MAX);
    let report = scene.report(&RUNTIMES).await;
    assert_eq!(by_id(&report, RUNTIME).standing.name(), "not_seen");
    assert_eq!(by_id(&report, RUNTIME).outcome.verdict.reason(), "tags_unreadable");
    assert_eq!(by_id(&report, OTHER_RUNTIME).standing.name(), "open");
}

#[tokio::test(start_paused = true)]
async fn a_safe_runtime_whose_endpoints_cannot_be_read_is_not_seen() {
    let scene = scene();
    scene.aws.world().runtime_mut(RUNTIME).publish(&[REQUIRED]);
    scene.aws.world().fault(LIST_ENDPOINTS, Fault::AccessDenied, usize::MAX);
    let report = scene.report(&RUNTIMES).await;
    let unread = by_id(&report, RUNTIME);
    assert_eq!(unread.standing.name(), "not_seen");
    assert_eq!(unread.outcome.findings, [Finding::EndpointsUnread]);
    // The other one is open, whatever its endpoints are.
    assert_eq!(by_id(&report, OTHER_RUNTIME).standing.name(), "open");
    assert_eq!(Status::of(&report, true), Status::NotSeen);
}

#[tokio::test(start_paused = true)]
async fn instances_whose_tags_cannot_be_read_are_not_seen() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR).http_tokens("required");
    scene.aws.world().fault(DESCRIBE_TAGS, Fault::AccessDenied, usize::MAX);
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(by_id(&report, INSTANCE).standing.name(), "not_seen");
    assert_eq!(report.summary.resources, Counts { safe: 1, not_seen: 1, ..Counts::default() });
    assert_eq!(Status::of(&report, true), Status::NotSeen);
}

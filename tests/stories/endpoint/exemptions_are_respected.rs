//! The exception tag of a runtime or of an endpoint keeps the endpoint where it is.

use stand_in::{Fault, Runtime};

use super::{live, moving, pinned, scene_with, updated};
use crate::support::{
    harness::{assert_ended, assert_found, assert_says, assert_says_nothing_of},
    names::{EXEMPT, LIST_TAGS, RUNTIME, UPDATE_ENDPOINT},
};

#[tokio::test]
async fn endpoints_of_an_exempt_runtime_stay() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.tag(EXEMPT, "vendor agent");
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "the tag metadata-guardrail:exempt exempts the runtime");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_with_an_exception_tag_of_its_own_stays() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.endpoint("vendor", 1).tag(EXEMPT, "until we have the new client");
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved", "pinned_endpoint"]);
    assert_says(&outcome, "the tag metadata-guardrail:exempt exempts it, so it is not moved");
    assert_eq!((live(&scene, "prod"), live(&scene, "vendor")), (2, 1));
}

#[tokio::test]
async fn an_exemption_set_between_two_moves_stops_the_second() {
    let scene = moving(|runtime| {
        runtime.endpoint("first", 1);
        runtime.endpoint("second", 1);
    })
    .await;
    scene
        .aws
        .world()
        .after(UPDATE_ENDPOINT, |world| _ = world.runtime_mut(RUNTIME).tag(EXEMPT, "yes"));

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved", "pinned_endpoint"]);
    assert_eq!((live(&scene, "first"), live(&scene, "second")), (2, 1));
}

#[tokio::test]
async fn report_mode_does_not_promise_to_move_an_exempt_endpoint() {
    for (of_runtime, whose) in [(true, "exempts the runtime"), (false, "exempts it")] {
        let exempt = |runtime: &mut Runtime| {
            pinned(runtime);
            if of_runtime {
                runtime.tag(EXEMPT, "yes");
            } else {
                runtime.endpoint_mut("prod").tag(EXEMPT, "yes");
            }
        };
        for scene in [moving(exempt).await.in_report_mode(), scene_with(exempt).await] {
            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "compliant", "v2_required");
            assert_found(&outcome, &["pinned_endpoint"]);
            assert_says(&outcome, whose);
            assert_says_nothing_of(&outcome, "would move it");
            assert!(scene.aws.writes().is_empty());
        }
    }
}

#[tokio::test]
async fn an_expired_exemption_does_not_keep_an_endpoint() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.tag(EXEMPT, "2020-12-31");
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
}

#[tokio::test]
async fn an_endpoint_whose_tags_are_not_found_stays_and_the_event_fails() {
    let scene = moving(pinned).await;
    let endpoint = format!("{RUNTIME}/runtime-endpoint/prod");
    let unknown =
        Fault::Refused { code: "ResourceNotFoundException", message: String::new(), status: 404 };
    scene.aws.world().fault_for(LIST_TAGS, &endpoint, unknown, usize::MAX);

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "tags_unreadable");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "AWS answered ListTagsForResource with ResourceNotFoundException");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_with_unreadable_tags_stays_and_the_event_fails() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(LIST_TAGS, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "tags_unreadable");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert!(scene.aws.writes().is_empty());

    // Nothing has failed where nothing was to be moved.
    let scene = scene.in_report_mode();
    let outcome = scene.outcome(updated()).await;
    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "its tags could not be read");
    assert_says_nothing_of(&outcome, "would move it");
}

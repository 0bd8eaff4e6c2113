//! Endpoints or versions that cannot be read: a finding, or a failure where they were to be moved.

use metadata_guardrail::settings::PinnedEndpoints;
use serde_json::json;
use stand_in::{
    Fault,
    Pages::{Circular, EmptyBetween, Repeating},
};

use super::{live, moving, pinned, scene_with, updated};
use crate::support::{
    harness::{Scene, assert_ended, assert_found, assert_says, document, runtime_created},
    names::{EXEMPT, GET_RUNTIME, LIST_ENDPOINTS, RUNTIME},
};

#[tokio::test]
async fn unreadable_endpoints_are_a_finding_unless_they_were_to_be_moved() {
    let repoint = PinnedEndpoints::Repoint;
    for (setting, in_report_mode) in
        [(PinnedEndpoints::Report, false), (PinnedEndpoints::Report, true), (repoint, true)]
    {
        let scene = Scene::new().await.with_pinned_endpoints(setting);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        pinned(scene.aws.world().add_runtime(RUNTIME, &document()));
        scene.aws.world().fault(LIST_ENDPOINTS, Fault::AccessDenied, usize::MAX);

        let outcome = scene.outcome(runtime_created(RUNTIME)).await;

        let result = if in_report_mode { "would_enforce" } else { "enforced" };
        assert_ended(&outcome, result, "v1_allowed");
        assert_found(&outcome, &["endpoints_unread"]);
        assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
    }
}

#[tokio::test]
async fn an_unreadable_version_is_a_finding_beside_the_known_endpoints() {
    let scene = scene_with(|runtime| {
        pinned(runtime);
        runtime.endpoint("lost", 7);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["endpoints_unread", "pinned_endpoint"]);
    assert_says(
        &outcome,
        "The version of the endpoint lost could not be read. AWS does not show version 7",
    );
    assert_says(&outcome, "The endpoint prod is pinned to version 1");
}

#[tokio::test]
async fn unreadable_endpoints_do_not_hide_that_the_runtime_was_enforced() {
    let scene = Scene::new().await.with_endpoints_moved();
    pinned(scene.aws.world().add_runtime(RUNTIME, &document()));
    scene.aws.world().fault(LIST_ENDPOINTS, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable");
    assert_found(&outcome, &[]);
    assert_says(&outcome, "requireMMDSV2 is now true, in version 2");
    assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));

    // A retry comes back to it, although the runtime is compliant by now.
    let outcome = scene.failed_outcome(runtime_created(RUNTIME)).await;
    assert_ended(&outcome, "failed", "endpoints_unreadable");
    assert_found(&outcome, &[]);
}

#[tokio::test]
async fn an_unreadable_version_does_not_keep_other_endpoints_from_moving() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.endpoint("lost", 7);
    })
    .await;

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable");
    assert_found(&outcome, &["endpoint_moved"]);
    assert_says(
        &outcome,
        "The version of the endpoint lost could not be read. AWS does not show version 7",
    );
    assert_eq!(live(&scene, "prod"), 2);
}

#[tokio::test]
async fn unreadable_endpoints_do_not_fail_an_exempt_runtime() {
    for in_report_mode in [false, true] {
        let scene = Scene::new().await.with_endpoints_moved();
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        scene.aws.world().add_runtime(RUNTIME, &document()).tag(EXEMPT, "yes");
        scene.aws.world().fault(LIST_ENDPOINTS, Fault::AccessDenied, usize::MAX);

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "exempt", "exception_tag");
        assert_found(&outcome, &["endpoints_unread"]);
        assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
    }
}

#[tokio::test]
async fn an_answer_about_another_version_is_not_accepted() {
    for broken in [r#""agentRuntimeVersion":"2""#, r#""otherMember":1"#] {
        let scene = moving(pinned).await;
        let body = format!(r#"{{"agentRuntimeId":"{RUNTIME}","status":"READY",{broken}}}"#);
        scene
            .aws
            .world()
            .after(LIST_ENDPOINTS, |world| world.fault(GET_RUNTIME, Fault::Answer(body), 1));

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoints_unreadable");
        assert_found(&outcome, &[]);
        assert_says(&outcome, "The version of the endpoint prod could not be read");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn pinned_endpoints_are_named_even_if_a_later_read_fails() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.endpoint("test", 1);
    })
    .await;
    scene.aws.world().after(GET_RUNTIME, |world| {
        world.after(GET_RUNTIME, |world| world.fault(GET_RUNTIME, Fault::Internal, usize::MAX));
    });

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable");
    assert_found(&outcome, &["pinned_endpoint"]);
    for name in ["prod", "test"] {
        assert_says(&outcome, &format!("The endpoint {name} is pinned to version 1"));
    }
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_awaited_endpoint_is_named_even_if_the_next_listing_fails() {
    let scene = moving(|runtime| {
        runtime.endpoint("busy", 2).moving_to(1, u32::MAX);
    })
    .await;
    scene.aws.world().after(LIST_ENDPOINTS, |world| {
        world.fault(LIST_ENDPOINTS, Fault::AccessDenied, usize::MAX)
    });

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "The endpoint busy is pinned to version 1");
    assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
}

#[tokio::test]
async fn endless_pages_of_endpoints_are_a_failure() {
    for pages in [Repeating, Circular] {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.endpoint("test", 1);
        })
        .await;
        scene.aws.world().page_size = 1;
        scene.aws.world().pages(LIST_ENDPOINTS, pages);

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoints_unreadable");
        assert_found(&outcome, &[]);
        assert_says(
            &outcome,
            "ListAgentRuntimeEndpoints returned a page that had already been read",
        );
        assert!(scene.aws.writes().is_empty(), "{pages:?}");
    }
}

#[tokio::test]
async fn an_empty_page_of_endpoints_hides_nothing() {
    let scene = moving(pinned).await;
    scene.aws.world().page_size = 1;
    scene.aws.world().pages(LIST_ENDPOINTS, EmptyBetween);

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
}

//! No authorizer is set; its absence is reported at the most.

use metadata_guardrail::settings::RuntimeAuthorizer;
use stand_in::Fault;

use super::{assert_says_no_value, created, enforce, scene, scene_with, sent};
use crate::support::{
    harness::{assert_ended, assert_found, assert_says, assert_says_nothing_of, only_write},
    names::{AUTHORIZER, EXEMPT, GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, REQUIRED},
};

#[tokio::test]
async fn a_missing_authorizer_is_not_reported_with_the_setting_off() {
    let scene = scene(RuntimeAuthorizer::Off).await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &[]);
    assert_eq!(sent(&only_write(&scene)), None);
}

#[tokio::test]
async fn a_missing_authorizer_is_a_finding_with_the_setting_report() {
    let scene = scene(RuntimeAuthorizer::Report).await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &["no_authorizer"]);
    assert_says_nothing_of(&outcome, "authorizer");
    assert_eq!(sent(&only_write(&scene)), None);
}

#[tokio::test]
async fn an_empty_authorizer_is_left_out_of_the_update() {
    for setting in [RuntimeAuthorizer::Off, RuntimeAuthorizer::Report] {
        for empty in ["{}", "{ \n }"] {
            let scene = scene_with(setting.clone(), |runtime| {
                runtime.set(AUTHORIZER, empty);
            })
            .await;

            assert_ended(&scene.outcome(created()).await, "enforced", "v1_allowed");
            assert_eq!(sent(&only_write(&scene)), None, "{empty:?}");
        }
    }
}

#[tokio::test]
async fn report_mode_says_which_authorizer_would_be_set() {
    let scene = scene(enforce()).await.in_report_mode();

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "would_enforce", "v1_allowed");
    assert_found(&outcome, &["no_authorizer"]);
    assert_says(&outcome, "The same update would set the authorizer");
    assert_says(&outcome, "would then refuse calls that are signed with SigV4");
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_TAGS, LIST_ENDPOINTS]);
    assert_says_no_value(&scene, &outcome);
}

#[tokio::test]
async fn a_compliant_runtime_without_an_authorizer_is_only_reported() {
    let scene = scene_with(enforce(), |runtime| {
        runtime.set(REQUIRED.0, REQUIRED.1);
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["no_authorizer"]);
    assert_says(&outcome, "does not get one");
    assert_eq!(scene.aws.operations(), [GET_RUNTIME]);
}

#[tokio::test]
async fn an_exempt_runtime_is_given_no_authorizer() {
    let scene = scene_with(enforce(), |runtime| {
        runtime.tag(EXEMPT, "vendor agent needs v1");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_found(&outcome, &["no_authorizer"]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_runtime_with_a_failed_update_is_given_no_authorizer() {
    let scene = scene_with(enforce(), |runtime| {
        runtime.status("UPDATE_FAILED");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "update_failed");
    assert_found(&outcome, &["no_authorizer"]);
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_ENDPOINTS]);
}

#[tokio::test]
async fn a_runtime_with_unreadable_tags_is_given_no_authorizer() {
    let scene = scene(enforce()).await;
    scene.aws.world().fault(LIST_TAGS, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "tags_unreadable");
    assert_found(&outcome, &["no_authorizer"]);
    assert!(scene.aws.writes().is_empty());
}

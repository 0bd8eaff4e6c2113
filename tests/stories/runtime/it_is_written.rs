//! A runtime that allows MMDSv1 is enforced.

use serde_json::json;
use stand_in::{ACCOUNT, REGION};

use super::{
    LONGER_THAN_LEFT, UP_TO_THE_UPDATE, created, members, scene, scene_with, sent, updated,
};
use crate::support::{
    harness::{assert_ended, assert_found, assert_says, only_write},
    names::{EXEMPT, GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, METADATA, RUNTIME, UPDATE_RUNTIME},
};

#[tokio::test]
async fn a_runtime_that_allows_v1_is_enforced_with_this_exact_response() {
    let scene = scene().await;

    let response = scene.invoke(created()).await.expect("nothing fails");

    assert_eq!(
        response,
        json!({
            "mode": "enforce",
            "ignored": null,
            "counts": {"enforced": 1},
            "outcomes": [{
                "kind": "agentcore_runtime",
                "id": RUNTIME,
                "account": ACCOUNT,
                "region": REGION,
                "arn": format!("arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/{RUNTIME}"),
                "result": "enforced",
                "reason": "v1_allowed",
                "detail": "requireMMDSV2 is now true, in version 2; every other member of the configuration is \
                           unchanged.",
                "before": {"require_mmdsv2": null, "version": "1"},
                "after": {"require_mmdsv2": true, "version": "2"},
                "findings": []
            }]
        })
    );
    assert_eq!(
        scene.aws.operations(),
        [
            GET_RUNTIME,
            LIST_TAGS,
            GET_RUNTIME,
            UPDATE_RUNTIME,
            GET_RUNTIME,
            GET_RUNTIME,
            GET_RUNTIME,
            LIST_ENDPOINTS
        ]
    );
    assert!(scene.aws.world().runtime(RUNTIME).requires_mmdsv2());
}

#[tokio::test]
async fn a_runtime_whose_setting_is_absent_null_or_false_allows_v1() {
    for (json, before) in [
        ("null", json!(null)),
        ("{}", json!(null)),
        (r#"{"requireMMDSV2":null}"#, json!(null)),
        (r#"{"requireMMDSV2":false}"#, json!(false)),
    ] {
        let scene = scene_with(|runtime| {
            runtime.set(METADATA, json);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["before"]["require_mmdsv2"], before, "{json}");
        assert_eq!(outcome["after"]["require_mmdsv2"], true, "{json}");
    }
}

#[tokio::test]
async fn an_update_that_may_have_allowed_v1_again_is_corrected() {
    let scene = scene().await;

    let outcome = scene.outcome(updated(json!({"agentRuntimeId": RUNTIME}))).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
}

#[tokio::test]
async fn a_runtime_that_aws_is_updating_is_awaited() {
    for status in ["CREATING", "UPDATING"] {
        let scene = scene_with(|runtime| {
            runtime.status(status);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(
            scene.aws.operations()[..6],
            [GET_RUNTIME, GET_RUNTIME, GET_RUNTIME, LIST_TAGS, GET_RUNTIME, UPDATE_RUNTIME],
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_conflict_is_waited_out_and_everything_is_read_again() {
    let scene = scene().await;
    scene.just_before_the_update(|world| {
        world
            .runtime_mut(RUNTIME)
            .publish(&[("description", r#""changed in between""#)])
            .status("UPDATING");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["version"], "2");
    assert_eq!(outcome["after"]["version"], "3");
    let mut operations = scene.aws.operations();
    operations.dedup();
    assert_eq!(
        operations,
        [
            GET_RUNTIME,
            LIST_TAGS,
            GET_RUNTIME,
            UPDATE_RUNTIME,
            GET_RUNTIME,
            LIST_TAGS,
            GET_RUNTIME,
            UPDATE_RUNTIME,
            GET_RUNTIME,
            LIST_ENDPOINTS
        ]
    );
    let writes = scene.aws.writes();
    assert_eq!(writes[0].error.as_deref(), Some("ConflictException"));
    assert_eq!(sent(&members(&writes[1]), "description"), Some(r#""changed in between""#));
}

#[tokio::test]
async fn an_exemption_set_during_a_conflict_is_respected() {
    let scene = scene().await;
    scene.just_before_the_update(|world| {
        world.runtime_mut(RUNTIME).tag(EXEMPT, "wait for me").status("UPDATING");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(scene.aws.world().runtime(RUNTIME).version, 1);
    assert_eq!(only_write(&scene).error.as_deref(), Some("ConflictException"));
}

#[tokio::test]
async fn a_conflict_near_the_deadline_fails_without_waiting() {
    let scene = scene().await.with_pace(LONGER_THAN_LEFT, LONGER_THAN_LEFT);
    scene.just_before_the_update(|world| {
        world.runtime_mut(RUNTIME).status("UPDATING");
    });

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_says(&outcome, "ConflictException");
    assert_eq!(scene.aws.operations(), UP_TO_THE_UPDATE);
}

#[tokio::test]
async fn an_expired_exception_does_not_exempt_a_runtime() {
    let scene = scene_with(|runtime| {
        runtime.tag(EXEMPT, "2020-12-31 vendor agent needs v1");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &["exception_expired"]);
    assert_says(&outcome, "expired");
}

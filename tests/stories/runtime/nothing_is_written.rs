//! A runtime is read, or not even that, and left as it is.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::Fault;

use super::{assert_no_piece_of_the_secret, created, scene, scene_with, updated};
use crate::support::{
    harness::{Scene, assert_ended, assert_found, assert_says, detail, just_now},
    names::{
        CANARY, EXEMPT, GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, METADATA, REQUIRED, RUNTIME,
        UPDATE_RUNTIME,
    },
};

#[tokio::test]
async fn a_runtime_that_requires_mmdsv2_is_read_and_left_alone() {
    let scene = scene_with(|runtime| {
        runtime.set(REQUIRED.0, REQUIRED.1);
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_eq!(outcome["before"], json!({"require_mmdsv2": true, "version": "1"}));
    assert_eq!(outcome["after"], Value::Null);
    assert_eq!(scene.aws.operations(), [GET_RUNTIME]);
}

#[tokio::test]
async fn an_update_that_requires_mmdsv2_is_ignored_without_a_call() {
    let scene = scene().await;
    let request =
        json!({"agentRuntimeId": RUNTIME, "metadataConfiguration": {"requireMMDSV2": true}});

    let response = scene.invoke(updated(request)).await.expect("nothing fails");

    assert_eq!(
        response,
        json!({"mode": "enforce", "ignored": "already_required", "counts": {}, "outcomes": []})
    );
    assert!(scene.aws.calls().is_empty());
}

#[tokio::test]
async fn an_exempt_runtime_is_not_written_and_its_owner_is_warned() {
    let scene = scene_with(|runtime| {
        runtime.tag(EXEMPT, "vendor agent needs v1");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_says(&outcome, "vendor agent needs v1");
    assert_says(&outcome, "AWS refuses to invoke it");
    assert_found(&outcome, &[]);
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_TAGS, GET_RUNTIME, LIST_ENDPOINTS]);
}

#[tokio::test]
async fn a_malformed_exception_exempts_a_runtime_and_is_a_finding() {
    let scene = scene_with(|runtime| {
        runtime.tag(EXEMPT, "2027-02-30 vendor agent needs v1");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_found(&outcome, &["exception_malformed"]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_runtime_with_unreadable_tags_is_not_written() {
    for fault in [Fault::AccessDenied, Fault::Internal, Fault::Garbage, Fault::ConnectionReset] {
        let scene = scene().await;
        scene.aws.world().fault(LIST_TAGS, fault.clone(), usize::MAX);

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "tags_unreadable");
        assert_says(&outcome, LIST_TAGS);
        assert_eq!(outcome["before"], json!({"require_mmdsv2": null, "version": "1"}));
        assert!(scene.aws.writes().is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn report_mode_says_what_it_would_enforce_on_a_runtime() {
    let scene = scene().await.in_report_mode();

    let response = scene.invoke(created()).await.expect("nothing fails");

    assert_eq!(response["mode"], "report");
    assert_eq!(response["counts"], json!({"would_enforce": 1}));
    let outcome = &response["outcomes"][0];
    assert_ended(outcome, "would_enforce", "v1_allowed");
    assert_eq!(
        (&outcome["before"]["require_mmdsv2"], &outcome["after"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_TAGS, LIST_ENDPOINTS]);
}

#[tokio::test]
async fn a_runtime_with_a_failed_update_is_held_with_the_reason() {
    let scene = scene_with(|runtime| {
        runtime.status("UPDATE_FAILED").failure_reason =
            Some("The image could not be pulled.".to_owned());
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "update_failed");
    assert_says(&outcome, "UPDATE_FAILED");
    assert_says(&outcome, "The image could not be pulled.");
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_ENDPOINTS]);
}

#[tokio::test]
async fn a_runtime_with_a_failed_or_unknown_status_is_held() {
    for (status, reason) in [
        ("CREATE_FAILED", "create_failed"),
        ("DELETE_FAILED", "delete_failed"),
        ("SUSPENDED_BY_MOONLIGHT", "unknown_status"),
    ] {
        let scene = scene_with(|runtime| {
            runtime.status(status);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "held", reason);
        assert_says(&outcome, status);
        assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_ENDPOINTS]);
    }
}

#[tokio::test]
async fn a_runtime_that_is_being_deleted_is_gone() {
    let scene = scene_with(|runtime| {
        runtime.status("DELETING");
    })
    .await;

    assert_ended(&scene.outcome(created()).await, "gone", "deleting");
    assert_eq!(scene.aws.operations(), [GET_RUNTIME]);
}

#[tokio::test]
async fn a_runtime_that_aws_no_longer_knows_is_gone() {
    let scene = Scene::new().await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "gone", "not_found");
    assert_eq!((&outcome["before"], &outcome["after"]), (&Value::Null, &Value::Null));
    assert_eq!(scene.aws.operations(), [GET_RUNTIME]);
}

#[tokio::test]
async fn a_runtime_that_aws_may_not_know_yet_fails_so_that_lambda_retries() {
    let scene = Scene::new().await;

    assert_ended(&scene.failed_outcome(just_now(created())).await, "failed", "not_found_yet");
    assert_eq!(scene.aws.operations(), [GET_RUNTIME]);
}

#[tokio::test]
async fn a_runtime_that_vanishes_before_the_last_look_is_gone() {
    let scene = scene().await;
    scene.aws.world().after(LIST_TAGS, |world| {
        world.runtimes.remove(RUNTIME);
    });

    assert_ended(&scene.outcome(created()).await, "gone", "not_found");
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_TAGS, GET_RUNTIME]);
}

#[tokio::test]
async fn a_runtime_that_vanishes_before_the_write_is_gone() {
    let scene = scene().await;
    scene.just_before_the_update(|world| {
        world.runtimes.remove(RUNTIME);
    });

    assert_ended(&scene.outcome(created()).await, "gone", "not_found");
    assert_eq!(
        scene.aws.operations(),
        [GET_RUNTIME, LIST_TAGS, GET_RUNTIME, UPDATE_RUNTIME, GET_RUNTIME]
    );
}

#[tokio::test]
async fn a_compliant_runtime_is_not_awaited_while_it_is_created() {
    let scene = scene_with(|runtime| {
        runtime.set(REQUIRED.0, REQUIRED.1).status("CREATING").polls_left = u32::MAX;
    })
    .await;

    assert_ended(&scene.outcome(created()).await, "compliant", "v2_required");
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_ENDPOINTS]);
}

#[tokio::test]
async fn an_update_in_progress_is_awaited_before_it_is_believed() {
    let scene = scene_with(|runtime| {
        runtime.set(REQUIRED.0, REQUIRED.1).status("UPDATING");
    })
    .await;

    assert_ended(&scene.outcome(created()).await, "compliant", "v2_required");
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, GET_RUNTIME, GET_RUNTIME]);
}

#[tokio::test]
async fn a_runtime_in_transition_is_not_awaited_near_the_deadline() {
    for status in ["CREATING", "UPDATING"] {
        let scene = scene_with(|runtime| runtime.status(status).polls_left = u32::MAX).await;
        let scene = scene.with_remaining(Duration::from_secs(20));

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "still_changing");
        assert_says(&outcome, status);
        assert_eq!(scene.aws.operations(), [GET_RUNTIME]);
    }
}

#[tokio::test]
async fn a_runtime_that_lacks_a_required_member_is_not_written() {
    for member in ["roleArn", "agentRuntimeArtifact"] {
        let scene = scene_with(|runtime| {
            runtime.document.remove(member);
        })
        .await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "unsafe_to_send");
        assert_says(&outcome, member);
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn a_setting_of_unknown_shape_is_not_overwritten() {
    let scene = scene_with(|runtime| {
        runtime.set(METADATA, r#""MMDSv1""#);
    })
    .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "unsafe_to_send");
    assert_says(&outcome, "metadataConfiguration is not a JSON object");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_runtime_is_not_written_back() {
    let scene = scene().await;
    scene.aws.world().fault(GET_RUNTIME, Fault::Garbage, usize::MAX);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "read_failed");
    assert_eq!(outcome["before"], Value::Null);
    assert!(scene.aws.operations().iter().all(|operation| operation == GET_RUNTIME));
}

#[tokio::test]
async fn a_secret_is_redacted_from_the_reason_of_an_earlier_failure() {
    let scene = scene_with(|runtime| {
        runtime.status("UPDATE_FAILED").failure_reason =
            Some(format!("Bad value '{CANARY}' for the container."));
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "update_failed");
    assert_says(&outcome, "environmentVariables.DATABASE_PASSWORD");
    assert_says(&outcome, "for the container.");
    assert_no_piece_of_the_secret(&scene, &outcome);
}

#[tokio::test]
async fn an_endless_reason_of_an_earlier_failure_is_shortened() {
    let scene = scene_with(|runtime| {
        runtime.status("UPDATE_FAILED").failure_reason = Some("and then ".repeat(20_000));
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "update_failed");
    assert!(detail(&outcome).len() < 1_000, "the detail has {} bytes", detail(&outcome).len());
}

//! `requireServiceS3Endpoint`, which AWS takes back from some runtimes only.

use serde_json::json;
use stand_in::Fault;

use super::{
    S3_ENDPOINT_REFUSED, UP_TO_THE_UPDATE, at, client_token, created, members, scene, scene_with,
    sent,
};
use crate::support::{
    harness::{assert_ended, only_write},
    names::{EXEMPT, RUNTIME, UPDATE_RUNTIME},
};

const NETWORK: &str = "networkConfiguration";
const ENDPOINT: &str = "/networkConfiguration/networkModeConfig/requireServiceS3Endpoint";
const SIBLINGS: &str = r#"{"networkMode":"VPC","networkModeConfig":{"future":1.10,"securityGroups":["sg-1"],"subnets":["subnet-1"]}}"#;

#[tokio::test]
async fn a_newer_runtime_is_updated_without_the_s3_endpoint() {
    for created_at in ["2026-06-11T00:00:00Z", "2026-09-01T08:00:00.123Z"] {
        let scene = scene_with(|runtime| {
            runtime.created_at(created_at).set(NETWORK, SIBLINGS);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(sent(&members(&only_write(&scene)), NETWORK), Some(SIBLINGS), "{created_at}");
    }
}

#[tokio::test]
async fn an_older_runtime_keeps_its_s3_endpoint_false() {
    let scene = scene_with(|runtime| {
        runtime.created_at("2026-06-10T23:59:59Z").set(NETWORK, SIBLINGS);
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(at(&only_write(&scene), ENDPOINT), Some(json!(false)));
}

#[tokio::test]
async fn an_older_runtime_that_refuses_the_s3_endpoint_is_updated_without_it() {
    let scene = scene_with(|runtime| {
        runtime.set(NETWORK, SIBLINGS).refuses_s3_endpoint = true;
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 2);
    assert_eq!(at(&writes[0], ENDPOINT), Some(json!(false)));
    assert_eq!(sent(&members(&writes[1]), NETWORK), Some(SIBLINGS));
    assert_ne!(
        client_token(&writes[0]),
        client_token(&writes[1]),
        "another body is another request"
    );
    let once_more = [UP_TO_THE_UPDATE, UP_TO_THE_UPDATE].concat();
    assert_eq!(scene.aws.operations()[..8], once_more);
}

#[tokio::test]
async fn a_deployment_after_the_s3_endpoint_is_refused_stays() {
    let scene = scene_with(|runtime| {
        runtime.set(NETWORK, SIBLINGS).refuses_s3_endpoint = true;
    })
    .await;
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        world
            .runtime_mut(RUNTIME)
            .publish(&[("description", r#""deployed in between""#)]);
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(
        (&outcome["before"]["version"], &outcome["after"]["version"]),
        (&json!("2"), &json!("3"))
    );
    assert_eq!(
        scene.aws.world().runtime(RUNTIME).member("description"),
        Some(r#""deployed in between""#)
    );
    assert_eq!(scene.aws.writes().len(), 2);
}

#[tokio::test]
async fn an_exemption_after_the_s3_endpoint_is_refused_is_respected() {
    let scene = scene_with(|runtime| runtime.refuses_s3_endpoint = true).await;
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        world.runtime_mut(RUNTIME).tag(EXEMPT, "yes");
    });

    assert_ended(&scene.outcome(created()).await, "exempt", "exception_tag");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_runtime_that_refuses_both_forms_of_the_update_is_held() {
    let scene = scene().await;
    let refusal = Fault::Refused {
        code: "ValidationException",
        message: S3_ENDPOINT_REFUSED.to_owned(),
        status: 400,
    };
    scene.aws.world().fault(UPDATE_RUNTIME, refusal, usize::MAX);

    assert_ended(&scene.outcome(created()).await, "held", "refused");
    assert_eq!(scene.aws.writes().len(), 2);
}

#[tokio::test]
async fn only_the_exact_s3_endpoint_refusal_leads_to_the_other_form() {
    let invalid = scene().await;
    let message = "requireServiceS3Endpoint is not valid here".to_owned();
    invalid.aws.world().fault(
        UPDATE_RUNTIME,
        Fault::Refused { code: "ValidationException", message, status: 400 },
        1,
    );
    assert_ended(&invalid.outcome(created()).await, "held", "refused");
    assert_eq!(invalid.aws.writes().len(), 1);

    let denied = scene().await;
    let message = S3_ENDPOINT_REFUSED.to_owned();
    denied.aws.world().fault(
        UPDATE_RUNTIME,
        Fault::Refused { code: "AccessDeniedException", message, status: 400 },
        1,
    );
    assert_ended(&denied.failed_outcome(created()).await, "failed", "write_failed");
    assert_eq!(denied.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_newer_runtime_that_refuses_is_not_sent_the_same_again() {
    let scene = scene_with(|runtime| {
        runtime.created_at("2026-09-01T08:00:00Z");
    })
    .await;
    let refusal = Fault::Refused {
        code: "ValidationException",
        message: S3_ENDPOINT_REFUSED.to_owned(),
        status: 400,
    };
    scene.aws.world().fault(UPDATE_RUNTIME, refusal, usize::MAX);

    assert_ended(&scene.outcome(created()).await, "held", "refused");
    assert_eq!(scene.aws.writes().len(), 1);
}

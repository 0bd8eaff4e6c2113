//! What else is worth knowing about a runtime comes with its outcome.

use serde_json::{Value, json};
use stand_in::Runtime;

use super::{created, scene_with};
use crate::support::{
    harness::{assert_ended, assert_found, s3_artifact},
    names::{GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, UPDATE_RUNTIME},
};

async fn findings(arrange: impl FnOnce(&mut Runtime)) -> Value {
    let scene = scene_with(arrange).await.in_report_mode();
    scene.outcome(created()).await["findings"].take()
}

#[tokio::test]
async fn an_image_with_a_tag_is_mutable_and_one_with_a_digest_is_not() {
    let by_tag = r#"{"containerConfiguration":{"containerUri":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent:latest"}}"#;

    let mutable = findings(|runtime| {
        runtime.set("agentRuntimeArtifact", by_tag);
    });

    assert_eq!(mutable.await, json!(["mutable_artifact"]));
    assert_eq!(findings(|_| ()).await, json!([]));
}

#[tokio::test]
async fn an_s3_object_without_a_version_is_mutable() {
    let without = [
        json!({"bucket": "agents", "prefix": "claims.zip"}),
        json!({"bucket": "agents", "prefix": "claims.zip", "versionId": ""}),
        json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "null"}),
    ];
    let with = s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "v7"}));

    for without in without {
        let mutable = findings(|runtime| {
            runtime.set("agentRuntimeArtifact", &s3_artifact(&without));
        });
        assert_eq!(mutable.await, json!(["mutable_artifact"]), "{without}");
    }
    let fixed = findings(|runtime| {
        runtime.set("agentRuntimeArtifact", &with);
    });

    assert_eq!(fixed.await, json!([]));
}

#[tokio::test]
async fn a_public_network_is_a_finding() {
    let found = findings(|runtime| {
        runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#);
    });

    assert_eq!(found.await, json!(["public_network"]));
}

#[tokio::test]
async fn a_missing_authorizer_is_a_finding_however_it_is_absent() {
    let absent = findings(|runtime| {
        runtime.document.remove("authorizerConfiguration");
    });
    assert_eq!(absent.await, json!(["no_authorizer"]));
    for json in ["null", "{}", "{ }"] {
        let empty = findings(|runtime| {
            runtime.set("authorizerConfiguration", json);
        });
        assert_eq!(empty.await, json!(["no_authorizer"]), "{json}");
    }
}

#[tokio::test]
async fn findings_of_an_enforced_runtime_cost_no_further_call() {
    let scene = scene_with(|runtime| {
        runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#);
        runtime.document.remove("authorizerConfiguration");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &["no_authorizer", "public_network"]);
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
}

//! Runtimes that belong to somebody else, or whose update might change their code, are held.

use serde_json::{Value, json};

use super::{created, scene, scene_with};
use crate::support::{
    harness::{
        Scene, assert_ended, assert_found, assert_says, by_id, document, due, runtime_created,
    },
    names::{HARNESS_RUNTIME, LIST_TAGS, REQUIRED, RUNTIME},
};

const CAPACITY: &str = "capacityProviderConfiguration";
const MUTABLE: &str = r#"{"containerConfiguration":{"containerUri":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent:latest"}}"#;

/// The outcomes of a runtime in an event and in a sweep, in enforce and in report mode. Nothing was
/// written.
async fn outcomes(id: &str, scene: impl AsyncFn() -> Scene) -> Vec<Value> {
    let mut outcomes = Vec::new();
    for event in [runtime_created(id), due()] {
        for in_report_mode in [false, true] {
            let scene = scene().await;
            let scene = if in_report_mode { scene.in_report_mode() } else { scene };
            let response = scene.invoke(event.clone()).await.expect("success");
            assert!(scene.aws.writes().is_empty());
            assert!(
                !scene.aws.operations().contains(&LIST_TAGS.to_owned()),
                "no tag would make a difference"
            );
            outcomes.push(by_id(&response)[id].clone());
        }
    }
    outcomes
}

#[tokio::test]
async fn a_runtime_of_a_harness_is_held() {
    let scene = async || {
        let scene = Scene::new().await;
        scene.aws.world().add_runtime(HARNESS_RUNTIME, &document());
        scene
    };
    for outcome in outcomes(HARNESS_RUNTIME, scene).await {
        assert_ended(&outcome, "held", "managed_by_harness");
        assert_says(&outcome, "Update the harness with UpdateHarness");
    }
}

#[tokio::test]
async fn a_runtime_on_instances_compute_is_held() {
    let scene = async || {
        scene_with(|runtime| {
            runtime.set(
                CAPACITY,
                r#"{"capacityProviderArn":"arn:aws:bedrock-agentcore:eu-west-1:111122223333:x/y"}"#,
            );
        })
        .await
    };
    for outcome in outcomes(RUNTIME, scene).await {
        assert_ended(&outcome, "held", "instances_compute");
        assert_says(&outcome, "Require IMDSv2 where its capacity provider is set up");
    }
}

#[tokio::test]
async fn a_runtime_with_a_mutable_artifact_is_held_if_the_setting_says_so() {
    let by_name_alone = [
        MUTABLE.to_owned(),
        json!({"codeConfiguration": {"code": {"s3": {"bucket": "agents", "prefix": "claims.zip"}}}}).to_string(),
    ];
    for artifact in by_name_alone {
        let scene = async || {
            scene_with(|runtime| {
                runtime.set("agentRuntimeArtifact", &artifact);
            })
            .await
            .with_mutable_artifacts_held()
        };
        for outcome in outcomes(RUNTIME, scene).await {
            assert_ended(&outcome, "held", "mutable_artifact");
            assert_says(&outcome, "sending it again may deploy other code");
            assert_found(&outcome, &["mutable_artifact"]);
        }
    }
}

#[tokio::test]
async fn a_runtime_is_held_for_its_artifact_only_if_mutable_and_set_to_hold() {
    let enforced = scene_with(|runtime| {
        runtime.set("agentRuntimeArtifact", MUTABLE);
    })
    .await;
    let outcome = enforced.outcome(created()).await;
    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &["mutable_artifact"]);

    let fixed = scene().await.with_mutable_artifacts_held();
    assert_ended(&fixed.outcome(created()).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn a_runtime_that_only_resembles_a_harness_is_written() {
    const ALIKE: &str = "harnessed_agent-a1B2c3D4e5";
    let scene = Scene::new().await;
    scene.aws.world().add_runtime(ALIKE, &document());
    assert_ended(&scene.outcome(runtime_created(ALIKE)).await, "enforced", "v1_allowed");

    for nothing in ["null", "{}"] {
        let scene = scene_with(|runtime| {
            runtime.set(CAPACITY, nothing);
        })
        .await;
        assert_ended(&scene.outcome(created()).await, "enforced", "v1_allowed");
    }
}

#[tokio::test]
async fn a_runtime_that_requires_mmdsv2_is_compliant_whoever_manages_it() {
    let scene = Scene::new().await.with_mutable_artifacts_held();
    {
        let mut world = scene.aws.world();
        world.add_runtime(HARNESS_RUNTIME, &document()).set(REQUIRED.0, REQUIRED.1);
        world
            .add_runtime(RUNTIME, &document())
            .set(REQUIRED.0, REQUIRED.1)
            .set("agentRuntimeArtifact", MUTABLE);
    }

    for id in [HARNESS_RUNTIME, RUNTIME] {
        assert_ended(&scene.outcome(runtime_created(id)).await, "compliant", "v2_required");
    }
}

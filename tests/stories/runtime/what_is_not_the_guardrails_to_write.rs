use super::*;

const HARNESS: &str = "harness_support-a1B2c3D4e5";
const CAPACITY: &str = "capacityProviderConfiguration";
const MUTABLE: &str =
    r#"{"containerConfiguration":{"containerUri":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent:latest"}}"#;

/// The outcomes of a runtime in an event and in a sweep, in enforce and in report mode. Nothing was written.
async fn outcomes(id: &str, scene: impl AsyncFn() -> Scene) -> Vec<Value> {
    let mut outcomes = Vec::new();
    for event in [runtime_created(id), due()] {
        for in_report_mode in [false, true] {
            let scene = scene().await;
            let scene = if in_report_mode { scene.in_report_mode() } else { scene };
            let response = scene.invoke(event.clone()).await.expect("success");
            assert!(scene.aws.writes().is_empty());
            assert!(!scene.aws.operations().contains(&TAGS.to_owned()), "no tag would make a difference");
            outcomes.push(by_id(&response)[id].clone());
        }
    }
    outcomes
}

#[tokio::test]
async fn the_runtime_of_a_harness() {
    let scene = async || {
        let scene = Scene::new().await;
        scene.aws.world().add_runtime(HARNESS, &document());
        scene
    };
    for outcome in outcomes(HARNESS, scene).await {
        assert_ended(&outcome, "held", "managed_by_harness");
        assert_says(&outcome, "Update the harness with UpdateHarness");
    }
}

#[tokio::test]
async fn a_runtime_on_instances_compute() {
    let scene = async || {
        scene_with(|runtime| {
            runtime.set(CAPACITY, r#"{"capacityProviderArn":"arn:aws:bedrock-agentcore:eu-west-1:111122223333:x/y"}"#);
        })
        .await
    };
    for outcome in outcomes(ID, scene).await {
        assert_ended(&outcome, "held", "instances_compute");
        assert_says(&outcome, "Require IMDSv2 where its capacity provider is set up");
    }
}

#[tokio::test]
async fn a_runtime_whose_code_an_update_may_change_if_those_are_to_be_held() {
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
        for outcome in outcomes(ID, scene).await {
            assert_ended(&outcome, "held", "mutable_artifact");
            assert_says(&outcome, "sending it again may deploy other code");
            assert_eq!(outcome["findings"], json!(["mutable_artifact"]), "{artifact}");
        }
    }
}

#[tokio::test]
async fn but_only_if_they_are_to_be_held_and_only_those() {
    let enforced = scene_with(|runtime| {
        runtime.set("agentRuntimeArtifact", MUTABLE);
    })
    .await;
    let outcome = enforced.outcome(created()).await;
    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["findings"], json!(["mutable_artifact"]));

    let fixed = scene().await.with_mutable_artifacts_held();
    assert_ended(&fixed.outcome(created()).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn but_one_that_is_only_called_alike_or_names_no_capacity_provider_is_written() {
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
async fn and_one_of_them_that_requires_mmdsv2_is_compliant() {
    let scene = Scene::new().await.with_mutable_artifacts_held();
    {
        let mut world = scene.aws.world();
        world.add_runtime(HARNESS, &document()).set(REQUIRED.0, REQUIRED.1);
        world.add_runtime(ID, &document()).set(REQUIRED.0, REQUIRED.1).set("agentRuntimeArtifact", MUTABLE);
    }

    for id in [HARNESS, ID] {
        assert_ended(&scene.outcome(runtime_created(id)).await, "compliant", "v2_required");
    }
}

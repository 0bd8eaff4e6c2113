use super::*;

const HARNESS: &str = "harness_support-a1B2c3D4e5";

#[tokio::test]
async fn though_its_runtime_is_compliant_if_that_belongs_to_a_harness_or_runs_on_instances_compute() {
    let provider = r#"{"capacityProviderArn":"arn:aws:bedrock-agentcore:eu-west-1:111122223333:x/y"}"#;
    for (id, capacity, why) in [
        (HARNESS, "null", "its runtime belongs to a harness, which alone updates it"),
        (ID, provider, "its runtime runs on Instances compute, for which AWS does not document MMDSv2"),
    ] {
        for event in [runtime_created(id), due()] {
            let scene = Scene::new().await.with_endpoints_moved();
            {
                let mut world = scene.aws.world();
                let runtime = world.add_runtime(id, &document());
                pinned(runtime.set("capacityProviderConfiguration", capacity).publish(&[REQUIRED]));
            }

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[id];
            assert_ended(outcome, "compliant", "v2_required", &["pinned_endpoint"]);
            assert_says(outcome, why);
            assert!(scene.aws.writes().is_empty(), "{id}");
        }
    }
}

#[tokio::test]
async fn as_long_as_its_runtime_is_held() {
    for event in [runtime_created(HARNESS), due()] {
        let scene = Scene::new().await.with_endpoints_moved();
        pinned(scene.aws.world().add_runtime(HARNESS, &document()));

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[HARNESS];
        assert_ended(outcome, "held", "managed_by_harness", &["pinned_endpoint"]);
        assert_says(outcome, "The endpoint prod is pinned to version 1");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn if_its_runtime_came_to_run_on_instances_compute_just_before() {
    let scene = moving(pinned).await;
    scene.aws.world().after(LIST, |world| {
        let provider = r#"{"capacityProviderArn":"arn:aws:bedrock-agentcore:eu-west-1:111122223333:x/y"}"#;
        runtime(world).publish(&[("capacityProviderConfiguration", provider)]);
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "its runtime runs on Instances compute");
    assert!(scene.aws.writes().is_empty());
}

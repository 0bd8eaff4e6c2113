//! Endpoints of runtimes that are not the guardrail's to update.

use super::{moving, pinned, updated};
use crate::support::{
    harness::{
        Scene, assert_ended, assert_found, assert_says, by_id, document, due, runtime_created,
    },
    names::{HARNESS_RUNTIME, LIST_ENDPOINTS, REQUIRED, RUNTIME},
};

#[tokio::test]
async fn endpoints_of_a_harness_or_on_instances_compute_stay() {
    let provider =
        r#"{"capacityProviderArn":"arn:aws:bedrock-agentcore:eu-west-1:111122223333:x/y"}"#;
    for (id, capacity, why) in [
        (
            HARNESS_RUNTIME,
            "null",
            "its runtime belongs to a harness, and only the harness can update it",
        ),
        (
            RUNTIME,
            provider,
            "its runtime runs on Instances compute, for which AWS does not document MMDSv2",
        ),
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
            assert_ended(outcome, "compliant", "v2_required");
            assert_found(outcome, &["pinned_endpoint"]);
            assert_says(outcome, why);
            assert!(scene.aws.writes().is_empty(), "{id}");
        }
    }
}

#[tokio::test]
async fn endpoints_of_a_held_harness_runtime_stay() {
    for event in [runtime_created(HARNESS_RUNTIME), due()] {
        let scene = Scene::new().await.with_endpoints_moved();
        pinned(scene.aws.world().add_runtime(HARNESS_RUNTIME, &document()));

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[HARNESS_RUNTIME];
        assert_ended(outcome, "held", "managed_by_harness");
        assert_found(outcome, &["pinned_endpoint"]);
        assert_says(outcome, "The endpoint prod is pinned to version 1");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn endpoints_of_a_runtime_just_switched_to_instances_compute_stay() {
    let scene = moving(pinned).await;
    scene.aws.world().after(LIST_ENDPOINTS, |world| {
        let provider =
            r#"{"capacityProviderArn":"arn:aws:bedrock-agentcore:eu-west-1:111122223333:x/y"}"#;
        world
            .runtime_mut(RUNTIME)
            .publish(&[("capacityProviderConfiguration", provider)]);
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "its runtime runs on Instances compute");
    assert!(scene.aws.writes().is_empty());
}

//! A pinned endpoint is moved to the current version of its runtime.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::Fault;

use super::{created, live, moving, moving_with_artifact, pinned, updated};
use crate::support::{
    harness::{
        Scene, assert_ended, assert_found, assert_says, by_id, count, detail, document, due,
        runtime_created, s3_artifact,
    },
    names::{
        GET_ENDPOINT, GET_RUNTIME, LIST_ENDPOINTS, METADATA, REQUIRED, RUNTIME, UPDATE_ENDPOINT,
    },
};

#[tokio::test]
async fn a_moved_endpoint_changes_nothing_but_its_version() {
    let scene = moving(pinned).await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
    assert_says(&outcome, "The endpoint prod was moved from version 1 to version 2");
    assert_eq!(live(&scene, "prod"), 2);
    let description = scene.aws.world().runtime(RUNTIME).endpoints["prod"].description.clone();
    assert_eq!(description.as_deref(), Some("for \"front desk\" — é"));
    let writes = scene.aws.writes();
    let [write] = writes.as_slice() else { panic!("one write, not {writes:?}") };
    let body: Value = serde_json::from_str(&write.body).expect("JSON");
    let names: Vec<_> = body.as_object().expect("an object").keys().cloned().collect();
    assert_eq!(
        (write.operation.as_str(), names),
        (
            UPDATE_ENDPOINT,
            ["agentRuntimeVersion", "clientToken", "description"]
                .map(str::to_owned)
                .to_vec()
        )
    );
}

#[tokio::test]
async fn endpoints_with_fixed_images_and_objects_are_moved() {
    let object =
        s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "v7"}));
    let image = r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/claims@sha256:0a1b2c3d"}}"#;
    for artifact in [object.as_str(), image] {
        let scene = moving_with_artifact(artifact).await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint");
        assert_found(&outcome, &["endpoint_moved"]);
    }
}

#[tokio::test]
async fn an_endpoint_is_moved_right_after_its_runtime_is_enforced() {
    let scene = Scene::new().await.with_endpoints_moved();
    pinned(scene.aws.world().add_runtime(RUNTIME, &document()));

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &["endpoint_moved"]);
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_eq!(live(&scene, "prod"), 2);
}

#[tokio::test]
async fn a_moved_endpoint_is_recognised_by_its_own_event_and_the_next_look() {
    let scene = moving(pinned).await;
    scene.outcome(updated()).await;
    let body: Value = serde_json::from_str(&scene.aws.writes()[0].body).expect("JSON");
    let calls = scene.aws.calls().len();

    let mut echo = updated();
    echo["detail"]["requestParameters"]["clientToken"] = body["clientToken"].clone();
    assert_eq!(scene.invoke(echo).await.expect("ignored")["ignored"], "own_echo");
    assert_eq!(scene.aws.calls().len(), calls);

    // Should CloudTrail not show the token.
    let outcome = scene.outcome(updated()).await;
    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &[]);
    assert_eq!(scene.aws.operations().split_off(calls), [GET_RUNTIME, LIST_ENDPOINTS]);
}

#[tokio::test]
async fn an_endpoint_is_moved_once_its_update_has_finished() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 2).moving_to(1, 3);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
    assert_eq!(live(&scene, "prod"), 2);
}

#[tokio::test]
async fn an_endpoint_is_moved_from_whichever_version_its_update_ended_on() {
    let scene = moving(|runtime| {
        // Version 3 lacks the requirement alone, version 4 is the current one.
        runtime.publish(&[]).document.remove(METADATA);
        runtime.publish(&[REQUIRED]);
        runtime.endpoint("prod", 1).moving_to(3, 3);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
    assert_says(&outcome, "The endpoint prod was moved from version 3 to version 4");
    assert_eq!(live(&scene, "prod"), 4);
}

#[tokio::test]
async fn an_endpoint_is_moved_while_aws_updates_its_neighbour() {
    for (event, waits, seconds) in [(updated(), true, 32), (due(), false, 300)] {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.endpoint("busy", 2).moving_to(1, u32::MAX);
        })
        .await
        .with_remaining(Duration::from_secs(seconds));

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[RUNTIME];
        assert_ended(outcome, "enforced", "pinned_endpoint");
        assert_found(outcome, &["endpoint_moved", "pinned_endpoint"]);
        assert_says(outcome, "The endpoint busy is pinned to version 1");
        assert_eq!((live(&scene, "prod"), count(&scene, LIST_ENDPOINTS) > 1), (2, waits));
    }
}

#[tokio::test]
async fn an_endpoint_is_awaited_even_if_its_neighbour_cannot_be_moved() {
    let scene = moving(|runtime| {
        runtime
            .endpoint("odd", 1)
            .more
            .push(("trafficShaping".to_owned(), "1".to_owned()));
        runtime.endpoint("prod", 2).moving_to(1, 5);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved", "pinned_endpoint"]);
    assert_eq!((live(&scene, "odd"), live(&scene, "prod")), (1, 2));
    assert_eq!(
        detail(&outcome).matches("The endpoint odd is pinned").count(),
        1,
        "{}",
        detail(&outcome)
    );
}

#[tokio::test]
async fn an_endpoint_is_awaited_until_its_move_has_finished() {
    let scene = moving(|runtime| runtime.endpoint("prod", 1).settle_polls = 8).await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
    assert!(count(&scene, GET_ENDPOINT) > 8);
}

#[tokio::test]
async fn an_endpoint_is_moved_once_aws_shows_its_version() {
    let scene = moving(pinned).await;
    let arn = scene.aws.world().runtime(RUNTIME).arn();
    let nothing_yet = json!({"runtimeEndpoints": [{
        "name": "prod", "id": "prod", "status": "CREATING", "agentRuntimeArn": arn,
        "agentRuntimeEndpointArn": format!("{arn}/runtime-endpoint/prod"),
        "createdAt": "2026-11-20T10:00:00Z", "lastUpdatedAt": "2026-11-20T10:00:00Z"
    }]});
    scene
        .aws
        .world()
        .fault(LIST_ENDPOINTS, Fault::Answer(nothing_yet.to_string()), 1);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
}

#[tokio::test]
async fn each_endpoint_moves_to_the_version_current_at_that_moment() {
    let scene = moving(|runtime| {
        runtime.endpoint("first", 1);
        runtime.endpoint("second", 1);
    })
    .await;
    scene.aws.world().after(UPDATE_ENDPOINT, |world| {
        _ = world.runtime_mut(RUNTIME).publish(&[("description", r#""new""#)]);
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved", "pinned_endpoint"]);
    assert_says(&outcome, "The endpoint first was moved from version 1 to version 2");
    assert_says(&outcome, "version 3 also differs in other members (description)");
    assert_eq!((live(&scene, "first"), live(&scene, "second")), (2, 1));
}

#[tokio::test]
async fn an_endpoint_that_is_moved_back_is_moved_again() {
    let scene = moving(pinned).await;
    for _ in 0..2 {
        let outcome = scene.outcome(updated()).await;
        assert_ended(&outcome, "enforced", "pinned_endpoint");
        assert_found(&outcome, &["endpoint_moved"]);
        let mut world = scene.aws.world();
        let endpoint = world.runtime_mut(RUNTIME).endpoint_mut("prod");
        endpoint.live_version = 1;
    }
}

#[tokio::test]
async fn a_move_with_a_lost_answer_is_seen_and_not_sent_again() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(UPDATE_ENDPOINT, Fault::LostReply, 1);

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
    assert_eq!(live(&scene, "prod"), 2);
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn an_endpoint_is_moved_whatever_becomes_of_its_neighbours() {
    let scene = moving(|runtime| {
        runtime.publish(&[("description", r#""newer""#)]);
        let without = runtime.versions[&1].clone();
        // Version 4 lacks the requirement alone, version 5 is the current one.
        runtime.publish(&[]).document.remove(METADATA);
        runtime.publish(&[REQUIRED]);
        assert!(!without.contains_key(METADATA));
        for (name, version) in
            [("current", 5), ("differing", 1), ("fails", 4), ("good", 4), ("older", 2)]
        {
            runtime.endpoint(name, version);
        }
    })
    .await;
    scene.aws.world().page_size = 2;
    let fails = format!("{RUNTIME}/runtime-endpoints/fails");
    scene
        .aws
        .world()
        .fault_for(UPDATE_ENDPOINT, &fails, Fault::AccessDenied, usize::MAX);

    let response = scene.invoke(due()).await.expect("a sweep does not fail with one endpoint");

    let outcome = &by_id(&response)[RUNTIME];
    assert_ended(outcome, "failed", "write_failed");
    assert_found(outcome, &["endpoint_moved", "pinned_endpoint"]);
    assert_says(
        outcome,
        "The endpoint fails is pinned to version 4, which does not require MMDSv2. AWS answered",
    );
    assert_says(outcome, "The endpoint good was moved");
    assert_says(outcome, "The endpoint differing is pinned to version 1");
    let versions =
        ["current", "differing", "fails", "good", "older"].map(|name| live(&scene, name));
    assert_eq!(versions, [5, 1, 4, 5, 2]);
}

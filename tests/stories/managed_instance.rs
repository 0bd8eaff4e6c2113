//! Stories of instances that another AWS service manages, and that EC2 hides from whoever does not
//! ask for them. None of them may be written.

use serde_json::{Value, json};
use stand_in::{Call, Fault};

use crate::support::{
    harness::{Scene, assert_ended, assert_says, by_id, due, ec2_call, just_now, running, started},
    names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE, NEIGHBOUR},
};

const MANAGED: &str = "i-0a1b2c3d4e5f60001";
const OPERATOR: &str = "eks.amazonaws.com";

/// Six instances that allow version 1, two on a page, one of which is managed.
async fn scene() -> Scene {
    let scene = Scene::new().await.with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.page_size = 2;
        world.add_instance(MANAGED).operator(OPERATOR);
        (2..7).for_each(|number| _ = world.add_instance(&format!("i-0a1b2c3d4e5f6000{number}")));
    }
    scene
}

/// Where nothing is hidden, EC2 does not know the parameter that asks for what is.
async fn scene_where_nothing_is_hidden() -> Scene {
    let scene = scene().await;
    scene.aws.world().managed_are_hidden = false;
    scene
}

fn looks(scene: &Scene) -> Vec<Call> {
    let mut calls = scene.aws.calls();
    calls.retain(|call| call.operation == DESCRIBE_INSTANCES);
    calls
}

#[track_caller]
fn assert_held(outcome: &Value) {
    assert_ended(outcome, "held", "managed_by_operator");
    assert_says(outcome, &format!("AWS manages it for {OPERATOR}, so it was not changed."));
}

#[tokio::test]
async fn a_managed_instance_is_held_and_never_taken_for_gone() {
    let launched = json!({"instancesSet": {"items": [{"instanceId": MANAGED}]}});
    for event in
        [running(MANAGED), started([MANAGED]), ec2_call("RunInstances", json!({}), launched)]
    {
        for event in [just_now(event.clone()), event] {
            let scene = scene().await;

            let outcome = scene.outcome(event).await;

            assert_held(&outcome);
            assert_eq!(outcome["before"], json!({"http_tokens": "optional", "hop_limit": 2}));
            assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES]);
        }
    }
}

#[tokio::test]
async fn a_managed_instance_is_held_in_a_sweep_and_its_neighbours_enforced() {
    for in_report_mode in [false, true] {
        let scene = scene().await;
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };

        let response = scene.invoke(due()).await.expect("nothing failed");

        let result = if in_report_mode { "would_enforce" } else { "enforced" };
        assert_eq!(
            (&response["counts"], &response["complete"]),
            (&json!({"held": 1, result: 5}), &json!(true))
        );
        assert_held(&by_id(&response)[MANAGED]);
        assert!(
            scene
                .aws
                .writes()
                .iter()
                .all(|write| write.resource.as_deref() != Some(MANAGED))
        );
        assert_eq!(scene.aws.world().instance(MANAGED).http_tokens, "optional");
    }
}

#[tokio::test]
async fn every_page_of_every_look_includes_managed_instances() {
    let scene = scene().await;

    scene.invoke(due()).await.expect("success");

    let looks = looks(&scene);
    assert_eq!(looks.len(), 3 + 3, "the pages of the listing and those of the look");
    assert!(
        looks
            .iter()
            .all(|look| look.parameter("IncludeManagedResources") == Some("true")),
        "{looks:?}"
    );
}

#[tokio::test]
async fn the_parameter_for_managed_instances_is_sent_once_if_it_is_unknown() {
    let scene = scene_where_nothing_is_hidden().await;

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"held": 1, "enforced": 5}), &json!(true))
    );
    assert_held(&by_id(&response)[MANAGED]);
    let looks = looks(&scene);
    let sent: Vec<_> = looks.iter().map(|look| look.parameter("IncludeManagedResources")).collect();
    assert_eq!(sent, [Some("true"), None, None, None, None, None, None]);
    assert_eq!(looks[0].error.as_deref(), Some("UnknownParameter"));
    assert!(looks[1..].iter().all(|look| look.error.is_none()), "{looks:?}");
}

#[tokio::test]
async fn an_event_succeeds_where_ec2_does_not_know_managed_instances() {
    let scene = scene_where_nothing_is_hidden().await;

    let response = scene.invoke(started([MANAGED, NEIGHBOUR])).await.expect("success");

    assert_eq!(response["counts"], json!({"held": 1, "enforced": 1}));
    assert_held(&by_id(&response)[MANAGED]);
    assert_eq!(
        scene.aws.operations(),
        [DESCRIBE_INSTANCES, DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE]
    );
}

#[tokio::test]
async fn any_other_refusal_of_a_look_does_not_drop_managed_instances() {
    let scene = scene().await;
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);

    let outcome = scene.failed_outcome(running(MANAGED)).await;

    assert_ended(&outcome, "failed", "read_failed");
    let looks = looks(&scene);
    assert_eq!(looks.len(), 1);
    assert_eq!(looks[0].parameter("IncludeManagedResources"), Some("true"));
}

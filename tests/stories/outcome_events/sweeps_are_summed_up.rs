//! A sweep is told by its summary and by nothing else.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::Fault;

use super::{details, ended, entries, scene};
use crate::support::{
    harness::{Scene, due, received, sample},
    names::{DESCRIBE_INSTANCES, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR, THIRD},
};

/// One instance that can be enforced, one that is held, and one that fails.
fn add_instances(scene: &Scene) {
    let mut world = scene.aws.world();
    world.add_instance(INSTANCE);
    world.add_instance(NEIGHBOUR).operator("eks.amazonaws.com");
    world.add_instance(THIRD);
    world.fault_for(MODIFY_INSTANCE, THIRD, Fault::AccessDenied, usize::MAX);
}

/// The one thing that was told.
#[track_caller]
fn only_summary(scene: &Scene) -> Value {
    let [told] = &scene.told()[..] else { panic!("only one thing is told") };
    assert_eq!(
        (&*told.source, &*told.detail_type),
        ("metadata-guardrail", "Guardrail Sweep Summary")
    );
    assert!(told.resources.is_empty());
    told.detail.clone()
}

#[tokio::test]
async fn a_sweep_has_one_summary_whatever_became_of_its_targets() {
    let scene = scene().await;
    add_instances(&scene);
    scene.aws.world().instance_mut(INSTANCE).tag("aws:autoscaling:groupName", "web");

    let response = scene.invoke(due()).await.expect("a sweep");

    let mut summary = only_summary(&scene);
    let message = summary.as_object_mut().and_then(|members| members.remove("message"));
    assert!(message.is_some_and(|message| message.is_string()));
    assert_eq!(response["counts"], json!({"enforced": 1, "held": 1, "failed": 1}));
    assert_eq!(
        summary,
        json!({
            "mode": "enforce", "receive_count": 1, "account": "111122223333", "region": "eu-west-1",
            "complete": true, "counts": response["counts"],
            "launched_by": response["launched_by"], "request_id": "8d2f4c1a-request"
        })
    );
}

#[tokio::test]
async fn what_is_held_or_failed_sweep_after_sweep_is_only_counted() {
    let scene = scene().await;
    add_instances(&scene);

    for _ in 0..3 {
        scene.invoke(due()).await.expect("a sweep");
    }

    assert_eq!(entries(&scene), [1, 1, 1]);
    let later = json!({"held": 1, "failed": 1});
    let first = json!({"enforced": 1, "held": 1, "failed": 1});
    let told: Vec<_> = details(&scene).iter().map(ended).collect();
    assert_eq!(told, [(first, true), (later.clone(), true), (later, true)]);
}

#[tokio::test]
async fn a_sweep_in_report_mode_has_a_summary() {
    let in_report_mode = scene().await.in_report_mode();
    let softened = scene().await;
    let mut event = due();
    event["detail"] = json!({"mode": "report"});
    for (scene, event) in [(in_report_mode, due()), (softened, event)] {
        add_instances(&scene);

        scene.invoke(event).await.expect("a sweep");

        let summary = only_summary(&scene);
        assert_eq!(summary["mode"], "report");
        assert_eq!(ended(&summary), (json!({"would_enforce": 2, "held": 1}), true));
    }
}

#[tokio::test]
async fn a_sweep_for_what_an_event_does_not_name_has_a_summary() {
    let scene = scene().await;
    add_instances(&scene);

    scene.invoke(sample("ec2-launched-without-ids.json")).await.expect("a sweep");

    let counts = json!({"enforced": 1, "held": 1, "failed": 1});
    assert_eq!(ended(&only_summary(&scene)), (counts, true));
}

#[tokio::test]
async fn a_sweep_that_is_a_message_has_a_summary() {
    let scene = scene().await;
    add_instances(&scene);

    let body = due().to_string();
    assert_eq!(scene.deliver_from("sweeps.fifo", [body.as_str()]).await, [0; 0]);

    let counts = json!({"enforced": 1, "held": 1, "failed": 1});
    assert_eq!(ended(&only_summary(&scene)), (counts, true));
}

#[tokio::test]
async fn a_sweep_that_time_cuts_is_not_complete() {
    let scene = scene().await.with_remaining(Duration::from_secs(59));
    add_instances(&scene);

    let body = due().to_string();
    assert_eq!(scene.deliver_from("sweeps.fifo", [body.as_str()]).await, [0]);

    assert_eq!(ended(&only_summary(&scene)), (json!({}), false));
}

#[tokio::test]
async fn a_summary_says_how_many_times_its_sweep_has_come() {
    let scene = scene().await;
    add_instances(&scene);
    let record = received(3, "sweeps.fifo", &due());

    scene.invoke(json!({"Records": [record]})).await.expect("an answer");

    assert_eq!(only_summary(&scene)["receive_count"], 3);
}

#[tokio::test]
async fn a_sweep_that_cannot_list_is_not_complete() {
    let scene = scene().await;
    add_instances(&scene);
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);

    scene.invoke(due()).await.expect_err("it fails");

    assert_eq!(ended(&only_summary(&scene)), (json!({}), false));
}

//! There is no bus, or nothing that is worth telling.

use serde_json::{Value, json};
use stand_in::{ACCOUNT, Fault, REGION};

use super::{add_instances_that_need_nothing, scene, untold};
use crate::support::{
    harness::{Scene, due, running, sample, started},
    names::{DESCRIBE_INSTANCES, INSTANCE, PUT_EVENTS},
};

#[tokio::test]
async fn without_a_bus_nothing_is_put() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);

    scene.failed_response(running(INSTANCE)).await;
    assert_eq!(scene.deliver([running(INSTANCE)]).await, [0; 0]);
    scene.invoke(due()).await.expect("a sweep");

    assert_eq!(scene.logged(INSTANCE)["result"], "enforced");
    assert!(scene.calls_of(PUT_EVENTS).is_empty());
    assert!(untold(&scene).is_empty());
}

#[tokio::test]
async fn what_needs_no_person_is_not_told() {
    let scene = scene().await;
    let ids = add_instances_that_need_nothing(&mut scene.aws.world());

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("a response");

    assert_eq!(response["counts"], json!({"compliant": 1, "deferred": 1, "exempt": 1, "gone": 1}));
    assert!(scene.calls_of(PUT_EVENTS).is_empty());
}

#[tokio::test]
async fn what_would_be_enforced_is_not_told() {
    let scene = scene().await.in_report_mode();
    scene.aws.world().add_instance(INSTANCE);

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_eq!(outcome["result"], "would_enforce");
    assert!(scene.calls_of(PUT_EVENTS).is_empty());
}

#[tokio::test]
async fn what_is_ignored_or_no_event_is_not_told() {
    let scene = scene().await;

    let ignored = scene.invoke(sample("ec2-instance-stopped.json")).await.expect("a response");
    let no_event = scene.invoke(json!([])).await.expect_err("it is no event");

    assert_eq!((&ignored["ignored"], &*no_event.error_type), (&json!("not_running"), "NotAnEvent"));
    assert!(scene.aws.calls().is_empty());
}

#[tokio::test]
async fn what_was_told_is_no_work_if_it_comes_back() {
    for detail_type in ["Guardrail Outcome", "Guardrail Sweep Summary"] {
        let scene = scene().await;
        let event = json!({
            "source": "metadata-guardrail", "detail-type": detail_type,
            "account": ACCOUNT, "region": REGION, "time": "2026-01-15T12:00:00Z",
            "detail": {"kind": "ec2_instance", "id": INSTANCE}
        });

        let response = scene.invoke(event).await.expect("a response");

        assert_eq!(response["ignored"], "other_service");
        assert_eq!(response["outcomes"], Value::Array(Vec::new()));
        assert!(scene.aws.calls().is_empty());
    }
}

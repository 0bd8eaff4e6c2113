//! What was changed, and what a person may have to look at.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stand_in::Fault;

use super::{details, entries, scene, untold};
use crate::support::{
    harness::{by_id, document, received, running, runtime_created, started},
    names::{DESCRIBE_INSTANCES, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR, PUT_EVENTS, RUNTIME, THIRD},
};

/// An outcome without what only its event has.
fn as_in_the_response(mut detail: Value) -> Value {
    let members = detail.as_object_mut().expect("an object");
    assert_eq!(members.remove("request_id"), Some(json!("8d2f4c1a-request")));
    assert!(members.remove("message").is_some_and(|message| message.is_string()));
    assert!(members.remove("mode").is_some());
    assert!(members.remove("receive_count").is_some());
    detail
}

#[tokio::test]
async fn an_event_says_how_many_times_its_message_has_come() {
    let scene = scene().await;
    for id in [INSTANCE, NEIGHBOUR] {
        scene.aws.world().add_instance(id);
    }
    let records = [
        received(4, "events", &started([INSTANCE, NEIGHBOUR])),
        // Something happened to one of them since.
        received(1, "events", &running(NEIGHBOUR)),
    ];

    scene.invoke(json!({"Records": records})).await.expect("an answer");

    let receive_counts: BTreeMap<_, _> = details(&scene)
        .into_iter()
        .map(|told| (told["id"].as_str().expect("an id").to_owned(), told["receive_count"].clone()))
        .collect();
    let expected = [(INSTANCE.to_owned(), json!(4)), (NEIGHBOUR.to_owned(), json!(1))];
    assert_eq!(receive_counts, BTreeMap::from(expected));
}

#[tokio::test]
async fn an_event_has_the_outcome_as_the_response_has_it() {
    let scene = scene().await;
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .tag("aws:ec2launchtemplate:id", "lt-0aaa");

    let outcome = scene.outcome(running(INSTANCE)).await;

    let [told] = &scene.told()[..] else { panic!("one is told") };
    assert_eq!(outcome["result"], "enforced");
    assert_eq!(told.detail["mode"], "enforce");
    assert_eq!(as_in_the_response(told.detail.clone()), outcome);
    assert_eq!((&*told.source, &*told.detail_type), ("metadata-guardrail", "Guardrail Outcome"));
    assert_eq!(told.resources, [format!("arn:aws:ec2:eu-west-1:111122223333:instance/{INSTANCE}")]);
    assert!(untold(&scene).is_empty());
}

#[tokio::test]
async fn enforced_held_and_failed_outcomes_are_told_at_the_end() {
    let scene = scene().await;
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE);
        world.add_instance(NEIGHBOUR).operator("eks.amazonaws.com");
        world.add_instance(THIRD);
        world.fault_for(MODIFY_INSTANCE, THIRD, Fault::AccessDenied, usize::MAX);
    }

    let response = scene.failed_response(started([INSTANCE, NEIGHBOUR, THIRD])).await;

    let told = details(&scene);
    assert_eq!(entries(&scene), [3]);
    assert_eq!(scene.aws.operations().last().map(String::as_str), Some(PUT_EVENTS));
    let outcomes = by_id(&response);
    for detail in told {
        let outcome = outcomes[detail["id"].as_str().expect("an id")].clone();
        assert_eq!(as_in_the_response(detail), outcome);
    }
    let results = [INSTANCE, NEIGHBOUR, THIRD].map(|id| outcomes[id]["result"].clone());
    assert_eq!(results, ["enforced", "held", "failed"]);
}

#[tokio::test]
async fn report_mode_tells_what_is_held_and_what_failed() {
    let scene = scene().await.in_report_mode();
    scene.aws.world().add_instance(NEIGHBOUR).operator("eks.amazonaws.com");

    scene.outcome(running(NEIGHBOUR)).await;
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);
    scene.failed_outcome(running(INSTANCE)).await;

    let told: Vec<_> = details(&scene)
        .iter()
        .map(|detail| (detail["mode"].clone(), detail["result"].clone()))
        .collect();
    assert_eq!(told, [("report".into(), "held".into()), ("report".into(), "failed".into())]);
}

#[tokio::test]
async fn a_runtime_is_told_without_a_value_of_its_configuration() {
    let scene = scene().await;
    scene.aws.world().add_runtime(RUNTIME, &document());

    // Every invocation of these stories looks for the secret in what is told.
    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    let [told] = &details(&scene)[..] else { panic!("one is told") };
    assert_eq!(as_in_the_response(told.clone()), outcome);
    assert!(!told.to_string().contains("claims-web"), "{told}");
}

#[tokio::test]
async fn a_batch_tells_a_target_once_however_many_messages_name_it() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR);

    let messages = [running(INSTANCE), started([INSTANCE, NEIGHBOUR]), running(NEIGHBOUR)];
    assert_eq!(scene.deliver(messages).await, [0; 0]);

    let mut told: Vec<_> = details(&scene).iter().map(|detail| detail["id"].clone()).collect();
    told.sort_by_key(Value::to_string);
    assert_eq!(told, [INSTANCE, NEIGHBOUR]);
    assert_eq!(entries(&scene), [2]);
}

#[tokio::test]
async fn a_message_that_comes_back_is_told_again() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 2);

    let message = [running(INSTANCE)];
    while scene.deliver(message.clone()).await == [0] {}
    assert_eq!(scene.deliver(message).await, [0; 0]);

    let told: Vec<_> = details(&scene).iter().map(|detail| detail["result"].clone()).collect();
    assert_eq!(told, ["failed", "failed", "enforced"]);
}

#[tokio::test]
async fn an_event_says_that_a_write_could_not_be_verified() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE).ignores_writes = true;
    scene.aws.world().add_instance(NEIGHBOUR);

    scene.deliver([started([INSTANCE, NEIGHBOUR])]).await;

    for told in details(&scene) {
        let expected = if told["id"] == INSTANCE { json!(true) } else { json!(null) };
        assert_eq!(told["unverified_write"], expected, "{told}");
    }
    assert_eq!(details(&scene).len(), 2);
}

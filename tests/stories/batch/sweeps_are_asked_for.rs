//! Records that do not say what they are about: a sweep of their kind is put into its queue.

use serde_json::{Value, json};
use stand_in::Fault;

use super::{SWEEPS, record, scene, scheduled, sweeps};
use crate::support::{
    harness::{agentcore_call, count, ec2_call, running},
    names::{DESCRIBE_INSTANCES, INSTANCE, LIST_RUNTIMES},
};

const SEND: &str = "SendMessage";

fn launched(id: &str) -> Value {
    record(ec2_call("RunInstances", json!({}), json!({})), id)
}

#[tokio::test]
async fn a_batch_asks_for_one_sweep_of_each_kind_and_sweeps_nothing() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    let updated = agentcore_call("UpdateAgentRuntime", json!({}), json!({}));

    let failed = scene
        .deliver([launched("one"), launched("two"), record(updated, "three")])
        .await;

    assert_eq!(failed, [0; 0]);
    let sweeps = sweeps(&scene);
    let told: Vec<_> = sweeps
        .iter()
        .map(|message| (message.group.as_deref(), message.deduplication_id.as_deref()))
        .collect();
    let place = Some("aws:111122223333:eu-west-1");
    assert_eq!(told, [(place, Some("ec2_instance:two")), (place, Some("agentcore_runtime:three"))]);
    assert_eq!(scene.aws.operations(), [SEND, SEND]);
    let body: Value = serde_json::from_str(&sweeps[0].body).expect("JSON");
    assert_eq!(
        body,
        json!({
            "source": "metadata-guardrail", "detail-type": "Guardrail Sweep",
            "account": "111122223333", "region": "eu-west-1", "detail": {"kind": "ec2_instance"}
        })
    );
}

#[tokio::test]
async fn a_message_that_comes_twice_asks_for_one_sweep() {
    let scene = scene().await;

    scene.deliver([launched("one")]).await;
    scene.deliver([launched("one")]).await;

    assert_eq!(sweeps(&scene).len(), 1);
}

#[tokio::test]
async fn the_sweep_that_was_asked_for_does_the_work() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.deliver([launched("one")]).await;
    let message = sweeps(&scene).remove(0);

    assert_eq!(scene.deliver_from(SWEEPS, [message.body.as_str()]).await, [0; 0]);

    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "required");
}

#[tokio::test]
async fn a_sweep_that_cannot_be_asked_for_fails_its_messages_alone() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().fault(SEND, Fault::AccessDenied, usize::MAX);

    let failed = scene.deliver([launched("one"), running(INSTANCE), launched("two")]).await;

    assert_eq!(failed, [0, 2]);
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "required");
    assert!(scene.aws.world().queue(SWEEPS).messages.is_empty());
}

#[tokio::test]
async fn a_new_record_beside_a_known_one_gets_a_sweep_of_its_own() {
    let scene = scene().await;
    let (mut known, mut new) = (launched("known"), launched("new"));
    known["time"] = json!("2026-11-24T09:00:00Z");
    new["time"] = json!("2026-11-24T09:01:00Z");
    scene.deliver([known.clone()]).await;

    assert_eq!(scene.deliver([known.clone(), new.clone()]).await, [0; 0]);
    assert_eq!(sweeps(&scene).len(), 2);

    assert_eq!(scene.deliver([new, known]).await, [0; 0]);
    assert_eq!(sweeps(&scene).len(), 2, "the last one covers both");
}

#[tokio::test]
async fn without_a_queue_such_a_message_comes_back_and_nothing_is_swept() {
    let scene = scene().await.without_sweeps_queue();
    scene.aws.world().add_instance(INSTANCE);

    assert_eq!(scene.deliver([launched("one"), running(INSTANCE)]).await, [0]);

    assert_eq!(count(&scene, DESCRIBE_INSTANCES), 1);
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "required");
}

#[tokio::test]
async fn a_sweep_among_events_is_put_into_its_own_queue() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);

    assert_eq!(scene.deliver([scheduled(), running(INSTANCE)]).await, [0; 0]);

    let [message] = &sweeps(&scene)[..] else { panic!("there is one") };
    assert_eq!(message.body, scheduled().to_string());
    assert_eq!(message.group.as_deref(), Some("aws:111122223333:eu-west-1"));
    assert_eq!(count(&scene, LIST_RUNTIMES), 0, "nothing was swept");
}

#[tokio::test]
async fn a_bare_event_is_swept_for_at_once() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);

    let response = scene.invoke(launched("one")).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 1}));
    assert_eq!(count(&scene, SEND), 0);
}

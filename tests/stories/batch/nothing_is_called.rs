//! Messages that ask for nothing, or are no events.

use serde_json::json;

use super::scene;
use crate::support::{
    harness::{Scene, ec2_call, running, runtime_created, sample},
    names::{INSTANCE, RUNTIME},
};

#[tokio::test]
async fn ignored_events_succeed_without_a_call() {
    let scene = scene().await;
    let mut elsewhere = running(INSTANCE);
    elsewhere["account"] = json!("444455556666");

    let failed = scene.deliver([sample("ec2-instance-stopped.json"), elsewhere]).await;

    assert_eq!(failed, [0; 0]);
    assert!(scene.aws.calls().is_empty());
    let reasons: Vec<_> =
        scene.results_logged().iter().map(|line| line["ignored"].clone()).collect();
    assert_eq!(reasons, ["not_running", "other_account"]);
}

#[tokio::test]
async fn an_event_whose_record_names_another_place_is_ignored() {
    for (member, other) in [("recipientAccountId", "444455556666"), ("awsRegion", "eu-west-2")] {
        let scene = scene().await;
        scene.aws.world().add_instance(INSTANCE);
        let items = json!({"instancesSet": {"items": [{"instanceId": INSTANCE}]}});
        let mut event = ec2_call("StartInstances", json!({}), items);
        event["detail"][member] = json!(other);

        assert_eq!(scene.deliver([event.clone()]).await, [0; 0]);

        assert!(scene.aws.calls().is_empty(), "{member}");
        let response = scene.invoke(event).await.expect("ignored");
        assert_eq!(response["ignored"], "place_mismatch", "{member}");
    }
}

#[tokio::test]
async fn messages_that_are_no_events_come_back_without_a_call() {
    let scene = scene().await;
    let bodies = ["", "hello", "[]", r#"{"source": "aws.ec2"}"#, "null"];

    let failed = scene.deliver_texts(bodies).await;

    assert_eq!(failed, [0, 1, 2, 3, 4]);
    assert!(scene.aws.calls().is_empty());
    let lines = scene.log_lines();
    assert!(lines.iter().all(|line| line["level"] == "WARN"), "{lines:?}");
    assert_eq!(
        lines[1]["message"],
        "the message comes back to its queue, because it is not an EventBridge event: it is not JSON"
    );
    assert_eq!(lines[1]["message_id"], "message-1");
}

#[tokio::test]
async fn a_message_without_an_id_takes_the_whole_batch_back() {
    let scene = scene().await;
    let nameless = json!({"eventSource": "aws:sqs", "messageId": 1, "body": "hello"});

    let answer = scene.invoke(json!({"Records": [nameless]})).await.expect("an answer");

    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": ""}]}));
}

#[tokio::test]
async fn events_of_agentcore_are_ignored_if_it_is_disabled() {
    let scene = scene().await.with_agentcore_disabled();
    assert_eq!(scene.deliver([runtime_created(RUNTIME)]).await, [0; 0]);
    assert!(scene.aws.calls().is_empty());
}

#[tokio::test]
async fn records_of_other_services_than_sqs_are_not_a_batch() {
    let scene = Scene::new().await;
    let of_s3 = json!({"Records": [{"eventSource": "aws:s3", "s3": {}}]});
    for payload in [of_s3, json!({"Records": []}), json!({"Records": {}})] {
        let error = scene.invoke(payload).await.expect_err("it is no event");
        assert_eq!(error.error_type, "NotAnEvent");
    }
    assert!(scene.aws.calls().is_empty());
}

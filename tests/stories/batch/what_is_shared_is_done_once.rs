//! What several messages ask for is done once.

use serde_json::json;

use super::{SWEEPS, scene};
use crate::support::{
    harness::{count, document, due, ec2_call, running, runtime_created, sample, started},
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, INSTANCE, MODIFY_INSTANCE, RUNTIME, UPDATE_RUNTIME,
    },
};

#[tokio::test]
async fn an_instance_that_three_events_name_is_looked_at_once() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    let items = json!({"instancesSet": {"items": [{"instanceId": INSTANCE}]}});
    let launched = ec2_call("RunInstances", json!({}), items);

    let failed = scene.deliver([launched, started([INSTANCE]), running(INSTANCE)]).await;

    assert_eq!(failed, [0; 0]);
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE]);
}

#[tokio::test]
async fn a_hundred_instances_are_read_with_one_request() {
    let scene = scene().await;
    let ids: Vec<_> = (0..100).map(|number| format!("i-{number:017x}")).collect();
    for (number, id) in ids.iter().enumerate() {
        let tokens = if number % 10 == 0 { "optional" } else { "required" };
        scene.aws.world().add_instance(id).http_tokens(tokens);
    }

    let failed = scene.deliver(ids.iter().map(|id| running(id))).await;

    assert_eq!(failed, [0; 0]);
    assert_eq!(count(&scene, DESCRIBE_INSTANCES), 1);
    assert_eq!(count(&scene, MODIFY_INSTANCE), 10);
}

#[tokio::test]
async fn instances_and_runtimes_share_a_batch() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());

    let failed = scene
        .deliver([runtime_created(RUNTIME), running(INSTANCE), runtime_created(RUNTIME)])
        .await;

    assert_eq!(failed, [0; 0]);
    assert_eq!((count(&scene, MODIFY_INSTANCE), count(&scene, UPDATE_RUNTIME)), (1, 1));
}

#[tokio::test]
async fn every_line_of_the_log_says_where_and_those_of_a_message_which_one() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    let mut event = started([INSTANCE]);
    event["detail"]["eventID"] = json!("5c0fff40-5e6f-4d6e-9f10-a1b2c3d40001");
    let stopped = sample("ec2-instance-stopped.json");

    scene.deliver([event, stopped, json!("no event"), due()]).await;
    scene.deliver_from(SWEEPS, [due().to_string().as_str()]).await;

    let lines = scene.log_lines();
    assert_eq!(lines.len(), 7, "{lines:?}");
    for line in &lines {
        let place = (&line["account"], &line["region"]);
        assert_eq!(place, (&json!("111122223333"), &json!("eu-west-1")), "{line}");
        // An outcome belongs to all messages that name its target, and a sweep's end to none.
        let is_shared = line["result"].is_string() || line["complete"].is_boolean();
        assert_eq!(line["message_id"].is_string(), !is_shared, "{line}");
    }
    assert_eq!(lines[0]["event_id"], "5c0fff40-5e6f-4d6e-9f10-a1b2c3d40001");
}

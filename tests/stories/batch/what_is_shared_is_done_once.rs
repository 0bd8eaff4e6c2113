//! What several messages ask for is done once.

use serde_json::json;

use super::scene;
use crate::support::{
    harness::{count, document, ec2_call, running, runtime_created, started},
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
async fn every_line_of_the_log_says_where_and_for_which_message() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    let mut event = started([INSTANCE]);
    event["detail"]["eventID"] = json!("5c0fff40-5e6f-4d6e-9f10-a1b2c3d40001");

    scene.deliver([event]).await;

    let lines = scene.log_lines();
    let [triggered, outcome] = lines.as_slice() else { panic!("two lines, not {lines:?}") };
    for line in [triggered, outcome] {
        assert_eq!(line["account"], "111122223333");
        assert_eq!(line["region"], "eu-west-1");
    }
    assert_eq!(triggered["message_id"], "message-0");
    assert_eq!(triggered["event_id"], "5c0fff40-5e6f-4d6e-9f10-a1b2c3d40001");
    assert_eq!(outcome["result"], "enforced");
}

//! Several instances of one event: in batches, and independent of each other.

use std::time::Duration;

use serde_json::json;
use stand_in::{Call, Fault};

use crate::support::{
    harness::{Scene, assert_says, by_id, started},
    names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR, THIRD},
};

#[tokio::test]
async fn failed_and_vanished_instances_do_not_affect_their_neighbours() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR);
    scene
        .aws
        .world()
        .fault_for(MODIFY_INSTANCE, INSTANCE, Fault::AccessDenied, usize::MAX);

    let error = scene
        .invoke(started([INSTANCE, NEIGHBOUR, THIRD]))
        .await
        .expect_err("one target failed");

    let response = serde_json::from_str(&error.error_message).unwrap();
    let outcomes = by_id(&response);
    assert_eq!(response["counts"], json!({"enforced": 1, "failed": 1, "gone": 1}));
    assert_eq!(response["outcomes"][0]["id"], INSTANCE, "what failed comes first");
    assert_says(&outcomes[INSTANCE], "UnauthorizedOperation");
    assert_eq!(scene.aws.world().instance(NEIGHBOUR).http_tokens, "required");
    assert_eq!(scene.aws.writes().len(), 2, "what is not allowed is not tried again");
}

#[tokio::test]
async fn a_retried_event_does_only_what_is_left() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR);
    scene.aws.world().fault_for(MODIFY_INSTANCE, INSTANCE, Fault::AccessDenied, 1);

    scene
        .invoke(started([INSTANCE, NEIGHBOUR]))
        .await
        .expect_err("the first attempt fails");
    let response = scene.invoke(started([INSTANCE, NEIGHBOUR])).await.expect("the second succeeds");

    assert_eq!(response["counts"], json!({"compliant": 1, "enforced": 1}));
    assert_eq!(scene.aws.writes().len(), 3);
}

#[tokio::test]
async fn tags_are_confirmed_for_eight_instances_at_a_time_before_their_writes() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..24).map(|number| format!("i-{number:017x}")).collect();
    for id in &ids {
        scene.aws.world().add_instance(id);
    }

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 24}));
    let calls = scene.aws.calls();
    let of = |operation: &str| {
        calls.iter().filter(|call| call.operation == operation).collect::<Vec<_>>()
    };
    let asked_for = |call: &&Call| {
        let values = call.parameters.iter().filter(|(_, value)| value.starts_with("i-"));
        values.map(|(_, id)| id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(
        of(DESCRIBE_INSTANCES).iter().map(asked_for).collect::<Vec<_>>(),
        [&ids[..]],
        "one look at all"
    );
    let asked_for: Vec<_> = of(DESCRIBE_TAGS).iter().map(asked_for).collect();
    assert_eq!(asked_for, [&ids[..8], &ids[8..16], &ids[16..]]);
    assert_eq!((of(MODIFY_INSTANCE).len(), calls.len()), (24, 1 + 3 + 24));
    // Between the tags of eight and those of the next eight there are writes.
    let operations = scene.aws.operations();
    assert_eq!(operations[..3], [DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE]);
    assert!(
        operations.windows(2).all(|two| two != [DESCRIBE_TAGS, DESCRIBE_TAGS]),
        "{operations:?}"
    );
}

#[tokio::test]
async fn a_large_event_is_read_in_batches_and_pages() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..401).map(|number| format!("i-{number:017x}")).collect();
    scene.aws.world().page_size = 150;
    for id in &ids {
        scene.aws.world().add_instance(id).http_tokens("required");
    }

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"compliant": 401}));
    assert_eq!(scene.aws.operations().len(), 5, "two pages, two pages, one page");
}

#[tokio::test]
async fn at_most_eight_requests_are_in_flight() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..60).map(|number| format!("i-{number:017x}")).collect();
    for id in &ids {
        scene.aws.world().add_instance(id);
    }
    scene.aws.world().latency = Duration::from_millis(25);

    scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(scene.aws.max_in_flight(), 8);
}

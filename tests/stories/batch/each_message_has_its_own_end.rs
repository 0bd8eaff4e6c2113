//! A message fails by its own targets and by nothing else, and comes back.

use std::time::Duration;

use serde_json::json;
use stand_in::Fault;

use super::scene;
use crate::support::{
    harness::{Scene, count, document, just_now, running, runtime_created, started, time_passes},
    names::{GET_RUNTIME, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR, RUNTIME, THIRD, UPDATE_RUNTIME},
};

const SHORT: Duration = Duration::from_millis(1);
/// Longer than a batch waits for what AWS is still changing.
const LONG: Duration = Duration::from_secs(11);

#[tokio::test]
async fn a_message_that_is_no_event_fails_alone() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);

    let failed = scene.deliver_texts(["{", &running(INSTANCE).to_string()]).await;

    assert_eq!(failed, [0]);
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "required");
}

#[tokio::test]
async fn only_messages_that_name_a_failed_target_come_back() {
    let scene = scene().await;
    for id in [INSTANCE, NEIGHBOUR, THIRD] {
        scene.aws.world().add_instance(id);
    }
    scene.aws.world().fault_for(MODIFY_INSTANCE, NEIGHBOUR, Fault::AccessDenied, 1);

    let messages = [running(INSTANCE), started([THIRD, NEIGHBOUR]), running(NEIGHBOUR)];
    let failed = scene.deliver(messages.clone()).await;

    assert_eq!(failed, [1, 2]);
    let line = scene.log_lines().pop().expect("a last line");
    assert_eq!(
        (&line["message"], &line["message_id"]),
        (
            &json!(format!(
                "the message comes back to its queue, because these are not finished: \
                            {NEIGHBOUR}"
            )),
            &json!("message-2")
        )
    );
    let [_, second, third] = messages;
    assert_eq!(scene.deliver([second, third]).await, [0; 0]);
    assert_eq!(scene.aws.world().instance(NEIGHBOUR).http_tokens, "required");
    assert_eq!(count(&scene, MODIFY_INSTANCE), 4, "the others were written once");
}

#[tokio::test]
async fn a_runtime_that_aws_is_creating_comes_back_and_is_then_enforced() {
    let scene = scene().await.with_pace(LONG, LONG);
    scene.aws.world().add_runtime(RUNTIME, &document()).status("CREATING");
    scene.aws.world().add_instance(INSTANCE);

    let failed = scene.deliver([runtime_created(RUNTIME), running(INSTANCE)]).await;

    assert_eq!(failed, [0]);
    let deferred = scene.logged(RUNTIME);
    assert_eq!(
        (&deferred["result"], &deferred["reason"], &deferred["level"]),
        (&json!("deferred"), &json!("still_changing"), &json!("INFO"))
    );
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "required");
    assert_eq!(count(&scene, UPDATE_RUNTIME), 0);
    scene.aws.world().runtime_mut(RUNTIME).status("READY");
    let scene = scene.with_pace(SHORT, SHORT);
    assert_eq!(scene.deliver([runtime_created(RUNTIME)]).await, [0; 0]);
    assert!(scene.aws.world().runtime(RUNTIME).requires_mmdsv2());
}

#[tokio::test]
async fn a_runtime_that_is_ready_within_seconds_is_waited_for() {
    let scene = scene().await;
    scene.aws.world().add_runtime(RUNTIME, &document()).status("CREATING");

    assert_eq!(scene.deliver([runtime_created(RUNTIME)]).await, [0; 0]);

    assert!(scene.aws.world().runtime(RUNTIME).requires_mmdsv2());
}

#[tokio::test]
async fn an_own_update_is_verified_for_longer_than_a_batch_waits() {
    let scene = scene().await;
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        (0..2).for_each(|_| world.after(GET_RUNTIME, |_| time_passes(LONG)));
    });

    assert_eq!(scene.deliver([runtime_created(RUNTIME)]).await, [0; 0]);

    assert_eq!(scene.logged(RUNTIME)["result"], "enforced");
}

#[tokio::test]
async fn an_unknown_instance_fails_by_the_time_of_its_own_event() {
    let scene = scene().await;
    let (old, new) = (running(INSTANCE), just_now(running(NEIGHBOUR)));

    let failed = scene.deliver([old, new.clone()]).await;

    assert_eq!(failed, [1], "the old one is gone");
    // Of several events about one instance the latest counts.
    assert_eq!(scene.deliver([running(NEIGHBOUR), new]).await, [0, 1]);
}

#[tokio::test]
async fn a_record_tells_its_own_time() {
    let scene = scene().await;
    let mut event = started([INSTANCE]);
    // A forwarded event has the time of the forwarding.
    event["time"] = json!("2999-01-01T00:00:00Z");
    event["detail"]["eventTime"] = json!("2026-01-15T12:00:00Z");

    assert_eq!(scene.deliver([event]).await, [0; 0], "it is gone, not too young");
}

#[tokio::test]
async fn messages_whose_time_runs_out_come_back() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(4));
    scene.aws.world().add_instance(INSTANCE);

    assert_eq!(scene.deliver([running(INSTANCE)]).await, [0]);
    assert!(scene.aws.writes().is_empty());
}

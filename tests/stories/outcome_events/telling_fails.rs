//! What cannot be told is a warning, and nothing else changes.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::{Fault, PutEvent};

use super::{add_instances, details, entries, scene, untold};
use crate::support::{
    harness::{Scene, due, running, started, time_passes},
    names::{INSTANCE, MODIFY_INSTANCE, NEIGHBOUR, PUT_EVENTS, THIRD},
};

const THREE: [&str; 3] = [INSTANCE, NEIGHBOUR, THIRD];

/// Three instances that allow version 1, one of which cannot be written.
fn add_three(scene: &Scene) {
    let mut world = scene.aws.world();
    THREE.iter().for_each(|id| _ = world.add_instance(id));
    world.fault_for(MODIFY_INSTANCE, THIRD, Fault::AccessDenied, usize::MAX);
}

/// What becomes of them as an event, as a batch, and in a sweep.
async fn results(scene: &Scene) -> (Value, Vec<usize>, Value) {
    add_three(scene);
    let response = scene.failed_response(started(THREE)).await;
    add_three(scene);
    let returned = scene.deliver(THREE.map(running)).await;
    add_three(scene);
    (response, returned, scene.invoke(due()).await.expect("a sweep"))
}

fn refused(code: &'static str) -> Fault {
    Fault::Refused { code, message: "It does not exist.".to_owned(), status: 400 }
}

fn ids(told: &[PutEvent]) -> Vec<&str> {
    told.iter().map(|event| event.detail["id"].as_str().expect("an id")).collect()
}

#[tokio::test]
async fn the_answer_is_the_same_however_telling_fails() {
    let expected = results(&Scene::new().await).await;
    let no_answer = "PutEvents had no answer that could be read";
    // What AWS says, how many times each of three tellings is sent, and what the log says.
    for (fault, sent, why) in [
        (Fault::AccessDenied, 1, "AWS answered PutEvents with AccessDeniedException"),
        (
            Fault::ExplicitDeny("identity-based"),
            1,
            "AWS answered PutEvents with AccessDeniedException",
        ),
        (
            refused("ResourceNotFoundException"),
            1,
            "AWS answered PutEvents with ResourceNotFoundException",
        ),
        (Fault::Throttled, 2, "AWS answered PutEvents with ThrottlingException"),
        (Fault::Internal, 2, "AWS answered PutEvents with InternalException"),
        (Fault::ConnectionReset, 1, no_answer),
        (Fault::LostReply, 1, no_answer),
        (Fault::Garbage, 1, no_answer),
        (Fault::Answer("{}".to_owned()), 1, no_answer),
    ] {
        let scene = scene().await;
        scene.aws.world().fault(PUT_EVENTS, fault.clone(), usize::MAX);

        assert_eq!(results(&scene).await, expected, "{fault:?}");

        assert_eq!(scene.calls_of(PUT_EVENTS).len(), 3 * sent, "{fault:?}");
        let lines = untold(&scene);
        let numbers: Vec<_> = lines.iter().map(|line| line["untold"].clone()).collect();
        assert_eq!(numbers, [3, 3, 1], "{fault:?}");
        for line in lines {
            assert_eq!(line["level"], "WARN");
            let message = line["message"].as_str().expect("a message");
            assert!(message.contains(&format!("because {why}. ")), "{message}");
        }
    }
}

#[tokio::test]
async fn an_entry_that_is_refused_for_the_moment_is_sent_once_more() {
    for code in ["ThrottlingException", "InternalFailure"] {
        let scene = scene().await;
        add_three(&scene);
        scene.aws.world().bus_mut("default").refuse(NEIGHBOUR, code, 1);

        scene.failed_response(started(THREE)).await;

        assert_eq!(entries(&scene), [3, 1], "{code}");
        assert_eq!(ids(&scene.told())[2], NEIGHBOUR);
        assert_eq!(scene.told().len(), 3);
        assert!(untold(&scene).is_empty());
    }
}

#[tokio::test]
async fn an_entry_that_is_refused_twice_is_given_up() {
    let scene = scene().await;
    add_three(&scene);
    scene.aws.world().bus_mut("default").refuse(NEIGHBOUR, "ThrottlingException", 9);

    scene.failed_response(started(THREE)).await;

    assert_eq!(entries(&scene), [3, 1]);
    let [line] = &untold(&scene)[..] else { panic!("one line says so") };
    assert_eq!((&line["untold"], &line["level"]), (&json!(1), &json!("WARN")));
    assert_eq!(
        line["message"],
        "outcome events are missing on the bus, as far as is known, 1 in all, because AWS answered PutEvents with \
         ThrottlingException. Nothing else fails with them; the log has the outcomes."
    );
    assert_eq!(
        (&line["request_id"], &line["account"], &line["region"]),
        (&json!("8d2f4c1a-request"), &json!("111122223333"), &json!("eu-west-1"))
    );
}

#[tokio::test]
async fn an_entry_that_is_refused_for_good_is_not_sent_again() {
    let scene = scene().await;
    add_three(&scene);
    {
        let mut world = scene.aws.world();
        world.bus_mut("default").refuse(THIRD, "NotAuthorizedForDetailTypeException", 1);
        world.bus_mut("default").refuse(NEIGHBOUR, "InternalFailure", 1);
    }

    scene.failed_response(started(THREE)).await;

    assert_eq!(entries(&scene), [3, 1]);
    assert_eq!(ids(&scene.told()), [INSTANCE, NEIGHBOUR]);
    let [line] = &untold(&scene)[..] else { panic!("one line says so") };
    assert_eq!(line["untold"], 1);
    let message = line["message"].as_str().expect("a message");
    assert!(message.contains("with NotAuthorizedForDetailTypeException."), "{message}");
}

#[tokio::test]
async fn what_was_told_before_its_answer_was_lost_is_not_told_twice() {
    let scene = scene().await;
    add_three(&scene);
    scene.aws.world().fault(PUT_EVENTS, Fault::LostReply, 1);

    scene.failed_response(started(THREE)).await;

    assert_eq!(entries(&scene), [3]);
    assert_eq!(scene.told().len(), 3);
}

#[tokio::test]
async fn after_a_request_of_which_nothing_is_taken_no_other_is_sent() {
    let scene = scene().await;
    let ids = add_instances(&mut scene.aws.world(), 25);
    scene.aws.world().fault(PUT_EVENTS, Fault::AccessDenied, usize::MAX);

    scene.invoke(started(ids.iter().map(String::as_str))).await.expect("a response");

    assert_eq!(entries(&scene), [10]);
    let [line] = &untold(&scene)[..] else { panic!("one line says so") };
    assert_eq!(line["untold"], 25);
}

#[tokio::test]
async fn telling_takes_a_few_seconds_at_most() {
    let scene = scene().await;
    let ids = add_instances(&mut scene.aws.world(), 25);
    scene.aws.world().after(PUT_EVENTS, |world| {
        world.after(PUT_EVENTS, |world| {
            world.latency = Duration::from_secs(120);
            time_passes(Duration::from_secs(4));
        });
    });

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await;

    assert_eq!(response.expect("a response")["counts"], json!({"enforced": 25}));
    assert_eq!(entries(&scene), [10, 10]);
    let [line] = &untold(&scene)[..] else { panic!("one line says so") };
    assert_eq!(line["untold"], 15, "the first ten are told");
    let message = line["message"].as_str().expect("a message");
    assert!(message.contains("because PutEvents took too long. "), "{message}");
}

#[tokio::test]
async fn nothing_is_put_if_too_little_time_is_left() {
    let scene = scene().await.with_remaining(Duration::from_millis(1_900));
    scene.aws.world().add_instance(INSTANCE);

    assert_eq!(scene.deliver([running(INSTANCE)]).await, [0]);

    assert!(scene.calls_of(PUT_EVENTS).is_empty());
    let [line] = &untold(&scene)[..] else { panic!("one line says so") };
    let message = line["message"].as_str().expect("a message");
    assert!(message.contains("because there was too little time to send them. "), "{message}");
}

#[tokio::test]
async fn what_time_cut_is_told_with_what_is_left() {
    let scene = scene().await.with_remaining(Duration::from_secs(4));
    scene.aws.world().add_instance(INSTANCE);

    assert_eq!(scene.deliver([running(INSTANCE)]).await, [0]);

    let [told] = &details(&scene)[..] else { panic!("one is told") };
    assert_eq!((&told["result"], &told["reason"]), (&json!("failed"), &json!("out_of_time")));
}

//! The texts for people.

use serde_json::json;
use stand_in::Fault;

use super::{messages, scene};
use crate::support::{
    harness::{document, due, running, runtime_created},
    names::{DESCRIBE_INSTANCES, EXEMPT, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR, RUNTIME, THIRD},
};

const INSTANCE_IN: &str =
    "The EC2 instance i-0a1b2c3d4e5f60001 in account 111122223333, Region eu-west-1,";

#[tokio::test]
async fn a_message_names_the_instance_what_was_done_and_what_launched_it() {
    let scene = scene().await;
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .tag("aws:ec2launchtemplate:id", "lt-0aaa")
        .tag("aws:ec2launchtemplate:version", "7")
        .tag("aws:autoscaling:groupName", "web");

    let outcome = scene.outcome(running(INSTANCE)).await;

    let detail = outcome["detail"].as_str().expect("a detail");
    assert_eq!(
        messages(&scene),
        [format!(
            "{INSTANCE_IN} allowed version 1 and was changed. {detail} It was launched by launch \
             template lt-0aaa version 7 and Auto Scaling group web."
        )]
    );
}

#[tokio::test]
async fn a_message_says_what_is_held_and_what_could_not_be_finished() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE).operator("eks.amazonaws.com");

    let held = scene.outcome(running(INSTANCE)).await;
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);
    let failed = scene.failed_outcome(running(INSTANCE)).await;

    let [held, failed] =
        [held, failed].map(|outcome| outcome["detail"].as_str().unwrap().to_owned());
    assert_eq!(
        messages(&scene),
        [
            format!("{INSTANCE_IN} is held, so a person has to look at it. {held}"),
            format!("{INSTANCE_IN} could not be finished. {failed}"),
        ]
    );
}

#[tokio::test]
async fn a_message_about_a_runtime_says_so() {
    let scene = scene().await;
    scene.aws.world().add_runtime(RUNTIME, &document());

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    let detail = outcome["detail"].as_str().expect("a detail");
    let place = "in account 111122223333, Region eu-west-1,";
    let expected = format!(
        "The AgentCore runtime {RUNTIME} {place} allowed version 1 and was changed. {detail}"
    );
    assert_eq!(messages(&scene), [expected]);
}

#[tokio::test]
async fn a_message_can_stand_in_straight_double_quotes_on_one_line() {
    let scene = scene().await;
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .tag("aws:autoscaling:groupName", "the \"web\"\tgroup\\1");
    let message = "Not on \"this\"\ntype.".to_owned();
    let refusal = Fault::Refused { code: "UnsupportedOperation", message, status: 400 };
    scene.aws.world().fault(MODIFY_INSTANCE, refusal, usize::MAX);

    let outcome = scene.outcome(running(INSTANCE)).await;

    let detail = outcome["detail"].as_str().expect("a detail");
    assert!(detail.contains("Not on \"this\"\ntype."), "the outcome quotes AWS: {detail}");
    let [message] = &messages(&scene)[..] else { panic!("one is told") };
    assert!(message.contains("Not on 'this' type."), "{message}");
    assert!(
        message.ends_with("It was launched by Auto Scaling group the 'web' group/1."),
        "{message}"
    );
}

#[tokio::test]
async fn the_message_of_a_sweep_counts_and_names_what_launches_most() {
    let scene = scene().await;
    {
        let mut world = scene.aws.world();
        for (number, group) in [(1, "web"), (2, "web"), (3, "api"), (4, "batch"), (5, "x")] {
            world
                .add_instance(&format!("i-{number:017x}"))
                .tag("aws:autoscaling:groupName", group);
        }
        world
            .add_instance(INSTANCE)
            .tag("aws:ec2launchtemplate:id", "lt-0aaa")
            .operator("eks.amazonaws.com");
        world.add_instance(NEIGHBOUR).tag(EXEMPT, "2026-12-31");
        world.add_instance(THIRD);
        world.fault_for(MODIFY_INSTANCE, THIRD, Fault::AccessDenied, usize::MAX);
    }

    scene.invoke(due()).await.expect("a sweep");

    assert_eq!(
        messages(&scene),
        [
            "A sweep of account 111122223333, Region eu-west-1, has ended. It reached everything. Outcomes: 1 failed, \
          1 held, 5 enforced, 1 exempt. These launched most of the instances that allowed version 1: launch template \
          lt-0aaa (1); Auto Scaling group web (2); Auto Scaling group api (1); Auto Scaling group batch (1)."
        ]
    );
}

#[tokio::test]
async fn the_message_of_a_sweep_says_that_nothing_was_changed_or_found() {
    let with_an_instance = scene().await.in_report_mode();
    with_an_instance.aws.world().add_instance(INSTANCE);
    let empty = scene().await;
    for (scene, said) in [
        (
            with_an_instance,
            "It was in report mode, so nothing was changed. Outcomes: 1 would enforce.",
        ),
        (empty, "It found nothing to look at."),
    ] {
        scene.invoke(due()).await.expect("a sweep");

        let ended = "A sweep of account 111122223333, Region eu-west-1, has ended.";
        assert_eq!(messages(&scene), [format!("{ended} It reached everything. {said}")]);
    }
}

#[tokio::test]
async fn the_message_of_a_sweep_says_what_could_not_be_listed() {
    let scene = scene().await;
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);

    let response = scene.failed_response(due()).await;

    let why = response["not_listed"][0]["detail"].as_str().expect("a detail");
    assert_eq!(response["not_listed"][0]["kind"], json!("ec2_instance"));
    assert_eq!(
        messages(&scene),
        [format!(
            "A sweep of account 111122223333, Region eu-west-1, has ended. It did not reach everything, so another sweep \
             has to go on. It found nothing to look at. The EC2 instances could not be listed. {why}"
        )]
    );
}

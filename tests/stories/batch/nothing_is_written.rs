//! Batches that are read, and in which nothing is written.

use stand_in::Fault;

use super::scene;
use crate::support::{
    harness::{document, running, runtime_created, started},
    names::{EXEMPT, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR, RUNTIME, THIRD},
};

#[tokio::test]
async fn an_exempt_instance_that_three_messages_name_is_done_and_not_written() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "yes");

    let messages = [running(INSTANCE), started([INSTANCE]), running(INSTANCE)];
    assert_eq!(scene.deliver(messages).await, [0; 0]);

    assert!(scene.aws.writes().is_empty());
    assert_eq!(scene.logged(INSTANCE)["result"], "exempt");
}

#[tokio::test]
async fn messages_of_what_is_held_pending_or_gone_are_done() {
    let scene = scene().await;
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE).operator("eks.amazonaws.com");
        world.add_instance(NEIGHBOUR).state("pending");
        world.add_instance(THIRD).state("stopping");
        world.add_runtime(RUNTIME, &document()).status("UPDATE_FAILED");
    }

    let gone = "i-0a1b2c3d4e5f60009";
    let messages = [INSTANCE, NEIGHBOUR, THIRD, gone].map(running);
    let messages = messages.into_iter().chain([runtime_created(RUNTIME)]);
    assert_eq!(scene.deliver(messages).await, [0; 0]);

    assert!(scene.aws.writes().is_empty());
    let ended =
        [INSTANCE, NEIGHBOUR, THIRD, gone, RUNTIME].map(|id| scene.logged(id)["result"].clone());
    assert_eq!(ended, ["held", "deferred", "deferred", "gone", "held"]);
}

#[tokio::test]
async fn a_write_that_aws_refuses_for_good_does_not_come_back() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    let refusal = Fault::ExplicitDeny("service control");
    scene.aws.world().fault(MODIFY_INSTANCE, refusal, usize::MAX);

    assert_eq!(scene.deliver([running(INSTANCE)]).await, [0; 0]);

    assert_eq!(scene.logged(INSTANCE)["reason"], "refused");
}

#[tokio::test]
async fn report_mode_writes_nothing_and_every_message_is_done() {
    let scene = scene().await.in_report_mode();
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());

    assert_eq!(scene.deliver([running(INSTANCE), runtime_created(RUNTIME)]).await, [0; 0]);

    assert!(scene.aws.writes().is_empty());
    assert_eq!(scene.logged(INSTANCE)["result"], "would_enforce");
    assert_eq!(scene.logged(RUNTIME)["result"], "would_enforce");
}

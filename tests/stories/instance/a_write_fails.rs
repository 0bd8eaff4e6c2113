//! EC2 refuses the write, does not answer it, or the instance moves on before it.

use serde_json::json;
use stand_in::Fault;

use crate::support::{
    harness::{Scene, assert_ended, assert_says, only_write, running},
    names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, INSTANCE, MODIFY_INSTANCE},
};

#[tokio::test]
async fn the_metadata_endpoint_is_sent_only_where_ec2_demands_it() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().endpoint_demanded_with_tokens = true;

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_eq!(outcome["result"], "enforced");
    let endpoints: Vec<_> = scene
        .aws
        .writes()
        .iter()
        .map(|call| call.parameter("HttpEndpoint").map(str::to_owned))
        .collect();
    assert_eq!(endpoints, [None, Some("enabled".to_owned())]);
}

#[tokio::test]
async fn the_metadata_endpoint_is_not_sent_if_the_instance_is_unreadable() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().endpoint_demanded_with_tokens = true;
    scene.aws.world().after(DESCRIBE_TAGS, |world| {
        world.fault(DESCRIBE_INSTANCES, Fault::AccessDenied, usize::MAX)
    });

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "read_failed");
    assert_says(&outcome, "AWS answered ModifyInstanceMetadataOptions with InvalidParameterValue");
    assert_says(&outcome, "AWS answered DescribeInstances with UnauthorizedOperation");
    assert!(scene.aws.writes().iter().all(|write| write.parameter("HttpEndpoint").is_none()));
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
}

#[tokio::test]
async fn a_metadata_endpoint_disabled_after_the_look_stays_disabled() {
    for after in [DESCRIBE_TAGS, MODIFY_INSTANCE] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        scene.aws.world().endpoint_demanded_with_tokens = true;
        scene.aws.world().after(after, |world| {
            world.instance_mut(INSTANCE).http_endpoint("disabled");
        });

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "compliant", "endpoint_disabled");
        assert_eq!(scene.aws.world().instance(INSTANCE).http_endpoint, "disabled");
        assert!(
            scene.aws.writes().iter().all(|write| write.parameter("HttpEndpoint").is_none()),
            "{after}"
        );
    }
}

#[tokio::test]
async fn any_other_invalid_parameter_is_held_without_sending_the_endpoint() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    let refused = Fault::Refused {
        code: "InvalidParameterValue",
        message: "Something else".to_owned(),
        status: 400,
    };
    scene.aws.world().fault(MODIFY_INSTANCE, refused, 1);

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "held", "refused");
    assert_says(
        &outcome,
        "AWS answered ModifyInstanceMetadataOptions with InvalidParameterValue (“Something else”)",
    );
    assert_eq!(only_write(&scene).parameter("HttpEndpoint"), None);
}

#[tokio::test]
async fn a_write_that_the_answer_does_not_show_is_not_believed() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE).ignores_writes = true;

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "not_verified");
    assert_eq!(outcome["after"], json!({"http_tokens": "optional", "hop_limit": 2}));
}

#[tokio::test]
async fn an_instance_that_changes_state_before_the_write_is_read_again() {
    for (state, result) in [("stopping", "deferred"), ("terminated", "gone")] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        scene.aws.world().after(DESCRIBE_TAGS, move |world| {
            world.instance_mut(INSTANCE).state(state);
        });

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_eq!(outcome["result"], result);
        assert_eq!(scene.aws.writes().len(), 1, "{state}");
    }
}

#[tokio::test]
async fn an_instance_that_changes_state_twice_is_a_failure() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    let moved = Fault::Refused {
        code: "IncorrectInstanceState",
        message: "Not now".to_owned(),
        status: 400,
    };
    scene.aws.world().fault(MODIFY_INSTANCE, moved, usize::MAX);

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_eq!(scene.aws.writes().len(), 2);
}

#[tokio::test]
async fn an_instance_that_vanishes_before_the_write_is_gone() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().after(DESCRIBE_TAGS, |world| {
        world.instances.remove(INSTANCE);
    });

    assert_eq!(scene.outcome(running(INSTANCE)).await["result"], "gone");
}

#[tokio::test]
async fn a_throttled_or_lost_write_to_an_instance_is_decided_anew() {
    let [describe, tags, modify] = [DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE];
    let again = vec![describe, tags, modify, describe, tags, modify];
    for (fault, calls) in [
        (Fault::Throttled, again.clone()),
        (Fault::Internal, again.clone()),
        (Fault::ConnectionReset, again),
        (Fault::LostReply, vec![describe, tags, modify, describe]),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        scene.aws.world().fault(modify, fault.clone(), 1);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(
            outcome["after"],
            json!({"http_tokens": "required", "hop_limit": 2}),
            "{fault:?}"
        );
        assert_eq!(scene.aws.operations(), calls, "{fault:?}");
    }
}

#[tokio::test]
async fn an_unreadable_answer_to_a_write_is_not_believed() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().fault(MODIFY_INSTANCE, Fault::Garbage, usize::MAX);

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_eq!(outcome["after"], json!(null));
}

//! The role's own policy denies the write to what is exempt without end, at the moment of the
//! write.

use stand_in::{Fault, World};

use super::{exempt_instance, exempt_runtime, scene};
use crate::support::{
    harness::{Scene, assert_ended, assert_says, by_id, count, due, running, runtime_created},
    names::{
        DESCRIBE_TAGS, EXEMPT, GET_RUNTIME, INSTANCE, MODIFY_INSTANCE, RUNTIME, UPDATE_RUNTIME,
    },
};

/// IAM denies writes to what has the exception tag, and the tag comes after the last read.
fn tag_just_before(scene: &Scene, after: &str, tag: fn(&mut World)) {
    let mut world = scene.aws.world();
    world.denied_tag = Some(EXEMPT.to_owned());
    world.after(after, tag);
}

#[tokio::test]
async fn an_instance_exempted_after_the_last_read_is_denied_and_exempt() {
    let scene = scene().await;
    tag_just_before(&scene, DESCRIBE_TAGS, exempt_instance);

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
}

#[tokio::test]
async fn a_runtime_exempted_after_the_last_read_is_denied_and_exempt() {
    let scene = scene().await;
    scene.aws.world().after(GET_RUNTIME, |_| ());
    tag_just_before(&scene, GET_RUNTIME, exempt_runtime);

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(scene.aws.world().runtime(RUNTIME).version, 1);
}

#[tokio::test]
async fn a_write_denied_for_a_tag_key_in_another_case_is_held() {
    for event in [running(INSTANCE), due()] {
        let scene = scene().await;
        scene.aws.world().runtimes.clear();
        scene.aws.world().denied_tag = Some(EXEMPT.to_owned());
        scene.aws.world().instance_mut(INSTANCE).tag("Metadata-Guardrail:Exempt", "yes");

        let outcomes = by_id(&scene.invoke(event).await.expect("nothing failed"));

        assert_ended(&outcomes[INSTANCE], "held", "refused");
        assert_says(&outcomes[INSTANCE], "KeepExemptions");
        assert_says(&outcomes[INSTANCE], EXEMPT);
        assert_eq!(count(&scene, MODIFY_INSTANCE), 1, "what is denied is not sent again");
    }
}

#[tokio::test]
async fn a_write_that_the_organisation_denies_is_held() {
    for kind in ["service control", "resource control"] {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY_INSTANCE, Fault::ExplicitDeny(kind), usize::MAX);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "held", "refused");
        assert_says(&outcome, &format!("with an explicit deny in a {kind} policy"));
        assert_eq!(count(&scene, MODIFY_INSTANCE), 1);
    }
}

#[tokio::test]
async fn a_permission_that_the_role_lacks_is_a_failure() {
    let scene = scene().await;
    scene.aws.world().fault(MODIFY_INSTANCE, Fault::AccessDenied, 1);

    assert_ended(&scene.failed_outcome(running(INSTANCE)).await, "failed", "write_failed");

    assert_ended(&scene.outcome(running(INSTANCE)).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn a_write_that_ec2_refuses_for_good_is_held_and_not_retried() {
    for code in ["InvalidParameterValue", "UnsupportedOperation", "OperationNotPermitted"] {
        let scene = scene().await;
        let refused = Fault::Refused { code, message: "Not on this type".to_owned(), status: 400 };
        scene.aws.world().fault(MODIFY_INSTANCE, refused, usize::MAX);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "held", "refused");
        assert_says(&outcome, "Not on this type");
        assert_eq!(count(&scene, MODIFY_INSTANCE), 1);
    }
}

#[tokio::test]
async fn a_tag_that_shows_late_still_explains_the_refusal() {
    for shown_by in 1..=3 {
        let scene = scene().await;
        scene
            .aws
            .world()
            .fault(MODIFY_INSTANCE, Fault::ExplicitDeny("identity-based"), 1);
        for number in 0..=shown_by {
            let shows = number == shown_by;
            scene.aws.world().after(DESCRIBE_TAGS, move |world| {
                if shows {
                    exempt_instance(world)
                }
            });
        }

        assert_ended(&scene.outcome(running(INSTANCE)).await, "exempt", "exception_tag");

        assert_eq!(count(&scene, MODIFY_INSTANCE), 1);
    }
}

#[tokio::test]
async fn a_denied_write_without_a_reason_is_followed_by_another_look() {
    for (event, write, tag) in [
        (running(INSTANCE), MODIFY_INSTANCE, exempt_instance as fn(&mut World)),
        (runtime_created(RUNTIME), UPDATE_RUNTIME, exempt_runtime),
    ] {
        let scene = scene().await;
        scene.aws.world().fault(write, Fault::AccessDenied, 1);
        scene.aws.world().after_fault(write, tag);

        assert_ended(&scene.outcome(event).await, "exempt", "exception_tag");

        assert_eq!(count(&scene, write), 1);
    }
}

#[tokio::test]
async fn an_endpoint_that_ec2_demands_twice_is_held() {
    let scene = scene().await;
    let message = "The HttpEndpoint is not set to 'enabled' in this request.".to_owned();
    let demand = Fault::Refused { code: "InvalidParameterValue", message, status: 400 };
    scene.aws.world().fault(MODIFY_INSTANCE, demand, usize::MAX);

    assert_ended(&scene.outcome(running(INSTANCE)).await, "held", "refused");

    assert_eq!(count(&scene, MODIFY_INSTANCE), 2);
}

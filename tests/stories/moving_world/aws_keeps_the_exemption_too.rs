//! The role's own policy denies the write to what is exempt without end, at the moment of the write.

use super::*;

/// IAM denies writes to what has the exception tag, and the tag comes after the last read.
fn tag_just_before(scene: &Scene, after: &str, tag: fn(&mut World)) {
    let mut world = scene.aws.world();
    world.denied_tag = Some(EXEMPT.to_owned());
    world.after(after, tag);
}

#[tokio::test]
async fn an_instance_that_becomes_exempt_after_the_last_read_is_exempt() {
    let scene = scene().await;
    tag_just_before(&scene, DESCRIBE_TAGS, exempt_instance);

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
}

#[tokio::test]
async fn a_runtime_that_becomes_exempt_after_the_last_read_is_exempt() {
    let scene = scene().await;
    scene.aws.world().after(GET, |_| ());
    tag_just_before(&scene, GET, exempt_runtime);

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(scene.aws.world().runtime(RUNTIME).version, 1);
}

#[tokio::test]
async fn a_tag_whose_key_differs_in_case_is_denied_and_held_with_the_name_of_the_statement() {
    for event in [running(INSTANCE), due()] {
        let scene = scene().await;
        scene.aws.world().runtimes.clear();
        scene.aws.world().denied_tag = Some(EXEMPT.to_owned());
        scene.aws.world().instances.get_mut(INSTANCE).expect("it").tag("Metadata-Guardrail:Exempt", "yes");

        let outcomes = by_id(&scene.invoke(event).await.expect("nothing failed"));

        assert_ended(&outcomes[INSTANCE], "held", "refused");
        assert_says(&outcomes[INSTANCE], "KeepExemptions");
        assert_says(&outcomes[INSTANCE], EXEMPT);
        assert_eq!(count(&scene, MODIFY), 1, "what is denied is not sent again");
    }
}

#[tokio::test]
async fn what_the_organisation_denies_is_held() {
    for kind in ["service control", "resource control"] {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY, Fault::ExplicitDeny(kind), usize::MAX);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "held", "refused");
        assert_says(&outcome, &format!("with an explicit deny in a {kind} policy"));
        assert_eq!(count(&scene, MODIFY), 1);
    }
}

#[tokio::test]
async fn a_permission_that_the_role_lacks_is_a_failure_that_a_person_mends() {
    let scene = scene().await;
    scene.aws.world().fault(MODIFY, Fault::AccessDenied, 1);

    assert_ended(&scene.failed_outcome(running(INSTANCE)).await, "failed", "write_failed");

    assert_ended(&scene.outcome(running(INSTANCE)).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn a_resource_that_aws_refuses_to_change_is_held_with_its_words_and_nobody_retries() {
    for code in ["InvalidParameterValue", "UnsupportedOperation", "OperationNotPermitted"] {
        let scene = scene().await;
        let refused = Fault::Refused { code, message: "Not on this type".to_owned(), status: 400 };
        scene.aws.world().fault(MODIFY, refused, usize::MAX);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "held", "refused");
        assert_says(&outcome, "Not on this type");
        assert_eq!(count(&scene, MODIFY), 1);
    }
}

#[tokio::test]
async fn a_tag_that_shows_late_explains_the_refusal_all_the_same() {
    for shown_by in 1..=3 {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY, Fault::ExplicitDeny("identity-based"), 1);
        for number in 0..=shown_by {
            let shows = number == shown_by;
            scene.aws.world().after(DESCRIBE_TAGS, move |world| {
                if shows {
                    exempt_instance(world)
                }
            });
        }

        assert_ended(&scene.outcome(running(INSTANCE)).await, "exempt", "exception_tag");

        assert_eq!(count(&scene, MODIFY), 1);
    }
}

#[tokio::test]
async fn a_refusal_without_a_reason_is_looked_at_once_more() {
    for (event, write, tag) in [
        (running(INSTANCE), MODIFY, exempt_instance as fn(&mut World)),
        (runtime_created(RUNTIME), UPDATE, exempt_runtime),
    ] {
        let scene = scene().await;
        scene.aws.world().fault(write, Fault::AccessDenied, 1);
        scene.aws.world().after_fault(write, tag);

        assert_ended(&scene.outcome(event).await, "exempt", "exception_tag");

        assert_eq!(count(&scene, write), 1);
    }
}

#[tokio::test]
async fn what_ec2_demands_again_when_it_has_it_is_held() {
    let scene = scene().await;
    let message = "The HttpEndpoint is not set to 'enabled' in this request.".to_owned();
    let demand = Fault::Refused { code: "InvalidParameterValue", message, status: 400 };
    scene.aws.world().fault(MODIFY, demand, usize::MAX);

    assert_ended(&scene.outcome(running(INSTANCE)).await, "held", "refused");

    assert_eq!(count(&scene, MODIFY), 2);
}

use super::*;

/// What AWS has not taken, or may not have taken.
const NOT_TAKEN: [Fault; 4] = [Fault::Throttled, Fault::Internal, Fault::ConnectionReset, Fault::Garbage];

/// The first update meets the fault, and somebody acts before the second one.
async fn scene_between_two_attempts(fault: &Fault, change: fn(&mut Runtime)) -> Scene {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, fault.clone(), 1);
    scene.aws.world().after_fault(UPDATE, move |world| change(runtime(world)));
    scene
}

#[tokio::test]
async fn so_that_a_deployment_between_two_attempts_stays_with_the_requirement_on_top_of_it() {
    for fault in NOT_TAKEN {
        for event in [created(), due()] {
            let scene = scene_between_two_attempts(&fault, |runtime| {
                runtime.publish(&[("description", r#""deployed in between""#)]);
            })
            .await;

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[ID];
            assert_ended(outcome, "enforced", "v1_allowed");
            assert_eq!(outcome["before"], json!({"require_mmdsv2": null, "version": "2"}), "{fault:?}");
            assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "3"}), "{fault:?}");
            let world = scene.aws.world();
            assert_eq!(world.runtime(ID).member("description"), Some(r#""deployed in between""#), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn so_that_an_exemption_between_two_attempts_is_respected() {
    for fault in NOT_TAKEN {
        for event in [created(), due()] {
            let scene = scene_between_two_attempts(&fault, |runtime| {
                runtime.tag(EXEMPT, "vendor agent needs v1");
            })
            .await;

            let response = scene.invoke(event).await.expect("success");

            assert_ended(&by_id(&response)[ID], "exempt", "exception_tag");
            assert_eq!(scene.aws.writes().len(), 1, "{fault:?}");
            assert_eq!(scene.aws.world().runtime(ID).version, 1, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn so_that_a_runtime_that_somebody_else_repaired_between_two_attempts_is_compliant() {
    let scene = scene_between_two_attempts(&Fault::Throttled, |runtime| {
        runtime.publish(&[REQUIRED]);
    })
    .await;

    assert_ended(&scene.outcome(created()).await, "compliant", "v2_required");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn from_what_is_read_after_the_tags() {
    let scene = scene().await;
    scene.aws.world().after(TAGS, |world| {
        runtime(world).publish(&[("description", r#""deployed in between""#)]);
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["version"], "2");
    assert_eq!(sent(&members(&only_write(&scene)), "description"), Some(r#""deployed in between""#));
}

#[tokio::test]
async fn as_often_as_an_event_has_time_and_a_few_times_in_a_sweep_which_does_not_fail_with_it() {
    let event = scene().await;
    event.aws.world().fault(UPDATE, Fault::Throttled, usize::MAX);
    let outcome = event.failed_outcome(created()).await;
    assert_ended(&outcome, "failed", "write_failed");
    assert_says(&outcome, "AWS answered UpdateAgentRuntime with ThrottlingException");
    assert_eq!(event.aws.writes().len(), TRIES);

    let sweep = scene().await;
    sweep.aws.world().fault(UPDATE, Fault::Throttled, usize::MAX);
    let response = sweep.invoke(due()).await.expect("a sweep does not fail with one target");
    assert_ended(&by_id(&response)[ID], "failed", "write_failed");
    assert_eq!(sweep.aws.writes().len(), 5);
}

#[tokio::test]
async fn when_the_guardrails_own_role_denies_it_and_what_is_exempt_by_then_is_exempt() {
    let scene = scene().await;
    scene.aws.world().denied_tag = Some(EXEMPT.to_owned());
    just_before_the_update(&scene, |world| {
        runtime(world).tag(EXEMPT, "vendor agent needs v1");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(only_write(&scene).error.as_deref(), Some("AccessDeniedException"));
    assert_eq!(scene.aws.operations(), [GET, TAGS, GET, UPDATE, GET, TAGS, GET, ENDPOINTS]);
}

#[tokio::test]
async fn when_its_own_role_denies_it_and_no_tag_explains_why_it_is_held_and_the_statement_named() {
    let scene = scene_with(|runtime| {
        runtime.tag(&EXEMPT.to_uppercase(), "vendor agent needs v1");
    })
    .await;
    scene.aws.world().denied_tag = Some(EXEMPT.to_owned());

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "refused");
    assert_says(&outcome, "denies this write (statement KeepExemptions, if nobody added another one)");
    assert_eq!(scene.aws.writes().len(), 1);
}

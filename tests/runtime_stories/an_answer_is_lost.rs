use super::*;

fn conflict() -> Fault {
    Fault::Refused { code: "ConflictException", message: "The runtime is being updated".to_owned(), status: 409 }
}

/// The update's first answer is lost, and the SDK's second attempt meets the first.
fn lose_the_answer(scene: &Scene) {
    scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
    scene.aws.world().after(UPDATE, |world| world.fault(UPDATE, conflict(), 1));
}

fn due() -> Value {
    sample("guardrail-sweep-due.json")
}

#[tokio::test]
async fn a_conflict_without_a_lost_answer_is_somebody_elses_and_a_sweep_waits_for_nothing() {
    for first in [None, Some(Fault::Throttled)] {
        let scene = scene().await;
        if let Some(fault) = first {
            scene.aws.world().fault(UPDATE, fault, 1);
        }
        scene.aws.world().fault(UPDATE, conflict(), usize::MAX);

        let response = scene.invoke(due()).await.expect("what waits has not failed");

        assert_ended(&by_id(&response)[ID], "deferred", "still_changing");
        let reads = scene.aws.operations().into_iter().filter(|operation| operation == GET).count();
        assert_eq!(reads, 1);
    }
}

#[tokio::test]
async fn a_conflict_with_its_own_update_is_no_conflict() {
    for event in [created(), due()] {
        let scene = scene().await;
        lose_the_answer(&scene);

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[ID];
        assert_ended(outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    }
}

#[tokio::test]
async fn if_that_update_then_fails_it_is_said_and_not_called_a_conflict() {
    for event in [created(), due()] {
        let scene = scene_with(|runtime| runtime.next_update_fails = Some("no such image".to_owned())).await;
        lose_the_answer(&scene);

        let outcome = scene.failed_outcome(event).await;

        assert_ended(&outcome, "failed", "update_failed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    }
}

#[tokio::test]
async fn if_that_update_lost_configuration_it_is_said_and_not_called_a_conflict() {
    for event in [created(), due()] {
        let scene = scene_with(|runtime| runtime.loses_on_update.push("lifecycleConfiguration".to_owned())).await;
        lose_the_answer(&scene);

        let outcome = scene.failed_outcome(event).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        assert_says(&outcome, "lifecycleConfiguration");
    }
}

#[tokio::test]
async fn if_the_conflict_is_with_somebody_elses_update_all_is_looked_at_again() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE, conflict(), 1);
    scene.aws.world().after(TAGS, |world| {
        world.runtimes.get_mut(ID).expect("it").publish(&[("description", r#""deployed in between""#)]);
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["version"], "2");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "3"}));
    assert_eq!(scene.aws.world().runtime(ID).member("description"), Some(r#""deployed in between""#));
}

#[tokio::test]
async fn a_sweep_does_not_wait_for_somebody_elses_update() {
    for (first, second) in [(Fault::Internal, conflict()), (Fault::ConnectionReset, conflict())] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, first, 1);
        scene.aws.world().fault(UPDATE, second, 1);
        scene.aws.world().after(TAGS, |world| {
            let runtime = world.runtimes.get_mut(ID).expect("it").publish(&[("description", r#""theirs""#)]);
            runtime.settle_polls = u32::MAX;
            runtime.status("UPDATING");
        });

        let response = scene.invoke(due()).await.expect("what waits has not failed");

        assert_ended(&by_id(&response)[ID], "deferred", "still_changing");
        assert_eq!(count(&scene, GET), 2);
    }
}

#[tokio::test]
async fn somebody_elses_update_that_failed_is_not_called_the_guardrails_own() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE, conflict(), 1);
    scene.aws.world().after(TAGS, |world| {
        let runtime = world.runtimes.get_mut(ID).expect("it").publish(&[("description", r#""theirs""#)]);
        runtime.status("UPDATE_FAILED");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "update_failed");
}

#[tokio::test]
async fn a_runtime_that_somebody_else_changed_and_deleted_is_gone() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE, Fault::AccessDenied, usize::MAX);
    scene.aws.world().after(TAGS, |world| {
        let runtime = world.runtimes.get_mut(ID).expect("it").publish(&[("description", r#""theirs""#)]);
        runtime.settle_polls = u32::MAX;
        runtime.status("DELETING");
    });

    assert_ended(&scene.outcome(created()).await, "gone", "deleting");
}

#[tokio::test]
async fn what_may_be_somebody_elses_deployment_is_to_be_checked_before_anything_is_restored() {
    for (versions, reason) in [(1, "configuration_changed"), (2, "concurrent_update")] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
        scene.aws.world().fault(UPDATE, conflict(), 1);
        scene.aws.world().after(TAGS, move |world| {
            let runtime = world.runtimes.get_mut(ID).expect("it");
            for _ in 0..versions {
                runtime.publish(&[("description", r#""deployed in between""#), REQUIRED]);
            }
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", reason);
        assert_says(&outcome, "An answer to the update was lost");
        assert_says(&outcome, "somebody else's deployment; find out which before you restore anything");
        assert_says(&outcome, "description");
    }
}

#[tokio::test]
async fn an_update_whose_answer_came_is_not_doubted() {
    let scene = scene_with(|runtime| runtime.loses_on_update.push("lifecycleConfiguration".to_owned())).await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert!(!detail(&outcome).contains("lost"), "{}", detail(&outcome));
}

#[tokio::test]
async fn the_refusal_of_the_last_attempt_is_said_whatever_is_seen_after_it() {
    let unreadable = |world: &mut World| world.fault(GET, Fault::Internal, usize::MAX);
    let without_end = |world: &mut World| {
        let runtime = world.runtimes.get_mut(ID).expect("it").publish(&[REQUIRED]);
        runtime.settle_polls = u32::MAX;
        runtime.status("UPDATING");
    };
    for (change, reason) in
        [(unreadable as fn(&mut World), "not_verified"), (without_end as fn(&mut World), "still_changing")]
    {
        let scene = scene().await.with_remaining(Duration::from_secs(31));
        scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
        scene.aws.world().fault(UPDATE, Fault::AccessDenied, usize::MAX);
        scene.aws.world().after(TAGS, change);

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", reason);
        assert_says(&outcome, "AWS answered UpdateAgentRuntime with AccessDeniedException");
    }
}

#[tokio::test]
async fn a_refusal_of_a_later_attempt_does_not_hide_that_the_first_one_happened() {
    for fault in [Fault::Throttled, Fault::AccessDenied] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
        scene.aws.world().fault(UPDATE, fault, usize::MAX);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
    }
}

#[tokio::test]
async fn a_failed_update_may_be_somebody_elses_and_that_is_said() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE, Fault::AccessDenied, usize::MAX);
    scene.aws.world().after(TAGS, |world| {
        let runtime = world.runtimes.get_mut(ID).expect("it").publish(&[("description", r#""theirs""#), REQUIRED]);
        runtime.status("UPDATE_FAILED");
    });

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, "An answer to the update was lost");
}

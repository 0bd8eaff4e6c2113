use super::*;

fn conflict() -> Fault {
    Fault::Refused { code: "ConflictException", message: "The runtime is being updated".to_owned(), status: 409 }
}

/// The update's answer is lost, and another attempt would meet the first.
fn lose_the_answer(scene: &Scene) {
    scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
    scene.aws.world().fault(UPDATE, conflict(), usize::MAX);
}

/// The outcome in an event, which fails with it, or in a sweep, which does not.
async fn failed_in(scene: &Scene, event: Value) -> Value {
    if event == due() {
        let response = scene.invoke(event).await.expect("a sweep does not fail with one target");
        return by_id(&response)[ID].clone();
    }
    scene.failed_outcome(event).await
}

/// What was called about the runtime itself.
fn calls(scene: &Scene) -> Vec<String> {
    let mut calls = scene.aws.operations();
    calls.retain(|operation| [GET, TAGS, UPDATE].contains(&operation.as_str()));
    calls
}

#[tokio::test]
async fn a_conflict_without_a_lost_answer_is_somebody_elses_and_a_sweep_waits_for_nothing() {
    for (first, expected) in
        [(None, UP_TO_THE_UPDATE.to_vec()), (Some(Fault::Throttled), [UP_TO_THE_UPDATE, UP_TO_THE_UPDATE].concat())]
    {
        let scene = scene().await;
        if let Some(fault) = first {
            scene.aws.world().fault(UPDATE, fault, 1);
        }
        scene.aws.world().fault(UPDATE, conflict(), usize::MAX);

        let response = scene.invoke(due()).await.expect("what waits has not failed");

        assert_ended(&by_id(&response)[ID], "deferred", "still_changing");
        assert_eq!(calls(&scene), expected);
    }
}

#[tokio::test]
async fn its_own_update_is_waited_for_and_not_sent_again() {
    for event in [created(), due()] {
        let scene = scene().await;
        lose_the_answer(&scene);

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[ID];
        assert_ended(outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn if_that_update_then_fails_it_is_said_and_nothing_else_is_sent() {
    for event in [created(), due()] {
        let scene = scene_with(|runtime| runtime.next_update_fails = Some("no such image".to_owned())).await;
        lose_the_answer(&scene);

        let outcome = failed_in(&scene, event).await;

        assert_ended(&outcome, "failed", "update_failed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn if_that_update_lost_configuration_it_is_said_and_nothing_else_is_sent() {
    for event in [created(), due()] {
        let scene = scene_with(|runtime| runtime.loses_on_update.push("lifecycleConfiguration".to_owned())).await;
        lose_the_answer(&scene);

        let outcome = failed_in(&scene, event).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        assert_says(&outcome, "lifecycleConfiguration");
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_lost_update_that_shows_late_is_verified_like_any_other() {
    for (lost, result, reason) in
        [(None, "enforced", "v1_allowed"), (Some("lifecycleConfiguration"), "failed", "configuration_changed")]
    {
        let scene = scene_with(|runtime| runtime.loses_on_update.extend(lost.map(str::to_owned))).await;
        scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
        // Four reads look for the update, and the next ones decide anew: only the last of them shows it.
        scene.aws.world().after(UPDATE, |world| runtime(world).reads_behind = 5);

        let outcome = match result {
            "failed" => scene.failed_outcome(created()).await,
            _ => scene.outcome(created()).await,
        };

        assert_ended(&outcome, result, reason);
        assert_eq!(outcome["before"], json!({"require_mmdsv2": null, "version": "1"}));
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_eq!(scene.aws.writes().len(), 1);
        let is_doubted = detail(&outcome).contains("find out which before you restore anything");
        assert_eq!(is_doubted, result == "failed", "{}", detail(&outcome));
    }
}

#[tokio::test]
async fn if_the_conflict_is_with_somebody_elses_update_all_is_looked_at_again() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE, conflict(), 1);
    just_before_the_update(&scene, |world| {
        runtime(world).publish(&[("description", r#""deployed in between""#)]);
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["version"], "2");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "3"}));
    assert_eq!(scene.aws.world().runtime(ID).member("description"), Some(r#""deployed in between""#));
    let errors: Vec<_> = scene.aws.writes().into_iter().map(|write| write.error).collect();
    assert_eq!(errors, [Some("ConnectionReset".to_owned()), Some("ConflictException".to_owned()), None]);
}

#[tokio::test]
async fn a_sweep_does_not_wait_for_somebody_elses_update() {
    for fault in [Fault::Internal, Fault::ConnectionReset] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, fault, 1);
        just_before_the_update(&scene, |world| {
            let runtime = runtime(world).publish(&[("description", r#""theirs""#)]);
            runtime.settle_polls = u32::MAX;
            runtime.status("UPDATING");
        });

        let response = scene.invoke(due()).await.expect("what waits has not failed");

        assert_ended(&by_id(&response)[ID], "deferred", "still_changing");
        assert_eq!(calls(&scene), [GET, TAGS, GET, UPDATE, GET, GET]);
    }
}

#[tokio::test]
async fn somebody_elses_update_that_failed_is_not_called_the_guardrails_own() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    just_before_the_update(&scene, |world| {
        runtime(world).publish(&[("description", r#""theirs""#)]).status("UPDATE_FAILED");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "update_failed");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_runtime_that_somebody_else_changed_and_deleted_is_gone() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    just_before_the_update(&scene, |world| {
        let runtime = runtime(world).publish(&[("description", r#""theirs""#)]);
        runtime.settle_polls = u32::MAX;
        runtime.status("DELETING");
    });

    assert_ended(&scene.outcome(created()).await, "gone", "deleting");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn what_may_be_somebody_elses_deployment_is_to_be_checked_before_anything_is_restored() {
    for (versions, reason) in [(1, "configuration_changed"), (2, "concurrent_update")] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
        just_before_the_update(&scene, move |world| {
            for _ in 0..versions {
                runtime(world).publish(&[("description", r#""deployed in between""#), REQUIRED]);
            }
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", reason);
        assert_says(&outcome, "The answer to the update was lost");
        assert_says(&outcome, "somebody else's deployment; find out which before you restore anything");
        assert_says(&outcome, "description");
        assert_eq!(scene.aws.writes().len(), 1);
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
async fn that_it_was_lost_is_said_whatever_is_seen_after_it() {
    let unreadable = |world: &mut World| world.fault(GET, Fault::Internal, usize::MAX);
    let without_end = |world: &mut World| {
        let runtime = runtime(world).publish(&[REQUIRED]);
        runtime.settle_polls = u32::MAX;
        runtime.status("UPDATING");
    };
    for (change, reason) in
        [(unreadable as fn(&mut World), "not_verified"), (without_end as fn(&mut World), "still_changing")]
    {
        let scene = scene().await.with_remaining(Duration::from_secs(31));
        scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
        just_before_the_update(&scene, change);

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", reason);
        assert_says(&outcome, "UpdateAgentRuntime did not reach AWS, or its answer was lost");
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn what_keeps_the_next_attempt_from_being_decided_does_not_hide_that_it_was_lost() {
    for (operation, reason) in [(GET, "read_failed"), (TAGS, "tags_unreadable")] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
        // Four reads look for the update before the next attempt is decided.
        just_before_the_update(&scene, move |world| {
            (0..3).for_each(|_| world.after(GET, |_| ()));
            world.after(GET, move |world| world.fault(operation, Fault::AccessDenied, usize::MAX));
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", reason);
        assert_says(&outcome, "UpdateAgentRuntime did not reach AWS, or its answer was lost");
        assert_says(&outcome, &format!("AWS answered {operation} with AccessDeniedException"));
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_of_the_next_attempt_is_said_as_itself_and_the_doubt_stays() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_says(&outcome, "AWS answered UpdateAgentRuntime with AccessDeniedException");
    assert_says(&outcome, "The answer to a write was lost, and it may have happened all the same.");
    assert_eq!(scene.aws.writes().len(), 2);
}

#[tokio::test]
async fn what_would_refuse_the_next_attempt_does_not_hide_that_the_first_one_happened() {
    for fault in [Fault::Throttled, Fault::AccessDenied] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
        scene.aws.world().fault(UPDATE, fault, usize::MAX);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_throttle_of_the_next_attempt_does_not_hide_that_the_first_one_shows_only_then() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
    scene.aws.world().fault(UPDATE, Fault::Throttled, 1);
    // Four reads look for the update, two more decide about the next attempt.
    scene.aws.world().after(UPDATE, |world| runtime(world).reads_behind = 6);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_eq!(scene.aws.writes().len(), 2);
}

#[tokio::test]
async fn a_failed_update_may_be_somebody_elses_and_that_is_said() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    just_before_the_update(&scene, |world| {
        runtime(world).publish(&[("description", r#""theirs""#), REQUIRED]).status("UPDATE_FAILED");
    });

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, "The answer to the update was lost");
}

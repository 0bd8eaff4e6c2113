//! The answer to an update is lost: it may have happened, and so may an update by somebody else.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::{Fault, World};

use super::{UP_TO_THE_UPDATE, created, scene, scene_with};
use crate::support::{
    harness::{Scene, assert_ended, assert_says, assert_says_nothing_of, by_id, detail, due},
    names::{GET_RUNTIME, LIST_TAGS, REQUIRED, RUNTIME, UPDATE_RUNTIME},
};

fn conflict() -> Fault {
    Fault::Refused {
        code: "ConflictException",
        message: "The runtime is being updated".to_owned(),
        status: 409,
    }
}

/// The update's answer is lost, and another attempt would meet the first.
fn lose_the_answer(scene: &Scene) {
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
    scene.aws.world().fault(UPDATE_RUNTIME, conflict(), usize::MAX);
}

/// The outcome in an event, which fails with it, or in a sweep, which does not.
async fn failed_in(scene: &Scene, event: Value) -> Value {
    if event == due() {
        let response = scene.invoke(event).await.expect("a sweep does not fail with one target");
        return by_id(&response)[RUNTIME].clone();
    }
    scene.failed_outcome(event).await
}

/// What was called about the runtime itself.
fn calls(scene: &Scene) -> Vec<String> {
    let mut calls = scene.aws.operations();
    calls
        .retain(|operation| [GET_RUNTIME, LIST_TAGS, UPDATE_RUNTIME].contains(&operation.as_str()));
    calls
}

#[tokio::test]
async fn a_sweep_defers_a_runtime_in_conflict_without_a_lost_answer() {
    for (first, expected) in [
        (None, UP_TO_THE_UPDATE.to_vec()),
        (Some(Fault::Throttled), [UP_TO_THE_UPDATE, UP_TO_THE_UPDATE].concat()),
    ] {
        let scene = scene().await;
        if let Some(fault) = first {
            scene.aws.world().fault(UPDATE_RUNTIME, fault, 1);
        }
        scene.aws.world().fault(UPDATE_RUNTIME, conflict(), usize::MAX);

        let response = scene.invoke(due()).await.expect("what waits has not failed");

        assert_ended(&by_id(&response)[RUNTIME], "deferred", "still_changing");
        assert_eq!(calls(&scene), expected);
    }
}

#[tokio::test]
async fn a_conflict_with_the_guardrails_own_lost_update_is_waited_out() {
    for event in [created(), due()] {
        let scene = scene().await;
        lose_the_answer(&scene);

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[RUNTIME];
        assert_ended(outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_lost_update_that_fails_is_reported_and_not_repeated() {
    for event in [created(), due()] {
        let scene =
            scene_with(|runtime| runtime.next_update_fails = Some("no such image".to_owned()))
                .await;
        lose_the_answer(&scene);

        let outcome = failed_in(&scene, event).await;

        assert_ended(&outcome, "failed", "update_failed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_lost_update_that_loses_configuration_is_reported_and_not_repeated() {
    for event in [created(), due()] {
        let scene =
            scene_with(|runtime| runtime.loses_on_update.push("lifecycleConfiguration".to_owned()))
                .await;
        lose_the_answer(&scene);

        let outcome = failed_in(&scene, event).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        assert_says(&outcome, "lifecycleConfiguration");
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_lost_update_that_shows_late_is_verified_like_any_other() {
    for (lost, result, reason) in [
        (None, "enforced", "v1_allowed"),
        (Some("lifecycleConfiguration"), "failed", "configuration_changed"),
    ] {
        let scene =
            scene_with(|runtime| runtime.loses_on_update.extend(lost.map(str::to_owned))).await;
        scene.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
        // Four reads look for the update, and the next ones decide anew: only the last of them
        // shows it.
        scene
            .aws
            .world()
            .after(UPDATE_RUNTIME, |world| world.runtime_mut(RUNTIME).reads_behind = 5);

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
async fn a_conflict_with_another_update_leads_to_another_look() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE_RUNTIME, conflict(), 1);
    scene.just_before_the_update(|world| {
        world
            .runtime_mut(RUNTIME)
            .publish(&[("description", r#""deployed in between""#)]);
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["version"], "2");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "3"}));
    assert_eq!(
        scene.aws.world().runtime(RUNTIME).member("description"),
        Some(r#""deployed in between""#)
    );
    let errors: Vec<_> = scene.aws.writes().into_iter().map(|write| write.error).collect();
    assert_eq!(
        errors,
        [Some("ConnectionReset".to_owned()), Some("ConflictException".to_owned()), None]
    );
}

#[tokio::test]
async fn a_sweep_does_not_wait_for_the_update_of_somebody_else() {
    for fault in [Fault::Internal, Fault::ConnectionReset] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE_RUNTIME, fault, 1);
        scene.just_before_the_update(|world| {
            let runtime = world.runtime_mut(RUNTIME).publish(&[("description", r#""theirs""#)]);
            runtime.settle_polls = u32::MAX;
            runtime.status("UPDATING");
        });

        let response = scene.invoke(due()).await.expect("what waits has not failed");

        assert_ended(&by_id(&response)[RUNTIME], "deferred", "still_changing");
        assert_eq!(
            calls(&scene),
            [GET_RUNTIME, LIST_TAGS, GET_RUNTIME, UPDATE_RUNTIME, GET_RUNTIME, GET_RUNTIME]
        );
    }
}

#[tokio::test]
async fn a_failed_update_by_somebody_else_is_not_claimed() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, 1);
    scene.just_before_the_update(|world| {
        world
            .runtime_mut(RUNTIME)
            .publish(&[("description", r#""theirs""#)])
            .status("UPDATE_FAILED");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "update_failed");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_runtime_changed_and_deleted_by_somebody_else_is_gone() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, 1);
    scene.just_before_the_update(|world| {
        let runtime = world.runtime_mut(RUNTIME).publish(&[("description", r#""theirs""#)]);
        runtime.settle_polls = u32::MAX;
        runtime.status("DELETING");
    });

    assert_ended(&scene.outcome(created()).await, "gone", "deleting");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_possible_deployment_of_somebody_else_is_to_be_checked_first() {
    for (versions, reason) in [(1, "configuration_changed"), (2, "concurrent_update")] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, 1);
        scene.just_before_the_update(move |world| {
            for _ in 0..versions {
                world
                    .runtime_mut(RUNTIME)
                    .publish(&[("description", r#""deployed in between""#), REQUIRED]);
            }
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", reason);
        assert_says(&outcome, "The update may or may not have happened");
        assert_says(
            &outcome,
            "somebody else's deployment; find out which before you restore anything",
        );
        assert_says(&outcome, "description");
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn an_update_with_an_answer_is_not_doubted() {
    let scene =
        scene_with(|runtime| runtime.loses_on_update.push("lifecycleConfiguration".to_owned()))
            .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_says_nothing_of(&outcome, "lost");
}

#[tokio::test]
async fn a_lost_answer_is_reported_whatever_is_seen_afterwards() {
    let unreadable = |world: &mut World| world.fault(GET_RUNTIME, Fault::Internal, usize::MAX);
    let without_end = |world: &mut World| {
        let runtime = world.runtime_mut(RUNTIME).publish(&[REQUIRED]);
        runtime.settle_polls = u32::MAX;
        runtime.status("UPDATING");
    };
    for (change, reason) in [
        (unreadable as fn(&mut World), "not_verified"),
        (without_end as fn(&mut World), "still_changing"),
    ] {
        let scene = scene().await.with_remaining(Duration::from_secs(31));
        scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, 1);
        scene.just_before_the_update(change);

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", reason);
        assert_says(&outcome, "UpdateAgentRuntime did not reach AWS, or its answer was lost");
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_lost_answer_is_reported_even_if_the_next_look_fails() {
    for (operation, reason) in [(GET_RUNTIME, "read_failed"), (LIST_TAGS, "tags_unreadable")] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, 1);
        // Four reads look for the update before the next attempt is decided.
        scene.just_before_the_update(move |world| {
            (0..3).for_each(|_| world.after(GET_RUNTIME, |_| ()));
            world.after(GET_RUNTIME, move |world| {
                world.fault(operation, Fault::AccessDenied, usize::MAX)
            });
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", reason);
        assert_says(&outcome, "UpdateAgentRuntime did not reach AWS, or its answer was lost");
        assert_says(&outcome, &format!("AWS answered {operation} with AccessDeniedException"));
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_refused_second_attempt_is_reported_with_the_doubt_about_the_first() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_says(&outcome, "AWS answered UpdateAgentRuntime with AccessDeniedException");
    assert_says(&outcome, "The answer to a write was lost; the write may have happened anyway.");
    assert_eq!(scene.aws.writes().len(), 2);
}

#[tokio::test]
async fn a_refusal_of_the_second_attempt_does_not_hide_the_first_one() {
    for fault in [Fault::Throttled, Fault::AccessDenied] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
        scene.aws.world().fault(UPDATE_RUNTIME, fault, usize::MAX);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

#[tokio::test]
async fn a_throttled_second_attempt_does_not_hide_that_the_first_shows_late() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::Throttled, 1);
    // Four reads look for the update, two more decide about the next attempt.
    scene
        .aws
        .world()
        .after(UPDATE_RUNTIME, |world| world.runtime_mut(RUNTIME).reads_behind = 6);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_eq!(scene.aws.writes().len(), 2);
}

#[tokio::test]
async fn a_failed_update_that_may_be_somebody_elses_is_reported_as_such() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, 1);
    scene.just_before_the_update(|world| {
        world
            .runtime_mut(RUNTIME)
            .publish(&[("description", r#""theirs""#), REQUIRED])
            .status("UPDATE_FAILED");
    });

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, "The update may or may not have happened");
}

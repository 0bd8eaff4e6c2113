//! Each attempt at an update is decided by what was read just before it.

use serde_json::json;
use stand_in::{Fault, Runtime};

use super::{TRIES, created, members, scene, scene_with, sent};
use crate::support::{
    harness::{NOT_TAKEN, Scene, assert_ended, assert_says, by_id, due, only_write},
    names::{EXEMPT, GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, REQUIRED, RUNTIME, UPDATE_RUNTIME},
};

/// The first update meets the fault, and somebody acts before the second one.
async fn scene_between_two_attempts(fault: &Fault, change: fn(&mut Runtime)) -> Scene {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, fault.clone(), 1);
    scene
        .aws
        .world()
        .after_fault(UPDATE_RUNTIME, move |world| change(world.runtime_mut(RUNTIME)));
    scene
}

#[tokio::test]
async fn a_deployment_between_attempts_stays_and_is_enforced() {
    for fault in NOT_TAKEN {
        for event in [created(), due()] {
            let scene = scene_between_two_attempts(&fault, |runtime| {
                runtime.publish(&[("description", r#""deployed in between""#)]);
            })
            .await;

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[RUNTIME];
            assert_ended(outcome, "enforced", "v1_allowed");
            assert_eq!(
                outcome["before"],
                json!({"require_mmdsv2": null, "version": "2"}),
                "{fault:?}"
            );
            assert_eq!(
                outcome["after"],
                json!({"require_mmdsv2": true, "version": "3"}),
                "{fault:?}"
            );
            let world = scene.aws.world();
            assert_eq!(
                world.runtime(RUNTIME).member("description"),
                Some(r#""deployed in between""#),
                "{fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn an_exemption_between_attempts_is_respected() {
    for fault in NOT_TAKEN {
        for event in [created(), due()] {
            let scene = scene_between_two_attempts(&fault, |runtime| {
                runtime.tag(EXEMPT, "vendor agent needs v1");
            })
            .await;

            let response = scene.invoke(event).await.expect("success");

            assert_ended(&by_id(&response)[RUNTIME], "exempt", "exception_tag");
            assert_eq!(scene.aws.writes().len(), 1, "{fault:?}");
            assert_eq!(scene.aws.world().runtime(RUNTIME).version, 1, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_runtime_fixed_by_somebody_else_between_attempts_is_compliant() {
    let scene = scene_between_two_attempts(&Fault::Throttled, |runtime| {
        runtime.publish(&[REQUIRED]);
    })
    .await;

    assert_ended(&scene.outcome(created()).await, "compliant", "v2_required");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_write_is_built_from_what_is_read_after_the_tags() {
    let scene = scene().await;
    scene.aws.world().after(LIST_TAGS, |world| {
        world
            .runtime_mut(RUNTIME)
            .publish(&[("description", r#""deployed in between""#)]);
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["version"], "2");
    assert_eq!(
        sent(&members(&only_write(&scene)), "description"),
        Some(r#""deployed in between""#)
    );
}

#[tokio::test]
async fn an_update_is_retried_all_through_an_event_but_few_times_in_a_sweep() {
    let event = scene().await;
    event.aws.world().fault(UPDATE_RUNTIME, Fault::Throttled, usize::MAX);
    let outcome = event.failed_outcome(created()).await;
    assert_ended(&outcome, "failed", "write_failed");
    assert_says(&outcome, "AWS answered UpdateAgentRuntime with ThrottlingException");
    assert_eq!(event.aws.writes().len(), TRIES);

    let sweep = scene().await;
    sweep.aws.world().fault(UPDATE_RUNTIME, Fault::Throttled, usize::MAX);
    let response = sweep.invoke(due()).await.expect("a sweep does not fail with one target");
    assert_ended(&by_id(&response)[RUNTIME], "failed", "write_failed");
    assert_eq!(sweep.aws.writes().len(), 5);
}

#[tokio::test]
async fn a_runtime_denied_by_the_guardrails_role_is_exempt_if_tagged_by_then() {
    let scene = scene().await;
    scene.aws.world().denied_tag = Some(EXEMPT.to_owned());
    scene.just_before_the_update(|world| {
        world.runtime_mut(RUNTIME).tag(EXEMPT, "vendor agent needs v1");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(only_write(&scene).error.as_deref(), Some("AccessDeniedException"));
    assert_eq!(
        scene.aws.operations(),
        [
            GET_RUNTIME,
            LIST_TAGS,
            GET_RUNTIME,
            UPDATE_RUNTIME,
            GET_RUNTIME,
            LIST_TAGS,
            GET_RUNTIME,
            LIST_ENDPOINTS
        ]
    );
}

#[tokio::test]
async fn a_runtime_denied_by_the_guardrails_role_without_a_tag_is_held() {
    let scene = scene_with(|runtime| {
        runtime.tag(&EXEMPT.to_uppercase(), "vendor agent needs v1");
    })
    .await;
    scene.aws.world().denied_tag = Some(EXEMPT.to_owned());

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "refused");
    assert_says(
        &outcome,
        "denies this write (statement KeepExemptions, unless somebody added another one)",
    );
    assert_eq!(scene.aws.writes().len(), 1);
}

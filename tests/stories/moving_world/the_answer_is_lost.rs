//! A write may have happened, for all that its sender knows.

use std::time::Duration;

use metadata_guardrail::{
    outcome::Outcome,
    response::InvocationError,
    verdict::{Enforced, Failed, Held, Verdict},
};
use serde_json::{Value, json};
use stand_in::{Fault, World};

use super::{exempt_runtime, scene};
use crate::support::{
    harness::{Scene, assert_ended, by_id, count, due, running, runtime_created, time_passes},
    names::{
        DESCRIBE_INSTANCES, GET_RUNTIME, INSTANCE, LIST_TAGS, MODIFY_INSTANCE, RUNTIME,
        UPDATE_RUNTIME,
    },
};

/// What leaves open whether a write happened, though it did.
fn lost(write: &'static str) -> impl Fn(&mut World) {
    move |world| world.fault(write, Fault::LostReply, 1)
}

#[tokio::test]
async fn a_lost_write_to_an_instance_that_happened_is_not_sent_again() {
    for event in [running(INSTANCE), due()] {
        let scene = scene().await;
        lost(MODIFY_INSTANCE)(&mut scene.aws.world());

        let outcomes = by_id(&scene.invoke(event).await.expect("success"));

        assert_ended(&outcomes[INSTANCE], "enforced", "v1_allowed");
        assert_eq!(outcomes[INSTANCE]["before"]["http_tokens"], "optional");
        assert_eq!(outcomes[INSTANCE]["after"]["http_tokens"], "required");
        assert_eq!(count(&scene, MODIFY_INSTANCE), 1);
    }
}

#[tokio::test]
async fn a_lost_write_to_an_instance_that_did_not_happen_is_sent_again() {
    for fault in [Fault::ConnectionReset, Fault::Internal, Fault::Garbage] {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY_INSTANCE, fault.clone(), 1);

        assert_ended(&scene.outcome(running(INSTANCE)).await, "enforced", "v1_allowed");

        assert_eq!(count(&scene, MODIFY_INSTANCE), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn a_lost_update_that_happened_is_not_sent_again() {
    for event in [runtime_created(RUNTIME), due()] {
        let scene = scene().await;
        lost(UPDATE_RUNTIME)(&mut scene.aws.world());

        let outcomes = by_id(&scene.invoke(event).await.expect("success"));

        assert_ended(&outcomes[RUNTIME], "enforced", "v1_allowed");
        assert_eq!(outcomes[RUNTIME]["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_eq!(count(&scene, UPDATE_RUNTIME), 1);
    }
}

#[tokio::test]
async fn a_lost_update_that_shows_late_is_not_overwritten() {
    let scene = scene().await;
    lost(UPDATE_RUNTIME)(&mut scene.aws.world());
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        let runtime = world.runtime_mut(RUNTIME);
        runtime.status("READY");
        runtime.reads_behind = 4;
    });

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_eq!(scene.aws.world().runtime(RUNTIME).version, 2);
}

#[tokio::test]
async fn a_lost_write_that_runs_out_of_time_counts_as_unverified() {
    for (event, write, read) in [
        (running(INSTANCE), MODIFY_INSTANCE, DESCRIBE_INSTANCES),
        (runtime_created(RUNTIME), UPDATE_RUNTIME, GET_RUNTIME),
    ] {
        let scene = scene().await;
        lost(write)(&mut scene.aws.world());
        scene.aws.world().after(write, move |world| {
            world.after(read, |_| time_passes(Duration::from_secs(300)))
        });

        let Err(InvocationError::RemediationFailed(response)) = scene.handle(event).await else {
            panic!("the invocation fails")
        };

        let [outcome] = response.outcomes.as_slice() else {
            panic!("one outcome, not {:?}", response.outcomes)
        };
        assert_eq!(outcome.verdict, Verdict::Failed(Failed::OutOfTime));
        assert!(
            outcome.detail.contains("a write may or may not have happened"),
            "{}",
            outcome.detail
        );
        assert!(outcome.is_unverified_write());
    }
}

/// A runtime's update happened and its answer was lost, and so many reads do not show it yet.
fn lost_and_late(scene: &Scene, reads: u32) {
    let mut world = scene.aws.world();
    world.fault(UPDATE_RUNTIME, Fault::LostReply, 1);
    world.after(UPDATE_RUNTIME, move |world| {
        let runtime = world.runtime_mut(RUNTIME);
        runtime.status("READY");
        runtime.reads_behind = reads;
    });
}

/// The one outcome of an event or a sweep, as the library knows it.
async fn library_outcome(scene: &Scene, event: Value) -> Outcome {
    let response = match scene.handle(event).await {
        Ok(response) => response,
        Err(InvocationError::RemediationFailed(response)) => *response,
        Err(error) => panic!("{error}"),
    };
    let [outcome] = response.outcomes.as_slice() else {
        panic!("one outcome, not {:?}", response.outcomes)
    };
    outcome.clone()
}

#[tokio::test]
async fn an_exemption_after_a_lost_update_does_not_hide_the_update() {
    for event in [runtime_created(RUNTIME), due()] {
        let scene = scene().await;
        scene.aws.world().instances.clear();
        lost_and_late(&scene, 6);
        scene.aws.world().after(LIST_TAGS, |_| ());
        scene.aws.world().after(GET_RUNTIME, |_| ());
        scene.aws.world().after(GET_RUNTIME, |_| ());
        scene.aws.world().after(GET_RUNTIME, exempt_runtime);

        let outcome = library_outcome(&scene, event).await;

        assert_eq!(outcome.verdict, Verdict::Exempt, "{}", outcome.detail);
        assert!(outcome.is_unverified_write());
        assert!(outcome.detail.contains("The answer to a write was lost"), "{}", outcome.detail);
        assert!(!outcome.detail.contains("not changed"), "{}", outcome.detail);
    }
}

#[tokio::test]
async fn a_sweep_waits_for_its_own_lost_update_that_is_under_way() {
    let scene = scene().await;
    scene.aws.world().instances.clear();
    {
        let mut world = scene.aws.world();
        world.fault(UPDATE_RUNTIME, Fault::LostReply, 1);
        world.after(UPDATE_RUNTIME, |world| {
            let runtime = world.runtime_mut(RUNTIME);
            (runtime.reads_behind, runtime.polls_left) = (4, 6);
        });
    }

    let outcome = library_outcome(&scene, due()).await;

    assert_eq!(outcome.verdict, Verdict::Enforced(Enforced::V1Allowed), "{}", outcome.detail);
    assert!(!outcome.is_unverified_write());
}

#[tokio::test]
async fn a_refusal_after_a_lost_write_does_not_claim_that_nothing_changed() {
    let scene = scene().await;
    scene.aws.world().fault(MODIFY_INSTANCE, Fault::Internal, 1);
    scene
        .aws
        .world()
        .fault(MODIFY_INSTANCE, Fault::ExplicitDeny("service control"), usize::MAX);

    let outcome = library_outcome(&scene, running(INSTANCE)).await;

    assert_eq!(outcome.verdict, Verdict::Held(Held::Refused), "{}", outcome.detail);
    assert!(outcome.is_unverified_write());
    assert!(!outcome.detail.contains("not changed"), "{}", outcome.detail);
}

#[tokio::test]
async fn an_update_is_verified_even_if_the_runtime_is_briefly_not_found() {
    for loses in [false, true] {
        for event in [runtime_created(RUNTIME), due()] {
            let scene = scene().await;
            scene.aws.world().instances.clear();
            scene.aws.world().after(UPDATE_RUNTIME, move |world| {
                let message = "Agent runtime was not found".to_owned();
                world.fault(
                    GET_RUNTIME,
                    Fault::Refused { code: "ResourceNotFoundException", message, status: 404 },
                    1,
                );
                if loses {
                    let runtime = world.runtime_mut(RUNTIME);
                    runtime.set("lifecycleConfiguration", r#"{"maxLifetime":60}"#);
                }
            });

            let outcome = library_outcome(&scene, event).await;

            let expected = if loses {
                Verdict::Failed(Failed::ConfigurationChanged)
            } else {
                Verdict::Enforced(Enforced::V1Allowed)
            };
            assert_eq!(outcome.verdict, expected, "{}", outcome.detail);
            assert_eq!(count(&scene, UPDATE_RUNTIME), 1);
        }
    }
}

//! A write may have happened, for all that its sender knows.

use metadata_guardrail::{
    outcome::Outcome,
    response::InvocationError,
    verdict::{Enforced, Failed, Held, Verdict},
};

use serde_json::Value;

use super::*;

/// What leaves open whether a write happened, though it did.
fn lost(write: &'static str) -> impl Fn(&mut World) {
    move |world| world.fault(write, Fault::LostReply, 1)
}

#[tokio::test]
async fn a_write_to_an_instance_that_happened_is_not_sent_again() {
    for event in [running(INSTANCE), due()] {
        let scene = scene().await;
        lost(MODIFY)(&mut scene.aws.world());

        let outcomes = by_id(&scene.invoke(event).await.expect("success"));

        assert_ended(&outcomes[INSTANCE], "enforced", "v1_allowed");
        assert_eq!(outcomes[INSTANCE]["before"]["http_tokens"], "optional");
        assert_eq!(outcomes[INSTANCE]["after"]["http_tokens"], "required");
        assert_eq!(count(&scene, MODIFY), 1);
    }
}

#[tokio::test]
async fn a_write_to_an_instance_that_did_not_happen_is_sent_again() {
    for fault in [Fault::ConnectionReset, Fault::Internal, Fault::Garbage] {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY, fault.clone(), 1);

        assert_ended(&scene.outcome(running(INSTANCE)).await, "enforced", "v1_allowed");

        assert_eq!(count(&scene, MODIFY), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn an_update_that_happened_is_not_sent_again_and_makes_one_version() {
    for event in [runtime_created(RUNTIME), due()] {
        let scene = scene().await;
        lost(UPDATE)(&mut scene.aws.world());

        let outcomes = by_id(&scene.invoke(event).await.expect("success"));

        assert_ended(&outcomes[RUNTIME], "enforced", "v1_allowed");
        assert_eq!(outcomes[RUNTIME]["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_eq!(count(&scene, UPDATE), 1);
    }
}

#[tokio::test]
async fn an_update_that_shows_late_is_enforced_and_not_sent_over() {
    let scene = scene().await;
    lost(UPDATE)(&mut scene.aws.world());
    scene.aws.world().after(UPDATE, |world| {
        let runtime = world.runtimes.get_mut(RUNTIME).expect("the runtime");
        runtime.status("READY");
        runtime.reads_behind = 4;
    });

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_eq!(scene.aws.world().runtime(RUNTIME).version, 2);
}

#[tokio::test]
async fn time_that_runs_out_then_is_an_unverified_write() {
    for (event, write, read) in [(running(INSTANCE), MODIFY, DESCRIBE), (runtime_created(RUNTIME), UPDATE, GET)] {
        let scene = scene().await;
        lost(write)(&mut scene.aws.world());
        scene.aws.world().after(write, move |world| world.after(read, |_| time_passes(Duration::from_secs(300))));

        let Err(InvocationError::RemediationFailed(response)) = scene.handle(event).await else {
            panic!("the invocation fails")
        };

        let [outcome] = response.outcomes.as_slice() else { panic!("one outcome, not {:?}", response.outcomes) };
        assert_eq!(outcome.verdict, Verdict::Failed(Failed::OutOfTime));
        assert!(outcome.detail.contains("a write may or may not have happened"), "{}", outcome.detail);
        assert!(outcome.is_unverified_write());
    }
}

/// A runtime's update happened and its answer was lost, and so many reads do not show it yet.
fn lost_and_late(scene: &Scene, reads: u32) {
    let mut world = scene.aws.world();
    world.fault(UPDATE, Fault::LostReply, 1);
    world.after(UPDATE, move |world| {
        let runtime = world.runtimes.get_mut(RUNTIME).expect("the runtime");
        runtime.status("READY");
        runtime.reads_behind = reads;
    });
}

/// The one outcome of an event or a sweep, as the library knows it.
async fn only_outcome(scene: &Scene, event: Value) -> Outcome {
    let response = match scene.handle(event).await {
        Ok(response) => response,
        Err(InvocationError::RemediationFailed(response)) => *response,
        Err(error) => panic!("{error}"),
    };
    let [outcome] = response.outcomes.as_slice() else { panic!("one outcome, not {:?}", response.outcomes) };
    outcome.clone()
}

#[tokio::test]
async fn an_exemption_after_that_does_not_hide_that_the_runtime_may_have_been_written() {
    for event in [runtime_created(RUNTIME), due()] {
        let scene = scene().await;
        scene.aws.world().instances.clear();
        lost_and_late(&scene, 6);
        scene.aws.world().after(LIST_TAGS, |_| ());
        scene.aws.world().after(GET, |_| ());
        scene.aws.world().after(GET, |_| ());
        scene.aws.world().after(GET, exempt_runtime);

        let outcome = only_outcome(&scene, event).await;

        assert_eq!(outcome.verdict, Verdict::Exempt, "{}", outcome.detail);
        assert!(outcome.is_unverified_write());
        assert!(outcome.detail.contains("The answer to a write was lost"), "{}", outcome.detail);
        assert!(!outcome.detail.contains("not changed"), "{}", outcome.detail);
    }
}

#[tokio::test]
async fn an_update_that_shows_late_and_is_under_way_is_waited_for_in_a_sweep_too() {
    let scene = scene().await;
    scene.aws.world().instances.clear();
    {
        let mut world = scene.aws.world();
        world.fault(UPDATE, Fault::LostReply, 1);
        world.after(UPDATE, |world| {
            let runtime = world.runtimes.get_mut(RUNTIME).expect("the runtime");
            (runtime.reads_behind, runtime.polls_left) = (4, 6);
        });
    }

    let outcome = only_outcome(&scene, due()).await;

    assert_eq!(outcome.verdict, Verdict::Enforced(Enforced::V1Allowed), "{}", outcome.detail);
    assert!(!outcome.is_unverified_write());
}

#[tokio::test]
async fn a_refusal_after_that_does_not_say_that_nothing_was_changed() {
    let scene = scene().await;
    scene.aws.world().fault(MODIFY, Fault::Internal, 1);
    scene.aws.world().fault(MODIFY, Fault::ExplicitDeny("service control"), usize::MAX);

    let outcome = only_outcome(&scene, running(INSTANCE)).await;

    assert_eq!(outcome.verdict, Verdict::Held(Held::Refused), "{}", outcome.detail);
    assert!(outcome.is_unverified_write());
    assert!(!outcome.detail.contains("not changed"), "{}", outcome.detail);
}

#[tokio::test]
async fn an_update_after_which_aws_does_not_know_the_runtime_for_a_moment_is_verified_all_the_same() {
    for loses in [false, true] {
        for event in [runtime_created(RUNTIME), due()] {
            let scene = scene().await;
            scene.aws.world().instances.clear();
            scene.aws.world().after(UPDATE, move |world| {
                let message = "Agent runtime was not found".to_owned();
                world.fault(GET, Fault::Refused { code: "ResourceNotFoundException", message, status: 404 }, 1);
                if loses {
                    let runtime = world.runtimes.get_mut(RUNTIME).expect("the runtime");
                    runtime.set("lifecycleConfiguration", r#"{"maxLifetime":60}"#);
                }
            });

            let outcome = only_outcome(&scene, event).await;

            let expected = if loses {
                Verdict::Failed(Failed::ConfigurationChanged)
            } else {
                Verdict::Enforced(Enforced::V1Allowed)
            };
            assert_eq!(outcome.verdict, expected, "{}", outcome.detail);
            assert_eq!(count(&scene, UPDATE), 1);
        }
    }
}

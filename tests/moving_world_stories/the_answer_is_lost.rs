//! A write may have happened, for all that its sender knows.

use metadata_guardrail::{
    handler::InvocationError,
    outcome::{Reason, Verdict},
};

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
        assert_eq!((outcome.result, outcome.reason), (Verdict::Failed, Reason::OutOfTime));
        assert!(outcome.detail.contains("a write may or may not have happened"), "{}", outcome.detail);
        assert!(outcome.is_unverified_write());
    }
}

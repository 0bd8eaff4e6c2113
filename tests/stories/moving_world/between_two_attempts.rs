//! Something comes between an attempt that AWS did not take and the next one.

use std::time::Duration;

use metadata_guardrail::response::InvocationError;
use serde_json::json;
use stand_in::{Call, Fault, World};

use super::{
    DEPLOYED, assert_each_write_was_looked_before, deploy, exempt_instance, exempt_runtime, scene,
};
use crate::support::{
    harness::{
        NOT_TAKEN, Scene, assert_ended, assert_says, by_id, count, due, running, runtime_created,
        started, time_passes,
    },
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, GET_RUNTIME, INSTANCE, LIST_TAGS, MODIFY_INSTANCE,
        REQUIRED, RUNTIME, UPDATE_RUNTIME,
    },
};

#[tokio::test]
async fn an_instance_exempted_between_attempts_is_not_written() {
    for fault in NOT_TAKEN {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY_INSTANCE, fault.clone(), 1);
        scene.aws.world().after_fault(MODIFY_INSTANCE, exempt_instance);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "exempt", "exception_tag");
        assert_eq!(scene.aws.writes().len(), 1, "{fault:?}");
        assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
    }
}

#[tokio::test]
async fn a_runtime_exempted_between_attempts_is_not_written() {
    for fault in NOT_TAKEN {
        for event in [runtime_created(RUNTIME), due()] {
            let scene = scene().await;
            scene.aws.world().fault(UPDATE_RUNTIME, fault.clone(), 1);
            scene.aws.world().after_fault(UPDATE_RUNTIME, exempt_runtime);

            let outcomes = by_id(&scene.invoke(event).await.expect("success"));

            assert_ended(&outcomes[RUNTIME], "exempt", "exception_tag");
            assert_eq!(scene.aws.world().runtime(RUNTIME).version, 1, "{fault:?}");
            assert_eq!(count(&scene, UPDATE_RUNTIME), 1, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_deployment_between_attempts_stays_and_requires_mmdsv2() {
    for fault in NOT_TAKEN {
        for event in [runtime_created(RUNTIME), due()] {
            let scene = scene().await;
            scene.aws.world().fault(UPDATE_RUNTIME, fault.clone(), 1);
            scene.aws.world().after_fault(UPDATE_RUNTIME, deploy);

            let outcomes = by_id(&scene.invoke(event).await.expect("success"));

            assert_ended(&outcomes[RUNTIME], "enforced", "v1_allowed");
            let world = scene.aws.world();
            let runtime = world.runtime(RUNTIME);
            assert_eq!(
                (runtime.member("description"), runtime.version),
                (Some(DEPLOYED), 3),
                "{fault:?}"
            );
            assert!(runtime.requires_mmdsv2(), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_deployment_that_requires_mmdsv2_itself_is_left_alone() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::Throttled, 1);
    scene.aws.world().after_fault(UPDATE_RUNTIME, |world| {
        deploy(world);
        let runtime = world.runtime_mut(RUNTIME);
        runtime.set(REQUIRED.0, REQUIRED.1);
    });

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_eq!(scene.aws.world().runtime(RUNTIME).version, 2);
}

#[tokio::test]
async fn a_deployment_between_the_two_forms_of_an_update_stays() {
    let scene = scene().await;
    {
        let mut world = scene.aws.world();
        world.runtime_mut(RUNTIME).refuses_s3_endpoint = true;
        world.after(UPDATE_RUNTIME, deploy);
    }

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(scene.aws.world().runtime(RUNTIME).member("description"), Some(DEPLOYED));
    assert_each_write_was_looked_before(
        &scene.aws.calls(),
        UPDATE_RUNTIME,
        [LIST_TAGS, GET_RUNTIME],
    );
}

#[tokio::test]
async fn an_instance_that_stops_or_vanishes_between_attempts_is_left_alone() {
    type Change = fn(&mut World);
    let changes: [(Change, &str, &str); 3] = [
        (|world| drop(world.instances.remove(INSTANCE)), "gone", "not_found"),
        (|world| _ = world.instance_mut(INSTANCE).state("stopping"), "deferred", "stopping"),
        (
            |world| _ = world.instance_mut(INSTANCE).http_endpoint("disabled"),
            "compliant",
            "endpoint_disabled",
        ),
    ];
    for (change, result, reason) in changes {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY_INSTANCE, Fault::Throttled, 1);
        scene.aws.world().after_fault(MODIFY_INSTANCE, change);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, result, reason);
        assert_eq!(scene.aws.writes().len(), 1, "{reason}");
    }
}

#[tokio::test]
async fn a_write_has_at_least_five_attempts_each_decided_anew() {
    for event in [running(INSTANCE), due()] {
        let scene = scene().await;
        scene.aws.world().runtimes.clear();
        scene.aws.world().fault(MODIFY_INSTANCE, Fault::Throttled, 4);

        let outcomes = by_id(&scene.invoke(event).await.expect("success"));

        assert_ended(&outcomes[INSTANCE], "enforced", "v1_allowed");
        assert_eq!(count(&scene, MODIFY_INSTANCE), 5);
        assert_each_write_was_looked_before(
            &scene.aws.calls(),
            MODIFY_INSTANCE,
            [DESCRIBE_INSTANCES, DESCRIBE_TAGS],
        );
    }
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::Throttled, 4);

    assert_ended(&scene.outcome(runtime_created(RUNTIME)).await, "enforced", "v1_allowed");

    assert_eq!(count(&scene, UPDATE_RUNTIME), 5);
    assert_each_write_was_looked_before(
        &scene.aws.calls(),
        UPDATE_RUNTIME,
        [LIST_TAGS, GET_RUNTIME],
    );
}

#[tokio::test]
async fn a_failed_read_and_two_throttled_writes_are_overcome() {
    let scene = scene().await;
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::Internal, 1);
    scene.aws.world().fault(MODIFY_INSTANCE, Fault::Throttled, 2);

    assert_ended(&scene.outcome(running(INSTANCE)).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn a_write_refused_until_time_runs_out_fails_with_the_last_answer() {
    for (event, write, words) in [
        (
            running(INSTANCE),
            MODIFY_INSTANCE,
            "AWS answered ModifyInstanceMetadataOptions with RequestLimitExceeded",
        ),
        (
            runtime_created(RUNTIME),
            UPDATE_RUNTIME,
            "AWS answered UpdateAgentRuntime with ThrottlingException",
        ),
    ] {
        let scene = scene().await;
        scene.aws.world().fault(write, Fault::Throttled, 6);
        scene.aws.world().fault(write, Fault::ConnectionReset, usize::MAX);
        for _ in 0..6 {
            scene.aws.world().after_fault(write, |_| ());
        }
        scene.aws.world().after_fault(write, |_| time_passes(Duration::from_secs(271)));

        let outcome = scene.failed_outcome(event).await;

        assert_ended(&outcome, "failed", "write_failed");
        assert_says(&outcome, words);
        assert_says(&outcome, "timed out");
        assert_eq!(count(&scene, write), 7, "as long as there was time");
    }
}

#[tokio::test]
async fn a_look_that_runs_out_of_time_reports_the_last_answer() {
    let scene = scene().await;
    scene.aws.world().fault(MODIFY_INSTANCE, Fault::Throttled, 1);
    scene.aws.world().after_fault(MODIFY_INSTANCE, |world| {
        world.after(DESCRIBE_INSTANCES, |_| time_passes(Duration::from_secs(300)));
    });

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "out_of_time");
    assert_says(&outcome, "AWS answered ModifyInstanceMetadataOptions with RequestLimitExceeded");
    assert_says(&outcome, "nothing was written");
}

#[tokio::test]
async fn a_throttled_write_that_runs_out_of_time_is_not_unverified() {
    let scene = scene().await.with_remaining(Duration::from_secs(31)).with_pace(LONG, LONG);
    scene.aws.world().fault(MODIFY_INSTANCE, Fault::Throttled, usize::MAX);

    let Err(InvocationError::RemediationFailed(response)) = scene.handle(running(INSTANCE)).await
    else {
        panic!("the invocation fails")
    };

    assert!(!response.outcomes[0].is_unverified_write(), "{:?}", response.outcomes);
    assert_eq!(count(&scene, MODIFY_INSTANCE), 1);
}

/// A pause for which no time is left.
const LONG: Duration = Duration::from_secs(2);

#[tokio::test]
async fn instances_that_keep_failing_are_retried_after_the_others() {
    for fault in [Fault::Throttled, Fault::Internal] {
        let scene = Scene::new().await;
        let ids: Vec<_> = (0..20).map(|number| format!("i-{number:017x}")).collect();
        for (number, id) in ids.iter().enumerate() {
            scene.aws.world().add_instance(id);
            if number < 8 {
                scene.aws.world().fault_for(MODIFY_INSTANCE, id, fault.clone(), 6);
            }
        }

        let response =
            scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

        assert_eq!(response["counts"], json!({"enforced": 20}), "{fault:?}");
        let written: Vec<_> =
            scene.aws.writes().into_iter().filter(|call| call.error.is_none()).collect();
        let failed_first =
            |call: &Call| ids[..8].contains(call.resource.as_ref().expect("an instance"));
        assert!(
            !written[..12].iter().any(failed_first) && written[12..].iter().all(failed_first),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_failure_reports_the_last_answer_however_many_instances_wait() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(31)).with_pace(LONG, LONG);
    let ids: Vec<_> = (0..20).map(|number| format!("i-{number:017x}")).collect();
    ids.iter().for_each(|id| _ = scene.aws.world().add_instance(id));
    scene.aws.world().fault(MODIFY_INSTANCE, Fault::Throttled, usize::MAX);

    let response = scene.failed_response(started(ids.iter().map(String::as_str))).await;

    assert_eq!(response["counts"], json!({"failed": 20}));
    for outcome in by_id(&response).values() {
        assert_ended(outcome, "failed", "write_failed");
        assert_says(
            outcome,
            "AWS answered ModifyInstanceMetadataOptions with RequestLimitExceeded",
        );
    }
}

//! Something comes between an attempt that AWS did not take and the next one.

use metadata_guardrail::response::InvocationError;

use super::*;

#[tokio::test]
async fn an_instance_that_becomes_exempt_is_not_written() {
    for fault in faults() {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY, fault.clone(), 1);
        scene.aws.world().after_fault(MODIFY, exempt_instance);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "exempt", "exception_tag");
        assert_eq!(scene.aws.writes().len(), 1, "{fault:?}");
        assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
    }
}

#[tokio::test]
async fn a_runtime_that_becomes_exempt_is_not_written() {
    for fault in faults() {
        for event in [runtime_created(RUNTIME), due()] {
            let scene = scene().await;
            scene.aws.world().fault(UPDATE, fault.clone(), 1);
            scene.aws.world().after_fault(UPDATE, exempt_runtime);

            let outcomes = by_id(&scene.invoke(event).await.expect("success"));

            assert_ended(&outcomes[RUNTIME], "exempt", "exception_tag");
            assert_eq!(scene.aws.world().runtime(RUNTIME).version, 1, "{fault:?}");
            assert_eq!(count(&scene, UPDATE), 1, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_deployment_stays_and_is_required_to_use_mmdsv2() {
    for fault in faults() {
        for event in [runtime_created(RUNTIME), due()] {
            let scene = scene().await;
            scene.aws.world().fault(UPDATE, fault.clone(), 1);
            scene.aws.world().after_fault(UPDATE, deploy);

            let outcomes = by_id(&scene.invoke(event).await.expect("success"));

            assert_ended(&outcomes[RUNTIME], "enforced", "v1_allowed");
            let world = scene.aws.world();
            let runtime = world.runtime(RUNTIME);
            assert_eq!((runtime.member("description"), runtime.version), (Some(DEPLOYED), 3), "{fault:?}");
            assert!(runtime.requires_mmdsv2(), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_deployment_that_requires_mmdsv2_itself_is_left_alone() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::Throttled, 1);
    scene.aws.world().after_fault(UPDATE, |world| {
        deploy(world);
        let runtime = world.runtimes.get_mut(RUNTIME).expect("the runtime");
        runtime.set("metadataConfiguration", r#"{"requireMMDSV2":true}"#);
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
        world.runtimes.get_mut(RUNTIME).expect("the runtime").refuses_s3_endpoint = true;
        world.after(UPDATE, deploy);
    }

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(scene.aws.world().runtime(RUNTIME).member("description"), Some(DEPLOYED));
    assert_each_write_was_looked_before(&scene.aws.calls(), UPDATE, [LIST_TAGS, GET]);
}

#[tokio::test]
async fn an_instance_that_goes_or_is_turned_off_is_left_alone() {
    type Change = fn(&mut World);
    let changes: [(Change, &str, &str); 3] = [
        (|world| drop(world.instances.remove(INSTANCE)), "gone", "not_found"),
        (|world| _ = world.instances.get_mut(INSTANCE).expect("it").state("stopping"), "deferred", "stopping"),
        (
            |world| _ = world.instances.get_mut(INSTANCE).expect("it").http_endpoint("disabled"),
            "compliant",
            "endpoint_disabled",
        ),
    ];
    for (change, result, reason) in changes {
        let scene = scene().await;
        scene.aws.world().fault(MODIFY, Fault::Throttled, 1);
        scene.aws.world().after_fault(MODIFY, change);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, result, reason);
        assert_eq!(scene.aws.writes().len(), 1, "{reason}");
    }
}

#[tokio::test]
async fn at_least_five_attempts_are_made_and_each_is_decided_anew() {
    for event in [running(INSTANCE), due()] {
        let scene = scene().await;
        scene.aws.world().runtimes.clear();
        scene.aws.world().fault(MODIFY, Fault::Throttled, 4);

        let outcomes = by_id(&scene.invoke(event).await.expect("success"));

        assert_ended(&outcomes[INSTANCE], "enforced", "v1_allowed");
        assert_eq!(count(&scene, MODIFY), 5);
        assert_each_write_was_looked_before(&scene.aws.calls(), MODIFY, [DESCRIBE, DESCRIBE_TAGS]);
    }
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::Throttled, 4);

    assert_ended(&scene.outcome(runtime_created(RUNTIME)).await, "enforced", "v1_allowed");

    assert_eq!(count(&scene, UPDATE), 5);
    assert_each_write_was_looked_before(&scene.aws.calls(), UPDATE, [LIST_TAGS, GET]);
}

#[tokio::test]
async fn a_failed_read_and_two_throttled_writes_are_got_through() {
    let scene = scene().await;
    scene.aws.world().fault(DESCRIBE, Fault::Internal, 1);
    scene.aws.world().fault(MODIFY, Fault::Throttled, 2);

    assert_ended(&scene.outcome(running(INSTANCE)).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn what_is_refused_until_the_time_runs_out_fails_with_what_aws_answered_last() {
    for (event, write, words) in [
        (running(INSTANCE), MODIFY, "AWS answered ModifyInstanceMetadataOptions with RequestLimitExceeded"),
        (runtime_created(RUNTIME), UPDATE, "AWS answered UpdateAgentRuntime with ThrottlingException"),
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
async fn time_that_runs_out_while_all_is_read_again_explains_itself_by_the_last_answer() {
    let scene = scene().await;
    scene.aws.world().fault(MODIFY, Fault::Throttled, 1);
    scene.aws.world().after_fault(MODIFY, |world| {
        world.after(DESCRIBE, |_| time_passes(Duration::from_secs(300)));
    });

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "out_of_time");
    assert_says(&outcome, "AWS answered ModifyInstanceMetadataOptions with RequestLimitExceeded");
    assert_says(&outcome, "nothing was written");
}

#[tokio::test]
async fn time_that_runs_out_after_a_refusal_is_no_unverified_write() {
    let scene = scene().await.with_remaining(Duration::from_secs(31)).with_pace(LONG, LONG);
    scene.aws.world().fault(MODIFY, Fault::Throttled, usize::MAX);

    let Err(InvocationError::RemediationFailed(response)) = scene.handle(running(INSTANCE)).await else {
        panic!("the invocation fails")
    };

    assert!(!response.outcomes[0].is_unverified_write(), "{:?}", response.outcomes);
    assert_eq!(count(&scene, MODIFY), 1);
}

/// A pause for which no time is left.
const LONG: Duration = Duration::from_secs(2);

#[tokio::test]
async fn instances_whose_write_always_fails_make_room_for_the_others_and_are_tried_again_after_them() {
    for fault in [Fault::Throttled, Fault::Internal] {
        let scene = Scene::new().await;
        let ids: Vec<_> = (0..20).map(|number| format!("i-{number:017x}")).collect();
        for (number, id) in ids.iter().enumerate() {
            scene.aws.world().add_instance(id);
            if number < 8 {
                scene.aws.world().fault_for(MODIFY, id, fault.clone(), 6);
            }
        }

        let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

        assert_eq!(response["counts"], json!({"enforced": 20}), "{fault:?}");
        let written: Vec<_> = scene.aws.writes().into_iter().filter(|call| call.error.is_none()).collect();
        let failed_first = |call: &Call| ids[..8].contains(call.resource.as_ref().expect("an instance"));
        assert!(!written[..12].iter().any(failed_first) && written[12..].iter().all(failed_first), "{fault:?}");
    }
}

#[tokio::test]
async fn that_others_waited_does_not_hide_what_aws_answered_last() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(31)).with_pace(LONG, LONG);
    let ids: Vec<_> = (0..20).map(|number| format!("i-{number:017x}")).collect();
    ids.iter().for_each(|id| _ = scene.aws.world().add_instance(id));
    scene.aws.world().fault(MODIFY, Fault::Throttled, usize::MAX);

    let response = scene.failed_response(started(ids.iter().map(String::as_str))).await;

    assert_eq!(response["counts"], json!({"failed": 20}));
    for outcome in by_id(&response).values() {
        assert_ended(outcome, "failed", "write_failed");
        assert_says(outcome, "AWS answered ModifyInstanceMetadataOptions with RequestLimitExceeded");
    }
}

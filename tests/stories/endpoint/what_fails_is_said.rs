//! A move fails, or cannot be verified.

use std::time::Duration;

use metadata_guardrail::response::InvocationError;
use stand_in::Fault;

use super::{live, moving, pinned, scene_with, updated};
use crate::support::{
    harness::{assert_ended, assert_found, assert_says, assert_says_nothing_of},
    names::{CANARY, GET_ENDPOINT, LIST_TAGS, METADATA, REQUIRED, RUNTIME, UPDATE_ENDPOINT},
};

#[tokio::test]
async fn an_event_that_runs_out_of_time_names_the_pinned_endpoints() {
    let scene = moving(pinned).await.with_remaining(Duration::from_secs(8));
    scene
        .aws
        .world()
        .after(LIST_TAGS, |world| world.latency = Duration::from_secs(3600));

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "out_of_time");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_move_that_aws_fails_to_make_is_a_failure() {
    let scene = moving(|runtime| {
        pinned(runtime);
        let reason = format!("The container ended with DATABASE_PASSWORD={CANARY}");
        runtime.endpoint_mut("prod").updates_fail = Some(reason);
    })
    .await;

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoint_not_verified");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "Its status is UPDATE_FAILED, on version 1.");
    let later = scene.outcome(updated()).await;
    assert_ended(&later, "compliant", "v2_required");
    assert_found(&later, &["pinned_endpoint"]);
    assert_says(&later, "the guardrail does not move it; move it yourself or recreate it");
}

#[tokio::test]
async fn a_move_that_loses_the_description_is_a_failure() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.endpoint_mut("prod").loses_description = true;
    })
    .await;

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoint_not_verified");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "these members are different: description");
}

#[tokio::test]
async fn a_move_that_cannot_be_seen_is_a_failure() {
    let scene = moving(pinned).await;
    scene
        .aws
        .world()
        .after(UPDATE_ENDPOINT, |world| world.fault(GET_ENDPOINT, Fault::AccessDenied, usize::MAX));

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoint_not_verified");
    assert_found(&outcome, &["pinned_endpoint"]);
}

#[tokio::test]
async fn an_unverified_move_is_reported_before_other_failures() {
    let scene = moving(|runtime| {
        runtime.endpoint("denied", 1);
        runtime.endpoint("unclear", 1).loses_description = true;
        runtime.endpoint_mut("unclear").description = Some("for the front desk".to_owned());
    })
    .await;
    let denied = format!("{RUNTIME}/runtime-endpoints/denied");
    scene
        .aws
        .world()
        .fault_for(UPDATE_ENDPOINT, &denied, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoint_not_verified");
    assert_found(&outcome, &["pinned_endpoint"]);
    for name in ["denied", "unclear"] {
        assert_says(&outcome, &format!("The endpoint {name} is pinned to version 1"));
    }
}

#[tokio::test]
async fn a_move_that_conflicts_with_another_is_retried_by_lambda() {
    let scene = moving(pinned).await;
    let conflict =
        || Fault::Refused { code: "ConflictException", message: String::new(), status: 409 };
    scene.aws.world().fault(UPDATE_ENDPOINT, conflict(), 1);

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "AWS answered UpdateAgentRuntimeEndpoint with ConflictException");
    assert_eq!(scene.outcome(updated()).await["reason"], "pinned_endpoint");
    assert_eq!(live(&scene, "prod"), 2);
}

#[tokio::test]
async fn a_conflict_with_the_guardrails_own_lost_move_is_none() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(UPDATE_ENDPOINT, Fault::LostReply, 1);
    scene.aws.world().after(UPDATE_ENDPOINT, |world| {
        world.fault(
            UPDATE_ENDPOINT,
            Fault::Refused { code: "ConflictException", message: String::new(), status: 409 },
            1,
        );
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved"]);
}

#[tokio::test]
async fn a_move_that_may_have_happened_counts_as_unverified() {
    for fault in [Fault::Internal, Fault::ConnectionReset, Fault::Garbage] {
        let scene = moving(pinned).await;
        scene.aws.world().fault(UPDATE_ENDPOINT, fault.clone(), usize::MAX);

        let Err(InvocationError::RemediationFailed(response)) = scene.handle(updated()).await
        else {
            panic!("it fails with {fault:?}")
        };

        let [outcome] = response.outcomes.as_slice() else {
            panic!("one outcome, not {response:?}")
        };
        assert!(outcome.is_unverified_write(), "{fault:?}");
        let outcome = serde_json::to_value(outcome).expect("an outcome is JSON");
        assert_ended(&outcome, "failed", "write_failed");
        assert_found(&outcome, &["pinned_endpoint"]);
        assert_says(&outcome, UPDATE_ENDPOINT);
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 20);
        assert!(writes.iter().all(|write| write.body == writes[0].body), "{fault:?}");
    }
}

#[tokio::test]
async fn a_lost_move_counts_as_unverified_even_if_tags_become_unreadable() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(UPDATE_ENDPOINT, Fault::ConnectionReset, 1);
    scene.aws.world().after_fault(UPDATE_ENDPOINT, |world| {
        world.fault(LIST_TAGS, Fault::AccessDenied, usize::MAX)
    });

    let Err(InvocationError::RemediationFailed(response)) = scene.handle(updated()).await else {
        panic!("it fails")
    };

    let [outcome] = response.outcomes.as_slice() else { panic!("one outcome, not {response:?}") };
    assert!(outcome.is_unverified_write());
    let outcome = serde_json::to_value(outcome).expect("an outcome is JSON");
    assert_ended(&outcome, "failed", "tags_unreadable");
    assert_found(&outcome, &["pinned_endpoint"]);
}

#[tokio::test]
async fn a_refused_move_does_not_count_as_unverified() {
    let scene = moving(|runtime| {
        runtime.endpoint("first", 1);
        runtime.endpoint("second", 1);
    })
    .await;
    scene.aws.world().fault(UPDATE_ENDPOINT, Fault::ConnectionReset, 1);
    let second = format!("{RUNTIME}/runtime-endpoints/second");
    scene
        .aws
        .world()
        .fault_for(UPDATE_ENDPOINT, &second, Fault::AccessDenied, usize::MAX);

    let Err(InvocationError::RemediationFailed(response)) = scene.handle(updated()).await else {
        panic!("it fails")
    };

    let [outcome] = response.outcomes.as_slice() else { panic!("one outcome, not {response:?}") };
    assert!(!outcome.is_unverified_write());
    assert_eq!((live(&scene, "first"), live(&scene, "second")), (2, 1));
}

#[tokio::test]
async fn every_moved_endpoint_is_named() {
    let scene = moving(|runtime| {
        runtime.publish(&[("description", r#""newer""#)]);
        // Version 4 lacks the requirement alone, version 5 is the current one.
        runtime.publish(&[]).document.remove(METADATA);
        runtime.publish(&[REQUIRED]);
        for number in 1..=12 {
            runtime.endpoint(&format!("a_{number:02}"), 1);
            runtime.endpoint(&format!("b_{number:02}"), 4);
        }
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint");
    assert_found(&outcome, &["endpoint_moved", "pinned_endpoint"]);
    for number in 1..=12 {
        assert_says(
            &outcome,
            &format!("The endpoint b_{number:02} was moved from version 4 to version 5"),
        );
    }
    assert_says(&outcome, "There are 2 more such remarks.");
}

#[tokio::test]
async fn ten_pinned_endpoints_are_named_and_the_others_counted() {
    let scene = scene_with(|runtime| {
        for number in 1..=13 {
            runtime.endpoint(&format!("team_{number:02}"), 1);
        }
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "The endpoint team_10 is pinned");
    assert_says(&outcome, "There are 3 more such remarks.");
    assert_says_nothing_of(&outcome, "team_11");
}

//! Each attempt at a move is decided by what was read just before it.

use serde_json::json;
use stand_in::{Fault, Runtime};

use super::{live, moving, pinned, updated};
use crate::support::{
    harness::{NOT_TAKEN, Scene, assert_ended, assert_found, assert_says, by_id, due},
    names::{
        CANARY, EXEMPT, GET_ENDPOINT, GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, RUNTIME,
        UPDATE_ENDPOINT,
    },
};

/// The first move meets the fault, and somebody acts before the second one.
async fn scene_between_two_attempts(fault: &Fault, change: fn(&mut Runtime)) -> Scene {
    let scene = moving(pinned).await;
    scene.aws.world().fault(UPDATE_ENDPOINT, fault.clone(), 1);
    scene
        .aws
        .world()
        .after_fault(UPDATE_ENDPOINT, move |world| change(world.runtime_mut(RUNTIME)));
    scene
}

#[tokio::test]
async fn a_throttled_or_lost_move_is_sent_again() {
    for fault in NOT_TAKEN {
        for event in [updated(), due()] {
            let scene = scene_between_two_attempts(&fault, |_| ()).await;

            let response = scene.invoke(event).await.expect("success");

            assert_ended(&by_id(&response)[RUNTIME], "enforced", "pinned_endpoint");
            assert_found(&by_id(&response)[RUNTIME], &["endpoint_moved"]);
            assert_eq!(live(&scene, "prod"), 2);
            let writes = scene.aws.writes();
            assert_eq!(writes.len(), 2, "{fault:?}");
            assert_eq!(writes[0].body, writes[1].body, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn a_second_attempt_reads_runtime_tags_and_endpoint_again() {
    let scene = scene_between_two_attempts(&Fault::Throttled, |_| ()).await;

    scene.outcome(updated()).await;

    // The version that it is on never changes and is read once.
    let once = [GET_RUNTIME, LIST_TAGS, LIST_TAGS, GET_ENDPOINT, UPDATE_ENDPOINT];
    let calls = scene.aws.operations();
    assert_eq!(
        calls,
        [
            &[GET_RUNTIME, LIST_ENDPOINTS, GET_RUNTIME][..],
            &once,
            &once,
            &[GET_ENDPOINT, GET_ENDPOINT]
        ]
        .concat()
    );
}

#[tokio::test]
async fn an_exemption_set_between_attempts_keeps_the_endpoint() {
    for fault in NOT_TAKEN {
        for (change, whose) in [
            ((|runtime| _ = runtime.tag(EXEMPT, "yes")) as fn(&mut Runtime), "exempts the runtime"),
            (|runtime| _ = runtime.endpoint_mut("prod").tag(EXEMPT, "yes"), "exempts it"),
        ] {
            let scene = scene_between_two_attempts(&fault, change).await;

            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "compliant", "v2_required");
            assert_found(&outcome, &["pinned_endpoint"]);
            assert_says(&outcome, whose);
            assert_eq!((live(&scene, "prod"), scene.aws.writes().len()), (1, 1), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn an_endpoint_moved_elsewhere_between_attempts_stays_there() {
    let elsewhere = |runtime: &mut Runtime| {
        runtime.publish(&[]).endpoint_mut("prod").live_version = 3;
    };
    let throttled = scene_between_two_attempts(&Fault::Throttled, elsewhere).await;
    let outcome = throttled.outcome(updated()).await;
    assert_ended(&outcome, "compliant", "v2_required");
    assert_says(&outcome, "it was changed in the meantime");
    assert_eq!((live(&throttled, "prod"), throttled.aws.writes().len()), (3, 1));

    for fault in [Fault::Internal, Fault::ConnectionReset, Fault::Garbage] {
        let lost = scene_between_two_attempts(&fault, elsewhere).await;
        let outcome = lost.failed_outcome(updated()).await;
        assert_ended(&outcome, "failed", "endpoint_not_verified");
        assert_found(&outcome, &["pinned_endpoint"]);
        assert_says(&outcome, "Its status is READY, on version 3.");
        assert_eq!((live(&lost, "prod"), lost.aws.writes().len()), (3, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn an_endpoint_already_moved_between_attempts_is_not_sent_again() {
    for fault in NOT_TAKEN {
        let scene = scene_between_two_attempts(&fault, |runtime| {
            runtime.endpoint_mut("prod").live_version = 2;
        })
        .await;

        scene.outcome(updated()).await;

        assert_eq!((live(&scene, "prod"), scene.aws.writes().len()), (2, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_version_deployed_between_attempts_is_used_if_nothing_else_differs() {
    for fault in NOT_TAKEN {
        let same = scene_between_two_attempts(&fault, |runtime| _ = runtime.publish(&[])).await;
        let outcome = same.outcome(updated()).await;
        assert_ended(&outcome, "enforced", "pinned_endpoint");
        assert_found(&outcome, &["endpoint_moved"]);
        assert_eq!(live(&same, "prod"), 3, "{fault:?}");

        let other = scene_between_two_attempts(&fault, |runtime| {
            _ = runtime.publish(&[("description", r#""newer""#)])
        })
        .await;
        let outcome = other.outcome(updated()).await;
        assert_ended(&outcome, "compliant", "v2_required");
        assert_found(&outcome, &["pinned_endpoint"]);
        assert_says(&outcome, "version 3 also differs in other members (description)");
        assert_eq!((live(&other, "prod"), other.aws.writes().len()), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_move_is_retried_all_through_an_event_but_a_few_times_in_a_sweep() {
    let event = moving(pinned).await;
    event.aws.world().fault(UPDATE_ENDPOINT, Fault::Throttled, usize::MAX);
    let outcome = event.failed_outcome(updated()).await;
    assert_ended(&outcome, "failed", "write_failed");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "AWS answered UpdateAgentRuntimeEndpoint with ThrottlingException");
    assert_eq!(event.aws.writes().len(), 20);

    let sweep = moving(pinned).await;
    sweep.aws.world().fault(UPDATE_ENDPOINT, Fault::Throttled, usize::MAX);
    let response = sweep.invoke(due()).await.expect("a sweep does not fail with one endpoint");
    assert_ended(&by_id(&response)[RUNTIME], "failed", "write_failed");
    assert_found(&by_id(&response)[RUNTIME], &["pinned_endpoint"]);
    assert_eq!(sweep.aws.writes().len(), 5);
}

#[tokio::test]
async fn a_lost_move_that_shows_late_is_awaited_and_verified() {
    for (loses_description, result, reason, findings) in [
        (false, "enforced", "pinned_endpoint", ["endpoint_moved"]),
        (true, "failed", "endpoint_not_verified", ["pinned_endpoint"]),
    ] {
        for event in [updated(), due()] {
            let scene = moving(|runtime| {
                pinned(runtime);
                runtime.endpoint_mut("prod").loses_description = loses_description;
            })
            .await;
            let arn = scene.aws.world().runtime(RUNTIME).arn();
            let as_before = json!({
                "name": "prod", "id": "prod", "status": "READY", "liveVersion": "1", "agentRuntimeArn": arn,
                "agentRuntimeEndpointArn": format!("{arn}/runtime-endpoint/prod"),
                "description": scene.aws.world().runtime(RUNTIME).endpoints["prod"].description,
                "createdAt": "2026-01-10T08:00:00Z", "lastUpdatedAt": "2026-01-10T08:00:00Z"
            });
            scene.aws.world().fault(UPDATE_ENDPOINT, Fault::LostReply, 1);
            // Four reads look for the move; the next one, which decides anew, shows it under way.
            scene.aws.world().after(UPDATE_ENDPOINT, move |world| {
                world.fault(GET_ENDPOINT, Fault::Answer(as_before.to_string()), 4)
            });

            let response = match scene.invoke(event).await {
                Ok(response) => response,
                Err(failed) => serde_json::from_str(&failed.error_message).expect("the response"),
            };

            assert_ended(&by_id(&response)[RUNTIME], result, reason);
            assert_found(&by_id(&response)[RUNTIME], &findings);
            assert_eq!((live(&scene, "prod"), scene.aws.writes().len()), (2, 1));
        }
    }
}

#[tokio::test]
async fn a_permanently_refused_move_is_held() {
    for fault in [
        Fault::Refused {
            code: "ValidationException",
            message: format!("no: {CANARY}"),
            status: 400,
        },
        Fault::ExplicitDeny("service control"),
        Fault::ExplicitDeny("resource control"),
    ] {
        let scene = moving(pinned).await;
        scene.aws.world().fault(UPDATE_ENDPOINT, fault.clone(), usize::MAX);

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "held", "refused");
        assert_found(&outcome, &["pinned_endpoint"]);
        assert_says(&outcome, "AWS answered UpdateAgentRuntimeEndpoint with");
        assert_eq!(scene.aws.writes().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_permanently_refused_move_does_not_hide_one_worth_retrying() {
    let scene = moving(|runtime| {
        runtime.endpoint("denied", 1);
        runtime.endpoint("refused", 1);
    })
    .await;
    let named = |name: &str| format!("{RUNTIME}/runtime-endpoints/{name}");
    {
        let mut world = scene.aws.world();
        world.fault_for(UPDATE_ENDPOINT, &named("denied"), Fault::AccessDenied, usize::MAX);
        world.fault_for(
            UPDATE_ENDPOINT,
            &named("refused"),
            Fault::ExplicitDeny("service control"),
            usize::MAX,
        );
    }

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_found(&outcome, &["pinned_endpoint"]);
    for name in ["denied", "refused"] {
        assert_says(&outcome, &format!("The endpoint {name} is pinned to version 1"));
    }
}

#[tokio::test]
async fn an_endpoint_denied_by_the_guardrails_role_stays_if_exempt_by_then() {
    let scene = moving(pinned).await;
    scene.aws.world().denied_tag = Some(EXEMPT.to_owned());
    scene
        .aws
        .world()
        .after(GET_ENDPOINT, |world| _ = world.runtime_mut(RUNTIME).tag(EXEMPT, "yes"));

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "exempts the runtime");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn an_endpoint_denied_by_the_guardrails_role_without_a_tag_is_held() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.tag(&EXEMPT.to_uppercase(), "vendor agent");
    })
    .await;
    scene.aws.world().denied_tag = Some(EXEMPT.to_owned());

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "held", "refused");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(
        &outcome,
        "denies this write (statement KeepExemptions, unless somebody added another one)",
    );
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_failed_read_after_a_throttled_move_names_both_answers() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(UPDATE_ENDPOINT, Fault::Throttled, 1);
    scene.aws.world().after_fault(UPDATE_ENDPOINT, |world| {
        world.fault(GET_ENDPOINT, Fault::AccessDenied, 1);
    });

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable");
    assert_says(&outcome, "AWS answered UpdateAgentRuntimeEndpoint with ThrottlingException");
    assert_says(&outcome, "AWS answered GetAgentRuntimeEndpoint with AccessDeniedException");
}

#[tokio::test]
async fn a_refused_move_after_a_lost_one_is_held_with_the_doubt_about_the_first() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(UPDATE_ENDPOINT, Fault::ConnectionReset, 1);
    scene
        .aws
        .world()
        .fault(UPDATE_ENDPOINT, Fault::ExplicitDeny("service control"), usize::MAX);

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "held", "refused");
    assert_says(&outcome, "The answer to a move of the endpoint prod was lost");
    assert_eq!(scene.aws.writes().len(), 2);
}

use super::*;

/// What AWS has not taken, or may not have taken.
const NOT_TAKEN: [Fault; 4] = [Fault::Throttled, Fault::Internal, Fault::ConnectionReset, Fault::Garbage];

/// The first move meets the fault, and somebody acts before the second one.
async fn scene_between_two_attempts(fault: &Fault, change: fn(&mut Runtime)) -> Scene {
    let scene = moving(pinned).await;
    scene.aws.world().fault(MOVE, fault.clone(), 1);
    scene.aws.world().after_fault(MOVE, move |world| change(runtime(world)));
    scene
}

#[tokio::test]
async fn when_aws_throttles_it_or_its_answer_is_lost() {
    for fault in NOT_TAKEN {
        for event in [updated(), due()] {
            let scene = scene_between_two_attempts(&fault, |_| ()).await;

            let response = scene.invoke(event).await.expect("success");

            assert_ended(&by_id(&response)[ID], "enforced", "pinned_endpoint", &["endpoint_moved"]);
            assert_eq!(live(&scene, "prod"), 2);
            let writes = scene.aws.writes();
            assert_eq!(writes.len(), 2, "{fault:?}");
            assert_eq!(writes[0].body, writes[1].body, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn after_its_runtime_its_tags_and_itself_were_read_once_more() {
    let scene = scene_between_two_attempts(&Fault::Throttled, |_| ()).await;

    scene.outcome(updated()).await;

    // The version that it is on never changes and is read once.
    let once = [GET, TAGS, TAGS, READ, MOVE];
    let calls = scene.aws.operations();
    assert_eq!(calls, [&[GET, LIST, GET][..], &once, &once, &[READ, READ]].concat());
}

#[tokio::test]
async fn and_an_exemption_of_the_runtime_or_of_the_endpoint_in_between_is_respected() {
    for fault in NOT_TAKEN {
        for (change, whose) in [
            ((|runtime| _ = runtime.tag(EXEMPT, "yes")) as fn(&mut Runtime), "exempts the runtime"),
            (|runtime| _ = runtime.endpoints.get_mut("prod").expect("it").tag(EXEMPT, "yes"), "exempts it"),
        ] {
            let scene = scene_between_two_attempts(&fault, change).await;

            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
            assert_says(&outcome, whose);
            assert_eq!((live(&scene, "prod"), scene.aws.writes().len()), (1, 1), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn and_where_somebody_moved_it_in_between_it_stays() {
    let elsewhere = |runtime: &mut Runtime| {
        runtime.publish(&[]).endpoints.get_mut("prod").expect("it").live_version = 3;
    };
    let throttled = scene_between_two_attempts(&Fault::Throttled, elsewhere).await;
    let outcome = throttled.outcome(updated()).await;
    assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("compliant"), &json!("v2_required")));
    assert_says(&outcome, "it was changed in between");
    assert_eq!((live(&throttled, "prod"), throttled.aws.writes().len()), (3, 1));

    for fault in [Fault::Internal, Fault::ConnectionReset, Fault::Garbage] {
        let lost = scene_between_two_attempts(&fault, elsewhere).await;
        let outcome = lost.failed_outcome(updated()).await;
        assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
        assert_says(&outcome, "Its status is READY, on version 3.");
        assert_eq!((live(&lost, "prod"), lost.aws.writes().len()), (3, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn and_where_somebody_moved_it_to_where_it_belongs_in_between_nothing_more_is_sent() {
    for fault in NOT_TAKEN {
        let scene = scene_between_two_attempts(&fault, |runtime| {
            runtime.endpoints.get_mut("prod").expect("it").live_version = 2;
        })
        .await;

        scene.outcome(updated()).await;

        assert_eq!((live(&scene, "prod"), scene.aws.writes().len()), (2, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn and_a_version_deployed_in_between_is_where_it_goes_only_if_that_changes_nothing_else() {
    for fault in NOT_TAKEN {
        let same = scene_between_two_attempts(&fault, |runtime| _ = runtime.publish(&[])).await;
        let outcome = same.outcome(updated()).await;
        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
        assert_eq!(live(&same, "prod"), 3, "{fault:?}");

        let other =
            scene_between_two_attempts(&fault, |runtime| _ = runtime.publish(&[("description", r#""newer""#)])).await;
        let outcome = other.outcome(updated()).await;
        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "version 3 differs from it in other members, too (description)");
        assert_eq!((live(&other, "prod"), other.aws.writes().len()), (1, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn as_often_as_an_event_has_time_and_a_few_times_in_a_sweep_which_does_not_fail_with_it() {
    let event = moving(pinned).await;
    event.aws.world().fault(MOVE, Fault::Throttled, usize::MAX);
    let outcome = event.failed_outcome(updated()).await;
    assert_ended(&outcome, "failed", "write_failed", &["pinned_endpoint"]);
    assert_says(&outcome, "AWS answered UpdateAgentRuntimeEndpoint with ThrottlingException");
    assert_eq!(event.aws.writes().len(), 20);

    let sweep = moving(pinned).await;
    sweep.aws.world().fault(MOVE, Fault::Throttled, usize::MAX);
    let response = sweep.invoke(due()).await.expect("a sweep does not fail with one endpoint");
    assert_ended(&by_id(&response)[ID], "failed", "write_failed", &["pinned_endpoint"]);
    assert_eq!(sweep.aws.writes().len(), 5);
}

#[tokio::test]
async fn but_one_whose_answer_was_lost_and_that_shows_late_is_waited_for_and_verified() {
    for (loses_description, result, reason, findings) in [
        (false, "enforced", "pinned_endpoint", ["endpoint_moved"]),
        (true, "failed", "endpoint_not_verified", ["pinned_endpoint"]),
    ] {
        for event in [updated(), due()] {
            let scene = moving(|runtime| {
                pinned(runtime);
                runtime.endpoints.get_mut("prod").expect("it").loses_description = loses_description;
            })
            .await;
            let arn = scene.aws.world().runtime(ID).arn();
            let as_before = json!({
                "name": "prod", "id": "prod", "status": "READY", "liveVersion": "1", "agentRuntimeArn": arn,
                "agentRuntimeEndpointArn": format!("{arn}/runtime-endpoint/prod"),
                "description": scene.aws.world().runtime(ID).endpoints["prod"].description,
                "createdAt": "2026-01-10T08:00:00Z", "lastUpdatedAt": "2026-01-10T08:00:00Z"
            });
            scene.aws.world().fault(MOVE, Fault::LostReply, 1);
            // Four reads look for the move; the next one, which decides anew, shows it under way.
            scene.aws.world().after(MOVE, move |world| world.fault(READ, Fault::Answer(as_before.to_string()), 4));

            let response = match scene.invoke(event).await {
                Ok(response) => response,
                Err(failed) => serde_json::from_str(&failed.error_message).expect("the response"),
            };

            assert_ended(&by_id(&response)[ID], result, reason, &findings);
            assert_eq!((live(&scene, "prod"), scene.aws.writes().len()), (2, 1));
        }
    }
}

#[tokio::test]
async fn but_not_when_aws_refuses_it_for_good_which_is_held() {
    for fault in [
        Fault::Refused { code: "ValidationException", message: format!("no: {CANARY}"), status: 400 },
        Fault::ExplicitDeny("service control"),
        Fault::ExplicitDeny("resource control"),
    ] {
        let scene = moving(pinned).await;
        scene.aws.world().fault(MOVE, fault.clone(), usize::MAX);

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "held", "refused", &["pinned_endpoint"]);
        assert_says(&outcome, "AWS answered UpdateAgentRuntimeEndpoint with");
        assert_eq!(scene.aws.writes().len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn and_what_is_refused_for_good_does_not_hide_what_a_retry_may_mend() {
    let scene = moving(|runtime| {
        runtime.endpoint("denied", 1);
        runtime.endpoint("refused", 1);
    })
    .await;
    let named = |name: &str| format!("{ID}/runtime-endpoints/{name}");
    {
        let mut world = scene.aws.world();
        world.fault_for(MOVE, &named("denied"), Fault::AccessDenied, usize::MAX);
        world.fault_for(MOVE, &named("refused"), Fault::ExplicitDeny("service control"), usize::MAX);
    }

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "write_failed", &["pinned_endpoint"]);
    for name in ["denied", "refused"] {
        assert_says(&outcome, &format!("The endpoint {name} is pinned to version 1"));
    }
}

#[tokio::test]
async fn when_the_guardrails_own_role_denies_it_and_what_is_exempt_by_then_is_not_moved() {
    let scene = moving(pinned).await;
    scene.aws.world().denied_tag = Some(EXEMPT.to_owned());
    scene.aws.world().after(READ, |world| _ = runtime(world).tag(EXEMPT, "yes"));

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "exempts the runtime");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn when_its_own_role_denies_it_and_no_tag_explains_why_it_is_held_and_the_statement_named() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.tag(&EXEMPT.to_uppercase(), "vendor agent");
    })
    .await;
    scene.aws.world().denied_tag = Some(EXEMPT.to_owned());

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "held", "refused", &["pinned_endpoint"]);
    assert_says(&outcome, "denies this write (statement KeepExemptions, if nobody added another one)");
    assert_eq!(scene.aws.writes().len(), 1);
}

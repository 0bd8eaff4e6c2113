use super::*;

#[tokio::test]
async fn that_time_ran_out_and_which_endpoints_are_pinned() {
    let scene = moving(pinned).await.with_remaining(Duration::from_secs(8));
    scene.aws.world().after(TAGS, |world| world.latency = Duration::from_secs(3600));

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "out_of_time", &["pinned_endpoint"]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn endpoints_that_cannot_be_read_are_a_finding_and_fail_nothing_unless_they_are_to_be_moved() {
    let repoint = PinnedEndpoints::Repoint;
    for (setting, in_report_mode) in
        [(PinnedEndpoints::Report, false), (PinnedEndpoints::Report, true), (repoint, true)]
    {
        let scene = Scene::new().await.with_pinned_endpoints(setting);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        pinned(scene.aws.world().add_runtime(ID, &document()));
        scene.aws.world().fault(LIST, Fault::AccessDenied, usize::MAX);

        let outcome = scene.outcome(runtime_created(ID)).await;

        let result = if in_report_mode { "would_enforce" } else { "enforced" };
        assert_ended(&outcome, result, "v1_allowed", &["endpoints_unread"]);
        assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
    }
}

#[tokio::test]
async fn a_version_that_cannot_be_read_is_a_finding_beside_the_endpoints_that_are_known() {
    let scene = scene_with(|runtime| {
        pinned(runtime);
        runtime.endpoint("lost", 7);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["endpoints_unread", "pinned_endpoint"]);
    assert_says(&outcome, "The version of the endpoint lost could not be read. AWS does not show version 7");
    assert_says(&outcome, "The endpoint prod is pinned to version 1");
}

#[tokio::test]
async fn endpoints_that_are_to_be_moved_and_cannot_be_read_do_not_hide_that_the_runtime_was_enforced() {
    let scene = Scene::new().await.with_endpoints_moved();
    pinned(scene.aws.world().add_runtime(ID, &document()));
    scene.aws.world().fault(LIST, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(runtime_created(ID)).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable", &[]);
    assert_says(&outcome, "requireMMDSV2 is true now, in version 2");
    assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));

    // A retry comes back to it, although the runtime is compliant by now.
    let outcome = scene.failed_outcome(runtime_created(ID)).await;
    assert_ended(&outcome, "failed", "endpoints_unreadable", &[]);
}

#[tokio::test]
async fn a_version_that_cannot_be_read_hides_no_other_one() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.endpoint("lost", 7);
    })
    .await;

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable", &["endpoint_moved"]);
    assert_says(&outcome, "The version of the endpoint lost could not be read. AWS does not show version 7");
    assert_eq!(live(&scene, "prod"), 2);
}

#[tokio::test]
async fn a_move_that_aws_could_not_make() {
    let scene = moving(|runtime| {
        pinned(runtime);
        let reason = format!("The container ended with DATABASE_PASSWORD={CANARY}");
        runtime.endpoints.get_mut("prod").expect("it").updates_fail = Some(reason);
    })
    .await;

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
    assert_says(&outcome, "Its status is UPDATE_FAILED, on version 1.");
    let later = scene.outcome(updated()).await;
    assert_ended(&later, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&later, "the guardrail does not move it; move it yourself, or make it anew");
}

#[tokio::test]
async fn a_move_that_loses_the_description() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.endpoints.get_mut("prod").expect("it").loses_description = true;
    })
    .await;

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
    assert_says(&outcome, "these members are different: description");
}

#[tokio::test]
async fn a_move_that_cannot_be_seen() {
    let scene = moving(pinned).await;
    scene.aws.world().after(MOVE, |world| world.fault(READ, Fault::AccessDenied, usize::MAX));

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
}

#[tokio::test]
async fn what_cannot_be_read_about_a_runtime_that_comes_first_is_a_finding_and_does_not_fail_it() {
    for in_report_mode in [false, true] {
        let scene = Scene::new().await.with_endpoints_moved();
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        scene.aws.world().add_runtime(ID, &document()).tag(EXEMPT, "yes");
        scene.aws.world().fault(LIST, Fault::AccessDenied, usize::MAX);

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "exempt", "exception_tag", &["endpoints_unread"]);
        assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
    }
}

#[tokio::test]
async fn a_version_that_is_not_the_one_asked_for() {
    for broken in [r#""agentRuntimeVersion":"2""#, r#""otherMember":1"#] {
        let scene = moving(pinned).await;
        let body = format!(r#"{{"agentRuntimeId":"{ID}","status":"READY",{broken}}}"#);
        scene.aws.world().after(LIST, |world| world.fault("GetAgentRuntime", Fault::Answer(body), 1));

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoints_unreadable", &[]);
        assert_says(&outcome, "The version of the endpoint prod could not be read");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn endpoints_that_were_found_pinned_are_named_whatever_fails_after_that() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.endpoint("test", 1);
    })
    .await;
    scene.aws.world().after("GetAgentRuntime", |world| {
        world.after("GetAgentRuntime", |world| world.fault("GetAgentRuntime", Fault::Internal, usize::MAX));
    });

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable", &["pinned_endpoint"]);
    for name in ["prod", "test"] {
        assert_says(&outcome, &format!("The endpoint {name} is pinned to version 1"));
    }
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_was_waited_for_is_named_even_if_the_next_listing_fails() {
    let scene = moving(|runtime| {
        runtime.endpoint("busy", 2).moving_to(1, u32::MAX);
    })
    .await;
    scene.aws.world().after(LIST, |world| world.fault(LIST, Fault::AccessDenied, usize::MAX));

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoints_unreadable", &["pinned_endpoint"]);
    assert_says(&outcome, "The endpoint busy is pinned to version 1");
    assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
}

#[tokio::test]
async fn a_move_that_was_not_verified_before_all_else_that_failed() {
    let scene = moving(|runtime| {
        runtime.endpoint("denied", 1);
        runtime.endpoint("unclear", 1).loses_description = true;
        runtime.endpoints.get_mut("unclear").expect("it").description = Some("for the front desk".to_owned());
    })
    .await;
    let denied = format!("{ID}/runtime-endpoints/denied");
    scene.aws.world().fault_for(MOVE, &denied, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
    for name in ["denied", "unclear"] {
        assert_says(&outcome, &format!("The endpoint {name} is pinned to version 1"));
    }
}

#[tokio::test]
async fn a_move_that_meets_another_one_is_refused_and_tried_again_by_lambda() {
    let scene = moving(pinned).await;
    let conflict = || Fault::Refused { code: "ConflictException", message: String::new(), status: 409 };
    scene.aws.world().fault(MOVE, conflict(), 1);

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "write_failed", &["pinned_endpoint"]);
    assert_says(&outcome, "AWS answered UpdateAgentRuntimeEndpoint with ConflictException");
    assert_eq!(scene.outcome(updated()).await["reason"], "pinned_endpoint");
    assert_eq!(live(&scene, "prod"), 2);
}

#[tokio::test]
async fn a_conflict_with_a_move_of_its_own_whose_answer_was_lost_is_no_conflict() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(MOVE, Fault::LostReply, 1);
    scene.aws.world().after(MOVE, |world| {
        world.fault(MOVE, Fault::Refused { code: "ConflictException", message: String::new(), status: 409 }, 1);
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
}

#[tokio::test]
async fn a_move_that_may_have_happened_and_cannot_be_seen_is_a_write_that_nobody_saw() {
    for fault in [Fault::Internal, Fault::ConnectionReset, Fault::Garbage] {
        let scene = moving(pinned).await;
        scene.aws.world().fault(MOVE, fault.clone(), usize::MAX);

        let Err(InvocationError::RemediationFailed(response)) = scene.handle(updated()).await else {
            panic!("it fails with {fault:?}")
        };

        let [outcome] = response.outcomes.as_slice() else { panic!("one outcome, not {response:?}") };
        assert!(outcome.is_unverified_write(), "{fault:?}");
        let outcome = serde_json::to_value(outcome).expect("an outcome is JSON");
        assert_ended(&outcome, "failed", "write_failed", &["pinned_endpoint"]);
        assert_says(&outcome, "UpdateAgentRuntimeEndpoint");
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 20);
        assert!(writes.iter().all(|write| write.body == writes[0].body), "{fault:?}");
    }
}

#[tokio::test]
async fn what_keeps_the_next_attempt_from_being_decided_does_not_hide_that_a_move_may_have_happened() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(MOVE, Fault::ConnectionReset, 1);
    scene.aws.world().after_fault(MOVE, |world| world.fault(TAGS, Fault::AccessDenied, usize::MAX));

    let Err(InvocationError::RemediationFailed(response)) = scene.handle(updated()).await else { panic!("it fails") };

    let [outcome] = response.outcomes.as_slice() else { panic!("one outcome, not {response:?}") };
    assert!(outcome.is_unverified_write());
    let outcome = serde_json::to_value(outcome).expect("an outcome is JSON");
    assert_ended(&outcome, "failed", "tags_unreadable", &["pinned_endpoint"]);
}

#[tokio::test]
async fn a_move_that_was_refused_is_no_write_that_nobody_saw_whatever_became_of_its_neighbour() {
    let scene = moving(|runtime| {
        runtime.endpoint("first", 1);
        runtime.endpoint("second", 1);
    })
    .await;
    scene.aws.world().fault(MOVE, Fault::ConnectionReset, 1);
    let second = format!("{ID}/runtime-endpoints/second");
    scene.aws.world().fault_for(MOVE, &second, Fault::AccessDenied, usize::MAX);

    let Err(InvocationError::RemediationFailed(response)) = scene.handle(updated()).await else { panic!("it fails") };

    let [outcome] = response.outcomes.as_slice() else { panic!("one outcome, not {response:?}") };
    assert!(!outcome.is_unverified_write());
    assert_eq!((live(&scene, "first"), live(&scene, "second")), (2, 1));
}

#[tokio::test]
async fn pages_that_come_to_no_end() {
    for pages in [Repeating, Circular] {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.endpoint("test", 1);
        })
        .await;
        scene.aws.world().page_size = 1;
        scene.aws.world().pages(LIST, pages);

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoints_unreadable", &[]);
        assert_says(&outcome, "After some pages of ListAgentRuntimeEndpoints AWS named one that was read before");
        assert!(scene.aws.writes().is_empty(), "{pages:?}");
    }
}

#[tokio::test]
async fn but_not_an_empty_page_which_hides_nothing() {
    let scene = moving(pinned).await;
    scene.aws.world().page_size = 1;
    scene.aws.world().pages(LIST, EmptyBetween);

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
}

#[tokio::test]
async fn every_endpoint_that_was_moved_by_name() {
    let scene = moving(|runtime| {
        runtime.publish(&[("description", r#""newer""#)]);
        // Version 4 lacks the requirement alone, version 5 is the current one.
        runtime.publish(&[]).document.remove("metadataConfiguration");
        runtime.publish(&[REQUIRED]);
        for number in 1..=12 {
            runtime.endpoint(&format!("a_{number:02}"), 1);
            runtime.endpoint(&format!("b_{number:02}"), 4);
        }
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
    for number in 1..=12 {
        assert_says(&outcome, &format!("The endpoint b_{number:02} was moved from version 4 to version 5"));
    }
    assert_says(&outcome, "There are 2 more such remarks.");
}

#[tokio::test]
async fn ten_endpoints_by_name_and_the_others_by_number() {
    let scene = scene_with(|runtime| {
        for number in 1..=13 {
            runtime.endpoint(&format!("team_{number:02}"), 1);
        }
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "The endpoint team_10 is pinned");
    assert_says(&outcome, "There are 3 more such remarks.");
    assert!(!outcome["detail"].as_str().expect("a detail").contains("team_11"));
}

use super::*;

#[tokio::test]
async fn of_a_runtime_whose_endpoints_follow_or_are_current_or_require_it_too() {
    let scene = moving(|runtime| {
        runtime.publish(&[("description", r#""newer""#)]);
        runtime.endpoint("now", 3);
        runtime.endpoint("before", 2);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &[]);
    assert_eq!(scene.aws.operations(), ["GetAgentRuntime", LIST, "GetAgentRuntime"]);
}

#[tokio::test]
async fn by_default_a_pinned_endpoint_is_a_finding() {
    let scene = scene_with(pinned).await;

    for event in [updated(), created(), due()] {
        let response = scene.invoke(event).await.expect("success");
        let outcome = &by_id(&response)[ID];

        assert_ended(outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(outcome, "The endpoint prod is pinned to version 1, which does not require MMDSv2");
        assert_says(outcome, "would move it with PINNED_ENDPOINTS=repoint in enforce mode");
    }
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn in_report_mode_and_in_a_softened_sweep() {
    let report = moving(pinned).await.in_report_mode();
    let outcome = report.outcome(updated()).await;
    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert!(report.aws.writes().is_empty());

    let softened = moving(pinned).await;
    let response = softened.invoke(sample("guardrail-sweep-asked-for.json")).await.expect("success");
    assert_ended(&by_id(&response)[ID], "compliant", "v2_required", &["pinned_endpoint"]);
    assert!(softened.aws.writes().is_empty());
}

#[tokio::test]
async fn where_the_versions_differ_in_more_than_mmdsv2() {
    let scene = moving(|runtime| {
        runtime.set("description", r#""newer""#).set("futureMember", r#"{"n":1}"#);
        pinned(runtime);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "version 2 differs from it in other members, too (description, futureMember)");
    assert!(!outcome["detail"].as_str().expect("a detail").contains("newer"));
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn where_the_same_name_may_mean_other_code() {
    for artifact in [
        r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/claims:1"}}"#.to_owned(),
        s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip"})),
        s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": ""})),
        s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "null"})),
    ] {
        let scene = moving_with_artifact(&artifact).await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["mutable_artifact", "pinned_endpoint"]);
        assert_says(&outcome, "its artifact has a name that can come to mean something else");
        assert!(scene.aws.writes().is_empty(), "{artifact}");
    }
}

#[tokio::test]
async fn where_the_artifact_is_of_a_kind_that_nobody_knows() {
    for artifact in [
        "{}",
        r#"{"containerConfiguration":{"containerUri":["agent@sha256:0a1b"]}}"#,
        r#"{"gitConfiguration":{"repository":"https://git.example.org/agent","branch":"main"}}"#,
        r#"{"codeConfiguration":{"code":{"repository":{"branch":"main"}},"runtime":"PYTHON_3_13"}}"#,
    ] {
        let scene = moving_with_artifact(artifact).await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "its artifact is of a kind that this version of the guardrail does not know");
        assert!(scene.aws.writes().is_empty(), "{artifact}");
    }
}

#[tokio::test]
async fn of_an_exempt_runtime() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.tag(EXEMPT, "vendor agent");
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "the tag metadata-guardrail:exempt exempts the runtime");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn where_the_runtime_itself_comes_first() {
    for (arrange, result, why) in [
        (
            (|runtime| _ = runtime.tag(EXEMPT, "yes")) as fn(&mut Runtime),
            "exempt",
            "its runtime is exempt, so that it is not moved",
        ),
        (|runtime| _ = runtime.status("UPDATE_FAILED"), "held", "the runtime itself has to be in order first"),
    ] {
        for event in [updated(), due()] {
            let scene = Scene::new().await.with_endpoints_moved();
            {
                let mut world = scene.aws.world();
                let runtime = world.add_runtime(ID, &document());
                arrange(runtime);
                runtime.endpoint("current", 1);
                runtime.publish(&[]).endpoint("older", 1);
            }

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[ID];
            assert_eq!((&outcome["result"], &outcome["findings"]), (&json!(result), &json!(["pinned_endpoint"])));
            for name in ["current", "older"] {
                assert_says(outcome, &format!("The endpoint {name} is pinned to version 1"));
            }
            assert_says(outcome, why);
            assert!(scene.aws.writes().is_empty());
        }
    }
}

#[tokio::test]
async fn of_a_runtime_that_would_be_enforced() {
    let scene = Scene::new().await.with_endpoints_moved().in_report_mode();
    pinned(scene.aws.world().add_runtime(ID, &document()));

    let outcome = scene.outcome(runtime_created(ID)).await;

    assert_ended(&outcome, "would_enforce", "v1_allowed", &["pinned_endpoint"]);
    assert_says(&outcome, "The endpoint prod is pinned to version 1, which does not require MMDSv2: the runtime");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn of_a_runtime_that_aws_is_at_work_on_when_a_sweep_comes() {
    let scene = Scene::new().await.with_endpoints_moved();
    {
        let mut world = scene.aws.world();
        let runtime = world.add_runtime(ID, &document()).publish(&[REQUIRED]);
        runtime.settle_polls = u32::MAX;
        runtime.status("UPDATING");
        pinned(runtime);
    }

    let response = scene.invoke(due()).await.expect("success");

    let outcome = &by_id(&response)[ID];
    assert_ended(outcome, "deferred", "still_changing", &["pinned_endpoint"]);
    assert_says(outcome, "the runtime itself has to be in order first");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn of_a_runtime_that_failed_itself() {
    let scene = Scene::new().await.with_endpoints_moved();
    pinned(scene.aws.world().add_runtime(ID, &document()));
    scene.aws.world().fault("UpdateAgentRuntime", Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(runtime_created(ID)).await;

    assert_ended(&outcome, "failed", "write_failed", &[]);
    assert!(!scene.aws.operations().contains(&LIST.to_owned()), "a retry comes back to it");
}

#[tokio::test]
async fn by_the_tag_of_the_endpoint_itself() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.endpoint("vendor", 1).tag(EXEMPT, "until we have the new client");
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
    assert_says(&outcome, "the tag metadata-guardrail:exempt exempts it, so that it is not moved");
    assert_eq!((live(&scene, "prod"), live(&scene, "vendor")), (2, 1));
}

#[tokio::test]
async fn by_a_tag_that_is_set_between_two_moves() {
    let scene = moving(|runtime| {
        runtime.endpoint("first", 1);
        runtime.endpoint("second", 1);
    })
    .await;
    scene.aws.world().after(MOVE, |world| _ = world.runtimes.get_mut(ID).expect("it").tag(EXEMPT, "yes"));

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
    assert_eq!((live(&scene, "first"), live(&scene, "second")), (2, 1));
}

#[tokio::test]
async fn by_an_exemption_and_report_mode_does_not_say_that_it_would_be_moved() {
    for (of_runtime, whose) in [(true, "exempts the runtime"), (false, "exempts it")] {
        let exempt = |runtime: &mut Runtime| {
            pinned(runtime);
            if of_runtime {
                runtime.tag(EXEMPT, "yes");
            } else {
                runtime.endpoints.get_mut("prod").expect("it").tag(EXEMPT, "yes");
            }
        };
        for scene in [moving(exempt).await.in_report_mode(), scene_with(exempt).await] {
            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
            assert_says(&outcome, whose);
            assert!(!detail(&outcome).contains("would move it"));
            assert!(scene.aws.writes().is_empty());
        }
    }
}

#[tokio::test]
async fn but_an_exemption_that_has_passed_forbids_nothing() {
    let scene = moving(|runtime| {
        pinned(runtime);
        runtime.tag(EXEMPT, "2020-12-31");
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
}

#[tokio::test]
async fn if_aws_knows_the_endpoint_but_no_tags_of_it() {
    let scene = moving(pinned).await;
    let endpoint = format!("{ID}/runtime-endpoint/prod");
    let unknown = Fault::Refused { code: "ResourceNotFoundException", message: String::new(), status: 404 };
    scene.aws.world().fault_for(TAGS, &endpoint, unknown, usize::MAX);

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "tags_unreadable", &["pinned_endpoint"]);
    assert_says(&outcome, "AWS answered ListTagsForResource with ResourceNotFoundException");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn if_the_current_version_is_not_in_order_any_more() {
    for (status, setting) in [("UPDATING", true), ("UPDATE_FAILED", true), ("READY", false)] {
        let scene = moving(pinned).await;
        scene.aws.world().after(LIST, move |world| {
            let runtime = world.runtimes.get_mut(ID).expect("it");
            runtime.publish(&[("metadataConfiguration", &format!(r#"{{"requireMMDSV2":{setting}}}"#))]);
            runtime.status(status);
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "version 3 is not READY with MMDSv2, so that it is not moved there");
        assert!(scene.aws.writes().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn if_aws_does_not_show_which_version_is_the_current_one() {
    for version in ["", r#""agentRuntimeVersion":"","#, r#""agentRuntimeVersion":null,"#] {
        let scene = moving(pinned).await;
        let members = document().trim_start_matches('{').to_owned();
        let required = r#""metadataConfiguration":{"requireMMDSV2":true}"#;
        let current = format!(r#"{{"agentRuntimeId":"{ID}","status":"READY",{version}{required},{members}"#);
        // The runtime and the version that the endpoint is on are read, and then what is current.
        scene.aws.world().after("GetAgentRuntime", |world| {
            world.after("GetAgentRuntime", |world| world.fault("GetAgentRuntime", Fault::Answer(current), 1));
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "AWS does not show the runtime's current version");
        assert!(scene.aws.writes().is_empty(), "{version}");
    }
}

#[tokio::test]
async fn if_the_endpoint_has_a_member_that_could_be_lost() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 1).more.push(("trafficShaping".to_owned(), r#"{"n":1.10}"#.to_owned()));
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "cannot carry its members trafficShaping");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn if_the_tags_cannot_be_read() {
    let scene = moving(pinned).await;
    scene.aws.world().fault(TAGS, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "tags_unreadable", &["pinned_endpoint"]);
    assert!(scene.aws.writes().is_empty());

    // Nothing has failed where nothing was to be moved.
    let scene = scene.in_report_mode();
    let outcome = scene.outcome(updated()).await;
    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "whether a tag exempts it could not be read");
    assert!(!detail(&outcome).contains("would move it"));
}

#[tokio::test]
async fn if_too_little_time_is_left_to_verify_it() {
    let scene = moving(pinned).await.with_remaining(Duration::from_secs(20));

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "out_of_time", &["pinned_endpoint"]);
    assert!(scene.aws.writes().is_empty());
}

use super::*;

#[tokio::test]
async fn in_a_compliant_region_a_sweep_costs_one_page_and_writes_nothing() {
    let scene = Scene::new().await;
    for number in 0..3_000 {
        scene.aws.world().add_instance(&format!("i-{number:017x}")).http_tokens("required");
    }

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(
        response,
        json!({
            "mode": "enforce", "ignored": null, "counts": {}, "outcomes": [],
            "complete": true, "not_listed": [],
            "launched_by": {"launch_templates": [], "auto_scaling_groups": []}
        })
    );
    let mut operations = scene.aws.operations();
    operations.sort();
    assert_eq!(operations, ["DescribeInstances", "ListAgentRuntimes"]);
}

#[tokio::test]
async fn what_is_exempt_held_or_closed_is_not_written() {
    let scene = Scene::new().await;
    {
        let mut world = scene.aws.world();
        world.add_instance(OPEN).tag(EXEMPT, "yes");
        world.add_instance(OTHER).operator("eks.amazonaws.com");
        world.add_instance("i-0a1b2c3d4e5f60003").http_endpoint("disabled");
        world.add_instance("i-0a1b2c3d4e5f60004").state("pending");
        world.add_runtime(RUNTIME, &document()).tag(EXEMPT, "yes");
        world.add_runtime(OTHER_RUNTIME, &document()).status("UPDATE_FAILED");
    }

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"exempt": 2, "held": 2}));
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn report_mode_can_be_asked_for_but_enforce_mode_cannot() {
    let report = Scene::new().await;
    report.aws.world().add_instance(OPEN);
    let softened = report.invoke(asked_for("report")).await.expect("success");
    assert_eq!((&softened["mode"], &softened["counts"]), (&json!("report"), &json!({"would_enforce": 1})));
    assert!(report.aws.writes().is_empty());

    let reporting = Scene::new().await.in_report_mode();
    reporting.aws.world().add_instance(OPEN);
    let not_hardened = reporting.invoke(asked_for("enforce")).await.expect("success");
    assert_eq!((&not_hardened["mode"], &not_hardened["counts"]), (&json!("report"), &json!({"would_enforce": 1})));
    assert!(reporting.aws.writes().is_empty());
}

#[tokio::test]
async fn a_mode_that_does_not_exist_and_another_account_start_no_sweep() {
    for (member, value, reason) in [
        ("detail", json!({"mode": "Report"}), "invalid_mode"),
        ("detail", json!({"mode": 1}), "invalid_mode"),
        ("detail", json!({"Mode": "report"}), "invalid_mode"),
        ("detail", json!({"mode": "report", "kind": "ec2"}), "invalid_mode"),
        ("detail", json!(r#"{"mode":"report"}"#), "invalid_mode"),
        ("detail", json!(null), "invalid_mode"),
        ("account", json!("444455556666"), "other_account"),
        ("region", json!("us-east-1"), "other_region"),
    ] {
        let scene = Scene::new().await;
        let mut event = due();
        event[member] = value;

        assert_eq!(scene.invoke(event).await.expect("ignored")["ignored"], reason);
        assert!(scene.aws.calls().is_empty());
    }
}

#[tokio::test]
async fn a_sweep_in_report_mode_writes_nothing_whatever_stands_beside() {
    let scene = Scene::new().await.in_report_mode();
    {
        let mut world = scene.aws.world();
        world.add_instance(OPEN);
        world.add_instance(OTHER).tag(EXEMPT, "yes");
        world.add_instance("i-0a1b2c3d4e5f60003").operator("eks.amazonaws.com");
        world.add_runtime(RUNTIME, &document());
        world.add_runtime(OTHER_RUNTIME, &document());
        world.fault_for("GetAgentRuntime", OTHER_RUNTIME, Fault::AccessDenied, usize::MAX);
    }

    let response = scene.invoke(due()).await.expect("the next sweep looks again at what failed");

    assert_eq!(response["counts"], json!({"would_enforce": 2, "exempt": 1, "held": 1, "failed": 1}));
    assert_ended(&by_id(&response)[OTHER_RUNTIME], "failed", "read_failed");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_exception_that_comes_while_the_sweep_is_under_way_is_respected() {
    let scene = Scene::new().await;
    for number in 0..80 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    scene.aws.world().after(MODIFY, |world| {
        let open = world.instances.values_mut().filter(|instance| instance.http_tokens == "optional");
        open.for_each(|instance| {
            instance.tag(EXEMPT, "all of a sudden");
        });
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 8, "exempt": 72}), "tags are read for 8 at a time");
    assert_eq!(scene.aws.writes().len(), 8);
}

#[tokio::test]
async fn what_was_mended_since_the_listing_is_not_written_nor_counted_at_its_source() {
    let scene = Scene::new().await;
    for number in 0..200 {
        scene.aws.world().add_instance(&format!("i-{number:017x}")).tag("aws:autoscaling:groupName", "web");
    }
    scene.aws.world().after("DescribeInstances", |world| {
        let mended = world.instances.values_mut().take(160);
        mended.for_each(|instance| _ = instance.http_tokens("required"));
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 40, "compliant": 160}));
    assert_eq!(scene.aws.writes().len(), 40);
    assert_eq!(response["launched_by"]["auto_scaling_groups"], json!([{"name": "web", "instances": 40}]));
}

#[tokio::test]
async fn what_was_mended_while_it_waited_for_its_turn_is_not_written_nor_counted_at_its_source() {
    let scene = Scene::new().await.with_agentcore_disabled();
    for number in 0..24 {
        scene.aws.world().add_instance(&format!("i-{number:017x}")).tag("aws:autoscaling:groupName", "web");
    }
    scene.aws.world().after(MODIFY, |world| {
        world.instances.values_mut().for_each(|instance| _ = instance.http_tokens("required"));
        time_passes(Duration::from_secs(4));
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 8, "compliant": 16}), "8 at a time are looked at again");
    assert_eq!(scene.aws.writes().len(), 8);
    assert_eq!(response["launched_by"]["auto_scaling_groups"], json!([{"name": "web", "instances": 8}]));
    // The listing, the first look at all of them, and another one at each eight whose look had become old.
    assert_eq!((count(&scene, "DescribeInstances"), count(&scene, "DescribeTags")), (2 + 2, 1));
}

#[tokio::test]
async fn what_is_gone_since_the_listing_is_gone_however_young_the_event() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.world().after("DescribeInstances", |world| world.instances.clear());
    scene.aws.world().after("ListAgentRuntimes", |world| world.runtimes.clear());

    let response = scene.invoke(just_now(due())).await.expect("success");

    assert_eq!(response["counts"], json!({"gone": 2}));
}

#[tokio::test]
async fn an_endpoint_that_is_disabled_while_the_sweep_is_under_way_stays_disabled() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().endpoint_demanded_with_tokens = true;
    scene.aws.world().after("DescribeTags", |world| {
        world.instances.get_mut(OPEN).expect("it").http_endpoint("disabled");
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(by_id(&response)[OPEN]["reason"], "endpoint_disabled");
    assert_eq!(scene.aws.world().instance(OPEN).http_endpoint, "disabled");
    assert!(scene.aws.writes().iter().all(|write| write.parameter("HttpEndpoint").is_none()));
}

#[tokio::test]
async fn of_eight_whose_use_of_imdsv1_cannot_be_learned_nothing_is_written_and_the_next_eight_go_on() {
    let scene = Scene::new().await.with_usage_days(7).with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        for number in 0..16 {
            world.add_instance(&format!("i-{number:017x}")).calls_without_token(days_ago(1), 0.0);
        }
        world.add_instance(OPEN).tag(EXEMPT, "yes");
        world.add_instance(OTHER).operator("eks.amazonaws.com");
        world.fault("GetMetricData", Fault::AccessDenied, 1);
    }

    let response = scene.invoke(due()).await.expect("the next sweep asks again");

    assert_eq!(response["counts"], json!({"failed": 8, "exempt": 1, "held": 1, "enforced": 8}));
    let mut outcomes = by_id(&response);
    assert_ended(&outcomes.remove(OPEN).expect("it"), "exempt", "exception_tag");
    assert_ended(&outcomes.remove(OTHER).expect("it"), "held", "managed_by_operator");
    let (enforced, failed): (Vec<_>, Vec<_>) =
        outcomes.into_iter().partition(|(_, outcome)| outcome["result"] == "enforced");
    failed.iter().for_each(|(_, outcome)| assert_ended(outcome, "failed", "usage_unreadable"));
    assert_eq!(written(&scene), enforced.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_instance_that_cloudwatch_leaves_out_is_not_written_and_costs_its_neighbours_nothing() {
    let scene = Scene::new().await.with_usage_days(7).with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.add_instance(OPEN).calls_without_token(days_ago(0), 0.0);
        world.add_instance(OTHER).metric_status = None;
        world.add_instance("i-0a1b2c3d4e5f60003").tag(EXEMPT, "yes").metric_status = None;
        world.add_instance("i-0a1b2c3d4e5f60004").operator("eks.amazonaws.com").metric_status = None;
        world.add_instance("i-0a1b2c3d4e5f60005").calls_without_token(days_ago(0), 42.0);
        world.add_instance("i-0a1b2c3d4e5f60006").calls_without_token(days_ago(0), 0.0);
        world.fault_for(MODIFY, "i-0a1b2c3d4e5f60006", Fault::AccessDenied, usize::MAX);
    }

    let outcomes = by_id(&scene.invoke(due()).await.expect("the next sweep tries again"));

    assert_ended(&outcomes[OPEN], "enforced", "v1_allowed");
    assert_ended(&outcomes[OTHER], "failed", "usage_unreadable");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60003"], "exempt", "exception_tag");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60004"], "held", "managed_by_operator");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60005"], "held", "imdsv1_in_use");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60006"], "failed", "write_failed");
    assert_eq!(written(&scene), [OPEN, "i-0a1b2c3d4e5f60006"]);
}

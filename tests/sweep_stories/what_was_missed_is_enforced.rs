use super::*;

#[tokio::test]
async fn what_was_wrong_before_there_was_an_event_is_enforced() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().add_instance(OTHER).state("stopped");
    scene.aws.world().add_runtime(RUNTIME, &document());

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 3}), &json!(true)));
    assert_eq!(scene.aws.world().instance(OPEN).http_tokens, "required");
    assert_eq!(scene.aws.world().instance(OTHER).http_tokens, "required");
    assert!(scene.aws.world().runtime(RUNTIME).requires_mmdsv2());
}

#[tokio::test]
async fn where_ec2_demands_the_endpoint_a_sweep_looks_again_before_it_is_sent() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().endpoint_demanded_with_tokens = true;

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 1}));
}

#[tokio::test]
async fn a_runtime_is_read_just_before_its_own_write() {
    let scene = Scene::new().await;
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.world().after("ListAgentRuntimes", |world| {
        let runtime = world.runtimes.get_mut(RUNTIME).expect("it");
        runtime.version = 2;
        runtime.set("description", r#""deployed in between""#);
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(by_id(&response)[RUNTIME]["after"], json!({"require_mmdsv2": true, "version": "3"}));
    assert_eq!(scene.aws.world().runtime(RUNTIME).member("description"), Some(r#""deployed in between""#));
}

#[tokio::test]
async fn runtimes_that_aws_is_at_work_on_stop_no_others() {
    let scene = Scene::new().await;
    scene.aws.world().page_size = 5;
    for number in 0..30 {
        let mut world = scene.aws.world();
        let runtime = world.add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document());
        if number % 3 != 2 {
            runtime.status("UPDATING").polls_left = u32::MAX;
        }
    }

    let response = scene.invoke(due()).await.expect("what waits has not failed");

    assert_eq!(response["counts"], json!({"enforced": 10, "deferred": 20}));
    assert_eq!(response["complete"], true);
}

#[tokio::test]
async fn a_launch_too_large_for_cloudtrail_sweeps_the_instances_at_once() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().add_runtime(RUNTIME, &document());

    let response = scene.invoke(sample("ec2-launched-without-ids.json")).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 1}));
    assert!(!scene.aws.operations().contains(&"ListAgentRuntimes".to_owned()), "runtimes are not launched");
    assert_eq!(scene.log_lines()[0]["cause"], "launch_without_ids");
    let failed = ec2_call("RunInstances", json!({}), Value::Null);
    assert_eq!(scene.invoke(failed).await.expect("success")["complete"], true);
}

#[tokio::test]
async fn the_cost_grows_with_what_is_wrong_and_not_with_the_fleet() {
    let scene = Scene::new().await;
    for number in 0..5_000 {
        let mut world = scene.aws.world();
        let instance = world.add_instance(&format!("i-{number:017x}"));
        if number % 100 != 0 {
            instance.http_tokens("required");
        }
    }

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 50}));
    let count = |operation| count(&scene, operation);
    // One page lists the fifty, and forty at a time are looked at before they are written.
    assert_eq!((count("DescribeInstances"), count("DescribeTags"), count(MODIFY)), (1 + 2, 2, 50));
}

#[tokio::test]
async fn one_failure_stops_nobody_and_the_invocation_fails_at_its_end() {
    let scene = Scene::new().await;
    scene.aws.world().page_size = 5;
    for number in 0..12 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    let broken = format!("i-{:017x}", 3);
    scene.aws.world().fault_for(MODIFY, &broken, Fault::AccessDenied, usize::MAX);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.world().add_runtime(OTHER_RUNTIME, &document());
    scene.aws.world().fault_for("GetAgentRuntime", RUNTIME, Fault::Internal, usize::MAX);

    let response = scene.failed_response(due()).await;

    assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 12, "failed": 2}), &json!(true)));
    assert_eq!(by_id(&response)[&broken]["reason"], "write_failed");
    assert_eq!(by_id(&response)[RUNTIME]["reason"], "read_failed");
}

#[tokio::test]
async fn eight_runtimes_are_worked_on_at_once() {
    let scene = Scene::new().await;
    scene.aws.world().latency = Duration::from_millis(5);
    for number in 0..40 {
        scene.aws.world().add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document()).publish(&[REQUIRED]);
    }

    scene.invoke(due()).await.expect("success");

    assert_eq!(scene.aws.most_in_flight(), 8);
}

#[tokio::test]
async fn a_sweep_that_runs_again_writes_nothing_twice() {
    let scene = Scene::new().await;
    for number in 0..40 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    scene.aws.world().add_runtime(RUNTIME, &document());

    scene.invoke(due()).await.expect("the first sweep");
    let second = scene.invoke(due()).await.expect("the second sweep");

    assert_eq!(second["counts"], json!({"compliant": 1}), "the runtime is read again, no instance is");
    assert_eq!(scene.aws.writes().len(), 41);
}

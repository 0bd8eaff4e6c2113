use super::*;

#[tokio::test]
async fn if_it_is_the_one_that_aws_itself_moves() {
    for (event, is_reported) in [(updated(), true), (due(), true), (runtime_created(ID), false)] {
        let scene = Scene::new().await.with_endpoints_moved();
        {
            let mut world = scene.aws.world();
            let runtime = world.add_runtime(ID, &document());
            runtime.endpoint("DEFAULT", 1);
            if is_reported {
                runtime.publish(&[REQUIRED]);
            }
        }

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[ID];
        assert_eq!(outcome["findings"], if is_reported { json!(["pinned_endpoint"]) } else { json!([]) });
        if is_reported {
            assert_says(outcome, "AWS should have moved it to version 2 by itself");
        }
        assert!(!scene.aws.operations().contains(&MOVE.to_owned()));
    }
}

#[tokio::test]
async fn if_it_is_the_one_that_aws_itself_could_not_move() {
    for status in ["UPDATE_FAILED", "CREATE_FAILED", "A_NEW_WORD"] {
        for event in [updated(), due()] {
            let scene = moving(|runtime| status.clone_into(&mut runtime.endpoint("DEFAULT", 1).status)).await;

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[ID];
            assert_ended(outcome, "compliant", "v2_required", &["pinned_endpoint"]);
            assert_says(outcome, "AWS should have moved it to version 2 by itself");
            assert!(scene.aws.writes().is_empty());
        }
    }
}

#[tokio::test]
async fn while_aws_itself_moves_its_own() {
    let scene = moving(|runtime| _ = runtime.endpoint("DEFAULT", 1).moving_to(2, u32::MAX)).await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &[]);
    assert_eq!(count(&scene, LIST), 1);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn and_none_is_waited_for_that_something_else_forbids_to_move() {
    let mutable = r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/claims:1"}}"#;
    let with_mutable_artifact = moving_with_artifact(mutable).await;
    let exempt = moving(|runtime| _ = runtime.tag(EXEMPT, "yes")).await;
    for (scene, why) in [(with_mutable_artifact, "may run other code"), (exempt, "exempts the runtime")] {
        scene.aws.world().runtimes.get_mut(ID).expect("it").endpoint("prod", 2).moving_to(1, u32::MAX);

        let outcome = scene.outcome(updated()).await;

        assert_eq!(outcome["result"], "compliant");
        assert_says(&outcome, why);
        assert_eq!(count(&scene, LIST), 1);
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn if_it_is_gone_in_between() {
    for in_report_mode in [false, true] {
        let scene = moving(pinned).await;
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        // The first tags are the runtime's, the second those of the endpoint, which then does not exist any more.
        scene.aws.world().after(TAGS, |world| {
            world.runtimes.get_mut(ID).expect("it").endpoints.clear();
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &[]);
        assert!(!detail(&outcome).contains("prod"));
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn if_its_runtime_is_gone_before_its_endpoints_are_listed() {
    let scene = moving(pinned).await;
    scene.aws.world().after("GetAgentRuntime", |world| world.runtimes.clear());

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &[]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn if_its_runtime_is_gone_before_its_tags_are_read() {
    let scene = moving(pinned).await;
    scene.aws.world().after("GetAgentRuntime", |world| {
        world.after("GetAgentRuntime", |world| {
            world.after("GetAgentRuntime", |world| world.runtimes.clear());
        });
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &[]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn if_it_is_being_deleted() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 1).status = "DELETING".to_owned();
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &[]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn if_its_runtime_is_gone_in_between() {
    let scene = moving(pinned).await;
    scene.aws.world().after("GetAgentRuntime", |world| {
        world.after("GetAgentRuntime", |world| world.runtimes.clear());
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &[]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn while_aws_moves_the_endpoint() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 2).moving_to(1, u32::MAX);
    })
    .await
    .with_remaining(Duration::from_secs(31));

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "its status is UPDATING and its target version 1");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn while_aws_moves_the_endpoint_to_where_it_belongs_and_nobody_waits_for_that() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 1).moving_to(2, 8);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert_says(&outcome, "its status is UPDATING and its target version 2");
    assert_eq!(count(&scene, LIST), 1);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn if_its_last_update_failed() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 1).status = "UPDATE_FAILED".to_owned();
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn if_somebody_else_was_faster() {
    let scene = moving(pinned).await;
    scene.aws.world().after(TAGS, |world| {
        let runtime = world.runtimes.get_mut(ID).expect("it");
        runtime.endpoint("prod", 2);
    });

    let outcome = scene.outcome(updated()).await;

    assert_says(&outcome, "it was changed in between");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn if_it_is_on_its_way_elsewhere_though_it_is_ready() {
    let scene = moving(pinned).await;
    scene.aws.world().after(TAGS, |world| {
        let prod = world.runtimes.get_mut(ID).expect("it").endpoints.get_mut("prod").expect("it");
        prod.target_version = Some(2);
    });

    let outcome = scene.outcome(updated()).await;

    assert_says(&outcome, "it was changed in between");
    assert!(scene.aws.writes().is_empty());
}

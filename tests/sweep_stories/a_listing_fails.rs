use super::*;

#[tokio::test]
async fn a_listing_that_cannot_be_read_fails_the_invocation_and_not_the_other_kind() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().fault("ListAgentRuntimes", Fault::AccessDenied, usize::MAX);

    let response = scene.failed_response(due()).await;

    assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 1}), &json!(false)));
    let [listing] = response["not_listed"].as_array().expect("a list").as_slice() else { panic!("{response}") };
    assert_eq!((&listing["kind"], &listing["reason"]), (&json!("agentcore_runtime"), &json!("read_failed")));
    assert_says(listing, "AccessDeniedException");
}

#[tokio::test]
async fn a_listing_that_ends_in_its_middle_loses_nothing_of_its_beginning() {
    let scene = Scene::new().await;
    scene.aws.world().page_size = 5;
    for number in 0..10 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    // The first page is read, and then its instances.
    scene.aws.world().after("DescribeInstances", |_| ());
    scene.aws.world().after("DescribeInstances", |world| {
        world.fault("DescribeInstances", Fault::AccessDenied, usize::MAX);
    });

    let response = scene.failed_response(due()).await;

    assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 5}), &json!(false)));
    let lines = scene.results_logged();
    assert!(lines.iter().any(|line| line["level"] == "ERROR" && line["kind"] == "ec2_instance"), "{lines:?}");
}

#[tokio::test]
async fn an_id_of_a_form_nobody_knows_is_a_failure_and_costs_its_neighbours_nothing() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().add_instance("i-of-another-form");

    let response = scene.failed_response(due()).await;

    assert_eq!(response["counts"], json!({"enforced": 1}));
    assert_says(&response["not_listed"][0], "Update the guardrail");
}

#[tokio::test]
async fn two_failures_of_one_listing_are_both_said() {
    let scene = Scene::new().await.with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.page_size = 5;
        world.add_instance("i-.of-another-form");
        for number in 0..10 {
            world.add_instance(&format!("i-{number:017x}"));
        }
        // The first page is read, and then its instances.
        world.after("DescribeInstances", |_| ());
        world.after("DescribeInstances", |world| world.fault("DescribeInstances", Fault::AccessDenied, usize::MAX));
    }

    let response = scene.failed_response(due()).await;

    let [one, other] = response["not_listed"].as_array().expect("a list").as_slice() else { panic!("{response}") };
    assert_says(one, "shows ids of a form that this version does not know: 1, such as \"i-.of-another-form\"");
    assert_says(other, "UnauthorizedOperation");
}

#[tokio::test]
async fn what_ended_the_listing_is_said_however_many_pages_had_a_failure() {
    let scene = Scene::new().await.with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.page_size = 1;
        for number in 0..12 {
            world.add_instance(&format!("i-.of-another-form-{number:02}"));
        }
        for _ in 0..10 {
            world.after("DescribeInstances", |_| ());
        }
        world.after("DescribeInstances", |world| world.fault("DescribeInstances", Fault::AccessDenied, usize::MAX));
    }

    let response = scene.failed_response(due()).await;

    let failures = response["not_listed"].as_array().expect("a list");
    assert_eq!(failures.len(), 10);
    assert_says(&failures[9], "UnauthorizedOperation");
}

#[tokio::test]
async fn a_listing_that_is_throttled_goes_on() {
    for (operation, first) in [("DescribeInstances", true), ("DescribeInstances", false), ("ListAgentRuntimes", false)]
    {
        let scene = Scene::new().await;
        {
            let mut world = scene.aws.world();
            world.page_size = 5;
            for number in 0..10 {
                world.add_instance(&format!("i-{number:017x}"));
                world.add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document());
            }
            let throttled = move |world: &mut World| world.fault(operation, Fault::Throttled, 5);
            if first {
                throttled(&mut world);
            } else {
                world.after(operation, throttled);
            }
        }

        let response = scene.invoke(due()).await.expect("success");

        assert_eq!(response["counts"], json!({"enforced": 20}));
    }
}

#[tokio::test]
async fn a_region_without_agentcore_is_said_once_and_fails_nothing() {
    let scene = Scene::new().await.without_agentcore_endpoint();
    scene.aws.world().add_instance(OPEN);

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 1}), &json!(true)));
    assert_eq!(response["not_listed"][0]["reason"], "not_offered");
    assert_eq!(response["not_listed"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn with_agentcore_disabled_no_runtime_is_listed() {
    let scene = Scene::new().await.with_agentcore_disabled();
    scene.aws.world().add_runtime(RUNTIME, &document());

    scene.invoke(due()).await.expect("success");

    assert_eq!(scene.aws.operations(), ["DescribeInstances"]);
}

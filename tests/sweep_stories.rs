//! Stories of the sweep: the same flow over a listing. First those in which nothing may happen.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{
        EXEMPT, Scene, assert_ended, assert_says, by_id, count, days_ago, document, due, ec2_call, just_now, sample,
        time_passes,
    },
    stand_in::{Fault, World},
};

const OPEN: &str = "i-0a1b2c3d4e5f60001";
const OTHER: &str = "i-0a1b2c3d4e5f60002";
const RUNTIME: &str = "claims_agent-Xy12Ab34Cd";
const OTHER_RUNTIME: &str = "quotes_agent-Qw56Er78Ty";
const MODIFY: &str = "ModifyInstanceMetadataOptions";
const REQUIRED: (&str, &str) = ("metadataConfiguration", r#"{"requireMMDSV2":true}"#);
const UPDATE: &str = "UpdateAgentRuntime";

/// What was written, in order of the ids.
fn written(scene: &Scene) -> Vec<String> {
    let mut written: Vec<_> = scene.aws.writes().into_iter().filter_map(|call| call.resource).collect();
    written.sort();
    written
}

fn asked_for(mode: &str) -> Value {
    json!({"source": "metadata-guardrail", "detail-type": "Guardrail Sweep", "detail": {"mode": mode}})
}

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

    let response = scene.failed_response(due()).await;

    assert_eq!(response["counts"], json!({"would_enforce": 2, "exempt": 1, "held": 1, "failed": 1}));
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

    assert_eq!(response["counts"], json!({"enforced": 40, "exempt": 40}), "tags are read for 40 at a time");
}

#[tokio::test]
async fn what_was_mended_since_the_listing_is_not_written_nor_counted_at_its_source() {
    let scene = Scene::new().await;
    for number in 0..200 {
        scene.aws.world().add_instance(&format!("i-{number:017x}")).tag("aws:autoscaling:groupName", "web");
    }
    scene.aws.world().after(MODIFY, |world| {
        world.instances.values_mut().for_each(|instance| _ = instance.http_tokens("required"));
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 40, "compliant": 160}), "40 at a time are looked at");
    assert_eq!(scene.aws.writes().len(), 40);
    assert_eq!(response["launched_by"]["auto_scaling_groups"], json!([{"name": "web", "instances": 40}]));
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
async fn of_a_batch_whose_use_of_imdsv1_cannot_be_learned_nothing_is_written_and_the_next_one_goes_on() {
    let scene = Scene::new().await.with_usage_days(7).with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.page_size = 5;
        for number in 0..8 {
            world.add_instance(&format!("i-{number:017x}"));
        }
        world.instances.get_mut(&format!("i-{:017x}", 1)).expect("it").tag(EXEMPT, "yes");
        world.instances.get_mut(&format!("i-{:017x}", 2)).expect("it").operator("eks.amazonaws.com");
        world.fault("GetMetricData", Fault::AccessDenied, 1);
    }

    let response = scene.failed_response(due()).await;

    assert_eq!(response["counts"], json!({"failed": 3, "exempt": 1, "held": 1, "enforced": 3}));
    let outcomes = by_id(&response);
    let of = |number: u32| &outcomes[&format!("i-{number:017x}")];
    [0, 3, 4].into_iter().for_each(|number| assert_ended(of(number), "failed", "usage_unreadable"));
    assert_ended(of(1), "exempt", "exception_tag");
    assert_ended(of(2), "held", "managed_by_operator");
    assert_eq!(written(&scene), [5, 6, 7].map(|number| format!("i-{number:017x}")));
}

#[tokio::test]
async fn an_instance_that_cloudwatch_leaves_out_is_not_written_and_costs_its_neighbours_nothing() {
    let scene = Scene::new().await.with_usage_days(7).with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.add_instance(OPEN);
        world.add_instance(OTHER).metric_status = None;
        world.add_instance("i-0a1b2c3d4e5f60003").tag(EXEMPT, "yes").metric_status = None;
        world.add_instance("i-0a1b2c3d4e5f60004").operator("eks.amazonaws.com").metric_status = None;
        world.add_instance("i-0a1b2c3d4e5f60005").calls_without_token(days_ago(0), 42.0);
        world.add_instance("i-0a1b2c3d4e5f60006");
        world.fault_for(MODIFY, "i-0a1b2c3d4e5f60006", Fault::AccessDenied, usize::MAX);
    }

    let outcomes = by_id(&scene.failed_response(due()).await);

    assert_ended(&outcomes[OPEN], "enforced", "v1_allowed");
    assert_ended(&outcomes[OTHER], "failed", "usage_unreadable");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60003"], "exempt", "exception_tag");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60004"], "held", "managed_by_operator");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60005"], "held", "imdsv1_in_use");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60006"], "failed", "write_failed");
    assert_eq!(written(&scene), [OPEN, "i-0a1b2c3d4e5f60006"]);
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

#[tokio::test]
async fn a_sweep_near_its_deadline_begins_nothing_and_says_that_it_is_not_complete() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(59));
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().add_runtime(RUNTIME, &document());

    let response = scene.invoke(due()).await.expect("what was not begun has not failed");

    assert_eq!((&response["complete"], &response["outcomes"]), (&json!(false), &json!([])));
    let mut operations = scene.aws.operations();
    operations.sort();
    assert_eq!(operations, ["DescribeInstances", "ListAgentRuntimes"], "only whether anything is left is looked at");
}

#[tokio::test]
async fn a_sweep_that_has_done_everything_is_complete_however_little_time_is_left() {
    for (operation, remaining) in [(MODIFY, 64), ("UpdateAgentRuntime", 124)] {
        let scene = Scene::new().await.with_remaining(Duration::from_secs(remaining));
        if operation == MODIFY {
            scene.aws.world().add_instance(OPEN);
        } else {
            scene.aws.world().add_runtime(RUNTIME, &document());
        }
        scene.aws.world().after(operation, |_| time_passes(Duration::from_secs(5)));

        let response = scene.invoke(due()).await.expect("success");

        assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 1}), &json!(true)));
    }
}

#[tokio::test]
async fn with_a_longer_margin_less_is_begun() {
    for (margin, enforced) in [(60, json!({"enforced": 1})), (240, json!({}))] {
        let scene =
            Scene::new().await.with_sweep_margin(Duration::from_secs(margin)).with_remaining(Duration::from_secs(200));
        scene.aws.world().add_instance(OPEN);

        let response = scene.invoke(due()).await.expect("what was not begun has not failed");

        assert_eq!(response["counts"], enforced);
    }
}

#[tokio::test]
async fn no_runtime_is_begun_when_there_is_no_time_to_verify_it() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(119));
    scene.aws.world().add_instance(OPEN);
    scene.aws.world().add_runtime(RUNTIME, &document());

    let response = scene.invoke(due()).await.expect("what was not begun has not failed");

    assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 1}), &json!(false)));
    assert_eq!(by_id(&response).keys().collect::<Vec<_>>(), [OPEN]);
}

#[tokio::test]
async fn where_time_runs_out_after_a_failure_of_the_listing_the_failure_is_said() {
    for (operation, kind, remaining) in
        [("DescribeInstances", "ec2_instance", 64), ("ListAgentRuntimes", "agentcore_runtime", 124)]
    {
        let scene = Scene::new().await.with_remaining(Duration::from_secs(remaining));
        {
            let mut world = scene.aws.world();
            world.page_size = 1;
            // These come first, each on a page of its own.
            world.add_instance("i-.of-another-form");
            world.add_runtime("agent.of-another-form", &document());
            world.add_instance(OPEN);
            world.add_runtime(RUNTIME, &document());
            world.after(operation, |_| time_passes(Duration::from_secs(5)));
        }

        let response = scene.failed_response(due()).await;

        let listings = response["not_listed"].as_array().expect("a list");
        let listing = listings.iter().find(|listing| listing["kind"] == kind).expect("the kind that failed");
        assert_says(listing, &format!("{operation} shows ids of a form that this version does not know: 1, such as"));
        assert!(by_id(&response).values().all(|outcome| outcome["kind"] != kind), "{response}");
        assert_eq!(response["complete"], false);
    }
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
async fn however_few_runtimes_a_sweep_reaches_later_ones_reach_the_others() {
    const LAST: &str = "zebra-Xy12Ab34Cd";
    let scene = Scene::new().await.with_remaining(Duration::from_secs(124));
    {
        let mut world = scene.aws.world();
        world.page_size = 5;
        for number in 0..20 {
            world.add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document()).publish(&[REQUIRED]);
        }
        world.add_runtime(LAST, &document());
    }

    // Each has the time for a few of them.
    while !scene.aws.world().runtime(LAST).requires_mmdsv2() {
        scene.aws.world().after("ListAgentRuntimeEndpoints", |_| time_passes(Duration::from_secs(5)));
        let response = scene.invoke(due()).await.expect("what was not begun has not failed");
        assert_eq!(response["complete"], false);
    }
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

#[tokio::test]
async fn sweeps_that_are_cut_by_their_deadline_end_with_everything_enforced_and_nothing_written_twice() {
    let margin = Duration::from_secs(60);
    let mut scene = Scene::new().await.with_agentcore_disabled();
    scene.aws.world().page_size = 50;
    scene.aws.world().latency = Duration::from_millis(5);
    for number in 0..200 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }

    // However little of it each one manages, on however slow a machine.
    for attempt in 1.. {
        scene = scene.with_remaining(margin + attempt * Duration::from_millis(50));
        if scene.invoke(due()).await.expect("what was not begun has not failed")["complete"] == true {
            break;
        }
    }

    let mut once = written(&scene);
    once.dedup();
    assert_eq!((once.len(), scene.aws.writes().len()), (200, 200), "each once");
    assert!(scene.aws.world().instances.values().all(|instance| instance.http_tokens == "required"));
}

#[tokio::test]
async fn sweeps_of_runtimes_that_are_cut_by_their_deadline_end_with_everything_enforced_and_nothing_written_twice() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(124));
    {
        let mut world = scene.aws.world();
        world.page_size = 5;
        for number in 0..20 {
            world.add_instance(&format!("i-{number:017x}"));
            world.add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document());
        }
    }

    let is_complete = async || {
        // Once a runtime is written, less is left than the 120 seconds that the next one needs.
        scene.aws.world().after(UPDATE, |_| time_passes(Duration::from_secs(5)));
        scene.invoke(due()).await.expect("what was not begun has not failed")["complete"] == true
    };
    assert!(!is_complete().await, "the first one is cut");
    while !is_complete().await {}

    let mut once = written(&scene);
    once.dedup();
    assert_eq!((once.len(), scene.aws.writes().len()), (40, 40), "each once");
    assert!(scene.aws.world().runtimes.values().all(|runtime| runtime.requires_mmdsv2() && runtime.version == 2));
}

#[tokio::test]
async fn outcomes_and_summary_name_what_launched_the_instances() {
    let scene = Scene::new().await;
    {
        let mut world = scene.aws.world();
        for (number, template) in [(1, "lt-0aaa"), (2, "lt-0aaa"), (3, "lt-0bbb")] {
            let instance = world.add_instance(&format!("i-{number:017x}"));
            instance.tag("aws:ec2launchtemplate:id", template).tag("aws:ec2launchtemplate:version", "7");
            instance.tag("aws:autoscaling:groupName", "web");
        }
        world.add_instance(OPEN);
        world.add_instance(OTHER).tag("aws:autoscaling:groupName", "web").http_tokens("required");
    }

    let response = scene.invoke(due()).await.expect("success");

    let launched = by_id(&response)[&format!("i-{:017x}", 3)]["launched_by"].clone();
    assert_eq!(launched, json!({"launch_template": {"id": "lt-0bbb", "version": "7"}, "auto_scaling_group": "web"}));
    assert_eq!(by_id(&response)[OPEN].get("launched_by"), None);
    assert_eq!(
        response["launched_by"],
        json!({
            "launch_templates": [
                {"id": "lt-0aaa", "version": "7", "instances": 2}, {"id": "lt-0bbb", "version": "7", "instances": 1}
            ],
            "auto_scaling_groups": [{"name": "web", "instances": 3}]
        })
    );
}

#[tokio::test]
async fn of_very_many_sources_those_with_the_most_instances_are_named_and_the_others_counted() {
    let scene = Scene::new().await;
    for number in 0..60 {
        let mut world = scene.aws.world();
        let instance = world.add_instance(&format!("i-{number:017x}"));
        instance.tag("aws:ec2launchtemplate:id", "lt-0aaa").tag("aws:ec2launchtemplate:version", "7");
        instance.tag("aws:autoscaling:groupName", &format!("group-{number}"));
    }

    let response = scene.invoke(due()).await.expect("success");

    let launched_by = &response["launched_by"];
    assert_eq!(launched_by["launch_templates"], json!([{"id": "lt-0aaa", "version": "7", "instances": 60}]));
    assert_eq!(launched_by["auto_scaling_groups"].as_array().map(Vec::len), Some(50));
    assert_eq!(launched_by["truncated"], 10);
}

#[tokio::test]
async fn the_log_has_every_outcome_of_a_sweep_and_its_end() {
    let scene = Scene::new().await;
    for number in 0..300 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }

    let response = scene.invoke(due()).await.expect("success");

    assert!(response["truncated"].as_u64().is_some_and(|truncated| truncated > 0), "{response}");
    let lines = scene.results_logged();
    assert_eq!(lines.iter().filter(|line| line["result"] == "enforced").count(), 300);
    assert_eq!(lines.last().expect("a last line")["complete"], true);
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

//! Stories of the usage gate: what still uses IMDSv1 is not enforced. First those in which nothing may happen.

use std::{collections::BTreeMap, sync::MutexGuard, time::Duration};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use metadata_guardrail::pacer::WriteRate;
use serde_json::{Value, json};

use crate::support::{
    harness::{
        EXEMPT, Scene, assert_ended, assert_says, by_id, days_ago, document, running, runtime_created, sample, started,
    },
    stand_in::{Fault, Pages::Repeating, World},
};

const ID: &str = "i-0a1b2c3d4e5f60001";
const NEIGHBOUR: &str = "i-0a1b2c3d4e5f60002";
const THIRD: &str = "i-0a1b2c3d4e5f60003";
const RUNTIME: &str = "claims_agent-Xy12Ab34Cd";
const ASK: &str = "GetMetricData";

/// The instances of each question to CloudWatch.
fn questions(scene: &Scene) -> Vec<Vec<String>> {
    let mut calls = scene.aws.calls();
    calls.retain(|call| call.operation == ASK);
    let bodies = calls.iter().map(|call| serde_json::from_str(&call.body).expect("a request"));
    bodies.map(|body: Value| instances_of(&body)).collect()
}

fn instances_of(body: &Value) -> Vec<String> {
    let queries = body["MetricDataQueries"].as_array().expect("queries");
    let instance = |query: &Value| query["MetricStat"]["Metric"]["Dimensions"][0]["Value"].as_str().map(str::to_owned);
    queries.iter().map(|query| instance(query).expect("an instance")).collect()
}

/// The outcomes of an event that must fail, by id.
async fn failing(scene: &Scene, event: Value) -> BTreeMap<String, Value> {
    let error = scene.invoke(event).await.expect_err("the use of one is not known");
    by_id(&serde_json::from_str(&error.error_message).expect("the response"))
}

#[track_caller]
fn assert_unreadable(outcome: &Value, said: &str) {
    assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("failed"), &json!("usage_unreadable")), "{outcome}");
    assert!(outcome["detail"].as_str().unwrap().contains(said), "{said:?} is not in {}", outcome["detail"]);
}

/// An instance whose data takes two pages, without a call, and a new one without data, which is on the first of them.
fn two_pages(scene: &Scene) -> MutexGuard<'_, World> {
    let mut world = scene.aws.world();
    world.page_size = 1;
    world.add_instance(ID).calls_without_token(days_ago(2), 0.0).calls_without_token(days_ago(1), 0.0);
    world.add_instance(NEIGHBOUR).made(minutes_ago(1));
    world
}

/// As EC2 shows a time.
fn shown(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn minutes_ago(minutes: i64) -> DateTime<Utc> {
    days_ago(0) - TimeDelta::minutes(minutes)
}

#[tokio::test]
async fn an_instance_that_uses_imdsv1_is_held_and_the_exact_number_is_said() {
    for in_report_mode in [false, true] {
        let scene = Scene::new().await.with_usage_days(7);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        {
            let mut world = scene.aws.world();
            let instance = world.add_instance(ID);
            instance.calls_without_token(days_ago(8), 1_000_000.0).calls_without_token(days_ago(7), 1_234_000.0);
            instance.calls_without_token(days_ago(3), 0.0).calls_without_token(days_ago(0), 567.0);
        }

        let outcome = scene.outcome(running(ID)).await;

        assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("held"), &json!("imdsv1_in_use")));
        let detail = format!(
            "IMDSv1 is in use on it: since {} (UTC) CloudWatch has counted 1234567 as its MetadataNoToken, so it was \
             not changed. Update the software that calls without a token; the next event or sweep that finds no such \
             calls in the days of IMDSV1_USAGE_DAYS requires IMDSv2.",
            days_ago(7).date_naive()
        );
        assert_eq!(outcome["detail"], detail);
        assert_eq!(scene.aws.operations(), ["DescribeInstances", ASK]);
    }
}

#[tokio::test]
async fn a_single_call_today_is_use() {
    let scene = Scene::new().await.with_usage_days(1);
    scene.aws.world().add_instance(ID).calls_without_token(days_ago(0), 1.0);

    assert_eq!(scene.outcome(running(ID)).await["reason"], "imdsv1_in_use");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn where_the_question_cannot_be_answered_nothing_is_written_and_lambda_retries() {
    for (fault, said) in [
        (Fault::AccessDenied, "Check the function's role"),
        (Fault::Internal, "InternalServiceError"),
        (Fault::Throttled, "Throttling"),
        (Fault::Garbage, "GetMetricData"),
        (Fault::ConnectionReset, "did not reach AWS"),
        (Fault::Refused { code: "InvalidParameterValue", message: "no".to_owned(), status: 400 }, "InvalidParameter"),
    ] {
        for in_report_mode in [false, true] {
            let scene = Scene::new().await.with_usage_days(30);
            let scene = if in_report_mode { scene.in_report_mode() } else { scene };
            scene.aws.world().add_instance(ID);
            scene.aws.world().fault(ASK, fault.clone(), usize::MAX);

            let outcome = scene.failed_outcome(running(ID)).await;

            assert_eq!(outcome["reason"], "usage_unreadable", "{fault:?}");
            assert!(outcome["detail"].as_str().unwrap().contains(said), "{fault:?}: {}", outcome["detail"]);
            assert_eq!(outcome["before"]["http_tokens"], "optional");
            assert!(scene.aws.writes().is_empty(), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_not_complete_is_none_for_that_instance_and_one_for_its_neighbours() {
    for (status, said) in [
        (Some("PartialData"), "is PartialData for it"),
        (Some("InternalError"), "is InternalError for it"),
        (Some("Forbidden"), "is Forbidden for it"),
        (Some("SomethingNew"), "is SomethingNew for it"),
        (None, "leaves it out"),
    ] {
        let scene = Scene::new().await.with_usage_days(30);
        {
            let mut world = scene.aws.world();
            world.add_instance(ID).metric_status = status.map(str::to_owned);
            world.add_instance(NEIGHBOUR).calls_without_token(days_ago(2), 0.0);
            world.add_instance(THIRD).calls_without_token(days_ago(2), 3.0);
        }

        let outcomes = failing(&scene, started([ID, NEIGHBOUR, THIRD])).await;

        assert_unreadable(&outcomes[ID], said);
        assert_eq!((&outcomes[NEIGHBOUR]["result"], &outcomes[THIRD]["result"]), (&json!("enforced"), &json!("held")));
        assert_eq!(scene.aws.world().instance(ID).http_tokens, "optional");
        assert_eq!(questions(&scene).len(), 1, "one question for all");
    }
}

#[tokio::test]
async fn a_warning_about_one_result_is_no_answer_for_that_instance() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(ID).metric_message = Some("Some data may be missing".to_owned());
    scene.aws.world().add_instance(NEIGHBOUR).calls_without_token(days_ago(2), 0.0);

    let outcomes = failing(&scene, started([ID, NEIGHBOUR])).await;

    assert_unreadable(&outcomes[ID], "has a warning for it");
    assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
    assert_eq!(scene.aws.world().instance(ID).http_tokens, "optional");
}

#[tokio::test]
async fn a_warning_about_a_whole_answer_is_no_answer_for_anybody_on_whichever_page_it_stands() {
    for on_page in [1, 2] {
        let scene = Scene::new().await.with_usage_days(30);
        {
            let mut world = two_pages(&scene);
            let warn = |world: &mut World| world.metric_message = Some("Some data may be missing".to_owned());
            if on_page == 1 { warn(&mut world) } else { world.after(ASK, warn) }
        }

        let outcomes = failing(&scene, started([ID, NEIGHBOUR])).await;

        assert_unreadable(&outcomes[ID], "has a warning");
        assert_unreadable(&outcomes[NEIGHBOUR], "has a warning");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn what_went_wrong_on_one_page_no_later_page_mends() {
    for (first, last) in [
        ("Complete", "PartialData"),
        ("Complete", "InternalError"),
        ("Complete", "Forbidden"),
        ("InternalError", "Complete"),
        ("Forbidden", "Complete"),
        ("SomethingNew", "Complete"),
    ] {
        let scene = Scene::new().await.with_usage_days(30);
        two_pages(&scene).instances.get_mut(ID).expect("it is there").metric_status = Some(first.to_owned());
        scene.aws.world().after(ASK, |world| {
            world.instances.get_mut(ID).expect("it is there").metric_status = Some(last.to_owned());
        });

        let outcomes = failing(&scene, started([ID, NEIGHBOUR])).await;

        let wrong = if last == "Complete" { first } else { last };
        assert_unreadable(&outcomes[ID], &format!("is {wrong} for it"));
        assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
        assert_eq!(scene.aws.world().instance(ID).http_tokens, "optional");
        assert_eq!(questions(&scene).len(), 2);
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_no_answer_for_anybody() {
    for (fault, said) in [(Fault::AccessDenied, "AccessDenied"), (Fault::Garbage, ASK)] {
        let scene = Scene::new().await.with_usage_days(30);
        two_pages(&scene).after(ASK, |world| world.fault(ASK, fault, usize::MAX));

        let outcomes = failing(&scene, started([ID, NEIGHBOUR])).await;

        assert_unreadable(&outcomes[ID], said);
        assert_unreadable(&outcomes[NEIGHBOUR], said);
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn pages_that_come_to_no_end_are_no_answer_for_anybody() {
    let scene = Scene::new().await.with_usage_days(30);
    two_pages(&scene).pages(ASK, Repeating);

    let outcomes = failing(&scene, started([ID, NEIGHBOUR])).await;

    assert_unreadable(&outcomes[ID], "AWS named one that was read before");
    assert_unreadable(&outcomes[NEIGHBOUR], "AWS named one that was read before");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_question_that_fails_costs_none_of_another_one() {
    let ids: Vec<_> = (0..17).map(|number| format!("i-{number:017x}")).collect();
    for (failing_ids, enforced_ids) in [(&ids[..8], &ids[8..]), (&ids[16..], &ids[..16])] {
        let scene = Scene::new().await.with_usage_days(30);
        {
            let mut world = scene.aws.world();
            for id in &ids {
                world.add_instance(id).calls_without_token(days_ago(1), 0.0);
            }
            match failing_ids {
                [only] => world.fault_for(ASK, only, Fault::AccessDenied, 1),
                _ => world.fault(ASK, Fault::AccessDenied, 1),
            }
        }

        let error = scene.invoke(started(ids.iter().map(String::as_str))).await.expect_err("one question failed");

        let response: Value = serde_json::from_str(&error.error_message).expect("the response");
        assert_eq!(response["counts"], json!({"failed": failing_ids.len(), "enforced": enforced_ids.len()}));
        let tokens = |id: &String| scene.aws.world().instance(id).http_tokens.clone();
        assert!(failing_ids.iter().map(tokens).all(|tokens| tokens == "optional"));
        assert!(enforced_ids.iter().map(tokens).all(|tokens| tokens == "required"));
    }
}

#[tokio::test]
async fn a_sum_that_is_no_number_is_no_answer() {
    for sum in [f64::NAN, f64::INFINITY, -1.0, 0.5, 1e300] {
        let scene = Scene::new().await.with_usage_days(30);
        scene.aws.world().add_instance(ID).calls_without_token(days_ago(1), sum);

        assert_eq!(scene.failed_outcome(running(ID)).await["reason"], "usage_unreadable", "{sum}");
        assert!(scene.aws.writes().is_empty(), "{sum}");
    }
}

#[tokio::test]
async fn what_is_not_about_to_be_written_costs_no_question() {
    let scene = Scene::new().await.with_usage_days(30);
    {
        let mut world = scene.aws.world();
        world.add_instance(ID).tag(EXEMPT, "yes").calls_without_token(days_ago(1), 5.0);
        world.add_instance(NEIGHBOUR).operator("eks.amazonaws.com");
        world.add_instance(THIRD).http_endpoint("disabled");
        world.add_instance("i-0a1b2c3d4e5f60004").http_tokens("required");
        world.add_instance("i-0a1b2c3d4e5f60005").state("pending");
        world.add_runtime(RUNTIME, &document());
    }
    let ids = [ID, NEIGHBOUR, THIRD, "i-0a1b2c3d4e5f60004", "i-0a1b2c3d4e5f60005"];

    let response = scene.invoke(started(ids)).await.expect("success");
    let runtime = scene.outcome(runtime_created(RUNTIME)).await;

    assert_eq!(response["counts"], json!({"compliant": 2, "deferred": 1, "exempt": 1, "held": 1}));
    assert_eq!(runtime["result"], "enforced");
    assert!(questions(&scene).is_empty());
}

#[tokio::test]
async fn an_exempt_instance_whose_tags_are_late_costs_a_question_and_no_write() {
    let scene = Scene::new().await.with_usage_days(30);
    {
        let mut world = scene.aws.world();
        world.add_instance(ID).tag(EXEMPT, "yes").calls_without_token(days_ago(1), 0.0).tags_are_late = true;
    }

    assert_eq!(scene.outcome(running(ID)).await["result"], "exempt");
    assert_eq!(scene.aws.operations(), ["DescribeInstances", ASK, "DescribeTags"]);
}

#[tokio::test]
async fn an_exception_that_appears_while_cloudwatch_is_asked_is_respected() {
    for event in [running(ID), sample("guardrail-sweep-due.json")] {
        let scene = Scene::new().await.with_usage_days(30);
        scene.aws.world().add_instance(ID).calls_without_token(days_ago(1), 0.0);
        scene.aws.world().after(ASK, |world| {
            world.instances.get_mut(ID).expect("it is there").tag(EXEMPT, "yes");
        });

        assert_eq!(scene.outcome(event).await["result"], "exempt");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn the_tags_of_all_are_the_last_thing_that_is_read_before_the_first_write() {
    for (event, looks) in [(started([ID, NEIGHBOUR]), 1), (sample("guardrail-sweep-due.json"), 2)] {
        let scene = Scene::new().await.with_usage_days(30).with_agentcore_disabled();
        scene.aws.world().add_instance(ID).calls_without_token(days_ago(1), 0.0);
        scene.aws.world().add_instance(NEIGHBOUR).made(minutes_ago(1));

        let response = scene.invoke(event).await.expect("success");

        assert_eq!(response["counts"], json!({"enforced": 2}));
        let operations = scene.aws.operations().split_off(looks - 1);
        assert_eq!(operations[..3], ["DescribeInstances", ASK, "DescribeTags"]);
        assert_eq!((scene.aws.writes().len(), operations.len()), (2, 5));
    }
}

#[tokio::test]
async fn without_the_setting_nobody_asks() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).calls_without_token(days_ago(1), 5.0);

    assert_eq!(scene.outcome(running(ID)).await["result"], "enforced");
    assert_eq!(scene.aws.operations(), ["DescribeInstances", "DescribeTags", "ModifyInstanceMetadataOptions"]);
}

#[tokio::test]
async fn an_instance_that_is_new_or_of_which_only_zero_was_counted_is_enforced() {
    for (in_report_mode, result) in [(false, "enforced"), (true, "would_enforce")] {
        let scene = Scene::new().await.with_usage_days(90);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        {
            let mut world = scene.aws.world();
            world.add_instance(ID).made(minutes_ago(58));
            world.add_instance(NEIGHBOUR).calls_without_token(days_ago(1), 0.0).calls_without_token(days_ago(90), 0.0);
            let quiet_by_now = world.add_instance(THIRD);
            quiet_by_now.calls_without_token(days_ago(91), 12.0).calls_without_token(days_ago(90), 0.0);
        }

        let response = scene.invoke(started([ID, NEIGHBOUR, THIRD])).await.expect("success");

        assert_eq!(response["counts"], json!({result: 3}));
        assert_eq!(questions(&scene), [[ID, NEIGHBOUR, THIRD]], "one question, before the first write");
        assert_eq!(scene.aws.operations()[1], ASK);
    }
}

/// Instances of which CloudWatch has no data for the last 30 days, though they are not new.
fn instances_without_data(world: &mut World) {
    let stopped = world.add_instance(ID).state("stopped");
    stopped.calls_without_token(days_ago(31), 12.0);
    // Each start renews the time of the launch, and somebody may attach another interface at any time.
    let restarted = world.add_instance(NEIGHBOUR);
    restarted.launch_time = shown(minutes_ago(1));
    let extended = world.add_instance(THIRD).made(minutes_ago(62));
    extended.second_interface_attached = shown(minutes_ago(1));
}

#[tokio::test]
async fn an_instance_without_data_is_held_unless_it_is_new_because_it_may_have_been_stopped_all_the_time() {
    for in_report_mode in [false, true] {
        for event in [started([ID, NEIGHBOUR, THIRD]), sample("guardrail-sweep-due.json")] {
            let scene = Scene::new().await.with_usage_days(30).with_agentcore_disabled();
            let scene = if in_report_mode { scene.in_report_mode() } else { scene };
            instances_without_data(&mut scene.aws.world());

            let response = scene.invoke(event).await.expect("what is held has not failed");

            assert_eq!(response["counts"], json!({"held": 3}));
            for outcome in by_id(&response).values() {
                assert_ended(outcome, "held", "imdsv1_use_unknown");
                assert_says(outcome, "CloudWatch has no data about its use of IMDSv1, so it was not changed");
            }
            assert_eq!(questions(&scene).len(), 1);
            assert!(!scene.aws.operations().contains(&"DescribeTags".to_owned()), "nothing is about to be written");
            assert!(scene.aws.writes().is_empty());
        }
    }
}

#[tokio::test]
async fn an_instance_is_new_by_the_time_it_was_made_whenever_it_was_started() {
    for (minutes, result) in [(0, "enforced"), (58, "enforced"), (62, "held"), (60 * 24, "held")] {
        for started_again in [false, true] {
            let scene = Scene::new().await.with_usage_days(30);
            {
                let mut world = scene.aws.world();
                let instance = world.add_instance(ID).made(minutes_ago(minutes));
                if started_again {
                    instance.launch_time = shown(minutes_ago(0));
                }
            }

            assert_eq!(scene.outcome(running(ID)).await["result"], result, "made {minutes} minutes ago");
            assert_eq!(scene.aws.writes().len(), usize::from(result == "enforced"), "made {minutes} minutes ago");
        }
    }
}

#[tokio::test]
async fn a_new_instance_that_calls_without_a_token_is_held_as_any_other() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(ID).made(minutes_ago(10)).calls_without_token(days_ago(0), 1.0);

    let outcome = scene.outcome(running(ID)).await;

    assert_ended(&outcome, "held", "imdsv1_in_use");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn what_was_held_for_want_of_data_is_enforced_once_there_is_some_without_a_call() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(ID).state("stopped");
    assert_ended(&scene.outcome(running(ID)).await, "held", "imdsv1_use_unknown");

    {
        let mut world = scene.aws.world();
        world.instances.get_mut(ID).expect("it is there").state("running").calls_without_token(days_ago(0), 0.0);
    }

    assert_ended(&scene.outcome(sample("guardrail-sweep-due.json")).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn data_on_several_pages_is_added_up() {
    let scene = Scene::new().await.with_usage_days(30);
    {
        let mut world = scene.aws.world();
        world.page_size = 2;
        let instance = world.add_instance(ID);
        (0..5).for_each(|days| {
            instance.calls_without_token(days_ago(days), 2.0);
        });
        world.add_instance(NEIGHBOUR).made(minutes_ago(1));
    }

    let response = scene.invoke(started([ID, NEIGHBOUR])).await.expect("success");

    let outcomes = by_id(&response);
    assert!(outcomes[ID]["detail"].as_str().unwrap().contains("counted 10 as"), "{}", outcomes[ID]["detail"]);
    assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
    assert_eq!(questions(&scene).len(), 3);
}

#[tokio::test]
async fn a_throttle_is_got_through() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(ID).calls_without_token(days_ago(1), 0.0);
    scene.aws.world().fault(ASK, Fault::Throttled, 2);
    scene.aws.world().fault(ASK, Fault::ConnectionReset, 1);

    assert_eq!(scene.outcome(running(ID)).await["result"], "enforced");
    assert_eq!(questions(&scene).len(), 4);
}

#[tokio::test]
async fn what_moved_in_between_is_asked_about_again() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(ID).calls_without_token(days_ago(1), 0.0);
    let refused = Fault::Refused { code: "IncorrectInstanceState", message: "not now".to_owned(), status: 400 };
    scene.aws.world().fault("ModifyInstanceMetadataOptions", refused, 1);
    let now = days_ago(0);
    scene.aws.world().after(ASK, move |world| {
        world.instances.get_mut(ID).expect("it is there").calls_without_token(now, 1.0);
    });

    assert_eq!(scene.outcome(running(ID)).await["reason"], "imdsv1_in_use");
    assert_eq!(questions(&scene).len(), 2);
    assert_eq!(scene.aws.world().instance(ID).http_tokens, "optional");
}

#[tokio::test]
async fn seventeen_instances_are_three_questions_and_one_if_nothing_is_written() {
    for (in_report_mode, result, most) in [(false, "enforced", 8), (true, "would_enforce", 17)] {
        let scene = Scene::new().await.with_usage_days(30);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        let ids: Vec<_> = (0..17).map(|number| format!("i-{number:017x}")).collect();
        for id in &ids {
            scene.aws.world().add_instance(id).calls_without_token(days_ago(1), 0.0);
        }
        scene.aws.world().instances.get_mut(&ids[16]).expect("it is there").calls_without_token(days_ago(1), 1.0);

        let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

        assert_eq!(response["counts"], json!({result: 16, "held": 1}));
        assert_eq!(questions(&scene), ids.chunks(most).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_is_used_while_others_are_written_is_asked_about_before_its_own_write() {
    let scene = Scene::new().await.with_usage_days(30);
    let ids: Vec<_> = (0..24).map(|number| format!("i-{number:017x}")).collect();
    for id in &ids {
        scene.aws.world().add_instance(id).calls_without_token(days_ago(1), 0.0);
    }
    let now = days_ago(0);
    scene.aws.world().after("ModifyInstanceMetadataOptions", move |world| {
        world.instances.values_mut().for_each(|instance| _ = instance.calls_without_token(now, 1.0));
    });

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 8, "held": 16}));
    assert_eq!(scene.aws.writes().len(), 8);
}

#[tokio::test]
async fn a_sweep_asks_once_for_eight_and_says_what_launched_the_held() {
    for (mode, result) in [("enforce", "enforced"), ("report", "would_enforce")] {
        let scene = Scene::new().await.with_usage_days(30);
        {
            let mut world = scene.aws.world();
            world.add_instance(ID).calls_without_token(days_ago(1), 42.0).tag("aws:autoscaling:groupName", "reporting");
            world.add_instance(NEIGHBOUR).calls_without_token(days_ago(1), 0.0);
            world.add_instance(THIRD).tag(EXEMPT, "yes");
        }
        let mut event = sample("guardrail-sweep-due.json");
        if mode == "report" {
            event["detail"] = json!({"mode": "report"});
        }

        let response = scene.invoke(event).await.expect("success");

        assert_eq!(response["counts"], json!({"held": 1, result: 1, "exempt": 1}));
        assert!(by_id(&response)[ID]["detail"].as_str().unwrap().contains("counted 42 as"));
        assert_eq!(response["launched_by"]["auto_scaling_groups"], json!([{"name": "reporting", "instances": 1}]));
        let mut asked = questions(&scene).concat();
        asked.sort();
        assert_eq!((questions(&scene).len(), asked), (1, vec![ID.to_owned(), NEIGHBOUR.to_owned()]));
    }
}

#[tokio::test]
async fn a_query_asks_for_the_sum_of_whole_days_of_one_instance() {
    let scene = Scene::new().await.with_usage_days(7).in_report_mode();
    scene.aws.world().add_instance(ID);

    scene.outcome(running(ID)).await;

    let calls = scene.aws.calls();
    let body: Value = serde_json::from_str(&calls[1].body).expect("a request");
    assert_eq!(calls[1].resource.as_deref(), Some(ID));
    assert_eq!(
        body["MetricDataQueries"],
        json!([{
            "Id": "i_0a1b2c3d4e5f60001",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/EC2", "MetricName": "MetadataNoToken",
                    "Dimensions": [{"Name": "InstanceId", "Value": ID}]
                },
                "Period": 86400, "Stat": "Sum"
            }
        }])
    );
    let midnight = |days| days_ago(days).date_naive().and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    assert_eq!(
        (body["StartTime"].as_f64(), body["EndTime"].as_f64()),
        (Some(midnight(7) as f64), Some(midnight(-1) as f64))
    );
}

#[tokio::test]
async fn what_is_held_takes_nothing_of_the_pace_of_a_sweep() {
    // At this pace so many writes would take longer than the sweep has time.
    let rate = WriteRate { burst: 8, per_second: 1 };
    let scene = Scene::new().await.with_usage_days(30).with_write_rate(rate).with_remaining(Duration::from_secs(75));
    for number in 0..40 {
        let id = format!("i-{number:017x}");
        scene.aws.world().add_instance(&id).calls_without_token(days_ago(1), 1.0);
    }

    let response = scene.invoke(sample("guardrail-sweep-due.json")).await.expect("success");

    assert_eq!((&response["counts"], &response["complete"]), (&json!({"held": 40}), &json!(true)));
}

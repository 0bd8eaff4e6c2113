//! CloudWatch has counted calls without a token, or nothing at all: the instance is held.

use std::time::Duration;

use metadata_guardrail::pacer::WriteRate;
use serde_json::json;
use stand_in::{Fault, World};

use super::{minutes_ago, questions, shown};
use crate::support::{
    harness::{Scene, assert_ended, assert_says, by_id, days_ago, running, sample, started},
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, GET_METRIC_DATA, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR,
        THIRD,
    },
};

#[tokio::test]
async fn an_instance_that_uses_imdsv1_is_held_with_the_exact_count() {
    for in_report_mode in [false, true] {
        let scene = Scene::new().await.with_usage_days(7);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        {
            let mut world = scene.aws.world();
            let instance = world.add_instance(INSTANCE);
            instance
                .calls_without_token(days_ago(8), 1_000_000.0)
                .calls_without_token(days_ago(7), 1_234_000.0);
            instance
                .calls_without_token(days_ago(3), 0.0)
                .calls_without_token(days_ago(0), 567.0);
        }

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "held", "imdsv1_in_use");
        let detail = format!(
            "Software on it uses IMDSv1: since {} (UTC) CloudWatch has counted 1234567 calls \
             without a token (MetadataNoToken), so it was not changed. Update that software; the \
             first event or sweep that finds no such calls within IMDSV1_USAGE_DAYS will require \
             IMDSv2.",
            days_ago(7).date_naive()
        );
        assert_eq!(outcome["detail"], detail);
        assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES, GET_METRIC_DATA]);
    }
}

#[tokio::test]
async fn a_single_call_today_counts_as_use() {
    let scene = Scene::new().await.with_usage_days(1);
    scene.aws.world().add_instance(INSTANCE).calls_without_token(days_ago(0), 1.0);

    assert_ended(&scene.outcome(running(INSTANCE)).await, "held", "imdsv1_in_use");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_outcome_has_the_use_of_imdsv1_if_it_was_read() {
    for (days, counted) in [(0, json!(null)), (7, json!("no_data"))] {
        let scene = Scene::new().await.with_usage_days(days).in_report_mode();
        scene.aws.world().add_instance(INSTANCE);
        let outcome = scene.outcome(running(INSTANCE)).await;
        assert_eq!(outcome["imdsv1_use"], counted, "{days} days");
    }
    for calls in [0, 42] {
        let scene = Scene::new().await.with_usage_days(7).in_report_mode();
        let yesterday = days_ago(1);
        scene
            .aws
            .world()
            .add_instance(INSTANCE)
            .calls_without_token(yesterday, calls.into());
        let outcome = scene.outcome(running(INSTANCE)).await;
        let since = days_ago(7).date_naive();
        assert_eq!(outcome["imdsv1_use"], json!({"calls": calls, "since": since}));
    }
}

/// Instances of which CloudWatch has no data for the last 30 days, though they are not new.
fn instances_without_data(world: &mut World) {
    let stopped = world.add_instance(INSTANCE).state("stopped");
    stopped.calls_without_token(days_ago(31), 12.0);
    // Each start renews the time of the launch, and somebody may attach another interface at any
    // time.
    let restarted = world.add_instance(NEIGHBOUR);
    restarted.launch_time = shown(minutes_ago(1));
    let extended = world.add_instance(THIRD).made(minutes_ago(62));
    extended.second_interface_attached = shown(minutes_ago(1));
}

#[tokio::test]
async fn an_instance_without_data_is_held_unless_it_is_new() {
    for in_report_mode in [false, true] {
        for event in [started([INSTANCE, NEIGHBOUR, THIRD]), sample("guardrail-sweep-due.json")] {
            let scene = Scene::new().await.with_usage_days(30).with_agentcore_disabled();
            let scene = if in_report_mode { scene.in_report_mode() } else { scene };
            instances_without_data(&mut scene.aws.world());

            let response = scene.invoke(event).await.expect("what is held has not failed");

            assert_eq!(response["counts"], json!({"held": 3}));
            for outcome in by_id(&response).values() {
                assert_ended(outcome, "held", "imdsv1_use_unknown");
                assert_says(
                    outcome,
                    "CloudWatch has no data about its use of IMDSv1, so it was not changed",
                );
            }
            assert_eq!(questions(&scene).len(), 1);
            assert!(
                !scene.aws.operations().contains(&DESCRIBE_TAGS.to_owned()),
                "nothing is about to be written"
            );
            assert!(scene.aws.writes().is_empty());
        }
    }
}

#[tokio::test]
async fn a_new_instance_that_calls_without_a_token_is_held() {
    let scene = Scene::new().await.with_usage_days(30);
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .made(minutes_ago(10))
        .calls_without_token(days_ago(0), 1.0);

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "held", "imdsv1_in_use");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_instance_that_changes_state_is_asked_about_again() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(INSTANCE).calls_without_token(days_ago(1), 0.0);
    let refused = Fault::Refused {
        code: "IncorrectInstanceState",
        message: "not now".to_owned(),
        status: 400,
    };
    scene.aws.world().fault(MODIFY_INSTANCE, refused, 1);
    let now = days_ago(0);
    scene.aws.world().after(GET_METRIC_DATA, move |world| {
        world.instance_mut(INSTANCE).calls_without_token(now, 1.0);
    });

    assert_ended(&scene.outcome(running(INSTANCE)).await, "held", "imdsv1_in_use");
    assert_eq!(questions(&scene).len(), 2);
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
}

#[tokio::test]
async fn use_that_begins_during_other_writes_is_noticed() {
    let scene = Scene::new().await.with_usage_days(30);
    let ids: Vec<_> = (0..24).map(|number| format!("i-{number:017x}")).collect();
    for id in &ids {
        scene.aws.world().add_instance(id).calls_without_token(days_ago(1), 0.0);
    }
    let now = days_ago(0);
    scene.aws.world().after(MODIFY_INSTANCE, move |world| {
        world
            .instances
            .values_mut()
            .for_each(|instance| _ = instance.calls_without_token(now, 1.0));
    });

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 8, "held": 16}));
    assert_eq!(scene.aws.writes().len(), 8);
}

#[tokio::test]
async fn held_instances_do_not_use_up_the_write_rate_of_a_sweep() {
    // At this pace so many writes would take longer than the sweep has time.
    let rate = WriteRate { burst: 8, per_second: 1 };
    let scene = Scene::new()
        .await
        .with_usage_days(30)
        .with_write_rate(rate)
        .with_remaining(Duration::from_secs(75));
    for number in 0..40 {
        let id = format!("i-{number:017x}");
        scene.aws.world().add_instance(&id).calls_without_token(days_ago(1), 1.0);
    }

    let response = scene.invoke(sample("guardrail-sweep-due.json")).await.expect("success");

    assert_eq!((&response["counts"], &response["complete"]), (&json!({"held": 40}), &json!(true)));
}

//! Which instances CloudWatch is asked about, when, and how.

use serde_json::{Value, json};

use super::{minutes_ago, questions};
use crate::support::{
    harness::{
        Scene, assert_says, by_id, days_ago, document, running, runtime_created, sample, started,
    },
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, EXEMPT, GET_METRIC_DATA, INSTANCE, NEIGHBOUR, RUNTIME,
        THIRD,
    },
};

#[tokio::test]
async fn usage_is_not_queried_for_what_is_not_about_to_be_written() {
    let scene = Scene::new().await.with_usage_days(30);
    {
        let mut world = scene.aws.world();
        world
            .add_instance(INSTANCE)
            .tag(EXEMPT, "yes")
            .calls_without_token(days_ago(1), 5.0);
        world.add_instance(NEIGHBOUR).operator("eks.amazonaws.com");
        world.add_instance(THIRD).http_endpoint("disabled");
        world.add_instance("i-0a1b2c3d4e5f60004").http_tokens("required");
        world.add_instance("i-0a1b2c3d4e5f60005").state("pending");
        world.add_runtime(RUNTIME, &document());
    }
    let ids = [INSTANCE, NEIGHBOUR, THIRD, "i-0a1b2c3d4e5f60004", "i-0a1b2c3d4e5f60005"];

    let response = scene.invoke(started(ids)).await.expect("success");
    let runtime = scene.outcome(runtime_created(RUNTIME)).await;

    assert_eq!(response["counts"], json!({"compliant": 2, "deferred": 1, "exempt": 1, "held": 1}));
    assert_eq!(runtime["result"], "enforced");
    assert!(questions(&scene).is_empty());
}

#[tokio::test]
async fn an_exempt_instance_with_late_tags_costs_a_query_and_no_write() {
    let scene = Scene::new().await.with_usage_days(30);
    {
        let mut world = scene.aws.world();
        world
            .add_instance(INSTANCE)
            .tag(EXEMPT, "yes")
            .calls_without_token(days_ago(1), 0.0)
            .tags_are_late = true;
    }

    assert_eq!(scene.outcome(running(INSTANCE)).await["result"], "exempt");
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES, GET_METRIC_DATA, DESCRIBE_TAGS]);
}

#[tokio::test]
async fn an_exception_set_during_the_usage_query_is_respected() {
    for event in [running(INSTANCE), sample("guardrail-sweep-due.json")] {
        let scene = Scene::new().await.with_usage_days(30);
        scene.aws.world().add_instance(INSTANCE).calls_without_token(days_ago(1), 0.0);
        scene.aws.world().after(GET_METRIC_DATA, |world| {
            world.instance_mut(INSTANCE).tag(EXEMPT, "yes");
        });

        assert_eq!(scene.outcome(event).await["result"], "exempt");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn tags_are_the_last_thing_read_before_the_first_write() {
    for (event, looks) in
        [(started([INSTANCE, NEIGHBOUR]), 1), (sample("guardrail-sweep-due.json"), 2)]
    {
        let scene = Scene::new().await.with_usage_days(30).with_agentcore_disabled();
        scene.aws.world().add_instance(INSTANCE).calls_without_token(days_ago(1), 0.0);
        scene.aws.world().add_instance(NEIGHBOUR).made(minutes_ago(1));

        let response = scene.invoke(event).await.expect("success");

        assert_eq!(response["counts"], json!({"enforced": 2}));
        let operations = scene.aws.operations().split_off(looks - 1);
        assert_eq!(operations[..3], [DESCRIBE_INSTANCES, GET_METRIC_DATA, DESCRIBE_TAGS]);
        assert_eq!((scene.aws.writes().len(), operations.len()), (2, 5));
    }
}

#[tokio::test]
async fn seventeen_instances_take_three_queries_or_one_in_report_mode() {
    for (in_report_mode, result, batch) in [(false, "enforced", 8), (true, "would_enforce", 17)] {
        let scene = Scene::new().await.with_usage_days(30);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        let ids: Vec<_> = (0..17).map(|number| format!("i-{number:017x}")).collect();
        for id in &ids {
            scene.aws.world().add_instance(id).calls_without_token(days_ago(1), 0.0);
        }
        scene.aws.world().instance_mut(&ids[16]).calls_without_token(days_ago(1), 1.0);

        let response =
            scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

        assert_eq!(response["counts"], json!({result: 16, "held": 1}));
        assert_eq!(questions(&scene), ids.chunks(batch).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_sweep_asks_once_for_eight_and_names_what_launched_the_held() {
    for (mode, result) in [("enforce", "enforced"), ("report", "would_enforce")] {
        let scene = Scene::new().await.with_usage_days(30);
        {
            let mut world = scene.aws.world();
            world
                .add_instance(INSTANCE)
                .calls_without_token(days_ago(1), 42.0)
                .tag("aws:autoscaling:groupName", "reporting");
            world.add_instance(NEIGHBOUR).calls_without_token(days_ago(1), 0.0);
            world.add_instance(THIRD).tag(EXEMPT, "yes");
        }
        let mut event = sample("guardrail-sweep-due.json");
        if mode == "report" {
            event["detail"] = json!({"mode": "report"});
        }

        let response = scene.invoke(event).await.expect("success");

        assert_eq!(response["counts"], json!({"held": 1, result: 1, "exempt": 1}));
        assert_says(&by_id(&response)[INSTANCE], "counted 42 calls");
        assert_eq!(
            response["launched_by"]["auto_scaling_groups"],
            json!([{"name": "reporting", "instances": 1}])
        );
        let mut asked = questions(&scene).concat();
        asked.sort();
        assert_eq!(
            (questions(&scene).len(), asked),
            (1, vec![INSTANCE.to_owned(), NEIGHBOUR.to_owned()])
        );
    }
}

#[tokio::test]
async fn a_query_asks_for_daily_sums_of_one_instance() {
    let scene = Scene::new().await.with_usage_days(7).in_report_mode();
    scene.aws.world().add_instance(INSTANCE);

    scene.outcome(running(INSTANCE)).await;

    let calls = scene.aws.calls();
    let body: Value = serde_json::from_str(&calls[1].body).expect("a request");
    assert_eq!(calls[1].resource.as_deref(), Some(INSTANCE));
    assert_eq!(
        body["MetricDataQueries"],
        json!([{
            "Id": "i_0a1b2c3d4e5f60001",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/EC2", "MetricName": "MetadataNoToken",
                    "Dimensions": [{"Name": "InstanceId", "Value": INSTANCE}]
                },
                "Period": 86400, "Stat": "Sum"
            }
        }])
    );
    let midnight = |days| {
        days_ago(days)
            .date_naive()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
            .timestamp()
    };
    assert_eq!(
        (body["StartTime"].as_f64(), body["EndTime"].as_f64()),
        (Some(midnight(7) as f64), Some(midnight(-1) as f64))
    );
}

//! CloudWatch has counted no call without a token: the instance is enforced.

use serde_json::json;
use stand_in::Fault;

use super::{minutes_ago, questions, shown};
use crate::support::{
    harness::{Scene, assert_ended, assert_says, by_id, days_ago, running, sample, started},
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, GET_METRIC_DATA, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR,
        THIRD,
    },
};

#[tokio::test]
async fn usage_is_not_queried_without_the_setting() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE).calls_without_token(days_ago(1), 5.0);

    assert_eq!(scene.outcome(running(INSTANCE)).await["result"], "enforced");
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE]);
}

#[tokio::test]
async fn an_instance_that_is_new_or_has_only_zeros_is_enforced() {
    for (in_report_mode, result) in [(false, "enforced"), (true, "would_enforce")] {
        let scene = Scene::new().await.with_usage_days(90);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        {
            let mut world = scene.aws.world();
            world.add_instance(INSTANCE).made(minutes_ago(58));
            world
                .add_instance(NEIGHBOUR)
                .calls_without_token(days_ago(1), 0.0)
                .calls_without_token(days_ago(90), 0.0);
            let quiet_by_now = world.add_instance(THIRD);
            quiet_by_now
                .calls_without_token(days_ago(91), 12.0)
                .calls_without_token(days_ago(90), 0.0);
        }

        let response = scene.invoke(started([INSTANCE, NEIGHBOUR, THIRD])).await.expect("success");

        assert_eq!(response["counts"], json!({result: 3}));
        assert_eq!(
            questions(&scene),
            [[INSTANCE, NEIGHBOUR, THIRD]],
            "one question, before the first write"
        );
        assert_eq!(scene.aws.operations()[1], GET_METRIC_DATA);
    }
}

#[tokio::test]
async fn an_instance_is_new_by_its_creation_and_not_by_its_start() {
    for (minutes, result) in [(0, "enforced"), (58, "enforced"), (62, "held"), (60 * 24, "held")] {
        for started_again in [false, true] {
            let scene = Scene::new().await.with_usage_days(30);
            {
                let mut world = scene.aws.world();
                let instance = world.add_instance(INSTANCE).made(minutes_ago(minutes));
                if started_again {
                    instance.launch_time = shown(minutes_ago(0));
                }
            }

            assert_eq!(
                scene.outcome(running(INSTANCE)).await["result"],
                result,
                "made {minutes} minutes ago"
            );
            assert_eq!(
                scene.aws.writes().len(),
                usize::from(result == "enforced"),
                "made {minutes} minutes ago"
            );
        }
    }
}

#[tokio::test]
async fn an_instance_held_for_lack_of_data_is_enforced_once_zeros_arrive() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(INSTANCE).state("stopped");
    assert_ended(&scene.outcome(running(INSTANCE)).await, "held", "imdsv1_use_unknown");

    {
        let mut world = scene.aws.world();
        world
            .instance_mut(INSTANCE)
            .state("running")
            .calls_without_token(days_ago(0), 0.0);
    }

    assert_ended(
        &scene.outcome(sample("guardrail-sweep-due.json")).await,
        "enforced",
        "v1_allowed",
    );
}

#[tokio::test]
async fn data_points_on_several_pages_are_added_up() {
    let scene = Scene::new().await.with_usage_days(30);
    {
        let mut world = scene.aws.world();
        world.page_size = 2;
        let instance = world.add_instance(INSTANCE);
        (0..5).for_each(|days| {
            instance.calls_without_token(days_ago(days), 2.0);
        });
        world.add_instance(NEIGHBOUR).made(minutes_ago(1));
    }

    let response = scene.invoke(started([INSTANCE, NEIGHBOUR])).await.expect("success");

    let outcomes = by_id(&response);
    assert_says(&outcomes[INSTANCE], "counted 10 calls");
    assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
    assert_eq!(questions(&scene).len(), 3);
}

#[tokio::test]
async fn a_throttled_usage_query_is_repeated() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(INSTANCE).calls_without_token(days_ago(1), 0.0);
    scene.aws.world().fault(GET_METRIC_DATA, Fault::Throttled, 2);
    scene.aws.world().fault(GET_METRIC_DATA, Fault::ConnectionReset, 1);

    assert_eq!(scene.outcome(running(INSTANCE)).await["result"], "enforced");
    assert_eq!(questions(&scene).len(), 4);
}

//! A sweep reads, and writes nothing, or not everything.

use std::time::Duration;

use serde_json::json;
use stand_in::{ACCOUNT, Fault, REGION};

use super::{asked_for, written};
use crate::support::{
    harness::{Scene, assert_ended, by_id, count, days_ago, document, due, just_now, time_passes},
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, EXEMPT, GET_METRIC_DATA, GET_RUNTIME, INSTANCE,
        LIST_RUNTIMES, MODIFY_INSTANCE, NEIGHBOUR, OTHER_RUNTIME, RUNTIME,
    },
};

#[tokio::test]
async fn a_sweep_of_a_compliant_region_costs_one_page_and_writes_nothing() {
    let scene = Scene::new().await;
    for number in 0..3_000 {
        scene
            .aws
            .world()
            .add_instance(&format!("i-{number:017x}"))
            .http_tokens("required");
    }

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(
        response,
        json!({
            "mode": "enforce", "ignored": null, "counts": {}, "outcomes": [],
            "account": ACCOUNT, "region": REGION,
            "complete": true, "not_listed": [],
            "launched_by": {"launch_templates": [], "auto_scaling_groups": []}
        })
    );
    let mut operations = scene.aws.operations();
    operations.sort();
    assert_eq!(operations, [DESCRIBE_INSTANCES, LIST_RUNTIMES]);
}

#[tokio::test]
async fn a_sweep_does_not_write_what_is_exempt_held_or_disabled() {
    let scene = Scene::new().await;
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE).tag(EXEMPT, "yes");
        world.add_instance(NEIGHBOUR).operator("eks.amazonaws.com");
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
async fn a_sweep_can_be_softened_to_report_but_not_hardened_to_enforce() {
    let report = Scene::new().await;
    report.aws.world().add_instance(INSTANCE);
    let softened = report.invoke(asked_for("report")).await.expect("success");
    assert_eq!(
        (&softened["mode"], &softened["counts"]),
        (&json!("report"), &json!({"would_enforce": 1}))
    );
    assert!(report.aws.writes().is_empty());

    let reporting = Scene::new().await.in_report_mode();
    reporting.aws.world().add_instance(INSTANCE);
    let not_hardened = reporting.invoke(asked_for("enforce")).await.expect("success");
    assert_eq!(
        (&not_hardened["mode"], &not_hardened["counts"]),
        (&json!("report"), &json!({"would_enforce": 1}))
    );
    assert!(reporting.aws.writes().is_empty());
}

#[tokio::test]
async fn an_unknown_mode_or_another_account_starts_no_sweep() {
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
async fn a_sweep_in_report_mode_writes_nothing_whatever_it_finds() {
    let scene = Scene::new().await.in_report_mode();
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE);
        world.add_instance(NEIGHBOUR).tag(EXEMPT, "yes");
        world.add_instance("i-0a1b2c3d4e5f60003").operator("eks.amazonaws.com");
        world.add_runtime(RUNTIME, &document());
        world.add_runtime(OTHER_RUNTIME, &document());
        world.fault_for(GET_RUNTIME, OTHER_RUNTIME, Fault::AccessDenied, usize::MAX);
    }

    let response = scene.invoke(due()).await.expect("the next sweep looks again at what failed");

    assert_eq!(
        response["counts"],
        json!({"would_enforce": 2, "exempt": 1, "held": 1, "failed": 1})
    );
    assert_ended(&by_id(&response)[OTHER_RUNTIME], "failed", "read_failed");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_exception_set_during_a_sweep_is_respected() {
    let scene = Scene::new().await;
    for number in 0..80 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    scene.aws.world().after(MODIFY_INSTANCE, |world| {
        let open = world
            .instances
            .values_mut()
            .filter(|instance| instance.http_tokens == "optional");
        open.for_each(|instance| {
            instance.tag(EXEMPT, "all of a sudden");
        });
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(
        response["counts"],
        json!({"enforced": 8, "exempt": 72}),
        "tags are read for 8 at a time"
    );
    assert_eq!(scene.aws.writes().len(), 8);
}

#[tokio::test]
async fn instances_fixed_after_the_listing_are_neither_written_nor_counted() {
    let scene = Scene::new().await;
    for number in 0..200 {
        scene
            .aws
            .world()
            .add_instance(&format!("i-{number:017x}"))
            .tag("aws:autoscaling:groupName", "web");
    }
    scene.aws.world().after(DESCRIBE_INSTANCES, |world| {
        let mended = world.instances.values_mut().take(160);
        mended.for_each(|instance| _ = instance.http_tokens("required"));
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 40, "compliant": 160}));
    assert_eq!(scene.aws.writes().len(), 40);
    assert_eq!(
        response["launched_by"]["auto_scaling_groups"],
        json!([{"name": "web", "instances": 40}])
    );
}

#[tokio::test]
async fn instances_fixed_while_waiting_are_neither_written_nor_counted() {
    let scene = Scene::new().await.with_agentcore_disabled();
    for number in 0..24 {
        scene
            .aws
            .world()
            .add_instance(&format!("i-{number:017x}"))
            .tag("aws:autoscaling:groupName", "web");
    }
    scene.aws.world().after(MODIFY_INSTANCE, |world| {
        world
            .instances
            .values_mut()
            .for_each(|instance| _ = instance.http_tokens("required"));
        time_passes(Duration::from_secs(4));
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(
        response["counts"],
        json!({"enforced": 8, "compliant": 16}),
        "8 at a time are looked at again"
    );
    assert_eq!(scene.aws.writes().len(), 8);
    assert_eq!(
        response["launched_by"]["auto_scaling_groups"],
        json!([{"name": "web", "instances": 8}])
    );
    // The listing, the first look at all of them, and another one at each eight whose look had
    // become old.
    assert_eq!((count(&scene, DESCRIBE_INSTANCES), count(&scene, DESCRIBE_TAGS)), (2 + 2, 1));
}

#[tokio::test]
async fn a_resource_that_vanishes_after_the_listing_is_gone() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.world().after(DESCRIBE_INSTANCES, |world| world.instances.clear());
    scene.aws.world().after(LIST_RUNTIMES, |world| world.runtimes.clear());

    let response = scene.invoke(just_now(due())).await.expect("success");

    assert_eq!(response["counts"], json!({"gone": 2}));
}

#[tokio::test]
async fn a_metadata_endpoint_disabled_during_a_sweep_stays_disabled() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().endpoint_demanded_with_tokens = true;
    scene.aws.world().after(DESCRIBE_TAGS, |world| {
        world.instance_mut(INSTANCE).http_endpoint("disabled");
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_ended(&by_id(&response)[INSTANCE], "compliant", "endpoint_disabled");
    assert_eq!(scene.aws.world().instance(INSTANCE).http_endpoint, "disabled");
    assert!(scene.aws.writes().iter().all(|write| write.parameter("HttpEndpoint").is_none()));
}

#[tokio::test]
async fn an_unanswered_usage_query_fails_its_eight_and_spares_the_next() {
    let scene = Scene::new().await.with_usage_days(7).with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        for number in 0..16 {
            world
                .add_instance(&format!("i-{number:017x}"))
                .calls_without_token(days_ago(1), 0.0);
        }
        world.add_instance(INSTANCE).tag(EXEMPT, "yes");
        world.add_instance(NEIGHBOUR).operator("eks.amazonaws.com");
        world.fault(GET_METRIC_DATA, Fault::AccessDenied, 1);
    }

    let response = scene.invoke(due()).await.expect("the next sweep asks again");

    assert_eq!(response["counts"], json!({"failed": 8, "exempt": 1, "held": 1, "enforced": 8}));
    let mut outcomes = by_id(&response);
    assert_ended(&outcomes.remove(INSTANCE).expect("an outcome"), "exempt", "exception_tag");
    assert_ended(&outcomes.remove(NEIGHBOUR).expect("an outcome"), "held", "managed_by_operator");
    let (enforced, failed): (Vec<_>, Vec<_>) =
        outcomes.into_iter().partition(|(_, outcome)| outcome["result"] == "enforced");
    failed
        .iter()
        .for_each(|(_, outcome)| assert_ended(outcome, "failed", "usage_unreadable"));
    assert_eq!(written(&scene), enforced.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_instance_that_cloudwatch_leaves_out_fails_alone() {
    let scene = Scene::new().await.with_usage_days(7).with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE).calls_without_token(days_ago(0), 0.0);
        world.add_instance(NEIGHBOUR).metric_status = None;
        world.add_instance("i-0a1b2c3d4e5f60003").tag(EXEMPT, "yes").metric_status = None;
        world
            .add_instance("i-0a1b2c3d4e5f60004")
            .operator("eks.amazonaws.com")
            .metric_status = None;
        world.add_instance("i-0a1b2c3d4e5f60005").calls_without_token(days_ago(0), 42.0);
        world.add_instance("i-0a1b2c3d4e5f60006").calls_without_token(days_ago(0), 0.0);
        world.fault_for(MODIFY_INSTANCE, "i-0a1b2c3d4e5f60006", Fault::AccessDenied, usize::MAX);
    }

    let outcomes = by_id(&scene.invoke(due()).await.expect("the next sweep tries again"));

    assert_ended(&outcomes[INSTANCE], "enforced", "v1_allowed");
    assert_ended(&outcomes[NEIGHBOUR], "failed", "usage_unreadable");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60003"], "exempt", "exception_tag");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60004"], "held", "managed_by_operator");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60005"], "held", "imdsv1_in_use");
    assert_ended(&outcomes["i-0a1b2c3d4e5f60006"], "failed", "write_failed");
    assert_eq!(written(&scene), [INSTANCE, "i-0a1b2c3d4e5f60006"]);
}

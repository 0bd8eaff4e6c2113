//! A sweep enforces what events have not.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::Fault;

use super::written;
use crate::support::{
    harness::{
        Scene, agentcore_call, assert_ended, assert_says, by_id, count, document, due, ec2_call,
        sample,
    },
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, GET_RUNTIME, INSTANCE, LIST_RUNTIMES, MODIFY_INSTANCE,
        NEIGHBOUR, OTHER_RUNTIME, REQUIRED, RUNTIME,
    },
};

#[tokio::test]
async fn a_sweep_enforces_what_no_event_announced() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR).state("stopped");
    scene.aws.world().add_runtime(RUNTIME, &document());

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"enforced": 3}), &json!(true))
    );
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "required");
    assert_eq!(scene.aws.world().instance(NEIGHBOUR).http_tokens, "required");
    assert!(scene.aws.world().runtime(RUNTIME).requires_mmdsv2());
}

#[tokio::test]
async fn an_instance_is_read_again_before_a_sweep_sends_the_endpoint() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().endpoint_demanded_with_tokens = true;

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 1}));
}

#[tokio::test]
async fn a_runtime_is_read_just_before_its_own_write() {
    let scene = Scene::new().await;
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.world().after(LIST_RUNTIMES, |world| {
        let runtime = world.runtime_mut(RUNTIME);
        runtime.version = 2;
        runtime.set("description", r#""deployed in between""#);
    });

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(by_id(&response)[RUNTIME]["after"], json!({"require_mmdsv2": true, "version": "3"}));
    assert_eq!(
        scene.aws.world().runtime(RUNTIME).member("description"),
        Some(r#""deployed in between""#)
    );
}

#[tokio::test]
async fn runtimes_that_aws_is_updating_do_not_delay_the_others() {
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
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());

    let response = scene.invoke(sample("ec2-launched-without-ids.json")).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 1}));
    assert!(
        !scene.aws.operations().contains(&LIST_RUNTIMES.to_owned()),
        "runtimes are not launched"
    );
    assert_eq!(scene.log_lines()[0]["cause"], "instances_launched");
    let failed = ec2_call("RunInstances", json!({}), Value::Null);
    assert_eq!(scene.invoke(failed).await.expect("success")["complete"], true);
}

#[tokio::test]
async fn a_call_too_large_for_cloudtrail_sweeps_only_its_own_kind() {
    for (event, enforced, cause) in [
        (sample("ec2-tags-deleted-without-parameters.json"), INSTANCE, "exception_tag_removed"),
        (
            ec2_call(MODIFY_INSTANCE, Value::Null, Value::Null),
            INSTANCE,
            "metadata_options_modified",
        ),
        (ec2_call("StartInstances", Value::Null, Value::Null), INSTANCE, "instances_started"),
        (sample("agentcore-untagged-without-parameters.json"), RUNTIME, "exception_tag_removed"),
        (sample("agentcore-runtime-updated-without-parameters.json"), RUNTIME, "runtime_updated"),
        (
            agentcore_call("CreateAgentRuntime", Value::Null, Value::Null),
            RUNTIME,
            "runtime_created",
        ),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        scene.aws.world().add_runtime(RUNTIME, &document());

        let response = scene.invoke(event).await.expect("success");

        assert_eq!(
            (&response["counts"], &response["complete"]),
            (&json!({"enforced": 1}), &json!(true)),
            "{cause}"
        );
        assert_eq!(written(&scene), [enforced], "{cause}");
        assert_eq!(scene.log_lines()[0]["cause"], cause);
    }
}

#[tokio::test]
async fn the_guardrails_own_update_too_large_for_cloudtrail_sweeps_nothing() {
    let scene = Scene::new().await;
    scene.aws.world().add_runtime(RUNTIME, &document());

    let echo = sample("agentcore-runtime-updated-by-guardrail-without-parameters.json");

    assert_eq!(scene.invoke(echo).await.expect("ignored")["ignored"], "own_echo");
    assert!(scene.aws.calls().is_empty());
}

#[tokio::test]
async fn the_cost_of_a_sweep_grows_with_the_offenders_and_not_the_fleet() {
    let scene = Scene::new().await;
    for number in 0..5_000 {
        let mut world = scene.aws.world();
        let instance = world.add_instance(&format!("i-{number:017x}"));
        if number % 250 != 0 {
            instance.http_tokens("required");
        }
    }

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 20}));
    let count = |operation| count(&scene, operation);
    // One page lists the twenty, one look shows them, and their tags are read for eight at a time.
    assert_eq!(
        (count(DESCRIBE_INSTANCES), count(DESCRIBE_TAGS), count(MODIFY_INSTANCE)),
        (1 + 1, 3, 20)
    );
}

#[tokio::test]
async fn a_failure_within_a_sweep_is_reported_and_stops_nobody() {
    let scene = Scene::new().await;
    scene.aws.world().page_size = 5;
    for number in 0..12 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    let broken = format!("i-{:017x}", 3);
    scene
        .aws
        .world()
        .fault_for(MODIFY_INSTANCE, &broken, Fault::AccessDenied, usize::MAX);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.world().add_runtime(OTHER_RUNTIME, &document());
    scene.aws.world().fault_for(GET_RUNTIME, RUNTIME, Fault::Internal, usize::MAX);

    let response = scene.invoke(due()).await.expect("the next sweep tries again");

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"enforced": 12, "failed": 2}), &json!(true))
    );
    assert_ended(&by_id(&response)[&broken], "failed", "write_failed");
    assert_ended(&by_id(&response)[RUNTIME], "failed", "read_failed");
    assert_eq!(response["outcomes"][0]["result"], "failed", "what failed comes first");
    let lines = scene.results_logged();
    let mut errors: Vec<_> = lines
        .iter()
        .filter(|line| line["level"] == "ERROR")
        .map(|line| &line["id"])
        .collect();
    errors.sort_by_key(|id| id.as_str());
    assert_eq!(errors, [RUNTIME, &broken]);
}

#[tokio::test]
async fn an_instance_protected_by_the_organisation_is_held_in_a_sweep() {
    for (policy, words) in [
        ("service control", "with an explicit deny in a service control policy"),
        ("resource control", "with an explicit deny in a resource control policy"),
    ] {
        let scene = Scene::new().await;
        {
            let mut world = scene.aws.world();
            world.add_instance(INSTANCE);
            world.add_instance(NEIGHBOUR);
            world.fault_for(MODIFY_INSTANCE, INSTANCE, Fault::ExplicitDeny(policy), usize::MAX);
        }

        let response = scene.invoke(due()).await.expect("nothing failed");

        assert_eq!(
            (&response["counts"], &response["complete"]),
            (&json!({"enforced": 1, "held": 1}), &json!(true))
        );
        let protected = &by_id(&response)[INSTANCE];
        assert_ended(protected, "held", "refused");
        assert_says(protected, "It was not changed.");
        assert_says(protected, words);
        assert_eq!(
            written(&scene),
            [INSTANCE, NEIGHBOUR],
            "what is refused for good is not tried again"
        );
        let lines = scene.results_logged();
        assert!(
            lines.iter().any(|line| line["level"] == "WARN" && line["id"] == INSTANCE),
            "{lines:?}"
        );
    }
}

#[tokio::test]
async fn eight_runtimes_are_worked_on_at_once() {
    let scene = Scene::new().await;
    scene.aws.world().latency = Duration::from_millis(25);
    for number in 0..40 {
        scene
            .aws
            .world()
            .add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document())
            .publish(&[REQUIRED]);
    }

    scene.invoke(due()).await.expect("success");

    assert_eq!(scene.aws.max_in_flight(), 8);
}

#[tokio::test]
async fn a_repeated_sweep_writes_nothing_twice() {
    let scene = Scene::new().await;
    for number in 0..40 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    scene.aws.world().add_runtime(RUNTIME, &document());

    scene.invoke(due()).await.expect("the first sweep");
    let second = scene.invoke(due()).await.expect("the second sweep");

    assert_eq!(
        second["counts"],
        json!({"compliant": 1}),
        "the runtime is read again, no instance is"
    );
    assert_eq!(scene.aws.writes().len(), 41);
}

//! The real binary, as Lambda runs it: settings from the environment, events through the Lambda
//! Runtime API.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::{Fault, StandIn};
use tokio::process::Command;

use crate::support::{
    harness::{document, due, running, runtime_created, sample},
    names::{
        CANARY, INSTANCE, LIST_RUNTIMES, MODIFY_INSTANCE, PUT_EVENTS, RUNTIME, UPDATE_RUNTIME,
    },
    runtime_api::{self, RuntimeApi},
};

const PROTECTED: &str = "i-0a1b2c3d4e5f60002";
const FAILING: &str = "i-0a1b2c3d4e5f60003";

#[tokio::test]
async fn a_failed_and_a_successful_invocation_are_answered_and_logged() {
    let aws = StandIn::start().await;
    aws.world().add_instance(INSTANCE);
    aws.world().add_runtime(RUNTIME, &document());
    let quote =
        format!("Value '{CANARY}' at 'environmentVariables.DATABASE_PASSWORD' is not allowed");
    let refused = Fault::Refused { code: "AccessDeniedException", message: quote, status: 403 };
    aws.world().fault(UPDATE_RUNTIME, refused, 1);
    let events = [runtime_created(RUNTIME), running(INSTANCE)];
    let mut api = RuntimeApi::start(events, Duration::from_secs(300)).await;

    let mut lambda =
        binary(&[("AWS_LAMBDA_RUNTIME_API", &api.address), ("AWS_ENDPOINT_URL", &aws.url())])
            .spawn()
            .expect("it starts");
    let failed = api.replies.recv().await.expect("a first reply");
    let succeeded = api.replies.recv().await.expect("a second reply");
    lambda.start_kill().expect("it still runs");
    let output = lambda.wait_with_output().await.expect("its output");

    assert_eq!((failed.request_id.as_str(), failed.kind.as_str()), ("request-1", "error"));
    assert_eq!(failed.body["errorType"], "RemediationFailed");
    let response: Value =
        serde_json::from_str(failed.body["errorMessage"].as_str().unwrap()).unwrap();
    assert_eq!(response["counts"], json!({"failed": 1}));
    assert_eq!(response["outcomes"][0]["reason"], "write_failed");
    assert_eq!((succeeded.request_id.as_str(), succeeded.kind.as_str()), ("request-2", "response"));
    assert_eq!(succeeded.body["counts"], json!({"enforced": 1}));
    assert_eq!(aws.world().instance(INSTANCE).http_tokens, "required");
    assert_what_it_wrote(&String::from_utf8(output.stdout).expect("UTF-8"));
    let unseen = [
        failed.body.to_string(),
        succeeded.body.to_string(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    ];
    assert!(unseen.iter().all(|text| !text.contains(CANARY)), "{unseen:?}");
}

fn assert_what_it_wrote(stdout: &str) {
    assert!(!stdout.contains(CANARY), "the secret is in the log or the metrics");
    let lines: Vec<Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is JSON"))
        .collect();
    assert_eq!(
        stdout.matches("Check the caller's role").count(),
        1,
        "a failed outcome is logged once: {stdout}"
    );
    let logged: Vec<_> = lines.iter().filter(|line| line["kind"].is_string()).collect();
    assert_eq!(
        (&logged[0]["request_id"], &logged[0]["level"]),
        (&json!("request-1"), &json!("ERROR"))
    );
    assert_eq!(
        (&logged[1]["request_id"], &logged[1]["level"]),
        (&json!("request-2"), &json!("INFO"))
    );
    let counted = |kind: &str, result: &str| {
        lines
            .iter()
            .filter(|line| line["Kind"] == kind && line["Result"] == result)
            .map(|line| line["Outcomes"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(counted("agentcore_runtime", "failed"), [json!(1)]);
    assert_eq!(counted("ec2_instance", "enforced"), [json!(1)]);
    let metrics: Vec<_> = lines.iter().filter(|line| line["_aws"].is_object()).collect();
    assert!(
        metrics
            .iter()
            .all(|line| line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "MetadataGuardrail")
    );
    assert_eq!(metrics.iter().filter(|line| line["Failures"] == 1).count(), 1);
    assert_eq!(metrics.iter().filter(|line| line["Duration"].is_array()).count(), 2);
}

#[tokio::test]
async fn metrics_that_alarms_watch_are_counted() {
    let aws = StandIn::start().await;
    aws.world()
        .add_runtime(RUNTIME, &document())
        .loses_on_update
        .push("lifecycleConfiguration".to_owned());
    aws.world().fault(LIST_RUNTIMES, Fault::AccessDenied, 1);

    let (kinds, stdout) = handled(&aws, &[], [runtime_created(RUNTIME), due(), due()]).await;

    assert_eq!(kinds, ["error", "error", "response"]);
    assert_eq!(counted(&stdout, "UnverifiedWrites"), [1]);
    assert_eq!(counted(&stdout, "Failures"), [1, 1]);
    assert_eq!(
        counted(&stdout, "CompleteSweeps"),
        [1],
        "not the one that could not list the runtimes"
    );
    assert_eq!(counted(&stdout, "UnfinishedTargets"), [0; 0], "the event failed with its target");
}

#[tokio::test]
async fn unfinished_targets_of_a_successful_sweep_are_counted() {
    let aws = StandIn::start().await;
    {
        let mut world = aws.world();
        world.add_instance(INSTANCE);
        world.add_instance(PROTECTED);
        world.fault_for(
            MODIFY_INSTANCE,
            PROTECTED,
            Fault::ExplicitDeny("service control"),
            usize::MAX,
        );
        world.add_instance(FAILING);
        world.fault_for(MODIFY_INSTANCE, FAILING, Fault::AccessDenied, usize::MAX);
    }

    let (kinds, stdout) =
        handled(&aws, &[("AGENTCORE", "disabled")], [due(), running(PROTECTED)]).await;

    assert_eq!(kinds, ["response", "response"]);
    assert_eq!(
        counted(&stdout, "UnfinishedTargets"),
        [2, 1],
        "what is refused is counted in an event, too"
    );
    assert_eq!(counted(&stdout, "CompleteSweeps"), [1]);
    assert_eq!(
        (counted(&stdout, "Failures"), counted(&stdout, "UnverifiedWrites")),
        (vec![], vec![])
    );
}

#[tokio::test]
async fn only_full_and_uncut_sweeps_count_as_complete() {
    let aws = StandIn::start().await;
    aws.world().add_instance(INSTANCE);
    let too_large = sample("ec2-launched-without-ids.json");

    let (cut, stdout) = handled_within(Duration::from_secs(59), &aws, &[], [due()]).await;
    let (of_one_kind, stdout_of_one_kind) = handled(&aws, &[], [too_large]).await;

    assert_eq!((cut, of_one_kind), (vec!["response".to_owned()], vec!["response".to_owned()]));
    assert_eq!(counted(&stdout, "CompleteSweeps"), [0; 0]);
    assert_eq!(counted(&stdout_of_one_kind, "CompleteSweeps"), [0; 0]);
}

#[tokio::test]
async fn an_unknown_ec2_parameter_is_learned_once_per_process() {
    let aws = StandIn::start().await;
    {
        let mut world = aws.world();
        world.managed_are_hidden = false;
        world.add_instance(INSTANCE);
        world.add_instance(PROTECTED).operator("eks.amazonaws.com");
    }

    let events = [running(INSTANCE), running(PROTECTED), due()];
    let (kinds, _) = handled(&aws, &[("AGENTCORE", "disabled")], events).await;

    assert_eq!(kinds, ["response"; 3]);
    let calls = aws.calls();
    let unknown: Vec<_> = calls
        .iter()
        .filter(|call| call.parameter("IncludeManagedResources").is_some())
        .collect();
    let [unknown] = &unknown[..] else { panic!("it is sent once, not as in {unknown:?}") };
    assert_eq!(unknown.error.as_deref(), Some("UnknownParameter"));
    assert_eq!(aws.world().instance(INSTANCE).http_tokens, "required");
}

#[tokio::test]
async fn telling_of_outcomes_changes_no_answer_and_no_metric() {
    let (no_bus, bus): (&[_], &[_]) = (&[], &[("OUTCOME_BUS", "default")]);
    let mut ends = Vec::new();
    for (variables, fault, told) in
        [(no_bus, None, 0), (bus, None, 3), (bus, Some(Fault::AccessDenied), 0)]
    {
        let aws = StandIn::start().await;
        {
            let mut world = aws.world();
            world.add_instance(INSTANCE);
            world.add_instance(FAILING);
            world.fault_for(MODIFY_INSTANCE, FAILING, Fault::AccessDenied, usize::MAX);
            fault.into_iter().for_each(|fault| world.fault(PUT_EVENTS, fault, usize::MAX));
        }

        let events = [running(INSTANCE), running(FAILING), due()];
        let (kinds, stdout) = handled(&aws, variables, events).await;

        assert_eq!(aws.world().bus_mut("default").events.len(), told);
        ends.push((kinds, metrics_but_durations(&stdout)));
    }
    assert_eq!(ends[0].0, ["response", "error", "response"]);
    assert!(ends[0].1.iter().any(|metric| metric["Failures"] == 1), "{:?}", ends[0].1);
    assert_eq!(ends[1], ends[0]);
    assert_eq!(ends[2], ends[0]);
}

#[tokio::test]
async fn wrong_settings_prevent_the_start_and_are_all_reported() {
    let output = binary(&[("GUARDRAIL_MODE", "audit"), ("EXCEPTION_TAG", "")])
        .output()
        .await
        .expect("it starts");

    assert!(!output.status.success());
    let line: Value = serde_json::from_slice(&output.stdout).expect("one JSON line");
    let message = line["message"].as_str().expect("a message");
    assert!(
        message.contains("GUARDRAIL_MODE is \"audit\"")
            && message.contains("EXCEPTION_TAG is \"\""),
        "{message}"
    );
}

/// What became of each of these events in one process, `response` or `error`, and what that wrote.
async fn handled<const N: usize>(
    aws: &StandIn,
    variables: &[(&str, &str)],
    events: [Value; N],
) -> (Vec<String>, String) {
    handled_within(Duration::from_secs(300), aws, variables, events).await
}

/// The same where Lambda ends each invocation after this long.
async fn handled_within<const N: usize>(
    remaining: Duration,
    aws: &StandIn,
    variables: &[(&str, &str)],
    events: [Value; N],
) -> (Vec<String>, String) {
    let mut api = RuntimeApi::start(events, remaining).await;
    let (address, url) = (api.address.clone(), aws.url());
    let variables =
        [&[("AWS_LAMBDA_RUNTIME_API", &*address), ("AWS_ENDPOINT_URL", &*url)], variables].concat();
    let mut lambda = binary(&variables).spawn().expect("it starts");
    let mut kinds = Vec::new();
    for _ in 0..N {
        kinds.push(api.replies.recv().await.expect("a reply").kind);
    }
    lambda.start_kill().expect("it still runs");
    let output = lambda.wait_with_output().await.expect("its output");
    (kinds, String::from_utf8(output.stdout).expect("UTF-8"))
}

/// All metrics, in an order of their own, without what differs from run to run.
fn metrics_but_durations(stdout: &str) -> Vec<Value> {
    let lines = stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("every line is JSON"));
    let mut metrics: Vec<_> = lines.filter(|line| line["_aws"].is_object()).collect();
    for metric in &mut metrics {
        metric["Duration"].take();
        metric["_aws"].take();
    }
    metrics.sort_by_key(Value::to_string);
    metrics
}

/// The values of a metric without dimensions, one for each invocation that counted it.
fn counted(stdout: &str, metric: &str) -> Vec<u64> {
    let lines = stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("every line is JSON"));
    lines.filter_map(|line| line[metric].as_u64()).collect()
}

/// The binary in the environment that Lambda gives it.
fn binary(variables: &[(&str, &str)]) -> Command {
    runtime_api::binary(env!("CARGO_BIN_EXE_metadata-guardrail"), variables)
}

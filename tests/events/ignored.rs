//! Events that ask for nothing, and why.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use metadata_guardrail::{
    event::{self, Ignored},
    settings::{AgentCore, Settings},
    target::Kind,
};
use serde_json::{Value, json};
use stand_in::{ACCOUNT, REGION};

use super::{CALLS, ids, read, recorded, swept, without_parameters};
use crate::support::{
    harness::{
        Scene, deployment, document, due, ec2_call, running, runtime_created, sample, sample_names,
        started,
    },
    names::{CANARY, INSTANCE, LIST_RUNTIMES, MODIFY_INSTANCE, RUNTIME},
};

/// The same call by whoever has a session of this name of a role of this account.
fn by_session(mut event: Value, account: &str, session: &str) -> Value {
    let arn = format!("arn:aws:sts::{account}:assumed-role/stack-GuardrailRole-1A2B3C/{session}");
    event["detail"]["userIdentity"] = json!({"type": "AssumedRole", "arn": arn});
    event
}

#[tokio::test]
async fn an_ignored_event_makes_no_call_and_says_why() {
    for name in sample_names() {
        let Err(reason) = read(sample(&name)) else { continue };
        let scene = Scene::new().await;

        let response = scene.invoke(sample(&name)).await.expect("an ignored event is no failure");

        let expected = json!({"mode": "enforce", "ignored": <&str>::from(reason), "counts": {}, "outcomes": []});
        assert_eq!(response, expected, "{name}");
        assert!(scene.aws.calls().is_empty(), "{name}");
        assert_eq!(scene.log_lines()[0]["ignored"], response["ignored"], "{name}");
    }
}

#[tokio::test]
async fn a_malformed_event_is_a_clear_error_that_quotes_nothing() {
    let with = |member: &str, value: Value| {
        let mut event = running(INSTANCE);
        event[member] = value;
        event
    };
    let positional = json!([null, null, "EC2", "aws.ec2", ACCOUNT, null, REGION, null, {}]);
    for (payload, why) in [
        (json!({}), "it has no source"),
        (json!(format!("{CANARY}{}", "x".repeat(300_000))), "it is not a JSON object"),
        (json!([1, 2]), "it is not a JSON object"),
        (positional, "it is not a JSON object"),
        (json!(null), "it is not a JSON object"),
        (json!({"source": "aws.ec2"}), "it has no detail-type"),
        (json!({"source": "aws.ec2", "detail-type": "EC2"}), "it has no detail"),
        (with("source", json!([CANARY])), "its source is not a string"),
        (with("account", json!(111_122_223_333_u64)), "its account is not a string"),
        (
            with("time", json!(CANARY)),
            "its version, id, time or resources are not in the form EventBridge gives them",
        ),
    ] {
        let scene = Scene::new().await;

        let error = scene.invoke(payload).await.expect_err("not an event");

        assert_eq!(error.error_type, "NotAnEvent", "{why}");
        assert_eq!(
            error.error_message,
            format!(
                "The payload is not an EventBridge event: {why}. Expected an object with source, \
                 detail-type, account, region and detail, as a rule's target receives it without \
                 an input transformer."
            )
        );
        assert!(scene.aws.calls().is_empty());
    }
}

#[tokio::test]
async fn a_function_that_does_not_know_its_own_arn_touches_nothing() {
    let scene = Scene::new().await.with_function_arn("metadata-guardrail");

    let error = scene.invoke(running(INSTANCE)).await.expect_err("no home");

    assert_eq!(error.error_type, "NoHome");
    assert!(scene.aws.calls().is_empty());
}

#[test]
fn events_of_other_accounts_and_regions_are_ignored() {
    let at = |member: &str, value: Value| {
        let mut event = running(INSTANCE);
        event[member] = value;
        read(event)
    };
    assert_eq!(at("account", json!("444455556666")), Err(Ignored::OtherAccount));
    assert_eq!(at("account", json!(null)), Err(Ignored::OtherAccount));
    assert_eq!(at("region", json!("us-east-1")), Err(Ignored::OtherRegion));
}

#[test]
fn failed_calls_dry_runs_and_reads_are_ignored() {
    let with = |member: &str, value: Value| {
        let mut event = started([INSTANCE]);
        event["detail"][member] = value;
        read(event)
    };
    assert_eq!(with("errorCode", json!("Client.UnauthorizedOperation")), Err(Ignored::FailedCall));
    assert_eq!(with("errorCode", json!("Client.DryRunOperation")), Err(Ignored::DryRun));
    assert_eq!(with("readOnly", json!(true)), Err(Ignored::ReadOnly));
    assert_eq!(with("eventSource", json!("autoscaling.amazonaws.com")), Err(Ignored::OtherService));
    assert_eq!(with("eventName", json!("StopInstances")), Err(Ignored::OtherEvent));
}

#[test]
fn the_guardrails_own_calls_are_echoes_even_without_parameters() {
    for (name, kind) in CALLS {
        let answered = recorded(name, kind, Value::Null, json!({"agentRuntimeId": RUNTIME}));
        for event in without_parameters(name, kind).into_iter().chain([answered]) {
            assert_eq!(
                read(by_session(event, ACCOUNT, "metadata-guardrail")),
                Err(Ignored::OwnEcho),
                "{name}"
            );
        }
    }
}

#[test]
fn the_request_decides_whatever_the_session_is_called() {
    let modified = |tokens: &str| {
        let request = json!({"InstanceId": INSTANCE, "HttpTokens": tokens});
        let request = json!({"ModifyInstanceMetadataOptionsRequest": request});
        by_session(ec2_call(MODIFY_INSTANCE, request, json!({})), ACCOUNT, "metadata-guardrail")
    };
    assert_eq!(ids(modified("optional")), [INSTANCE], "the guardrail never asks for that");
    assert_eq!(read(modified("required")), Err(Ignored::AlreadyRequired));
}

#[tokio::test]
async fn the_guardrails_own_calls_without_parameters_cost_no_call() {
    for (name, kind) in CALLS {
        let scene = Scene::new().await;
        let event = recorded(name, kind, Value::Null, Value::Null);

        let response = scene
            .invoke(by_session(event, ACCOUNT, "metadata-guardrail"))
            .await
            .expect("ignored");

        assert_eq!(response["ignored"], "own_echo", "{name}");
        assert!(scene.aws.calls().is_empty(), "{name}");
    }
}

#[test]
fn a_caller_with_a_similar_name_is_not_taken_for_the_guardrail() {
    for (name, kind) in CALLS {
        let event = || recorded(name, kind, Value::Null, Value::Null);
        for (account, session) in [
            (ACCOUNT, "metadata-guardrail-2"),
            (ACCOUNT, "not-metadata-guardrail"),
            ("444455556666", "metadata-guardrail"),
        ] {
            assert_eq!(
                swept(by_session(event(), account, session)).0,
                kind,
                "{name} by {session} of {account}"
            );
        }
        for identity in [
            json!({"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/metadata-guardrail")}),
            json!({"type": "IAMUser", "arn": format!("arn:aws:iam::{ACCOUNT}:user/assumed-role/metadata-guardrail")}),
            json!({"type": "AWSService", "invokedBy": "metadata-guardrail"}),
            json!("metadata-guardrail"),
            Value::Null,
        ] {
            let mut event = event();
            event["detail"]["userIdentity"] = identity;
            assert_eq!(swept(event).0, kind, "{name}");
        }
    }
}

#[tokio::test]
async fn agentcore_events_are_ignored_when_agentcore_is_disabled() {
    for (name, kind) in CALLS.into_iter().filter(|(_, kind)| *kind == Kind::AgentcoreRuntime) {
        for event in without_parameters(name, kind).into_iter().chain([runtime_created(RUNTIME)]) {
            let scene = Scene::new().await.with_agentcore_disabled();
            scene.aws.world().add_runtime(RUNTIME, &document());

            let response = scene.invoke(event).await.expect("ignored");

            let ignored = json!({"mode": "enforce", "ignored": "agentcore_disabled", "counts": {}, "outcomes": []});
            assert_eq!(response, ignored, "{name}");
            assert!(scene.aws.calls().is_empty(), "{name}");
        }
    }

    let scene = Scene::new().await.with_agentcore_disabled();
    scene.aws.world().add_instance(INSTANCE);
    assert_eq!(scene.outcome(running(INSTANCE)).await["result"], "enforced");
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.invoke(due()).await.expect("success");
    assert!(!scene.aws.operations().contains(&LIST_RUNTIMES.to_owned()));
}

#[test]
fn account_and_region_are_checked_even_with_agentcore_disabled() {
    let settings = Settings { agentcore: AgentCore::Disabled, ..Settings::default() };
    for (member, elsewhere, reason) in [
        ("account", "444455556666", Ignored::OtherAccount),
        ("region", "us-east-1", Ignored::OtherRegion),
    ] {
        let mut event = runtime_created(RUNTIME);
        event[member] = json!(elsewhere);
        let event: EventBridgeEvent<Value> =
            serde_json::from_value(event).expect("an EventBridge event");
        assert_eq!(event::read(&event, &deployment(), &settings), Err(reason));
    }
}

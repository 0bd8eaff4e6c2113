//! What every event asks for: nothing, with a reason, or something of certain targets.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use metadata_guardrail::{
    event::{self, Event, Ignored, Work},
    settings::Settings,
    target::{Home, Target},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    harness::{CANARY, EXEMPT, Scene, agentcore_call, ec2_call, home, running, sample, sample_names, started},
    stand_in::{ACCOUNT, REGION},
};

const INSTANCE: &str = "i-0a1b2c3d4e5f60001";
const RUNTIME: &str = "claims_agent-Xy12Ab34Cd";

fn read(event: Value) -> Result<Event, Ignored> {
    let event: EventBridgeEvent<Value> = serde_json::from_value(event).expect("an EventBridge event");
    event::read(&event, &home(), &Settings::default())
}

fn ids(event: Value) -> Vec<String> {
    match read(event).expect("an event that asks for something").work {
        Work::Targets(targets) => targets.iter().map(|target| target.id().to_owned()).collect(),
        sweep @ Work::Sweep(..) => panic!("{sweep:?} has no targets"),
    }
}

#[test]
fn every_sample_event_yields_its_targets_or_a_reason() {
    let mut table = String::new();
    for name in sample_names() {
        let asks = match read(sample(&name)) {
            Ok(Event { cause, work: Work::Targets(targets), .. }) => {
                let arns: Vec<_> = targets.iter().map(Target::arn).collect();
                format!("{}\n    {}", <&str>::from(cause), arns.join("\n    "))
            }
            Ok(Event { cause, work: Work::Sweep(kinds, mode), .. }) => {
                let kinds: Vec<&str> = kinds.iter().map(Into::into).collect();
                format!("{}\n    sweep of {}, mode {mode:?}", <&str>::from(cause), kinds.join(" and "))
            }
            Err(reason) => format!("ignored: {}", <&str>::from(reason)),
        };
        table.push_str(&format!("{name}: {asks}\n"));
    }
    insta::assert_snapshot!(table);
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
async fn what_is_not_an_event_is_a_clear_error_that_repeats_nothing_of_it() {
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
        (with("source", json!([CANARY])), "its source is not a text"),
        (with("account", json!(111_122_223_333_u64)), "its account is not a text"),
        (with("time", json!(CANARY)), "its version, id, time or resources have not the form EventBridge gives them"),
    ] {
        let scene = Scene::new().await;

        let error = scene.invoke(payload).await.expect_err("not an event");

        assert_eq!(error.error_type, "NotAnEvent", "{why}");
        assert_eq!(
            error.error_message,
            format!(
                "The payload is not an EventBridge event: {why}. Expected an object with source, detail-type, account, \
                 region and detail, as a rule's target receives it without an input transformer."
            )
        );
        assert!(scene.aws.calls().is_empty());
    }
}

#[tokio::test]
async fn an_event_that_asks_for_something_is_logged_with_its_cause_and_its_own_id() {
    let scene = Scene::new().await;
    let mut event = running(INSTANCE);
    event["id"] = json!("17793124-05d4-b198-2fde-7ededc63b103");

    scene.invoke(event).await.expect("success");

    let line = &scene.log_lines()[0];
    assert_eq!((&line["cause"], &line["targets"]), (&json!("instance_running"), &json!(1)));
    assert_eq!(line["event_id"], "17793124-05d4-b198-2fde-7ededc63b103");
}

#[tokio::test]
async fn a_function_that_does_not_know_where_it_runs_touches_nothing() {
    let scene = Scene::new().await.with_function_arn("metadata-guardrail");

    let error = scene.invoke(running(INSTANCE)).await.expect_err("no home");

    assert_eq!(error.error_type, "NoHome");
    assert!(scene.aws.calls().is_empty());
}

#[test]
fn every_partition_is_read_from_the_functions_own_arn() {
    for (partition, region) in [("aws", "eu-west-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")] {
        let arn = format!("arn:{partition}:lambda:{region}:{ACCOUNT}:function:metadata-guardrail:live");
        let home = Home::from_function_arn(&arn).expect("a function's ARN");

        let runtime = Target::runtime(&home, RUNTIME).expect("a runtime");

        let expected = format!("arn:{partition}:bedrock-agentcore:{region}:{ACCOUNT}:runtime/{RUNTIME}");
        assert_eq!(runtime.arn(), expected);
        assert_eq!(Target::runtime_by_arn(&home, &expected), Some(runtime));
    }
    for arn in ["", "metadata-guardrail", "arn:aws:lambda:::function:x", "arn:aws:sns:eu-west-1:111122223333:x"] {
        assert_eq!(Home::from_function_arn(arn), None, "{arn}");
    }
}

#[test]
fn another_account_and_another_region_are_somebody_elses_business() {
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
fn ids_are_taken_from_either_half_of_a_record_once() {
    let items = |ids: &[&str]| json!({"instancesSet": {"items": ids.iter().map(|id| json!({"instanceId": id})).collect::<Vec<_>>()}});
    let other = "i-0a1b2c3d";

    assert_eq!(ids(ec2_call("StartInstances", items(&[INSTANCE, other]), items(&[INSTANCE]))), [other, INSTANCE]);
    assert_eq!(ids(ec2_call("StartInstances", items(&[INSTANCE]), Value::Null)), [INSTANCE]);
    assert_eq!(read(ec2_call("StartInstances", Value::Null, Value::Null)), Err(Ignored::NoIds));
}

#[test]
fn what_has_not_the_form_of_an_id_never_becomes_a_target() {
    for id in ["", "i-", "i-xyz", "i-0A1B2C3D", "i-0a1b2c3d4e5f600011", "i-0a1b2c3d/../../x", "vol-0a1b2c3d"] {
        assert_eq!(read(started([id])), Err(Ignored::InvalidIds), "{id}");
    }
    let long = format!("{}-Xy12Ab34Cd", "a".repeat(101));
    for id in
        ["", "agent", "1agent-Xy12Ab34Cd", "agent-short", "a/b-Xy12Ab34Cd", "a-b-Xy12Ab34Cd", "a-Xy12Ab34C?", &long]
    {
        let event = agentcore_call("CreateAgentRuntime", json!({}), json!({"agentRuntimeId": id}));
        assert_eq!(read(event), Err(Ignored::InvalidIds), "{id}");
    }
    assert_eq!(ids(started([INSTANCE, "nonsense"])), [INSTANCE], "one bad id costs the others nothing");
}

#[test]
fn launched_instances_that_require_tokens_need_no_look() {
    let item = |id: &str, tokens: &str| json!({"instanceId": id, "metadataOptions": {"httpTokens": tokens}});
    let launched = |items: Vec<Value>| ec2_call("RunInstances", json!({}), json!({"instancesSet": {"items": items}}));

    assert_eq!(ids(launched(vec![item(INSTANCE, "optional"), item("i-0a1b2c3d", "required")])), [INSTANCE]);
    assert_eq!(ids(launched(vec![json!({"instanceId": INSTANCE})])), [INSTANCE], "unknown is not required");
    assert_eq!(read(launched(vec![item(INSTANCE, "required")])), Err(Ignored::AlreadyRequired));
}

#[test]
fn modified_options_ask_for_a_look_unless_they_require_tokens() {
    let modified = |request: Value| read(ec2_call("ModifyInstanceMetadataOptions", request, json!({})));
    let nested = |request: Value| modified(json!({"ModifyInstanceMetadataOptionsRequest": request}));

    assert!(nested(json!({"InstanceId": INSTANCE, "HttpTokens": "optional"})).is_ok());
    assert!(nested(json!({"InstanceId": INSTANCE, "HttpEndpoint": "enabled"})).is_ok(), "tokens may be optional");
    assert!(modified(json!({"instanceId": INSTANCE, "httpTokens": "optional"})).is_ok());
    assert_eq!(nested(json!({"InstanceId": INSTANCE, "HttpTokens": "required"})), Err(Ignored::AlreadyRequired));
    assert_eq!(modified(json!({"instanceId": INSTANCE, "httpTokens": "required"})), Err(Ignored::AlreadyRequired));
    assert_eq!(nested(json!({"HttpTokens": "optional"})), Err(Ignored::NoIds));
}

#[test]
fn deleted_tags_ask_for_a_look_when_the_exception_tag_may_be_among_them() {
    let resources = json!({"items": [{"resourceId": INSTANCE}, {"resourceId": "vol-0a1b2c3d4e5f60001"}]});
    let deleted =
        |tags: Value| read(ec2_call("DeleteTags", json!({"resourcesSet": resources, "tagSet": tags}), json!({})));

    assert!(deleted(json!({"items": [{"key": "Name"}, {"key": EXEMPT}]})).is_ok());
    assert!(deleted(json!({})).is_ok(), "a call without keys deletes every tag");
    assert!(deleted(Value::Null).is_ok());
    assert_eq!(deleted(json!({"items": [{"key": "Name"}]})), Err(Ignored::OtherTag));
    let volume = json!({"resourcesSet": {"items": [{"resourceId": "vol-0a1b2c3d4e5f60001"}]}});
    assert_eq!(read(ec2_call("DeleteTags", volume, json!({}))), Err(Ignored::NoIds));
}

#[test]
fn a_runtime_is_found_in_what_its_call_returned_or_was_asked() {
    let id = json!({"agentRuntimeId": RUNTIME});
    assert_eq!(ids(agentcore_call("CreateAgentRuntime", json!({"agentRuntimeName": "claims"}), id.clone())), [RUNTIME]);
    assert_eq!(ids(agentcore_call("UpdateAgentRuntime", id.clone(), Value::Null)), [RUNTIME]);
    let arn = json!({"agentRuntimeArn": format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{RUNTIME}")});
    assert_eq!(ids(agentcore_call("CreateAgentRuntime", json!({}), arn)), [RUNTIME]);
    let request =
        |required: Value| json!({"agentRuntimeId": RUNTIME, "metadataConfiguration": {"requireMMDSV2": required}});
    for open in [json!(false), json!(null)] {
        assert_eq!(ids(agentcore_call("UpdateAgentRuntime", request(open), id.clone())), [RUNTIME]);
    }
    let required = agentcore_call("UpdateAgentRuntime", request(json!(true)), id);
    assert_eq!(read(required), Err(Ignored::AlreadyRequired));
}

#[test]
fn a_runtime_that_lost_the_exception_tag_is_found_by_its_own_arn_or_that_of_an_endpoint() {
    let untagged = |arn: &str, keys: Value| {
        read(agentcore_call("UntagResource", json!({"resourceArn": arn, "tagKeys": keys}), json!({})))
    };
    let arn = format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{RUNTIME}");

    assert!(untagged(&arn, json!([EXEMPT])).is_ok());
    assert!(untagged(&arn.replace(':', "%3A").replace('/', "%2F"), json!(["Name", EXEMPT])).is_ok());
    assert_eq!(untagged(&format!("{arn}/runtime-endpoint/prod"), json!([EXEMPT])), untagged(&arn, json!([EXEMPT])));
    assert_eq!(untagged(&arn, json!(["Name"])), Err(Ignored::OtherTag));
    for other in [
        arn.replace(ACCOUNT, "444455556666"),
        arn.replace(REGION, "us-east-1"),
        arn.replace(":runtime/", ":gateway/"),
        format!("{arn}/other/prod"),
    ] {
        assert_eq!(untagged(&other, json!([EXEMPT])), Err(Ignored::InvalidIds), "{other}");
    }
}

proptest! {
    #[test]
    fn nothing_in_an_event_can_make_the_reader_panic(
        detail in any_json(),
        name in "StartInstances|RunInstances|ModifyInstanceMetadataOptions|DeleteTags|UntagResource|UpdateAgentRuntime",
        of_ec2: bool,
    ) {
        let mut event = if of_ec2 { ec2_call(&name, json!({}), json!({})) } else { agentcore_call(&name, json!({}), json!({})) };
        event["detail"]["requestParameters"] = detail.clone();
        event["detail"]["responseElements"] = detail.clone();
        let _ = read(event);
        let mut event = running(INSTANCE);
        event["detail"] = detail;
        let _ = read(event);
    }
}

/// JSON of the names that events have and values that they have not.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from)
    ];
    let name =
        "instancesSet|items|instanceId|resourceId|tagSet|key|tagKeys|resourceArn|agentRuntimeId|instance-id|state";
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

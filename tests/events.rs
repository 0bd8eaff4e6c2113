//! What every event asks for: nothing, with a reason, or something of certain targets.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use metadata_guardrail::{
    event::{self, Event, Ignored, Work},
    settings::{AgentCore, Settings},
    target::{Home, Kind, Target},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{
    harness::{
        CANARY, EXEMPT, Scene, agentcore_call, by_id, document, due, ec2_call, home, running, runtime_created, sample,
        sample_names, started,
    },
    stand_in::{ACCOUNT, REGION},
};

const INSTANCE: &str = "i-0a1b2c3d4e5f60001";
const RUNTIME: &str = "claims_agent-Xy12Ab34Cd";

fn read(event: Value) -> Result<Event, Ignored> {
    let event: EventBridgeEvent<Value> = serde_json::from_value(event).expect("an EventBridge event");
    event::read(&event, &home(), &Settings::default())
}

/// The kind that is to be swept, and what was named and has not the form of an id.
#[track_caller]
fn swept(event: Value) -> (Kind, Vec<String>) {
    let event = read(event).expect("an event that asks for something");
    match event.work {
        Work::Sweep(&[kind], None) => (kind, event.unknown_ids),
        other => panic!("{other:?} is no sweep of one kind"),
    }
}

/// The calls that rules deliver, with the kind that each is about.
const CALLS: [(&str, Kind); 9] = [
    ("StartInstances", Kind::Ec2Instance),
    ("RunInstances", Kind::Ec2Instance),
    ("ModifyInstanceMetadataOptions", Kind::Ec2Instance),
    ("DeleteTags", Kind::Ec2Instance),
    ("CreateAgentRuntime", Kind::AgentcoreRuntime),
    ("UpdateAgentRuntime", Kind::AgentcoreRuntime),
    ("CreateAgentRuntimeEndpoint", Kind::AgentcoreRuntime),
    ("UpdateAgentRuntimeEndpoint", Kind::AgentcoreRuntime),
    ("UntagResource", Kind::AgentcoreRuntime),
];

/// A call as CloudTrail records it.
fn recorded(name: &str, kind: Kind, request: Value, response: Value) -> Value {
    match kind {
        Kind::Ec2Instance => ec2_call(name, request, response),
        _ => agentcore_call(name, request, response),
    }
}

/// Every way in which CloudTrail leaves out what is larger than 100 KB.
fn without_parameters(name: &str, kind: Kind) -> Vec<Value> {
    let omitted = json!({"omitted": true, "reason": "the event is larger than 256 KB"});
    let mut events: Vec<_> =
        [Value::Null, omitted].into_iter().map(|left| recorded(name, kind, left.clone(), left)).collect();
    let mut absent = recorded(name, kind, Value::Null, Value::Null);
    let record = absent["detail"].as_object_mut().expect("a record");
    record.remove("requestParameters");
    record.remove("responseElements");
    events.push(absent);
    events
}

/// The same call by whoever has a session of this name of a role of this account.
fn by_session(mut event: Value, account: &str, session: &str) -> Value {
    let arn = format!("arn:aws:sts::{account}:assumed-role/stack-GuardrailRole-1A2B3C/{session}");
    event["detail"]["userIdentity"] = json!({"type": "AssumedRole", "arn": arn});
    event
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
}

#[test]
fn what_cloudtrail_left_out_is_swept_for() {
    for (name, kind) in CALLS {
        for event in without_parameters(name, kind) {
            assert_eq!(swept(event), (kind, vec![]), "{name}");
        }
    }
}

#[test]
fn what_names_its_resource_nowhere_is_swept_for() {
    for (name, kind) in CALLS {
        assert_eq!(swept(recorded(name, kind, json!({}), json!({}))), (kind, vec![]), "{name}");
    }
    let running = |detail: Value| {
        let mut event = running(INSTANCE);
        event["detail"] = detail;
        event
    };
    assert_eq!(swept(running(json!({"state": "running"}))), (Kind::Ec2Instance, vec![]));
    assert_eq!(swept(running(json!({"state": "running", "instance-id": 1}))), (Kind::Ec2Instance, vec![]));
}

#[tokio::test]
async fn what_is_swept_for_is_enforced_and_the_other_kind_is_not_even_listed() {
    for (name, kind) in CALLS {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        scene.aws.world().add_runtime(RUNTIME, &document());

        let response = scene.invoke(recorded(name, kind, Value::Null, Value::Null)).await.expect("success");

        let (id, unlisted) = match kind {
            Kind::Ec2Instance => (INSTANCE, "ListAgentRuntimes"),
            _ => (RUNTIME, "DescribeInstances"),
        };
        let ended = by_id(&response).into_iter().map(|(id, outcome)| (id, outcome["result"].clone()));
        assert_eq!(ended.collect::<Vec<_>>(), [(id.to_owned(), json!("enforced"))], "{name}");
        assert_eq!(response["complete"], true, "{name}");
        assert!(!scene.aws.operations().contains(&unlisted.to_owned()), "{name}");
    }
}

#[test]
fn the_guardrails_own_calls_are_its_echo_if_their_request_is_left_out() {
    for (name, kind) in CALLS {
        let answered = recorded(name, kind, Value::Null, json!({"agentRuntimeId": RUNTIME}));
        for event in without_parameters(name, kind).into_iter().chain([answered]) {
            assert_eq!(read(by_session(event, ACCOUNT, "metadata-guardrail")), Err(Ignored::OwnEcho), "{name}");
        }
    }
}

#[test]
fn a_request_speaks_for_itself_whatever_its_session_is_called() {
    let modified = |tokens: &str| {
        let request = json!({"InstanceId": INSTANCE, "HttpTokens": tokens});
        let request = json!({"ModifyInstanceMetadataOptionsRequest": request});
        by_session(ec2_call("ModifyInstanceMetadataOptions", request, json!({})), ACCOUNT, "metadata-guardrail")
    };
    assert_eq!(ids(modified("optional")), [INSTANCE], "the guardrail never asks for that");
    assert_eq!(read(modified("required")), Err(Ignored::AlreadyRequired));
}

#[tokio::test]
async fn the_guardrails_own_calls_without_parameters_cost_no_call() {
    for (name, kind) in CALLS {
        let scene = Scene::new().await;
        let event = recorded(name, kind, Value::Null, Value::Null);

        let response = scene.invoke(by_session(event, ACCOUNT, "metadata-guardrail")).await.expect("ignored");

        assert_eq!(response["ignored"], "own_echo", "{name}");
        assert!(scene.aws.calls().is_empty(), "{name}");
    }
}

#[test]
fn a_call_is_not_the_guardrails_own_because_its_caller_is_called_alike() {
    for (name, kind) in CALLS {
        let event = || recorded(name, kind, Value::Null, Value::Null);
        for (account, session) in [
            (ACCOUNT, "metadata-guardrail-2"),
            (ACCOUNT, "not-metadata-guardrail"),
            ("444455556666", "metadata-guardrail"),
        ] {
            assert_eq!(swept(by_session(event(), account, session)).0, kind, "{name} by {session} of {account}");
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

#[test]
fn what_has_not_the_form_of_an_id_never_becomes_a_target_and_is_swept_for() {
    for id in ["", "i-", "i-xyz", "i-0A1B2C3D", "i-0a1b2c3d4e5f600011", "i-0a1b2c3d/../../x", "vol-0a1b2c3d"] {
        assert_eq!(swept(started([id])), (Kind::Ec2Instance, vec![id.to_owned()]));
    }
    let long = format!("{}-Xy12Ab34Cd", "a".repeat(101));
    for id in
        ["", "agent", "1agent-Xy12Ab34Cd", "agent-short", "a/b-Xy12Ab34Cd", "a-b-Xy12Ab34Cd", "a-Xy12Ab34C?", &long]
    {
        let event = agentcore_call("CreateAgentRuntime", json!({}), json!({"agentRuntimeId": id}));
        assert_eq!(swept(event), (Kind::AgentcoreRuntime, vec![id.to_owned()]));
    }
}

#[test]
fn one_bad_id_costs_the_others_nothing_and_is_kept_to_be_said() {
    let event = read(started([INSTANCE, "nonsense", "i-0a1b2c3d", ""])).expect("two ids are good");
    let known = ["i-0a1b2c3d", INSTANCE].map(|id| Target::instance(&home(), id).expect("an instance"));
    assert_eq!(event.work, Work::Targets(known.to_vec()));
    assert_eq!(event.unknown_ids, ["nonsense", ""]);
}

#[tokio::test]
async fn an_id_of_unknown_form_beside_known_ones_is_a_warning_and_the_known_ones_are_enforced() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);

    let response = scene.invoke(started([INSTANCE, "i-of-a-new-form", "i-another"])).await.expect("success");

    assert_eq!(by_id(&response)[INSTANCE]["result"], "enforced");
    assert_eq!(response["counts"], json!({"enforced": 1}));
    let warnings: Vec<_> = scene.log_lines().into_iter().filter(|line| line["level"] == "WARN").collect();
    let [warning] = warnings.as_slice() else { panic!("one warning, not {warnings:?}") };
    assert_eq!((&warning["unknown_ids"], &warning["cause"]), (&json!(2), &json!("instances_started")));
    assert!(warning["message"].as_str().is_some_and(|message| message.contains("\"i-of-a-new-form\"")), "{warning}");
}

#[tokio::test]
async fn an_id_of_unknown_form_alone_is_swept_for_and_said() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);

    let response = scene.invoke(started(["i-of-a-new-form"])).await.expect("success");

    assert_eq!(by_id(&response)[INSTANCE]["result"], "enforced");
    let warning = scene.log_lines().into_iter().find(|line| line["level"] == "WARN").expect("a warning");
    assert!(warning["message"].as_str().is_some_and(|message| message.contains("was swept for")), "{warning}");
}

#[tokio::test]
async fn where_agentcore_is_left_out_its_events_are_ignored_and_those_of_ec2_are_not() {
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
    assert!(!scene.aws.operations().contains(&"ListAgentRuntimes".to_owned()));
}

#[test]
fn where_agentcore_is_left_out_the_account_and_the_region_of_its_events_still_come_first() {
    let settings = Settings { agentcore: AgentCore::Disabled, ..Settings::default() };
    for (member, elsewhere, reason) in
        [("account", "444455556666", Ignored::OtherAccount), ("region", "us-east-1", Ignored::OtherRegion)]
    {
        let mut event = runtime_created(RUNTIME);
        event[member] = json!(elsewhere);
        let event: EventBridgeEvent<Value> = serde_json::from_value(event).expect("an EventBridge event");
        assert_eq!(event::read(&event, &home(), &settings), Err(reason));
    }
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
    let silent = json!({"ModifyInstanceMetadataOptionsRequest": {"HttpTokens": "optional"}});
    assert_eq!(swept(ec2_call("ModifyInstanceMetadataOptions", silent, json!({}))), (Kind::Ec2Instance, vec![]));
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
}

#[test]
fn deleted_tags_of_what_is_no_instance_are_ignored_and_those_of_nothing_readable_are_swept_for() {
    let deleted = |resources: Value| ec2_call("DeleteTags", json!({"resourcesSet": resources}), json!({}));
    let items = |ids: &[&str]| {
        let items: Vec<_> = ids.iter().map(|id| json!({"resourceId": id})).collect();
        json!({"items": items})
    };

    let volumes = items(&["vol-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60001"]);
    assert_eq!(read(deleted(volumes)), Err(Ignored::NoIds));
    for unreadable in [json!({}), items(&[]), Value::Null, json!({"omitted": true})] {
        assert_eq!(swept(deleted(unreadable)), (Kind::Ec2Instance, vec![]));
    }
    let without_an_id = json!({"items": [{"resourceId": "vol-0a1b2c3d4e5f60001"}, {"resourceId": 7}]});
    assert_eq!(swept(deleted(without_an_id)), (Kind::Ec2Instance, vec![String::new()]));
    let of_a_new_form = read(deleted(items(&["vol-0a1b2c3d4e5f60001", INSTANCE, "i-new"]))).expect("an instance");
    assert_eq!(of_a_new_form.unknown_ids, ["i-new"], "a volume is known to be none");
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
        arn.replace("arn:aws:", "arn:aws-cn:"),
        "claims_agent".to_owned(),
    ] {
        assert_eq!(untagged(&other, json!([EXEMPT])), Err(Ignored::InvalidIds), "{other}");
    }
}

#[test]
fn a_runtime_that_lost_the_exception_tag_and_whose_arn_has_an_unknown_form_is_swept_for() {
    let arn = format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{RUNTIME}");
    for unknown in [format!("{arn}/other/prod"), format!("{arn}X"), arn.replace(RUNTIME, "")] {
        let event = agentcore_call("UntagResource", json!({"resourceArn": unknown, "tagKeys": [EXEMPT]}), json!({}));
        assert_eq!(swept(event), (Kind::AgentcoreRuntime, vec![unknown]));
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

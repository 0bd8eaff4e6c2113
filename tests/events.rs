//! What every event asks for: nothing, with a reason, or something of certain targets.

mod ignored;
mod swept_for;
mod targets;

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use metadata_guardrail::{
    event::{self, Ask, Ignored, Work},
    settings::Settings,
    target::{Kind, Target},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{
    harness::{Scene, agentcore_call, deployment, ec2_call, running, sample, sample_names},
    names::INSTANCE,
};

/// What an event asks for, which is one thing.
fn read(event: Value) -> Result<Ask, Ignored> {
    let event: EventBridgeEvent<Value> =
        serde_json::from_value(event).expect("an EventBridge event");
    let mut asks = event::read(&event, &deployment(), &Settings::default())?;
    assert_eq!(asks.len(), 1, "{asks:?}");
    Ok(asks.remove(0))
}

/// The kind that is to be swept, and what was named and has not the form of an id.
#[track_caller]
fn swept(event: Value) -> (Kind, Vec<String>) {
    let event = read(event).expect("an event that asks for something");
    match event.work {
        Work::Unnamed(kind) => (kind, event.unknown_ids),
        other => panic!("{other:?} names something"),
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
    let mut events: Vec<_> = [Value::Null, omitted]
        .into_iter()
        .map(|left| recorded(name, kind, left.clone(), left))
        .collect();
    let mut absent = recorded(name, kind, Value::Null, Value::Null);
    let record = absent["detail"].as_object_mut().expect("a record");
    record.remove("requestParameters");
    record.remove("responseElements");
    events.push(absent);
    events
}

fn ids(event: Value) -> Vec<String> {
    match read(event).expect("an event that asks for something").work {
        Work::Targets(targets) => targets.iter().map(|target| target.id().to_owned()).collect(),
        other => panic!("{other:?} has no targets"),
    }
}

#[test]
fn every_sample_event_yields_targets_or_a_reason() {
    let mut table = String::new();
    for name in sample_names() {
        let asks = match read(sample(&name)) {
            Ok(Ask { cause, work: Work::Targets(targets), .. }) => {
                let arns: Vec<_> = targets.iter().map(Target::arn).collect();
                format!("{}\n    {}", <&str>::from(cause), arns.join("\n    "))
            }
            Ok(Ask { cause, work: Work::Unnamed(kind), .. }) => {
                format!("{}\n    some {}", <&str>::from(cause), kind.name())
            }
            Ok(Ask { cause, work: Work::Sweep(kinds, mode), .. }) => {
                let kinds: Vec<&str> = kinds.iter().map(Into::into).collect();
                format!(
                    "{}\n    sweep of {}, mode {mode:?}",
                    <&str>::from(cause),
                    kinds.join(" and ")
                )
            }
            Err(reason) => format!("ignored: {}", <&str>::from(reason)),
        };
        table.push_str(&format!("{name}: {asks}\n"));
    }
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn an_event_is_logged_with_its_cause_and_its_id() {
    let scene = Scene::new().await;
    let mut event = running(INSTANCE);
    event["id"] = json!("17793124-05d4-b198-2fde-7ededc63b103");

    scene.invoke(event).await.expect("success");

    let line = &scene.log_lines()[0];
    assert_eq!((&line["cause"], &line["targets"]), (&json!("instance_running"), &json!(1)));
    assert_eq!(line["event_id"], "17793124-05d4-b198-2fde-7ededc63b103");
}

proptest! {
    #[test]
    fn no_event_makes_the_reader_panic(
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
    let name = "instancesSet|items|instanceId|resourceId|tagSet|key|tagKeys|resourceArn|agentRuntimeId|instance-id|state";
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

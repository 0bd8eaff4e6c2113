//! Events of a storm, as EventBridge delivers them.

use serde_json::{Value, json};
use stand_in::{ACCOUNT, Outgoing, REGION, World};

use super::{stack, time::TimeOfDay};
use crate::support::harness::{self, agentcore_call, due, ec2_call};

/// Messages that are no event: no JSON at all, cut off, and JSON that something else has sent.
pub const NO_EVENTS: [&str; 4] = [
    "hello",
    "{\"source\": \"aws.ec2\", ",
    "[]",
    r#"{"Type": "Notification", "Message": "hello"}"#,
];

pub fn running(id: &str) -> Value {
    harness::running(id)
}

/// One record of several instances.
pub fn started(ids: &[String]) -> Value {
    harness::started(ids.iter().map(String::as_str))
}

/// The same of a launch.
pub fn launched(ids: &[String]) -> Value {
    let items: Vec<_> = ids.iter().map(|id| json!({"instanceId": id})).collect();
    ec2_call("RunInstances", json!({}), json!({"instancesSet": {"items": items}}))
}

/// A pipeline has updated a runtime, without a word about MMDSv2.
pub fn runtime_updated(id: &str) -> Value {
    let named = json!({"agentRuntimeId": id});
    agentcore_call("UpdateAgentRuntime", named.clone(), named)
}

/// Puts the schedule's message into the queue of sweeps.
pub fn ask_for_sweep(world: &mut World) {
    let group = Some(format!("aws:{ACCOUNT}:{REGION}"));
    let message = Outgoing { group, ..Outgoing::new(due().to_string()) };
    world.send(stack::SWEEPS, message).expect("the queue takes it");
}

/// Puts the event, which happens now, into the queue.
pub fn deliver(mut event: Value, world: &mut World) {
    event["time"] = json!(TimeOfDay(world.clock).text());
    world
        .send(stack::EVENTS, Outgoing::new(event.to_string()))
        .expect("the queue takes it");
}

/// Puts a message that is no event into the queue.
pub fn send(body: &str, world: &mut World) {
    world.send(stack::EVENTS, Outgoing::new(body)).expect("the queue takes it");
}

/// The ids of the targets that a message names. Of what does not say, none.
pub fn named(body: &str) -> Vec<String> {
    let event: Value = serde_json::from_str(body).unwrap_or_default();
    let detail = &event["detail"];
    let items = detail["responseElements"]["instancesSet"]["items"].as_array();
    let items = items.into_iter().flatten().map(|item| &item["instanceId"]);
    [&detail["instance-id"], &detail["responseElements"]["agentRuntimeId"]]
        .into_iter()
        .chain(items)
        .filter_map(|id| id.as_str().map(str::to_owned))
        .collect()
}

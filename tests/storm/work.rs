//! Events of a storm, as EventBridge delivers them.

use serde_json::{Value, json};

use super::{place, time::TimeOfDay};
use crate::support::{
    harness::{self, agentcore_call, due},
    stand_in::{ACCOUNT, Outgoing, REGION, World},
};

pub fn running(id: &str) -> Value {
    harness::running(id)
}

/// One record of several instances.
pub fn started(ids: &[String]) -> Value {
    harness::started(ids.iter().map(String::as_str))
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
    world.send(place::SWEEPS, message).expect("the queue takes it");
}

/// Puts the event, which happens now, into the queue.
pub fn deliver(mut event: Value, world: &mut World) {
    event["time"] = json!(TimeOfDay(world.clock).text());
    world
        .send(place::EVENTS, Outgoing::new(event.to_string()))
        .expect("the queue takes it");
}

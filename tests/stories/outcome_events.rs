//! Stories of outcomes that are told on an event bus. First those in which nothing is told.

mod nothing_is_told;

mod outcomes_of_events_are_told;
mod requests_are_within_limits;
mod sweeps_are_summed_up;
mod telling_fails;
mod what_messages_say;

use serde_json::{Value, json};
use stand_in::World;

use crate::support::{
    harness::Scene,
    names::{EXEMPT, PUT_EVENTS},
};

/// A guardrail that tells of outcomes.
async fn scene() -> Scene {
    Scene::new().await.with_outcome_bus()
}

/// The JSON of what was told so far.
fn details(scene: &Scene) -> Vec<Value> {
    scene.told().into_iter().map(|event| event.detail).collect()
}

/// The texts for people in it.
fn messages(scene: &Scene) -> Vec<String> {
    let details = details(scene).into_iter();
    details
        .map(|detail| detail["message"].as_str().expect("a message").to_owned())
        .collect()
}

/// How many entries each request had.
fn entries(scene: &Scene) -> Vec<usize> {
    let calls = scene.calls_of(PUT_EVENTS).into_iter();
    let bodies = calls.map(|call| serde_json::from_str::<Value>(&call.body).expect("JSON"));
    bodies.map(|body| body["Entries"].as_array().expect("entries").len()).collect()
}

/// The log lines about what was not told.
fn untold(scene: &Scene) -> Vec<Value> {
    let mut lines = scene.log_lines();
    lines.retain(|line| !line["untold"].is_null());
    lines
}

/// Instances that end in these ways: exempt, compliant, deferred, gone.
fn add_instances_that_need_nothing(world: &mut World) -> Vec<String> {
    let ids: Vec<_> = (1..=4).map(|number| format!("i-{number:017x}")).collect();
    world.add_instance(&ids[0]).tag(EXEMPT, "2026-12-31");
    world.add_instance(&ids[1]).http_tokens("required");
    world.add_instance(&ids[2]).state("pending");
    world.add_instance(&ids[3]).state("terminated");
    ids
}

/// So many instances that allow version 1.
fn add_instances(world: &mut World, number: usize) -> Vec<String> {
    let ids: Vec<_> = (1..=number).map(|number| format!("i-{number:017x}")).collect();
    ids.iter().for_each(|id| _ = world.add_instance(id));
    ids
}

/// What a summary counts, and whether the sweep reached everything.
fn ended(summary: &Value) -> (Value, bool) {
    (summary["counts"].clone(), summary["complete"] == json!(true))
}

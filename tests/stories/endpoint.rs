//! Stories of endpoints that are pinned to a version of their runtime, through the real handler and the real SDK.
//! First those in which nothing may be written.

mod nothing_is_moved;
mod nothing_is_moved_that_does_not_rest;
mod what_is_nobodys_to_move;

mod a_move_is_decided_anew;
mod a_sweep_moves_what_it_can;
mod an_endpoint_is_moved;
mod endpoints_are_not_even_read;
mod what_fails_is_said;

use std::time::Duration;

use metadata_guardrail::{response::InvocationError, settings::PinnedEndpoints};
use serde_json::{Value, json};

use crate::support::{
    harness::{
        CANARY, EXEMPT, Scene, agentcore_call, assert_says, by_id, count, detail, document, due, runtime_created,
        sample,
    },
    stand_in::{
        Fault,
        Pages::{Circular, EmptyBetween, Repeating},
        Runtime, World,
    },
};

const ID: &str = "claims_agent-a1B2c3D4e5";
const GET: &str = "GetAgentRuntime";
const LIST: &str = "ListAgentRuntimeEndpoints";
const READ: &str = "GetAgentRuntimeEndpoint";
const TAGS: &str = "ListTagsForResource";
const MOVE: &str = "UpdateAgentRuntimeEndpoint";
const REQUIRED: (&str, &str) = ("metadataConfiguration", r#"{"requireMMDSV2":true}"#);

/// A scene with one runtime whose version 2 requires MMDSv2 and whose version 1 does not, as `arrange` leaves it.
async fn scene_with(arrange: impl FnOnce(&mut Runtime)) -> Scene {
    let scene = Scene::new().await;
    arrange(scene.aws.world().add_runtime(ID, &document()).publish(&[REQUIRED]));
    scene
}

async fn moving(arrange: impl FnOnce(&mut Runtime)) -> Scene {
    scene_with(arrange).await.with_endpoints_moved()
}

/// The same with an endpoint that is pinned to version 1 and this artifact in both versions.
async fn moving_with_artifact(artifact: &str) -> Scene {
    let scene = Scene::new().await.with_endpoints_moved();
    let mut runtime = scene.aws.world().add_runtime(ID, &document()).set("agentRuntimeArtifact", artifact).clone();
    pinned(runtime.publish(&[REQUIRED]));
    scene.aws.world().runtimes.insert(ID.to_owned(), runtime);
    scene
}

fn s3_artifact(s3: &Value) -> String {
    let code = json!({"code": {"s3": s3}, "runtime": "PYTHON_3_13", "entryPoint": ["main.py"]});
    json!({"codeConfiguration": code}).to_string()
}

fn pinned(runtime: &mut Runtime) {
    runtime.endpoint("prod", 1).description = Some("for \"front desk\" — é".to_owned());
}

fn updated() -> Value {
    agentcore_call("UpdateAgentRuntimeEndpoint", json!({"agentRuntimeId": ID, "endpointName": "prod"}), json!({}))
}

fn created() -> Value {
    let endpoint = json!({"agentRuntimeId": ID, "endpointName": "prod"});
    agentcore_call("CreateAgentRuntimeEndpoint", json!({"name": "prod"}), endpoint)
}

fn runtime(world: &mut World) -> &mut Runtime {
    world.runtimes.get_mut(ID).expect("the runtime")
}

fn live(scene: &Scene, name: &str) -> u32 {
    scene.aws.world().runtime(ID).endpoints[name].live_version
}

#[track_caller]
fn assert_ended(outcome: &Value, result: &str, reason: &str, findings: &[&str]) {
    let ended = (&outcome["result"], &outcome["reason"], &outcome["findings"]);
    assert_eq!(ended, (&json!(result), &json!(reason), &json!(findings)), "{}", outcome["detail"]);
}

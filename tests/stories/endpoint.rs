//! Stories of endpoints that are pinned to a version of their runtime, through the guardrail
//! itself and the real SDK. First those in which nothing may be written.

mod exemptions_are_respected;
mod nothing_is_listed_in_vain;
mod nothing_is_moved;
mod nothing_is_moved_that_does_not_rest;
mod what_is_nobodys_to_move;

mod a_move_is_decided_anew;
mod a_sweep_moves_what_it_can;
mod an_endpoint_is_moved;
mod endpoints_are_not_even_read;
mod what_cannot_be_read_is_said;
mod what_fails_is_said;

use serde_json::{Value, json};
use stand_in::Runtime;

use crate::support::{
    harness::{Scene, agentcore_call, document},
    names::{REQUIRED, RUNTIME, UPDATE_ENDPOINT},
};

/// A scene with one runtime whose version 2 requires MMDSv2 and whose version 1 does not, as
/// `arrange` leaves it.
async fn scene_with(arrange: impl FnOnce(&mut Runtime)) -> Scene {
    let scene = Scene::new().await;
    arrange(scene.aws.world().add_runtime(RUNTIME, &document()).publish(&[REQUIRED]));
    scene
}

async fn moving(arrange: impl FnOnce(&mut Runtime)) -> Scene {
    scene_with(arrange).await.with_endpoints_moved()
}

/// The same with an endpoint that is pinned to version 1 and this artifact in both versions.
async fn moving_with_artifact(artifact: &str) -> Scene {
    let scene = Scene::new().await.with_endpoints_moved();
    let mut runtime = scene
        .aws
        .world()
        .add_runtime(RUNTIME, &document())
        .set("agentRuntimeArtifact", artifact)
        .clone();
    pinned(runtime.publish(&[REQUIRED]));
    scene.aws.world().runtimes.insert(RUNTIME.to_owned(), runtime);
    scene
}

fn pinned(runtime: &mut Runtime) {
    runtime.endpoint("prod", 1).description = Some("for \"front desk\" — é".to_owned());
}

fn updated() -> Value {
    agentcore_call(
        UPDATE_ENDPOINT,
        json!({"agentRuntimeId": RUNTIME, "endpointName": "prod"}),
        json!({}),
    )
}

fn created() -> Value {
    let endpoint = json!({"agentRuntimeId": RUNTIME, "endpointName": "prod"});
    agentcore_call("CreateAgentRuntimeEndpoint", json!({"name": "prod"}), endpoint)
}

fn live(scene: &Scene, name: &str) -> u32 {
    scene.aws.world().runtime(RUNTIME).endpoints[name].live_version
}

//! A sweep over runtimes with pinned endpoints of every kind.

use serde_json::{Value, json};
use stand_in::Fault;

use super::pinned;
use crate::support::{
    harness::{Scene, assert_ended, assert_found, by_id, document, due},
    names::{EXEMPT, REQUIRED, RUNTIME, UPDATE_ENDPOINT},
};

const EXEMPTED_RUNTIME: &str = "exempt_agent-a1B2c3D4e5";
const FAILING_RUNTIME: &str = "failing_agent-a1B2c3D4e5";
const HELD_RUNTIME: &str = "held_agent-a1B2c3D4e5";
const MOVING_RUNTIME: &str = "moving_agent-a1B2c3D4e5";
const OPEN_RUNTIME: &str = "open_agent-a1B2c3D4e5";

/// Runtimes with an endpoint each that is pinned to version 1: all but one are fixed by now.
async fn region() -> Scene {
    let scene = Scene::new().await.with_endpoints_moved();
    {
        let mut world = scene.aws.world();
        pinned(world.add_runtime(OPEN_RUNTIME, &document()));
        for id in [RUNTIME, EXEMPTED_RUNTIME, FAILING_RUNTIME, HELD_RUNTIME, MOVING_RUNTIME] {
            pinned(world.add_runtime(id, &document()).publish(&[REQUIRED]));
        }
        world.runtime_mut(EXEMPTED_RUNTIME).tag(EXEMPT, "yes");
        world.runtime_mut(HELD_RUNTIME).status("UPDATE_FAILED");
        let moving = world.runtime_mut(MOVING_RUNTIME);
        moving.endpoint_mut("prod").moving_to(2, u32::MAX);
        let endpoint = format!("{FAILING_RUNTIME}/runtime-endpoints/prod");
        world.fault_for(UPDATE_ENDPOINT, &endpoint, Fault::AccessDenied, usize::MAX);
    }
    scene
}

#[track_caller]
fn assert_outcome(response: &Value, id: &str, result: &str, reason: &str, finding: &str) {
    let outcome = &by_id(response)[id];
    assert_ended(outcome, result, reason);
    assert_found(outcome, &[finding]);
}

fn versions(scene: &Scene) -> [u32; 6] {
    [OPEN_RUNTIME, RUNTIME, EXEMPTED_RUNTIME, FAILING_RUNTIME, HELD_RUNTIME, MOVING_RUNTIME]
        .map(|id| scene.aws.world().runtime(id).endpoints["prod"].live_version)
}

#[tokio::test]
async fn a_sweep_in_report_mode_reports_pinned_endpoints_and_moves_none() {
    let scene = region().await.in_report_mode();

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"compliant": 4, "held": 1, "would_enforce": 1}));
    for id in
        [OPEN_RUNTIME, RUNTIME, EXEMPTED_RUNTIME, FAILING_RUNTIME, HELD_RUNTIME, MOVING_RUNTIME]
    {
        assert_found(&by_id(&response)[id], &["pinned_endpoint"]);
    }
    assert_eq!(versions(&scene), [1; 6]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_sweep_in_enforce_mode_moves_only_the_endpoints_it_may() {
    let scene = region().await;

    let response = scene.invoke(due()).await.expect("a sweep does not fail with one move");

    assert_outcome(&response, OPEN_RUNTIME, "enforced", "v1_allowed", "endpoint_moved");
    assert_outcome(&response, RUNTIME, "enforced", "pinned_endpoint", "endpoint_moved");
    assert_outcome(&response, EXEMPTED_RUNTIME, "compliant", "v2_required", "pinned_endpoint");
    assert_outcome(&response, FAILING_RUNTIME, "failed", "write_failed", "pinned_endpoint");
    assert_outcome(&response, HELD_RUNTIME, "held", "update_failed", "pinned_endpoint");
    assert_outcome(&response, MOVING_RUNTIME, "compliant", "v2_required", "pinned_endpoint");
    assert_eq!(versions(&scene), [2, 2, 1, 1, 1, 1]);

    let writes = scene.aws.writes().len();
    let response = scene.invoke(due()).await.expect("nor with the same one again");
    assert_outcome(&response, FAILING_RUNTIME, "failed", "write_failed", "pinned_endpoint");
    let again = scene.aws.writes().split_off(writes);
    assert_eq!(again.len(), 1, "what is moved is not moved again");
    assert_eq!(again[0].error.as_deref(), Some("AccessDeniedException"));
}

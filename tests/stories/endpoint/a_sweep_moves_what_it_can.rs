use super::*;

const EXEMPT_ONE: &str = "exempt_agent-a1B2c3D4e5";
const FAILING: &str = "failing_agent-a1B2c3D4e5";
const HELD: &str = "held_agent-a1B2c3D4e5";
const MOVING: &str = "moving_agent-a1B2c3D4e5";
const OPEN: &str = "open_agent-a1B2c3D4e5";

/// Runtimes with an endpoint each that is pinned to version 1: all but one are fixed by now.
async fn region() -> Scene {
    let scene = Scene::new().await.with_endpoints_moved();
    {
        let mut world = scene.aws.world();
        pinned(world.add_runtime(OPEN, &document()));
        for id in [ID, EXEMPT_ONE, FAILING, HELD, MOVING] {
            pinned(world.add_runtime(id, &document()).publish(&[REQUIRED]));
        }
        world.runtimes.get_mut(EXEMPT_ONE).expect("it").tag(EXEMPT, "yes");
        world.runtimes.get_mut(HELD).expect("it").status("UPDATE_FAILED");
        let moving = world.runtimes.get_mut(MOVING).expect("it");
        moving.endpoints.get_mut("prod").expect("it").moving_to(2, u32::MAX);
        let endpoint = format!("{FAILING}/runtime-endpoints/prod");
        world.fault_for(MOVE, &endpoint, Fault::AccessDenied, usize::MAX);
    }
    scene
}

fn ended(response: &Value, id: &str) -> (Value, Value, Value) {
    let outcome = &by_id(response)[id];
    (outcome["result"].clone(), outcome["reason"].clone(), outcome["findings"].clone())
}

fn versions(scene: &Scene) -> [u32; 6] {
    [OPEN, ID, EXEMPT_ONE, FAILING, HELD, MOVING].map(|id| scene.aws.world().runtime(id).endpoints["prod"].live_version)
}

#[tokio::test]
async fn and_in_report_mode_names_them_all_and_moves_none() {
    let scene = region().await.in_report_mode();

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(response["counts"], json!({"compliant": 4, "held": 1, "would_enforce": 1}));
    for id in [OPEN, ID, EXEMPT_ONE, FAILING, HELD, MOVING] {
        assert_eq!(ended(&response, id).2, json!(["pinned_endpoint"]), "{id}");
    }
    assert_eq!(versions(&scene), [1; 6]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn and_in_enforce_mode_leaves_the_others_as_they_are() {
    let scene = region().await;

    let response = scene.invoke(due()).await.expect("a sweep does not fail with one move");

    let is = |result: &str, reason: &str, finding: &str| (json!(result), json!(reason), json!([finding]));
    assert_eq!(ended(&response, OPEN), is("enforced", "v1_allowed", "endpoint_moved"));
    assert_eq!(ended(&response, ID), is("enforced", "pinned_endpoint", "endpoint_moved"));
    assert_eq!(ended(&response, EXEMPT_ONE), is("compliant", "v2_required", "pinned_endpoint"));
    assert_eq!(ended(&response, FAILING), is("failed", "write_failed", "pinned_endpoint"));
    assert_eq!(ended(&response, HELD), is("held", "update_failed", "pinned_endpoint"));
    assert_eq!(ended(&response, MOVING), is("compliant", "v2_required", "pinned_endpoint"));
    assert_eq!(versions(&scene), [2, 2, 1, 1, 1, 1]);

    let writes = scene.aws.writes().len();
    let response = scene.invoke(due()).await.expect("nor with the same one again");
    assert_eq!(ended(&response, FAILING), is("failed", "write_failed", "pinned_endpoint"));
    let again = scene.aws.writes().split_off(writes);
    assert_eq!(again.len(), 1, "what is moved is not moved again");
    assert_eq!(again[0].error.as_deref(), Some("AccessDeniedException"));
}

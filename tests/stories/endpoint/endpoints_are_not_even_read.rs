use super::*;

#[tokio::test]
async fn with_off_whatever_becomes_of_their_runtime() {
    let exempt = |runtime: &mut Runtime| _ = runtime.tag(EXEMPT, "yes");
    let held = |runtime: &mut Runtime| _ = runtime.status("UPDATE_FAILED");
    let compliant = |runtime: &mut Runtime| _ = runtime.publish(&[REQUIRED]);
    for (arrange, result) in [
        ((|_| ()) as fn(&mut Runtime), "enforced"),
        (exempt as fn(&mut Runtime), "exempt"),
        (held as fn(&mut Runtime), "held"),
        (compliant as fn(&mut Runtime), "compliant"),
    ] {
        for event in [runtime_created(ID), updated(), due()] {
            let scene = Scene::new().await.with_pinned_endpoints(PinnedEndpoints::Off);
            {
                let mut world = scene.aws.world();
                let runtime = world.add_runtime(ID, &document());
                pinned(runtime);
                arrange(runtime);
            }

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[ID];
            assert_eq!((&outcome["result"], &outcome["findings"]), (&json!(result), &json!([])));
            assert!(!detail(outcome).contains("prod"), "{}", detail(outcome));
            let of_endpoints = |operation: &String| operation.contains("Endpoint");
            assert!(!scene.aws.operations().iter().any(of_endpoints), "{:?}", scene.aws.operations());
            assert_eq!(live(&scene, "prod"), 1);
        }
    }
}

//! With the setting off, endpoints cost nothing.

use metadata_guardrail::settings::PinnedEndpoints;
use stand_in::Runtime;

use super::{live, pinned, updated};
use crate::support::{
    harness::{Scene, assert_found, assert_says_nothing_of, by_id, document, due, runtime_created},
    names::{EXEMPT, REQUIRED, RUNTIME},
};

#[tokio::test]
async fn endpoints_are_not_read_with_the_setting_off() {
    let exempt = |runtime: &mut Runtime| _ = runtime.tag(EXEMPT, "yes");
    let held = |runtime: &mut Runtime| _ = runtime.status("UPDATE_FAILED");
    let compliant = |runtime: &mut Runtime| _ = runtime.publish(&[REQUIRED]);
    for (arrange, result) in [
        ((|_| ()) as fn(&mut Runtime), "enforced"),
        (exempt as fn(&mut Runtime), "exempt"),
        (held as fn(&mut Runtime), "held"),
        (compliant as fn(&mut Runtime), "compliant"),
    ] {
        for event in [runtime_created(RUNTIME), updated(), due()] {
            let scene = Scene::new().await.with_pinned_endpoints(PinnedEndpoints::Off);
            {
                let mut world = scene.aws.world();
                let runtime = world.add_runtime(RUNTIME, &document());
                pinned(runtime);
                arrange(runtime);
            }

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[RUNTIME];
            assert_eq!(outcome["result"], result);
            assert_found(outcome, &[]);
            assert_says_nothing_of(outcome, "prod");
            let of_endpoints = |operation: &String| operation.contains("Endpoint");
            assert!(
                !scene.aws.operations().iter().any(of_endpoints),
                "{:?}",
                scene.aws.operations()
            );
            assert_eq!(live(&scene, "prod"), 1);
        }
    }
}

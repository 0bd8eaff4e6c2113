//! Endpoints that AWS is still changing: the message of their runtime comes back.

use std::time::Duration;

use stand_in::{Fault, World};

use crate::support::{
    harness::{Scene, document, runtime_created},
    names::{REQUIRED, RUNTIME, UPDATE_ENDPOINT, UPDATE_RUNTIME},
};

/// Longer than a batch waits for what AWS is still changing.
const LONG: Duration = Duration::from_secs(11);

/// A runtime whose version 2 requires MMDSv2, with an endpoint that AWS is moving to version 1.
async fn scene() -> Scene {
    let scene = Scene::new().await.with_endpoints_moved().with_pace(LONG, LONG);
    let mut world = scene.aws.world();
    let runtime = world.add_runtime(RUNTIME, &document()).publish(&[REQUIRED]);
    runtime.endpoint("prod", 2).moving_to(1, u32::MAX);
    drop(world);
    scene
}

#[tokio::test]
async fn a_runtime_with_such_an_endpoint_is_deferred() {
    let scene = scene().await;

    assert_eq!(scene.deliver([runtime_created(RUNTIME)]).await, [0]);

    let outcome = scene.logged(RUNTIME);
    assert_eq!(
        (&outcome["result"], &outcome["reason"]),
        (&"deferred".into(), &"still_changing".into())
    );
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn it_comes_back_even_if_another_endpoint_is_refused() {
    let scene = scene().await;
    {
        let mut world = scene.aws.world();
        world.runtime_mut(RUNTIME).endpoint("canary", 1);
        refuse(&mut world);
    }

    assert_eq!(scene.deliver([runtime_created(RUNTIME)]).await, [0]);
}

#[tokio::test]
async fn it_comes_back_even_if_the_runtime_was_just_enforced() {
    let scene = scene().await;
    {
        let mut world = scene.aws.world();
        let runtime = world.runtime_mut(RUNTIME).publish(&[]);
        runtime.set(REQUIRED.0, r#"{"requireMMDSV2":false}"#).settle_polls = 0;
        let (version, document) = (runtime.version, runtime.document.clone());
        runtime.versions.insert(version, document);
    }

    assert_eq!(scene.deliver([runtime_created(RUNTIME)]).await, [0]);

    assert!(scene.aws.operations().contains(&UPDATE_RUNTIME.to_owned()));
    assert_eq!(scene.logged(RUNTIME)["result"], "enforced");
}

/// No endpoint may be moved.
fn refuse(world: &mut World) {
    world.fault(UPDATE_ENDPOINT, Fault::ExplicitDeny("service control"), usize::MAX);
}

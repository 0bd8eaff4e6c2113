//! A sweep that is a message: it succeeds once it has reached everything.

use std::time::Duration;

use serde_json::json;
use stand_in::Fault;

use super::{SWEEPS, scene, scheduled};
use crate::support::{
    harness::{Scene, document},
    names::{INSTANCE, LIST_RUNTIMES, MODIFY_INSTANCE, NEIGHBOUR, RUNTIME},
};

/// The schedule's message is delivered.
async fn sweep(scene: &Scene) -> Vec<usize> {
    scene.deliver_from(SWEEPS, [scheduled().to_string().as_str()]).await
}

#[tokio::test]
async fn a_complete_sweep_succeeds_even_if_a_target_fails() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene
        .aws
        .world()
        .fault_for(MODIFY_INSTANCE, NEIGHBOUR, Fault::AccessDenied, usize::MAX);

    assert_eq!(sweep(&scene).await, [0; 0]);

    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "required");
    assert!(scene.aws.world().runtime(RUNTIME).requires_mmdsv2());
    assert_eq!(scene.logged(NEIGHBOUR)["result"], "failed");
}

#[tokio::test]
async fn a_sweep_that_time_cuts_comes_back_and_goes_on() {
    let cut = scene().await.with_remaining(Duration::from_secs(59));
    cut.aws.world().add_instance(INSTANCE);

    assert_eq!(sweep(&cut).await, [0]);
    assert!(cut.aws.writes().is_empty());
    let last = cut.log_lines().pop().expect("a last line");
    assert_eq!(
        last["message"],
        "the message comes back to its queue, because its sweep is not finished"
    );

    let whole = cut.with_remaining(Duration::from_secs(300));
    assert_eq!(sweep(&whole).await, [0; 0]);
    assert_eq!(whole.aws.world().instance(INSTANCE).http_tokens, "required");
}

#[tokio::test]
async fn a_sweep_that_cannot_list_comes_back() {
    let scene = scene().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().fault(LIST_RUNTIMES, Fault::AccessDenied, 1);

    assert_eq!(sweep(&scene).await, [0]);
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "required");

    assert_eq!(sweep(&scene).await, [0; 0]);
}

#[tokio::test]
async fn a_sweep_in_another_mode_than_those_that_exist_is_ignored() {
    let scene = scene().await;
    let mut event = scheduled();
    event["detail"] = json!({"kind": "launch_template"});

    assert_eq!(scene.deliver([event]).await, [0; 0]);

    assert!(scene.aws.calls().is_empty());
    assert_eq!(scene.results_logged()[0]["ignored"], "invalid_mode");
}

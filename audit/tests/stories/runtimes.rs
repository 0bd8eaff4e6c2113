//! How runtimes stand, and what is found about them.

use metadata_guardrail::outcome::Finding;
use metadata_guardrail_audit::{report::Report, status::Status, summary::Counts};

use crate::support::{
    names::{HARNESS_RUNTIME, OTHER_RUNTIME, REQUIRED, RUNTIME, document},
    scene::{EXEMPT, Scene, by_id},
};

const RUNTIMES: [&str; 2] = ["--only", "runtimes"];

/// With a runtime that allows MMDSv1.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_requires_mmdsv2_is_safe_and_not_listed() {
    let scene = scene();
    scene.aws.world().runtime_mut(RUNTIME).set(REQUIRED.0, REQUIRED.1);
    let report = scene.report(&RUNTIMES).await;
    assert_eq!(report.summary.resources, Counts { safe: 1, ..Counts::default() });
    assert_eq!(report.resources, []);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_is_being_deleted_is_not_counted() {
    let scene = scene();
    "DELETING".clone_into(&mut scene.aws.world().runtime_mut(RUNTIME).status);
    let report = scene.report(&["--only", "runtimes", "--all"]).await;
    assert_eq!(report.summary.resources, Counts::default());
    assert_eq!(report.resources, []);
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_allows_mmdsv1_is_open() {
    let report = scene().report(&RUNTIMES).await;
    assert_ended(&report, RUNTIME, ("open", "v1_allowed"));
    assert_eq!(by_id(&report, RUNTIME).source, None);
    assert_eq!(Status::of(&report, false), Status::Open);
}

#[tokio::test(start_paused = true)]
async fn the_tag_of_a_runtime_exempts_it() {
    let scene = scene();
    scene.aws.world().runtime_mut(RUNTIME).tag(EXEMPT, "2026-12-01");
    let report = scene.report(&RUNTIMES).await;
    assert_ended(&report, RUNTIME, ("exempt", "exception_tag"));
    assert_eq!(report.summary.exceptions_ending.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_runtime_of_a_harness_is_open_and_the_harness_has_to_mend_it() {
    let scene = Scene::new();
    scene.aws.world().add_runtime(HARNESS_RUNTIME, &document());
    let report = scene.report(&RUNTIMES).await;
    assert_ended(&report, HARNESS_RUNTIME, ("open", "managed_by_harness"));
    assert_eq!(by_id(&report, HARNESS_RUNTIME).remedy, None);
}

#[tokio::test(start_paused = true)]
async fn a_runtime_that_aws_is_changing_is_open_and_not_waited_for() {
    let scene = scene();
    {
        let mut world = scene.aws.world();
        let runtime = world.runtime_mut(RUNTIME);
        "UPDATING".clone_into(&mut runtime.status);
        runtime.polls_left = u32::MAX;
    }
    let report = scene.report(&RUNTIMES).await;
    assert_ended(&report, RUNTIME, ("open", "still_changing"));
    assert_eq!(scene.aws.world().clock.elapsed(), std::time::Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_runtime_whose_update_failed_is_open_even_if_it_requires_mmdsv2() {
    let scene = scene();
    {
        let mut world = scene.aws.world();
        let runtime = world.runtime_mut(RUNTIME).set(REQUIRED.0, REQUIRED.1);
        "UPDATE_FAILED".clone_into(&mut runtime.status);
    }
    let report = scene.report(&RUNTIMES).await;
    assert_ended(&report, RUNTIME, ("open", "update_failed"));
    assert_eq!(by_id(&report, RUNTIME).remedy, None);
}

#[tokio::test(start_paused = true)]
async fn a_pinned_endpoint_lists_its_runtime_although_that_is_safe() {
    let scene = scene();
    {
        let mut world = scene.aws.world();
        world.runtime_mut(RUNTIME).endpoint("prod", 1);
        world.runtime_mut(RUNTIME).publish(&[REQUIRED]);
        world.add_runtime(OTHER_RUNTIME, &document()).set(REQUIRED.0, REQUIRED.1);
    }
    let report = scene.report(&RUNTIMES).await;
    assert_ended(&report, RUNTIME, ("safe", "v2_required"));
    let pinned = by_id(&report, RUNTIME);
    assert_eq!(pinned.outcome.findings, [Finding::PinnedEndpoint]);
    assert!(pinned.outcome.detail.contains("prod"), "{}", pinned.outcome.detail);
    assert_eq!(report.resources.len(), 1);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn what_else_is_wrong_with_a_runtime_is_found() {
    let scene = scene();
    expose(&scene);
    let report = scene.report(&RUNTIMES).await;
    assert_eq!(
        by_id(&report, RUNTIME).outcome.findings,
        [Finding::MutableArtifact, Finding::NoAuthorizer, Finding::PublicNetwork]
    );
}

#[tokio::test(start_paused = true)]
async fn the_options_say_what_the_guardrail_would_do_about_a_runtime() {
    let scene = scene();
    expose(&scene);
    let off = scene.report(&["--only", "runtimes", "--runtime-authorizer", "off"]).await;
    assert_eq!(
        by_id(&off, RUNTIME).outcome.findings,
        [Finding::MutableArtifact, Finding::PublicNetwork]
    );
    let hold = scene.report(&["--only", "runtimes", "--mutable-artifacts", "hold"]).await;
    assert_ended(&hold, RUNTIME, ("open", "mutable_artifact"));
    let authorizer = r#"{
        "discoveryUrl": "https://id.example.com/.well-known/openid-configuration",
        "allowedClients": ["web"]
    }"#;
    let set = ["--runtime-authorizer", "enforce", "--runtime-authorizer-config", authorizer];
    let set = scene.report(&[&RUNTIMES[..], &set[..]].concat()).await;
    let detail = &by_id(&set, RUNTIME).outcome.detail;
    assert!(detail.contains("would set the authorizer"), "{detail}");
}

/// The runtime has no authorizer, a public network and an artifact that can change.
fn expose(scene: &Scene) {
    let mut world = scene.aws.world();
    let runtime = world.runtime_mut(RUNTIME);
    runtime.document.remove("authorizerConfiguration");
    runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#);
    runtime.set(
        "agentRuntimeArtifact",
        r#"{"containerConfiguration": {"containerUri":
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent:latest"}}"#,
    );
}

#[track_caller]
fn assert_ended(report: &Report, id: &str, (standing, reason): (&str, &str)) {
    let resource = by_id(report, id);
    let ended = (resource.standing.name(), resource.outcome.verdict.reason());
    assert_eq!(ended, (standing, reason), "{}", resource.outcome.detail);
}

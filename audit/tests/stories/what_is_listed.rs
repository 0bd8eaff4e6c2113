//! What is counted and listed, and how it stands.

use metadata_guardrail_audit::{status::Status, summary::Counts};

use crate::support::scene::{EXEMPT, Scene, by_id};

const INSTANCE: &str = "i-0a1b2c3d4e5f60001";

#[tokio::test(start_paused = true)]
async fn an_empty_account_has_nothing_open_but_its_account_defaults() {
    let scene = Scene::new();
    let report = scene.report(&["--only", "instances,runtimes"]).await;
    assert_eq!(report.summary.resources, Counts::default());
    assert_eq!(report.resources, []);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn a_safe_instance_is_counted_but_not_listed() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).http_tokens("required");
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(report.summary.resources, Counts { safe: 1, ..Counts::default() });
    assert_eq!(report.resources, []);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn an_exception_that_has_ended_by_the_given_day_leaves_its_instance_open() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "2026-12-31 vendor");
    let today = scene.report(&["--only", "instances"]).await;
    assert_eq!(by_id(&today, INSTANCE).standing.name(), "exempt");
    let later = scene.report(&["--only", "instances", "--as-of", "2027-01-01"]).await;
    assert_eq!(by_id(&later, INSTANCE).standing.name(), "open");
}

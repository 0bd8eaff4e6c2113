//! What EC2 gives new instances, Region by Region.

use metadata_guardrail::target::Kind;
use metadata_guardrail_audit::{report::Report, status::Status, summary::Counts};
use stand_in::REGION;

use crate::support::{
    names::{INSTANCE, NORTH},
    scene::{Scene, by_id},
};

const DEFAULTS: [&str; 2] = ["--only", "defaults"];

#[tokio::test(start_paused = true)]
async fn defaults_that_nobody_asked_for_are_not_read() {
    let scene = Scene::new();
    let report = scene.report(&["--only", "instances,runtimes"]).await;
    assert_eq!(default_of(&report, REGION), None);
    assert!(!report.summary.by_kind.contains_key(&Kind::AccountDefaults));
}

#[tokio::test(start_paused = true)]
async fn defaults_that_require_imdsv2_are_safe_and_not_listed() {
    let scene = Scene::new();
    scene.aws.world().account_defaults.http_tokens("required");
    let report = scene.report(&DEFAULTS).await;
    assert_eq!(default_of(&report, REGION), Some("required"));
    assert_eq!(report.resources, []);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn defaults_without_a_preference_are_open() {
    let scene = Scene::new();
    let report = scene.report(&DEFAULTS).await;
    assert_eq!(default_of(&report, REGION), Some("no-preference"));
    assert_eq!(by_id(&report, REGION).standing.name(), "open");
    assert_eq!(Status::of(&report, false), Status::Open);
}

#[tokio::test(start_paused = true)]
async fn defaults_are_not_counted_among_the_resources() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).http_tokens("required");
    let report = scene.report(&[]).await;
    let safe = Counts { safe: 1, ..Counts::default() };
    assert_eq!(report.summary.resources, safe);
    assert_eq!(report.summary.by_region, [(REGION.to_owned(), safe)].into());
    assert_eq!(
        report.summary.by_kind[&Kind::AccountDefaults],
        Counts { open: 1, ..Counts::default() }
    );
}

#[tokio::test(start_paused = true)]
async fn defaults_that_a_policy_sets_are_open_with_what_the_policy_says() {
    let scene = Scene::new();
    scene
        .aws
        .world()
        .account_defaults
        .http_tokens("optional")
        .policy("Ask the platform team.");
    let report = scene.report(&DEFAULTS).await;
    let defaults = by_id(&report, REGION);
    assert_eq!(defaults.standing.name(), "open");
    assert_eq!(defaults.outcome.verdict.reason(), "managed_by_policy");
    assert!(defaults.outcome.detail.contains("Ask the platform team."));
    assert_eq!(defaults.remedy, None);
    assert_eq!(default_of(&report, REGION), Some("optional"));
}

#[tokio::test(start_paused = true)]
async fn every_region_has_defaults_of_its_own() {
    let scene = Scene::new();
    scene.aws.region(NORTH).account_defaults.http_tokens("required");
    let report = scene.report(&DEFAULTS).await;
    assert_eq!(default_of(&report, NORTH), Some("required"));
    assert_eq!(default_of(&report, REGION), Some("no-preference"));
    assert_eq!(
        report.summary.by_kind[&Kind::AccountDefaults],
        Counts { safe: 1, open: 1, ..Counts::default() }
    );
}

#[track_caller]
fn default_of<'a>(report: &'a Report, region: &str) -> Option<&'a str> {
    let found = report.regions.iter().find(|one| one.region == region);
    found.expect("the Region is in the report").account_default.as_deref()
}

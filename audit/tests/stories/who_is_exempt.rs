//! What the exception tag says, and on which day.

use chrono::NaiveDate;
use metadata_guardrail::outcome::Finding;
use metadata_guardrail_audit::{error::Error, report::Report, status::Status, summary::Counts};

use crate::support::{
    names::{FOURTH, INSTANCE, NEIGHBOUR, THIRD},
    scene::{EXEMPT, Scene, by_id},
};

const INSTANCES: [&str; 2] = ["--only", "instances"];

#[tokio::test(start_paused = true)]
async fn an_exempt_instance_is_listed_and_leaves_nothing_open() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "vendor appliance");
    let report = scene.report(&INSTANCES).await;
    assert_eq!(standing(&report, INSTANCE), "exempt");
    assert_eq!(report.summary.resources, Counts { exempt: 1, ..Counts::default() });
    assert_eq!(report.summary.exceptions_ending, []);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn an_exception_that_ec2_shows_late_counts() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "yes").tags_are_late = true;
    let report = scene.report(&INSTANCES).await;
    assert_eq!(standing(&report, INSTANCE), "exempt");
}

#[tokio::test(start_paused = true)]
async fn a_safe_instance_with_an_exception_is_safe() {
    let scene = Scene::new();
    let mut world = scene.aws.world();
    world.add_instance(INSTANCE).http_tokens("required").tag(EXEMPT, "2026-12-01");
    drop(world);
    let report = scene.report(&INSTANCES).await;
    assert_eq!(report.summary.resources, Counts { safe: 1, ..Counts::default() });
    assert_eq!(report.summary.exceptions_ending, []);
}

#[tokio::test(start_paused = true)]
async fn an_exception_that_has_ended_or_says_no_leaves_its_instance_open() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "2026-11-20 vendor");
    scene.aws.world().add_instance(NEIGHBOUR).tag(EXEMPT, "no");
    let report = scene.report(&INSTANCES).await;
    assert_eq!(standing(&report, INSTANCE), "open");
    assert_eq!(by_id(&report, INSTANCE).outcome.findings, [Finding::ExceptionExpired]);
    assert_eq!(standing(&report, NEIGHBOUR), "open");
    assert_eq!(by_id(&report, NEIGHBOUR).outcome.findings, []);
}

#[tokio::test(start_paused = true)]
async fn an_exception_without_a_valid_date_is_exempt_and_said_to_be_malformed() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "2026-02-31");
    let report = scene.report(&INSTANCES).await;
    assert_eq!(standing(&report, INSTANCE), "exempt");
    assert_eq!(by_id(&report, INSTANCE).outcome.findings, [Finding::ExceptionMalformed]);
}

#[tokio::test(start_paused = true)]
async fn only_the_one_value_exempts_if_the_exception_tag_names_one() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag("imds", "v1-approved");
    scene.aws.world().add_instance(NEIGHBOUR).tag("imds", "v1-wanted");
    scene.aws.world().add_instance(THIRD).tag(EXEMPT, "yes");
    let report = scene
        .report(&["--only", "instances", "--exception-tag", "imds=v1-approved"])
        .await;
    assert_eq!(standing(&report, INSTANCE), "exempt");
    assert_eq!(standing(&report, NEIGHBOUR), "open");
    assert_eq!(standing(&report, THIRD), "open");
    assert_eq!(report.asked.exception_tag, "imds=v1-approved");
}

#[tokio::test(start_paused = true)]
async fn an_exception_is_announced_30_days_before_its_end_and_no_earlier() {
    let scene = Scene::new();
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE).tag(EXEMPT, "2026-12-21");
        world.add_instance(NEIGHBOUR).tag(EXEMPT, "2026-12-22");
        world.add_instance(THIRD).tag(EXEMPT, "2026-11-21 today");
        world.add_instance(FOURTH).tag(EXEMPT, "2026-11-20 yesterday");
    }
    let report = scene.report(&INSTANCES).await;
    assert_eq!(ending(&report), [(THIRD, day("2026-11-21")), (INSTANCE, day("2026-12-21"))]);
}

#[tokio::test(start_paused = true)]
async fn an_exception_that_has_ended_by_the_given_day_leaves_its_instance_open() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "2026-12-31 vendor");
    let today = scene.report(&INSTANCES).await;
    assert_eq!(standing(&today, INSTANCE), "exempt");
    let last_day = scene.report(&["--only", "instances", "--as-of", "2026-12-31"]).await;
    assert_eq!(standing(&last_day, INSTANCE), "exempt");
    let later = scene.report(&["--only", "instances", "--as-of", "2027-01-01"]).await;
    assert_eq!(standing(&later, INSTANCE), "open");
    assert_eq!(later.asked.as_of.to_string(), "2027-01-01");
    assert_eq!(later.audited_at, scene.now);
}

#[tokio::test(start_paused = true)]
async fn the_30_days_begin_on_the_given_day() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "2026-12-31");
    let day_31 = scene.report(&["--only", "instances", "--as-of", "2026-11-30"]).await;
    assert!(ending(&day_31).is_empty());
    let day_30 = scene.report(&["--only", "instances", "--as-of", "2026-12-01"]).await;
    assert_eq!(ending(&day_30), [(INSTANCE, day("2026-12-31"))]);
}

#[tokio::test(start_paused = true)]
async fn a_day_that_has_passed_is_refused_before_anything_is_asked() {
    let scene = Scene::new();
    scene.report(&["--as-of", "2026-11-21"]).await;
    let asked = scene.aws.calls().len();
    let error = scene.audit(&["--as-of", "2026-11-20"]).await.expect_err("it has passed");
    assert!(matches!(&error, Error::DayPassed(_)), "{error}");
    assert!(error.to_string().starts_with("2026-11-20 has passed."), "{error}");
    assert_eq!(error.status(), Status::WrongUse);
    assert_eq!(scene.aws.calls().len(), asked);
}

#[track_caller]
fn standing(report: &Report, id: &str) -> &'static str {
    by_id(report, id).standing.name()
}

fn ending(report: &Report) -> Vec<(&str, NaiveDate)> {
    let ending = report.summary.exceptions_ending.iter();
    ending.map(|one| (one.id.as_str(), one.until)).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

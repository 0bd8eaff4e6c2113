//! How much IMDSv1 is used, if that is asked for.

use chrono::TimeDelta;
use metadata_guardrail::outcome::{Imdsv1Use, Outcome};
use metadata_guardrail_audit::{report::Report, status::Status, summary::Counts};
use stand_in::Fault;

use crate::support::{
    names::{GET_METRIC_DATA, INSTANCE, NEIGHBOUR, THIRD},
    scene::{EXEMPT, Scene, by_id},
};

const FOR_A_WEEK: [&str; 4] = ["--only", "instances", "--usage-days", "7"];

#[tokio::test(start_paused = true)]
async fn usage_that_nobody_asked_for_is_not_read() {
    let scene = Scene::new();
    let yesterday = scene.now - TimeDelta::days(1);
    scene.aws.world().add_instance(INSTANCE).calls_without_token(yesterday, 12.0);
    let report = scene.report(&["--only", "instances"]).await;
    let outcome = outcome(&report, INSTANCE);
    assert_eq!((outcome.imdsv1_use, outcome.verdict.reason()), (None, "v1_allowed"));
    assert!(!scene.aws.operations().contains(&GET_METRIC_DATA.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn usage_of_what_is_safe_or_exempt_is_not_read() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).http_tokens("required");
    scene.aws.world().add_instance(NEIGHBOUR).tag(EXEMPT, "yes");
    scene.report(&FOR_A_WEEK).await;
    assert!(!scene.aws.operations().contains(&GET_METRIC_DATA.to_owned()));
}

#[tokio::test(start_paused = true)]
async fn calls_without_a_token_are_counted_and_keep_the_guardrail_away() {
    let scene = Scene::new();
    let yesterday = scene.now - TimeDelta::days(1);
    let long_ago = scene.now - TimeDelta::days(8);
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .calls_without_token(yesterday, 12.0)
        .calls_without_token(long_ago, 100.0);
    let report = scene.report(&FOR_A_WEEK).await;
    let outcome = outcome(&report, INSTANCE);
    let since = (scene.now - TimeDelta::days(7)).date_naive();
    assert_eq!(outcome.imdsv1_use, Some(Imdsv1Use::Counted { calls: 12, since }));
    assert_eq!(outcome.verdict.reason(), "imdsv1_in_use");
    assert_eq!(report.summary.resources, Counts { open: 1, ..Counts::default() });
}

#[tokio::test(start_paused = true)]
async fn no_data_is_not_the_same_as_no_calls() {
    let scene = Scene::new();
    let yesterday = scene.now - TimeDelta::days(1);
    scene.aws.world().add_instance(INSTANCE).calls_without_token(yesterday, 0.0);
    scene.aws.world().add_instance(NEIGHBOUR);
    let report = scene.report(&FOR_A_WEEK).await;
    let since = (scene.now - TimeDelta::days(7)).date_naive();
    let (none, no_data) = (outcome(&report, INSTANCE), outcome(&report, NEIGHBOUR));
    assert_eq!(none.imdsv1_use, Some(Imdsv1Use::Counted { calls: 0, since }));
    assert_eq!(none.verdict.reason(), "v1_allowed");
    assert_eq!(no_data.imdsv1_use, Some(Imdsv1Use::NoData));
    assert_eq!(no_data.verdict.reason(), "imdsv1_use_unknown");
    assert_eq!(report.asked.imdsv1_usage_days, 7);
}

#[tokio::test(start_paused = true)]
async fn usage_that_cannot_be_read_leaves_its_instances_not_seen() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR).tag(EXEMPT, "yes");
    scene.aws.world().add_instance(THIRD).http_tokens("required");
    scene.aws.world().fault(GET_METRIC_DATA, Fault::AccessDenied, usize::MAX);
    let report = scene.report(&FOR_A_WEEK).await;
    assert_eq!(by_id(&report, INSTANCE).standing.name(), "not_seen");
    assert_eq!(outcome(&report, INSTANCE).verdict.reason(), "usage_unreadable");
    assert_eq!(
        report.summary.resources,
        Counts { safe: 1, exempt: 1, not_seen: 1, ..Counts::default() }
    );
    assert_eq!(Status::of(&report, true), Status::NotSeen);
}

#[track_caller]
fn outcome<'a>(report: &'a Report, id: &str) -> &'a Outcome {
    &by_id(report, id).outcome
}

//! What is different from an earlier report.

use metadata_guardrail_audit::{
    baseline::Baseline,
    changes::{Changes, Named},
    error::Error,
    report::Report,
    status::Status,
};
use stand_in::{Fault, REGION};

use crate::support::{
    names::{
        DESCRIBE_INSTANCES, FOURTH, GET_RUNTIME, INSTANCE, NEIGHBOUR, NORTH, RUNTIME, THIRD,
        document,
    },
    scene::{EXEMPT, Scene},
};

const INSTANCES: [&str; 2] = ["--only", "instances"];

/// Open instances at home and in the north, a runtime, and the account defaults, audited once.
async fn scene() -> Scene {
    let mut scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.region(NORTH).add_instance(THIRD);
    let report = scene.report(&[]).await;
    scene.baseline = Some(baseline(&report));
    scene
}

fn baseline(report: &Report) -> Baseline {
    let json = serde_json::to_string(report).expect("a report is JSON");
    Baseline::read(&json).expect("a report is a baseline")
}

async fn changes(scene: &Scene, options: &[&str]) -> Changes {
    scene.report(options).await.changes.expect("a baseline was given")
}

fn ids(named: &[Named]) -> Vec<&str> {
    named.iter().map(|one| one.id.as_str()).collect()
}

/// How many stand in each list: new, mended, no longer open, not seen, unchanged.
fn numbers(changes: &Changes) -> [usize; 5] {
    let Changes { new, not_known_then: _, mended, no_longer_open, not_seen, unchanged } = changes;
    [new.len(), mended.len(), no_longer_open.len(), not_seen.len(), *unchanged]
}

#[tokio::test(start_paused = true)]
async fn without_a_baseline_there_are_no_changes() {
    assert_eq!(Scene::new().report(&[]).await.changes, None);
}

#[tokio::test(start_paused = true)]
async fn an_account_in_which_nothing_happened_is_unchanged() {
    let scene = scene().await;
    // Three instances, a runtime, and the defaults of two Regions.
    assert_eq!(numbers(&changes(&scene, &[]).await), [0, 0, 0, 0, 6]);
    assert_eq!(numbers(&changes(&scene, &["--all"]).await), [0, 0, 0, 0, 6]);
}

#[tokio::test(start_paused = true)]
async fn what_is_open_now_and_was_not_then_is_new() {
    let scene = scene().await;
    scene.aws.region(NORTH).add_instance(FOURTH);
    let changes = changes(&scene, &[]).await;
    assert_eq!(numbers(&changes), [1, 0, 0, 0, 6]);
    assert_eq!(changes.new[0].id, FOURTH);
    assert_eq!((&*changes.new[0].region, &*changes.new[0].kind), (NORTH, "ec2_instance"));
}

#[tokio::test(start_paused = true)]
async fn what_is_safe_now_is_mended_whether_or_not_it_is_listed() {
    let scene = scene().await;
    scene.aws.world().instance_mut(INSTANCE).http_tokens("required");
    scene.aws.world().account_defaults.http_tokens("required");
    let changes = changes(&scene, &[]).await;
    assert_eq!(ids(&changes.mended), [REGION, INSTANCE]);
    assert_eq!(numbers(&changes), [0, 2, 0, 0, 4]);
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_or_exempt_now_is_no_longer_open() {
    let scene = scene().await;
    scene.aws.world().instance_mut(INSTANCE).tag(EXEMPT, "yes");
    scene.aws.world().instance_mut(NEIGHBOUR).state("terminated");
    scene.aws.world().runtimes.clear();
    let changes = changes(&scene, &[]).await;
    assert_eq!(ids(&changes.no_longer_open), [RUNTIME, INSTANCE, NEIGHBOUR]);
    assert_eq!(numbers(&changes), [0, 0, 3, 0, 3]);
}

#[tokio::test(start_paused = true)]
async fn what_was_exempt_or_safe_and_is_open_now_is_new() {
    let mut scene = scene().await;
    scene.aws.world().instance_mut(INSTANCE).tag(EXEMPT, "2026-12-01");
    scene.aws.world().instance_mut(NEIGHBOUR).http_tokens("required");
    scene.baseline = Some(baseline(&scene.report(&["--all"]).await));
    scene.aws.world().instance_mut(INSTANCE).tag(EXEMPT, "2026-11-01");
    scene.aws.world().instance_mut(NEIGHBOUR).http_tokens("optional");
    let changes = changes(&scene, &[]).await;
    assert_eq!(ids(&changes.new), [INSTANCE, NEIGHBOUR]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_seen_now_is_neither_mended_nor_no_longer_open() {
    let scene = scene().await;
    scene.aws.region(NORTH).denied_by_policy = true;
    scene
        .aws
        .world()
        .fault_for(GET_RUNTIME, RUNTIME, Fault::AccessDenied, usize::MAX);
    let changes = changes(&scene, &[]).await;
    assert_eq!(ids(&changes.not_seen), [RUNTIME, NORTH, THIRD]);
    assert_eq!(numbers(&changes), [0, 0, 0, 3, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_breaks_off_compares_what_it_showed() {
    let scene = scene().await;
    {
        let mut world = scene.aws.world();
        world.page_size = 1;
        world.instance_mut(INSTANCE).http_tokens("required");
        world.after(DESCRIBE_INSTANCES, |world| {
            world.fault(DESCRIBE_INSTANCES, Fault::AccessDenied, usize::MAX);
        });
    }
    let changes = changes(&scene, &["--only", "instances", "--region", REGION]).await;
    assert_eq!((ids(&changes.mended), ids(&changes.not_seen)), (vec![INSTANCE], vec![NEIGHBOUR]));
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_no_longer_enabled_is_not_seen() {
    let scene = scene().await;
    scene.aws.account().disabled_regions.insert(NORTH.to_owned());
    let changes = changes(&scene, &[]).await;
    assert_eq!(ids(&changes.not_seen), [NORTH, THIRD]);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_asked_for_is_not_compared() {
    let scene = scene().await;
    scene.aws.region(NORTH).instances.clear();
    assert_eq!(numbers(&changes(&scene, &INSTANCES).await), [0, 0, 1, 0, 2]);
    assert_eq!(numbers(&changes(&scene, &["--region", REGION]).await), [0, 0, 0, 0, 4]);
    let both = ["--only", "instances", "--region", REGION];
    assert_eq!(numbers(&changes(&scene, &both).await), [0, 0, 0, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_report_of_another_account_is_refused() {
    let mut scene = scene().await;
    let mut report = scene.report(&[]).await;
    "444455556666".clone_into(&mut report.account);
    scene.baseline = Some(baseline(&report));
    let error = scene.audit(&[]).await.expect_err("it is another account's");
    assert!(matches!(error, Error::WrongBaseline(_)), "{error}");
    assert!(error.to_string().contains("444455556666"), "{error}");
    assert_eq!(error.status(), Status::WrongUse);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_audit_did_not_see_is_not_called_new() {
    let mut scene = Scene::new();
    scene.aws.region(NORTH).add_instance(FOURTH);
    scene.aws.region(NORTH).denied_by_policy = true;
    let report = scene.report(&["--only", "instances"]).await;
    scene.baseline = Some(baseline(&report));
    scene.aws.region(NORTH).denied_by_policy = false;

    let changes = changes(&scene, &["--only", "instances"]).await;

    assert_eq!(ids(&changes.not_known_then), [FOURTH]);
    assert_eq!(ids(&changes.new), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_audit_was_not_asked_for_is_not_called_new() {
    let mut scene = Scene::new();
    scene.aws.region(NORTH).add_instance(FOURTH);
    let report = scene.report(&["--only", "instances", "--region", REGION]).await;
    scene.baseline = Some(baseline(&report));

    let changes = changes(&scene, &["--only", "instances"]).await;

    assert_eq!(ids(&changes.not_known_then), [FOURTH]);
    assert_eq!(ids(&changes.new), [""; 0]);
}

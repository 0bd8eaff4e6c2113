//! The report of a whole account, in every format.

use std::collections::BTreeMap;

use clap::ValueEnum;
use metadata_guardrail_audit::{
    format::{Format, Screen},
    report::{Reason, Report},
    status::Status,
};

use serde_json::Value;

use super::world::{self, CANARY, DENIED, NOT_OFFERED, SLOW};
use crate::support::{reports::written, scene::Scene, schema::assert_fits};

const OPTIONS: [&str; 2] = ["--usage-days", "14"];

#[tokio::test(start_paused = true)]
async fn the_account_has_17_regions_with_300_instances_and_40_runtimes() {
    let scene = scene();
    let regions = scene.report(&[]).await.regions;
    let [instances, runtimes] = world::sizes();
    assert_eq!((regions.len(), instances, runtimes), (17, 300, 40));
    assert_eq!(scene.aws.writes(), []);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_seen_wins_over_what_is_open() {
    let report = report(&OPTIONS).await;
    assert!(report.summary.resources.open > 0, "{:?}", report.summary);
    assert_eq!(Status::of(&report, true), Status::NotSeen);
    let denied = report.not_seen.iter().find(|one| one.region == DENIED).expect("it is denied");
    assert_eq!((denied.reason, denied.kinds.len()), (Reason::RegionDenied, 3));
    assert!(!report.not_seen.iter().any(|one| [NOT_OFFERED, SLOW].contains(&&*one.region)));
}

#[tokio::test(start_paused = true)]
async fn the_table_in_120_columns_reads_as_its_snapshot() {
    let report = report(&OPTIONS).await;
    let mut table = Vec::new();
    let screen = Screen { columns: Some(120), colours: false };
    Format::Table
        .write(&report, screen, &mut table)
        .expect("memory takes everything");
    insta::assert_snapshot!(String::from_utf8(table).expect("UTF-8"));
}

#[tokio::test(start_paused = true)]
async fn the_table_in_a_pipe_reads_as_its_snapshot() {
    insta::assert_snapshot!(written(Format::Table, &report(&OPTIONS).await));
}

#[tokio::test(start_paused = true)]
async fn the_json_reads_as_its_snapshot() {
    let json = written(Format::Json, &report(&OPTIONS).await);
    assert_fits(&serde_json::from_str(&json).expect("JSON"));
    insta::assert_snapshot!(json);
}

#[tokio::test(start_paused = true)]
async fn the_ndjson_says_line_by_line_what_the_json_says() {
    let report = report(&OPTIONS).await;
    let json: Value = serde_json::from_str(&written(Format::Json, &report)).expect("JSON");
    let lines = written(Format::Ndjson, &report);
    let mut lines: BTreeMap<_, Vec<_>> = lines.lines().map(typed).fold(
        BTreeMap::new(),
        |mut lines: BTreeMap<String, Vec<Value>>, (kind, line)| {
            lines.entry(kind).or_default().push(line);
            lines
        },
    );
    let mut whole = lines.remove("report").expect("the first line").remove(0);
    whole["not_seen"] = lines.remove("not_seen").into();
    whole["resources"] = lines.remove("resource").into();
    assert_eq!((whole, lines.len()), (json, 0));
}

#[tokio::test(start_paused = true)]
async fn the_csv_reads_as_its_snapshot() {
    insta::assert_snapshot!(written(Format::Csv, &report(&OPTIONS).await));
}

#[tokio::test(start_paused = true)]
async fn the_html_reads_as_its_snapshot_and_has_a_row_for_each_resource() {
    let report = report(&OPTIONS).await;
    let page = written(Format::Html, &report);
    assert_eq!(page.matches("<tr data-standing=").count(), report.resources.len());
    let (_, from_main) = page.split_once("<main>").expect("a page");
    let (overview, _) = from_main.split_once("<section class=\"wide\"").expect("a list");
    insta::assert_snapshot!(overview);
}

#[tokio::test(start_paused = true)]
async fn there_is_a_finding_of_ocsf_for_everything_listed_or_not_seen() {
    let report = report(&OPTIONS).await;
    let json = written(Format::Ocsf, &report);
    let findings: Vec<Value> = serde_json::from_str(&json).expect("JSON");
    let unseen: usize = report.not_seen.iter().map(|one| one.kinds.len()).sum();
    assert_eq!(findings.len(), report.resources.len() + unseen);
    let mut counts = BTreeMap::<_, usize>::new();
    for finding in &findings {
        let said = [
            &finding["cloud"]["region"],
            &finding["metadata"]["event_code"],
            &finding["status"],
            &finding["compliance"]["status"],
            &finding["severity"],
        ];
        *counts
            .entry(said.map(|word| word.as_str().unwrap_or_default()).join(", "))
            .or_default() += 1;
    }
    let lines: Vec<_> = counts.iter().map(|(said, count)| format!("{count:3}  {said}")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn no_format_has_a_secret_or_a_raw_control_character() {
    let report = report(&OPTIONS).await;
    for format in Format::value_variants() {
        let text = written(*format, &report);
        assert!(!text.contains(CANARY), "{format:?}");
        assert!(!text.contains('\u{1b}'), "{format:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_audits_of_one_account_give_the_same_bytes() {
    let reports = [report(&OPTIONS).await, report(&OPTIONS).await];
    for format in Format::value_variants() {
        let [first, second] = reports.each_ref().map(|report| written(*format, report));
        assert_eq!(first, second, "{format:?}");
    }
}

/// One line, and the word that says what it is.
fn typed(line: &str) -> (String, Value) {
    let mut line: Value = serde_json::from_str(line).expect("JSON");
    let members = line.as_object_mut().expect("an object");
    let kind = members.remove("type").expect("a type");
    (kind.as_str().expect("a word").to_owned(), line)
}

fn scene() -> Scene {
    let scene = Scene::new();
    world::fill(&scene.aws);
    world::obstruct(&scene.aws);
    scene
}

async fn report(options: &[&str]) -> Report {
    scene().report(options).await
}

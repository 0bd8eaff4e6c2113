//! The page about the audit: what its formats hold.

use std::{collections::BTreeSet, fs, path::Path};

use clap::{Parser, ValueEnum};
use metadata_guardrail_audit::{
    args::Args,
    audit::audit,
    changes::Changes,
    format::{Format, Screen},
    progress::Progress,
    report::{Report, SCHEMA},
};
use serde_json::Value;
use stand_in::{Fault, StandIn};

use super::page::{Page, quoted, set};
use crate::support::{
    files::here,
    harness::{config, document},
    names::{EXEMPT, GET_RUNTIME},
};

const PAGE: &str = "reference/audit.md";

/// Of an account in which one resource is open, one exempt, one safe, and one cannot be read.
async fn report() -> Report {
    let aws = StandIn::start().await;
    let now = {
        let mut world = aws.world();
        world.add_instance("i-0a1b2c3d4e5f60001");
        world.add_instance("i-0a1b2c3d4e5f60002").tag(EXEMPT, "true");
        world.add_instance("i-0a1b2c3d4e5f60003").http_tokens("required");
        let runtime = "quotes_agent-Qw56Er78Ty";
        world.add_runtime(runtime, &document());
        world.fault_for(GET_RUNTIME, runtime, Fault::AccessDenied, 1);
        world.now
    };
    let config = config(&aws.url(), None).await;
    let args = Args::try_parse_from(["audit", "--all"]).expect("options");
    audit(&args, &config, None, now, &Progress::hidden()).await.expect("a report")
}

fn written(format: Format, report: &Report) -> String {
    let mut bytes = Vec::new();
    format.write(report, Screen::default(), &mut bytes).expect("memory");
    String::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn the_book_lists_every_format_with_its_suffix() {
    let rows = Page::read(PAGE).table("format").into_iter();
    let word = |cell: &str| quoted(cell).pop_first().expect("a word in backticks");
    let listed = rows.map(|row| (word(&row[0]), word(&row[1])));
    let listed: BTreeSet<_> = listed.collect();
    let names = Format::value_variants().iter().map(|format| {
        let name = format.to_possible_value().expect("a name").get_name().to_owned();
        (*format, name)
    });
    let names: Vec<_> = names.collect();
    assert_eq!(listed.len(), names.len());
    for (format, name) in names {
        let (_, suffix) = listed.iter().find(|(listed, _)| *listed == name).expect("it is listed");
        let file = format!("report{suffix}");
        assert_eq!(Format::of_suffix(Path::new(&file)), Some(format), "{file}");
    }
}

#[tokio::test]
async fn the_book_lists_every_member_of_a_report() {
    let report: Value =
        serde_json::from_str(&written(Format::Json, &report().await)).expect("JSON");
    assert_eq!(report["schema"], SCHEMA);
    let members = report.as_object().expect("an object").keys().map(String::as_str);
    // A report has it only if it is compared with another one.
    let members = set(members.chain(["changes"]));
    assert_eq!(Page::read(PAGE).first_column("member"), members);
    let page = fs::read_to_string(here("docs/src").join(PAGE)).expect("the page");
    assert!(page.contains(SCHEMA));
}

#[test]
fn the_book_lists_every_change_and_no_other() {
    let changes = serde_json::to_value(Changes::default()).expect("JSON");
    let members = changes.as_object().expect("an object").keys().map(String::as_str);
    assert_eq!(Page::read(PAGE).first_column("change"), set(members));
}

#[tokio::test]
async fn the_book_lists_the_columns_of_a_csv_in_their_order() {
    let csv = written(Format::Csv, &report().await);
    let header: Vec<_> = csv.lines().next().expect("a header").split(',').collect();
    let rows = Page::read(PAGE).table("column").into_iter();
    let listed: Vec<_> = rows
        .map(|row| quoted(&row[0]).pop_first().expect("a name in backticks"))
        .collect();
    assert_eq!(listed, header);
}

#[tokio::test]
async fn the_book_says_how_ocsf_says_each_standing() {
    let findings: Value =
        serde_json::from_str(&written(Format::Ocsf, &report().await)).expect("JSON");
    let findings = findings.as_array().expect("an array").iter();
    // The account defaults of the stand-in are open, as one of the instances is.
    let told: BTreeSet<_> = findings
        .map(|finding| {
            let cells = [
                &finding["unmapped"]["standing"],
                &finding["status_id"],
                &finding["status"],
                &finding["status_code"],
                &finding["compliance"]["status_id"],
                &finding["severity"],
            ];
            cells.map(|cell| cell.to_string().replace('"', "`"))
        })
        .collect();
    let rows = Page::read(PAGE).table("standing in OCSF").into_iter();
    let listed: BTreeSet<_> =
        rows.map(|row| [0, 1, 2, 3, 4, 5].map(|cell| row[cell].clone())).collect();
    assert_eq!(listed, told);
}

//! What is different from an earlier report.

use metadata_guardrail::target::Kind;
use metadata_guardrail_audit::{
    baseline::{Baseline, WrongBaseline},
    changes::{Changes, Named},
    format::Format,
    report::Report,
    standing::Standing,
};
use serde_json::{Value, json};

use crate::support::{
    reports::{empty, written},
    sample,
};

#[test]
fn nothing_changes_between_a_report_and_itself() {
    let open = open(&sample::report());
    let changes = baseline(&sample::report()).compare(open.clone(), |_| None);
    assert_eq!(changes, Changes { unchanged: open.len(), ..Changes::default() });
}

#[test]
fn everything_open_is_new_after_a_report_of_nothing() {
    let mut open = open(&sample::report());
    let nothing = Report { regions: sample::report().regions, ..empty() };
    let changes = baseline(&nothing).compare(open.clone(), |_| None);
    open.sort();
    assert_eq!(changes, Changes { new: open, ..Changes::default() });
}

#[test]
fn what_is_safe_now_is_mended() {
    let mut open = open(&sample::report());
    let mended = open.remove(0);
    let safe = |named: &Named| (named.arn == mended.arn).then_some(Standing::Safe);
    let changes = baseline(&sample::report()).compare(open.clone(), safe);
    let unchanged = open.len();
    assert_eq!(changes, Changes { mended: vec![mended], unchanged, ..Changes::default() });
}

#[test]
fn what_is_exempt_or_gone_is_no_longer_open() {
    let mut was_open = open(&sample::report());
    was_open.sort();
    for standing in [Some(Standing::Exempt), None] {
        let changes = baseline(&sample::report()).compare([], |_| standing);
        let no_longer_open = was_open.clone();
        assert_eq!(changes, Changes { no_longer_open, ..Changes::default() });
    }
}

#[test]
fn what_is_not_seen_is_neither_mended_nor_no_longer_open() {
    let mut not_seen = open(&sample::report());
    not_seen.sort();
    let changes = baseline(&sample::report()).compare([], |_| Some(Standing::NotSeen));
    assert_eq!(changes, Changes { not_seen, ..Changes::default() });
}

#[test]
fn what_was_exempt_or_safe_then_is_new_when_it_is_open() {
    let report = sample::report();
    let now: Vec<_> = report
        .resources
        .iter()
        .filter(|one| matches!(one.standing, Standing::Exempt | Standing::Safe))
        .map(|one| named(one.outcome.kind, &one.outcome.id, &one.outcome.arn))
        .collect();
    assert_eq!(now.len(), 2);
    let changes = baseline(&report).compare(now, |_| Some(Standing::Open));
    assert_eq!((changes.new.len(), changes.unchanged), (2, open(&report).len()));
}

#[test]
fn members_of_a_later_version_are_ignored() {
    let mut later = value(&sample::report());
    later["weather"] = json!({"in": "Dublin"});
    later["resources"][1]["owner"] = json!("somebody");
    later["resources"][0]["standing"] = json!("standing_on_its_head");
    let baseline = Baseline::read(&later.to_string()).expect("a baseline");
    let open = open(&sample::report());
    assert_eq!(baseline.compare(open.clone(), |_| None).unchanged, open.len());
}

#[test]
fn what_is_no_report_is_refused_in_a_sentence() {
    let mut other_schema = value(&sample::report());
    other_schema["schema"] = json!("metadata-guardrail-audit/2\u{1b}[31m");
    let cases = [
        String::new(),
        "standing,kind\r\nopen,ec2_instance\r\n".to_owned(),
        written(Format::Ndjson, &sample::report()),
        "[]".to_owned(),
        r#"{"openapi": "3.1.0"}"#.to_owned(),
        r#"{"schema": "metadata-guardrail-audit/1"}"#.to_owned(),
        other_schema.to_string(),
    ];
    let sentences: Vec<_> = cases
        .iter()
        .map(|case| Baseline::read(case).expect_err("it is no baseline").to_string())
        .collect();
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn a_report_of_another_account_is_refused_in_a_sentence() {
    let baseline = baseline(&sample::report());
    assert!(baseline.clone().for_account("111122223333").is_ok());
    let refused = baseline.for_account("444455556666").expect_err("another account");
    assert!(matches!(refused, WrongBaseline::OtherAccount { .. }), "{refused:?}");
    insta::assert_snapshot!(refused);
}

fn baseline(report: &Report) -> Baseline {
    Baseline::read(&written(Format::Json, report)).expect("a baseline")
}

/// The open resources of a report, by their names.
fn open(report: &Report) -> Vec<Named> {
    let open = report.resources.iter().filter(|one| one.standing == Standing::Open);
    open.map(|one| named(one.outcome.kind, &one.outcome.id, &one.outcome.arn))
        .collect()
}

fn named(kind: Kind, id: &str, arn: &str) -> Named {
    Named::new(kind, id, "eu-west-1", arn)
}

fn value(report: &Report) -> Value {
    serde_json::from_str(&written(Format::Json, report)).expect("it is JSON")
}

//! The format `json`, and the schema that describes it.

use std::collections::BTreeMap;

use metadata_guardrail::{
    outcome::{Finding, Outcome},
    target::Kind,
    verdict::{Compliant, Deferred, Enforced, Failed, Gone, Held, Verdict},
};
use metadata_guardrail_audit::{
    format::Format,
    report::{Reason, Report, SCHEMA, Sight},
    standing::Standing,
};
use serde_json::{Value, json};
use strum::{VariantArray, VariantNames};

use crate::support::{
    mutations::{self, Mutated},
    reports::{empty, written},
    sample,
    schema::{faults, schema},
};

#[test]
fn a_report_of_nothing_fits_the_schema() {
    let Some(faults) = faults("#", &[value(&empty())]) else { return };
    assert_eq!(faults, [None]);
}

#[test]
fn the_sample_fits_the_schema() {
    let with_use = |imdsv1_use: Value| {
        let mut sample = value(&sample::report());
        sample["resources"][1]["imdsv1_use"] = imdsv1_use;
        sample
    };
    let documents = [
        value(&sample::report()),
        with_use(json!("no_data")),
        with_use(json!({"calls": 42, "since": "2026-11-07"})),
    ];
    let Some(faults) = faults("#", &documents) else { return };
    assert_eq!(faults, [None, None, None]);
}

#[test]
fn a_report_reads_as_its_snapshot() {
    insta::assert_snapshot!(written(Format::Json, &sample::report()));
}

#[test]
fn a_report_ends_with_one_line_end() {
    for report in [empty(), sample::report()] {
        let text = written(Format::Json, &report);
        assert!(text.ends_with("}\n"), "{text:?}");
    }
}

#[test]
fn the_schema_refuses_a_member_too_many() {
    assert_refused(mutations::with_one_more_member(&value(&sample::report())));
}

#[test]
fn the_schema_refuses_a_missing_member() {
    let optional = [
        // Members that only some reports and resources have.
        "changes",
        "exempt_until",
        "imdsv1_use",
        "launched_by",
        "source",
        "remedy",
        "launch_template",
        "auto_scaling_group",
    ];
    // Their members are kinds, Regions and results, and not all of them occur.
    let maps = ["by_kind", "by_region", "by_result", "controls", "kinds"];
    let is_required = |(what, _): &Mutated| {
        let mut names = what.trim_end_matches(" removed").rsplit('/');
        let (name, of) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        !optional.contains(&name) && !maps.contains(&of)
    };
    let missing = mutations::without_a_member(&value(&sample::report()));
    assert_refused(missing.into_iter().filter(is_required).collect());
}

#[test]
fn the_schema_refuses_a_wrong_word() {
    let sample = value(&sample::report());
    let wrong = |path: &str, value: Value| mutations::with(&sample, path, value);
    assert_refused(vec![
        wrong("/schema", json!("metadata-guardrail-audit/2")),
        wrong("/account", json!("1111")),
        wrong("/audited_at", json!("2026-11-21 09:00")),
        wrong("/asked/as_of", json!("21.11.2026")),
        wrong("/asked/kinds/0", json!("bucket")),
        wrong("/regions/0/kinds/ec2_instance", json!("skipped")),
        wrong("/not_seen/0/reason", json!("unknown")),
        wrong("/not_seen/0/kinds", json!([])),
        wrong("/resources/0/kind", json!("account_defaults_of_nobody")),
        wrong("/resources/0/standing", json!("safe")),
        wrong("/resources/0/result", json!("held")),
        wrong("/resources/0/reason", json!("v2_required")),
        wrong("/resources/1/findings/0", json!("hop_limit1")),
        wrong("/resources/1/before/hop_limit", json!(0)),
        wrong("/resources/1/before", json!({"require_mmdsv2": true, "version": "3"})),
        wrong("/resources/1/after", json!({"http_tokens": "required", "hop_limit": 1})),
        wrong("/summary/resources/open", json!(-1)),
    ]);
}

#[test]
fn the_schema_knows_the_words_of_the_program() {
    let schema = schema();
    let words = |name: &str| enumerated(&schema["$defs"][name]);
    let kinds: Vec<_> = Kind::VARIANTS.iter().map(|kind| kind.name()).collect();
    let standings: Vec<_> = Standing::VARIANTS.iter().map(|standing| standing.name()).collect();
    assert_eq!(schema["$defs"]["head"]["properties"]["schema"]["const"], SCHEMA);
    assert_eq!(words("kind"), kinds);
    assert_eq!(words("standing"), standings);
    assert_eq!(words("sight"), sights());
    assert_eq!(words("result"), Verdict::VARIANTS);
    assert_eq!(words("finding"), Finding::VARIANTS);
    assert_eq!(words("reason"), Reason::VARIANTS);
}

#[test]
fn the_schema_knows_the_reasons_of_each_result() {
    let described: BTreeMap<_, _> = schema()["$defs"]["verdict"]["oneOf"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["properties"])
        .map(|one| {
            let result = one["result"]["const"].as_str().expect("a word").to_owned();
            (result, (standings_of(&one["standing"]), enumerated(&one["reason"])))
        })
        .collect();
    let expected: BTreeMap<_, _> = verdicts()
        .into_iter()
        .filter_map(|(verdict, reasons)| {
            let reasons = reasons.iter().map(|&reason| reason.to_owned()).collect();
            let standings = possible_standings(verdict);
            // What is gone is not listed.
            (!standings.is_empty()).then(|| (verdict.result().to_owned(), (standings, reasons)))
        })
        .collect();
    assert_eq!(verdicts().len(), Verdict::VARIANTS.len());
    assert_eq!(described, expected);
}

/// How a resource with this verdict can stand, the usual way first.
fn possible_standings(verdict: Verdict) -> Vec<String> {
    let sample = sample::report().resources.swap_remove(0).outcome;
    let outcome = Outcome { verdict, findings: Vec::new(), ..sample };
    let unread = Outcome { findings: vec![Finding::EndpointsUnread], ..outcome.clone() };
    let mut standings: Vec<_> = [outcome, unread].iter().filter_map(Standing::of).collect();
    standings.dedup();
    standings.iter().map(|standing| standing.name().to_owned()).collect()
}

/// The words that a schema allows.
fn standings_of(schema: &Value) -> Vec<String> {
    match schema["const"].as_str() {
        Some(only) => vec![only.to_owned()],
        None => enumerated(schema),
    }
}

/// One verdict of each result, with all reasons of this result.
fn verdicts() -> Vec<(Verdict, Vec<&'static str>)> {
    vec![
        (Verdict::Failed(Failed::ReadFailed), Failed::VARIANTS.to_vec()),
        (Verdict::Held(Held::Refused), Held::VARIANTS.to_vec()),
        (Verdict::Enforced(Enforced::V1Allowed), Enforced::VARIANTS.to_vec()),
        (Verdict::WouldEnforce, vec![Verdict::WouldEnforce.reason()]),
        (Verdict::Deferred(Deferred::Pending), Deferred::VARIANTS.to_vec()),
        (Verdict::Exempt, vec![Verdict::Exempt.reason()]),
        (Verdict::Gone(Gone::NotFound), Gone::VARIANTS.to_vec()),
        (Verdict::Compliant(Compliant::V2Required), Compliant::VARIANTS.to_vec()),
    ]
}

fn sights() -> Vec<String> {
    Sight::VARIANTS
        .iter()
        .map(|sight| json!(sight).as_str().expect("a word").to_owned())
        .collect()
}

fn enumerated(schema: &Value) -> Vec<String> {
    serde_json::from_value(schema["enum"].clone()).expect("a list of words")
}

fn value(report: &Report) -> Value {
    serde_json::from_str(&written(Format::Json, report)).expect("it is JSON")
}

#[track_caller]
fn assert_refused(mutated: Vec<Mutated>) {
    let (what, documents): (Vec<_>, Vec<_>) = mutated.into_iter().unzip();
    assert!(!documents.is_empty());
    let Some(faults) = faults("#", &documents) else { return };
    let accepted: Vec<_> = what.iter().zip(faults).filter(|(_, fault)| fault.is_none()).collect();
    assert!(accepted.is_empty(), "{accepted:#?}");
}

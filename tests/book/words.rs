//! The words of the program: results, reasons, findings, causes and metrics.

use std::{collections::BTreeSet, fs};

use metadata_guardrail::{
    event::{Cause, Ignored},
    failure::Unlisted,
    outcome::Finding,
    verdict::{Compliant, Deferred, Enforced, Failed, Gone, Held, Verdict},
};
use strum::VariantNames;

use super::page::{Page, quoted, set};
use crate::support::files::files_under;

const RESPONSE: &str = "reference/response.md";

/// The words of the reasons of a verdict.
fn reasons(result: &str) -> BTreeSet<String> {
    set(match result {
        "failed" => Failed::VARIANTS.iter().copied(),
        "held" => Held::VARIANTS.iter().copied(),
        "enforced" => Enforced::VARIANTS.iter().copied(),
        "deferred" => Deferred::VARIANTS.iter().copied(),
        "gone" => Gone::VARIANTS.iter().copied(),
        "compliant" => Compliant::VARIANTS.iter().copied(),
        "would_enforce" => return set([Verdict::WouldEnforce.reason()]),
        "exempt" => return set([Verdict::Exempt.reason()]),
        unknown => panic!("{unknown} is no result of this test"),
    })
}

/// The names of all metrics that are counted, as they are written in the code.
fn metrics() -> BTreeSet<String> {
    let sources = files_under("src")
        .into_iter()
        .map(|path| fs::read_to_string(path).expect("a source"));
    let code: String = sources.collect();
    let uses = ["counter!(", "histogram!(", "gauge!("]
        .into_iter()
        .flat_map(|call| code.split(call).skip(1));
    let name = |rest: &str| {
        let rest = rest
            .trim_start()
            .strip_prefix('"')
            .expect("a metric's name is written where it is used");
        rest.split('"').next().map(str::to_owned)
    };
    uses.filter_map(name).collect()
}

#[test]
fn the_book_lists_every_reason_beside_its_result_and_no_other() {
    let mut result = String::new();
    let mut listed = BTreeSet::new();
    for row in Page::read(RESPONSE).table("result") {
        result = quoted(&row[0]).pop_first().unwrap_or(result);
        listed.extend(quoted(&row[1]).into_iter().map(|reason| (result.clone(), reason)));
    }
    let of = |result: &&'static str| {
        reasons(result).into_iter().map(|reason| ((*result).to_owned(), reason))
    };
    assert_eq!(listed, Verdict::VARIANTS.iter().flat_map(of).collect());
}

#[test]
fn the_book_lists_every_finding_and_no_other() {
    let findings = Page::read(RESPONSE).first_column("finding");
    assert_eq!(findings, set(Finding::VARIANTS.iter().copied()));
}

#[test]
fn the_book_lists_every_reason_to_ignore_an_event_and_no_other() {
    let reasons = Page::read(RESPONSE).first_column("ignored");
    assert_eq!(reasons, set(Ignored::VARIANTS.iter().copied()));
}

#[test]
fn the_book_names_the_reason_of_a_listing_that_is_not_offered() {
    let not_offered = Unlisted::NotOffered(String::new());
    assert!(!not_offered.is_failure());
    let quoted = quoted(&Page::read(RESPONSE).prose());
    assert!(quoted.contains(not_offered.reason()), "{}", not_offered.reason());
}

#[test]
fn the_book_lists_every_cause_and_no_other() {
    let causes = Page::read("reference/log.md").first_column("cause");
    assert_eq!(causes, set(Cause::VARIANTS.iter().copied()));
}

#[test]
fn the_book_lists_every_metric_and_no_other() {
    assert_eq!(Page::read("reference/metrics.md").first_column("metric"), metrics());
}

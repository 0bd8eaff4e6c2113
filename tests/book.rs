//! The README knows every word that the program can say, and its tables hold no other word.

use std::{collections::BTreeSet, fs};

use metadata_guardrail::{
    event::{Cause, Ignored},
    failure::Unlisted,
    outcome::Finding,
    verdict::{Compliant, Deferred, Enforced, Failed, Gone, Held, Verdict},
};
use strum::VariantNames;

use crate::support::{
    files::{files_under, here},
    variables::variables_read,
};

/// The README without its blocks of code.
fn prose() -> String {
    let readme = fs::read_to_string(here("README.md")).expect("the README");
    // The first piece and every second one after it are outside of a block.
    readme.split("```").step_by(2).collect()
}

/// What stands between backticks.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The rows of the one table whose first column has this heading, as cells.
fn table(heading: &str) -> Vec<Vec<String>> {
    let prose = prose();
    let heading = format!("| {heading} |");
    let mut tables = prose.split("\n\n").filter(|paragraph| paragraph.starts_with(&heading));
    let table = tables.next().unwrap_or_else(|| panic!("no table begins with {heading}"));
    assert!(tables.next().is_none(), "two tables begin with {heading}");
    let cells = |row: &str| row.split('|').skip(1).map(|cell| cell.trim().to_owned()).collect();
    // The second line is a rule.
    table.lines().skip(2).map(cells).collect()
}

/// What stands between backticks in the first column of that table.
fn first_column(heading: &str) -> BTreeSet<String> {
    table(heading).iter().flat_map(|row| quoted(&row[0])).collect()
}

fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

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
fn the_readme_lists_every_reason_beside_its_result_and_no_other() {
    let mut result = String::new();
    let mut listed = BTreeSet::new();
    for row in table("result") {
        result = quoted(&row[0]).pop_first().unwrap_or(result);
        listed.extend(quoted(&row[1]).into_iter().map(|reason| (result.clone(), reason)));
    }
    let of = |result: &&'static str| {
        reasons(result).into_iter().map(|reason| ((*result).to_owned(), reason))
    };
    assert_eq!(listed, Verdict::VARIANTS.iter().flat_map(of).collect());
}

#[test]
fn the_readme_lists_every_finding_and_no_other() {
    assert_eq!(first_column("finding"), set(Finding::VARIANTS.iter().copied()));
}

#[test]
fn the_readme_lists_every_variable_and_no_other() {
    assert_eq!(first_column("variable"), variables_read());
}

#[test]
fn the_readme_lists_every_metric_and_no_other() {
    assert_eq!(first_column("metric"), metrics());
}

#[test]
fn the_readme_names_the_reason_of_a_listing_that_is_not_offered() {
    let not_offered = Unlisted::NotOffered(String::new());
    assert!(!not_offered.is_failure());
    assert!(quoted(&prose()).contains(not_offered.reason()), "{}", not_offered.reason());
}

#[test]
fn the_readme_lists_every_cause_and_no_other() {
    assert_eq!(first_column("cause"), set(Cause::VARIANTS.iter().copied()));
}

#[test]
fn the_readme_names_every_reason_for_which_an_event_is_ignored() {
    let quoted = quoted(&prose());
    let missing: Vec<_> =
        Ignored::VARIANTS.iter().filter(|reason| !quoted.contains(**reason)).collect();
    assert_eq!(missing, [] as [&&str; 0]);
}

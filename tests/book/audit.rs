//! The page about the audit: its options, statuses, standings, reasons and controls.

use std::collections::BTreeSet;

use clap::{Arg, CommandFactory};
use metadata_guardrail::target::Kind;
use metadata_guardrail_audit::{
    args::Args,
    control::{Control, of_kind},
    report::Reason,
    standing::Standing,
    status::Status,
};
use strum::{VariantArray, VariantNames};

use super::page::{Page, quoted, set};

const PAGE: &str = "reference/audit.md";
const STATUSES: [Status; 7] = [
    Status::Clean,
    Status::Open,
    Status::WrongUse,
    Status::NotSeen,
    Status::HungUp,
    Status::Interrupted,
    Status::Terminated,
];

/// An option, its variable, its default, and the words that it takes.
type Row = (String, String, String, BTreeSet<String>);

fn row_of(arg: &Arg) -> Row {
    let option = format!("--{}", arg.get_long().expect("every option has a long name"));
    let variable = arg.get_env().map(|name| name.to_str().expect("UTF-8").to_owned());
    let default = arg.get_default_values().first();
    let default = default.map(|value| value.to_str().expect("UTF-8").to_owned());
    // A switch takes no word, although clap knows two for it.
    let words = Some(arg.get_possible_values()).filter(|_| arg.get_action().takes_values());
    let words = words
        .unwrap_or_default()
        .iter()
        .map(|value| value.get_name().to_owned())
        .collect();
    (option, variable.unwrap_or_default(), default.unwrap_or_default(), words)
}

fn options() -> Vec<Row> {
    Args::command().get_arguments().map(row_of).collect()
}

/// The rows of the page. A cell without a word in backticks is empty. The first word of the first
/// cell is the option; a short name may follow.
fn rows() -> Vec<Row> {
    let word = |cell: &str| cell.split('`').nth(1).unwrap_or_default().to_owned();
    let rows = Page::read(PAGE).table("option").into_iter();
    rows.map(|row| (word(&row[0]), word(&row[1]), word(&row[2]), quoted(&row[3])))
        .collect()
}

#[test]
fn the_book_lists_every_option_with_its_variable_default_and_words() {
    for (listed, option) in rows().iter().zip(&options()) {
        assert_eq!(listed.0, option.0, "the order is that of --help");
        // What takes any text may have examples.
        let is_same_but_words = (&listed.1, &listed.2) == (&option.1, &option.2);
        assert!(is_same_but_words, "{listed:?} is on the page, but the program has {option:?}");
        if !option.3.is_empty() {
            assert_eq!(listed.3, option.3, "{}", option.0);
        }
    }
    assert_eq!(rows().len(), options().len());
}

#[test]
fn the_book_lists_every_exit_status_and_so_does_the_help() {
    let statuses: BTreeSet<_> = STATUSES.map(|status| (status as u8).to_string()).into();
    assert_eq!(Page::read(PAGE).first_column("status"), statuses);
    let help = Args::command().get_after_help().expect("a text after the help").to_string();
    let (_, told) = help.split_once("Exit status:\n").expect("it tells the statuses");
    let told = told.lines().filter_map(|line| line.split_whitespace().next());
    assert_eq!(set(told), statuses);
}

#[test]
fn the_book_lists_every_standing_and_no_other() {
    let standings = Standing::VARIANTS.iter().map(|standing| standing.name());
    assert_eq!(Page::read(PAGE).first_column("standing"), set(standings));
}

#[test]
fn the_book_lists_every_reason_why_something_was_not_seen() {
    let reasons = set(Reason::VARIANTS.iter().copied());
    assert_eq!(Page::read(PAGE).first_column("not seen"), reasons);
}

#[test]
fn the_book_lists_every_control_with_its_benchmark_and_version() {
    let control = |Control { benchmark, version, control }: &Control| {
        [benchmark, version, control].map(|text| (*text).to_owned())
    };
    let known: Vec<_> = of_kind(Kind::Ec2Instance).iter().map(control).collect();
    let listed = Page::read(PAGE).table("benchmark").into_iter();
    let listed: Vec<_> = listed.map(|row| [0, 1, 2].map(|cell| row[cell].clone())).collect();
    assert_eq!(listed, known);
    for other in [Kind::AgentcoreRuntime, Kind::AccountDefaults] {
        assert_eq!(of_kind(other), [], "the page says that there is none for {other:?}");
    }
}

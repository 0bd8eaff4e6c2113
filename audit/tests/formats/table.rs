//! The report as a person reads it.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use metadata_guardrail::target::Kind;
use metadata_guardrail_audit::{
    changes::Named,
    format::{Format, Screen},
    report::{NotSeen, Report, Sight},
    standing::Standing,
    summary::{Counts, Source, Summary},
};

use crate::support::sample;

#[test]
fn an_account_without_resources_is_said_to_have_none() {
    assert_snapshot!(on(80, &empty()));
}

#[test]
fn an_account_in_which_all_is_safe_has_no_list() {
    assert_snapshot!(on(80, &all_safe()));
}

#[test]
fn an_account_of_which_nothing_was_seen_does_not_look_clean() {
    let mut report = empty();
    let denied = sample::report().not_seen.remove(0);
    for region in &mut report.regions {
        region.kinds.values_mut().for_each(|sight| *sight = Sight::NotSeen);
        region.account_default = None;
        report
            .not_seen
            .push(NotSeen { region: region.region.clone(), ..denied.clone() });
    }
    assert_snapshot!(on(80, &report));
}

#[test]
fn the_sample_in_200_columns() {
    assert_snapshot!(on(200, &sample::report()));
}

#[test]
fn the_sample_in_120_columns() {
    assert_snapshot!(on(120, &sample::report()));
}

#[test]
fn the_sample_in_80_columns() {
    assert_snapshot!(on(80, &sample::report()));
}

#[test]
fn the_sample_in_50_columns() {
    assert_snapshot!(on(50, &sample::report()));
}

#[test]
fn the_sample_in_a_pipe() {
    assert_snapshot!(table(&sample::report(), Screen::default()));
}

#[test]
fn the_sample_in_colours() {
    let screen = Screen { columns: Some(120), colours: true };
    assert_snapshot!(table(&sample::report(), screen).replace('\u{1b}', "␛"));
}

#[test]
fn many_are_cut_and_counted_and_one_is_singular() {
    let mut report = sample::report();
    let source = report.summary.by_source.remove(0);
    report.summary.by_source =
        (1..=7).rev().map(|open| Source { open, ..source.clone() }).collect();
    let changes = report.changes.as_mut().expect("the sample has changes");
    let new = changes.new.remove(0);
    changes.new = (10..22)
        .map(|number| Named { id: format!("i-0a1b2c3d4e5f600{number}"), ..new.clone() })
        .collect();
    let not_seen = report.not_seen.remove(0);
    report.not_seen = ["af-south-1", "ap-east-1", "ca-west-1", "eu-south-2", "sa-east-1"]
        .map(|region| NotSeen { region: region.to_owned(), ..not_seen.clone() })
        .to_vec();
    report.regions.truncate(1);
    report.summary.resources = Counts { open: 1, ..Counts::default() };
    report.resources.truncate(2);
    assert_snapshot!(on(100, &report));
}

#[test]
fn all_safe_resources_are_listed_without_sentences_if_asked_for() {
    let mut report = all_safe();
    report.asked.all = true;
    report.resources = sample::report().resources;
    report.resources.retain(|resource| resource.standing == Standing::Safe);
    report.resources.push(report.resources[0].clone());
    report.resources[0].outcome.findings.clear();
    assert_snapshot!(on(80, &report));
}

#[test]
fn the_account_defaults_are_counted_if_nothing_else_was_asked_for() {
    let mut report = sample::report();
    report.asked.kinds = vec![Kind::AccountDefaults];
    report.summary.resources = Counts::default();
    report.summary.by_kind.retain(|kind, _| *kind == Kind::AccountDefaults);
    assert!(on(120, &report).contains(
        "Account 111122223333: 50.0 % of 2 account defaults in 2 of 3 Regions are safe; 1 is open."
    ));
}

#[test]
fn regions_that_a_person_named_are_said_to_be_asked_for() {
    let mut report = all_safe();
    report.asked.regions = report.regions.iter().map(|one| one.region.clone()).collect();
    assert!(on(120, &report).contains("in the 2 Regions that were asked for are safe"));
    report.regions.truncate(1);
    assert!(on(120, &report).contains("in the 1 Region that was asked for are safe"));
}

#[test]
fn a_region_that_offers_nothing_is_not_unseen() {
    let mut report = empty();
    for region in &mut report.regions {
        region.kinds.values_mut().for_each(|sight| *sight = Sight::NotOffered);
    }
    let table = on(120, &report);
    assert!(table.contains("no resource was found in 2 Regions."), "{table}");
}

#[test]
fn advice_comes_with_commands_only_and_is_about_what_is_shown() {
    let care = "Before you run a command";
    let not_read = "Whether open instances use it was not read";
    let runtimes = "A runtime's command needs";
    let said = |report: &Report| {
        let table = on(240, report);
        [care, not_read, runtimes].map(|sentence| table.contains(sentence))
    };
    assert_eq!(said(&all_safe()), [false, false, false]);
    let mut report = sample::report();
    assert_eq!(said(&report), [true, false, true]);
    report.asked.imdsv1_usage_days = 0;
    assert_eq!(said(&report), [true, true, true]);
    report.resources.retain(|one| one.outcome.kind == Kind::Ec2Instance);
    assert_eq!(said(&report), [true, true, false]);
    // The command of what is exempt is not shown.
    report.resources.retain(|one| one.standing == Standing::Exempt);
    assert_eq!(said(&report), [false, false, false]);
}

#[test]
fn a_share_is_never_rounded_to_all_or_nothing() {
    let shares =
        [(0, 0), (0, 3), (1, 0), (1, 3), (2, 1), (1, 9999), (4, 9996), (9996, 4), (9989, 11)];
    let shares =
        shares.map(|(safe, open)| Counts { safe, open, ..Counts::default() }.percent_safe());
    let shares = shares.map(|share| share.unwrap_or_else(|| "nothing".to_owned()));
    assert_eq!(
        shares.join(", "),
        "nothing, 0 %, 100 %, 25.0 %, 66.7 %, <0.1 %, <0.1 %, >99.9 %, 99.9 %"
    );
}

#[test]
fn no_line_of_a_table_is_wider_than_its_screen_except_commands() {
    for columns in 24..=240 {
        let written = on(columns, &sample::report());
        let widest = written
            .lines()
            .filter(|line| !line.starts_with("  aws ") && !line.starts_with("  (file="))
            .max_by_key(|line| line.chars().count())
            .expect("it has lines");
        assert!(widest.chars().count() <= usize::from(columns), "{columns}: {widest}");
    }
}

#[test]
fn no_character_that_steers_a_terminal_is_written() {
    for columns in [None, Some(30), Some(80), Some(200)] {
        let written = table(&hostile(), Screen { columns, colours: false });
        let steers = |shown: char| shown != '\n' && (shown.is_control() || shown == '\u{202e}');
        assert_eq!(written.find(steers), None, "{columns:?}");
        assert!(written.contains(r"\u{202e}"), "{columns:?}");
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    for columns in [None, Some(50), Some(120)] {
        let coloured = table(&sample::report(), Screen { columns, colours: true });
        let plain = table(&sample::report(), Screen { columns, colours: false });
        assert_ne!(coloured, plain);
        assert_eq!(without_colours(&coloured), plain);
    }
}

/// The sample, in which every text that AWS or a person wrote is hostile.
fn hostile() -> Report {
    let mut report = sample::report();
    let hostile = || sample::HOSTILE.to_owned();
    report.account = hostile();
    report.regions.iter_mut().for_each(|region| region.region = hostile());
    for one in &mut report.not_seen {
        (one.region, one.detail) = (hostile(), hostile());
    }
    for one in &mut report.summary.by_source {
        (one.region, one.source) = (hostile(), hostile());
    }
    for one in &mut report.summary.exceptions_ending {
        (one.region, one.id) = (hostile(), hostile());
    }
    for one in &mut report.changes.as_mut().expect("the sample has changes").new {
        (one.kind, one.region, one.id) = (hostile(), hostile(), hostile());
    }
    for one in &mut report.resources {
        (one.outcome.id, one.outcome.place.region) = (hostile(), hostile());
        (one.outcome.detail, one.source, one.remedy) =
            (hostile(), Some(hostile()), Some(hostile()));
    }
    report
}

/// A text without the escapes of colours, which end in `m`.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap_or_default();
    let others = pieces.map(|piece| piece.split_once('m').expect("a colour").1);
    [first].into_iter().chain(others).collect()
}

fn on(columns: u16, report: &Report) -> String {
    table(report, Screen { columns: Some(columns), colours: false })
}

fn table(report: &Report, screen: Screen) -> String {
    let mut written = Vec::new();
    Format::Table
        .write(report, screen, &mut written)
        .expect("memory takes everything");
    String::from_utf8(written).expect("it is text")
}

fn empty() -> Report {
    let mut report = sample::report();
    report.summary = Summary::default();
    report.resources.clear();
    report.not_seen.clear();
    report.changes = None;
    report.regions.retain(|region| region.region != "eu-south-2");
    report
}

fn all_safe() -> Report {
    let mut report = empty();
    let counts = Counts { safe: 320, ..Counts::default() };
    report.summary.resources = counts;
    report.summary.by_kind = BTreeMap::from([(Kind::Ec2Instance, counts)]);
    report.summary.by_result = BTreeMap::from([("compliant", 320)]);
    report
}

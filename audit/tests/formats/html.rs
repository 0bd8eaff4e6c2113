//! The HTML report, as text. What a browser makes of it is in `browser/html.rs`.

use std::collections::BTreeMap;

use metadata_guardrail::target::Kind;
use metadata_guardrail_audit::{
    format::{Format, Screen},
    report::{Report, Sight},
    summary::{Counts, Source, Summary},
};

use crate::support::sample;

#[test]
fn an_account_without_resources_has_an_empty_report() {
    let page = page(&clean(Counts::default()));
    assert!(page.contains("There are no resources"));
    assert!(page.contains("There is none to list: what is safe is left out."));
    assert!(!page.contains("<table id=\"listed\">"));
}

#[test]
fn a_clean_report_says_that_all_is_safe() {
    let page = page(&clean(Counts { safe: 12_345, ..Counts::default() }));
    assert!(page.contains("<strong>100 %</strong> <span>safe</span>"));
    assert!(page.contains("12,345 of 12,345 resources"));
    assert!(page.contains("<section class=\"summary safe\""));
    assert!(!page.contains("Not everything was seen"));
    assert!(!page.contains("Since the earlier report"));
}

#[test]
fn a_share_that_is_almost_everything_is_not_rounded_up() {
    let page = page(&clean(Counts { safe: 19_999, open: 1, ..Counts::default() }));
    assert!(page.contains("<strong>&#62;99.9 %</strong>"));
    assert!(page.contains("<section class=\"summary open\""));
}

#[test]
fn a_report_that_misses_something_never_looks_clean() {
    let safe = Counts { safe: 9, ..Counts::default() };
    let mut denied = clean(safe);
    denied.not_seen = sample::report().not_seen;
    let mut half_seen = clean(safe);
    half_seen.regions[0].kinds.insert(Kind::Ec2Instance, Sight::NotSeen);
    let mut unread_default = clean(safe);
    let not_seen = Counts { not_seen: 1, ..Counts::default() };
    unread_default.summary.by_kind.insert(Kind::AccountDefaults, not_seen);
    let unread = clean(Counts { not_seen: 1, ..safe });

    for report in [denied, half_seen, unread_default, unread] {
        let page = page(&report);
        assert!(page.contains("<h2 id=\"not-seen\">Not everything was seen</h2>"));
        assert!(page.contains("of what was listed is safe"));
        assert!(page.contains("<section class=\"summary not_seen\""));
    }
}

#[test]
fn an_open_account_default_alone_is_not_clean() {
    let mut report = clean(Counts { safe: 9, ..Counts::default() });
    let open = Counts { open: 2, ..Counts::default() };
    report.summary.by_kind.insert(Kind::AccountDefaults, open);
    let page = page(&report);
    assert!(page.contains("<section class=\"summary open\""));
    assert!(page.contains("In 2 Regions the account default lets new instances"));
}

#[test]
fn regions_that_a_person_named_are_said_to_be_asked_for() {
    let mut report = clean(Counts::default());
    assert!(page(&report).contains("<dt>Regions</dt><dd>1</dd>"));
    report.asked.regions = vec!["eu-north-1".to_owned()];
    assert!(page(&report).contains("<dt>Regions</dt><dd>1 that was asked for</dd>"));
}

#[test]
fn the_use_of_imdsv1_has_a_column_if_it_is_known_of_anything() {
    let mut report = sample::report();
    let heading = "<th scope=\"col\">IMDSv1 calls</th>";
    assert!(page(&report).contains(heading));
    assert!(page(&report).contains("<td data-rank=\"42\">42</td>"));
    report.resources.iter_mut().for_each(|one| one.outcome.imdsv1_use = None);
    assert!(!page(&report).contains(heading));
}

#[test]
fn advice_comes_with_commands_only() {
    let care = "Before you run a command";
    let mut report = sample::report();
    assert!(page(&report).contains(care));
    report.resources.iter_mut().for_each(|one| one.remedy = None);
    assert!(!page(&report).contains(care));
}

#[test]
fn a_region_that_does_not_offer_a_kind_misses_nothing() {
    let page = page(&clean(Counts::default()));
    assert!(page.contains("eu-north-1 (AgentCore runtimes)"));
    assert!(!page.contains("Not everything was seen"));
}

#[test]
fn what_attackers_write_becomes_neither_markup_nor_invisible() {
    let mut report = sample::report();
    // Whatever is a text in the report may be theirs.
    let hostile = sample::HOSTILE;
    report.account = hostile.to_owned();
    report.asked.exception_tag = hostile.to_owned();
    report.not_seen[0].detail = hostile.to_owned();
    report.regions[0].account_default = Some(hostile.to_owned());
    for resource in &mut report.resources {
        let outcome = &mut resource.outcome;
        outcome.id = hostile.to_owned();
        outcome.arn = hostile.to_owned();
        outcome.place.region = hostile.to_owned();
        resource.remedy = Some(hostile.to_owned());
    }
    let page = page(&report);
    assert_eq!(page.matches("<script>").count(), 1, "the report's own");
    assert!(!page.contains("</script><"));
    assert!(!page.chars().any(|one| one != '\n' && (one.is_control() || one == '\u{202e}')));
    assert!(page.contains("\\u{202e}"));
    // Nor does it end the attribute that it stands in.
    assert!(!page.contains("evil.example\")"));
}

#[test]
fn the_markup_holds_no_style_no_handler_and_no_address() {
    let page = page(&sample::report());
    let markup = page.replace("http-equiv", "").replace("http://evil.example", "");
    for forbidden in [" style=", " onclick=", " onload=", " src=", "href=\"http", "http:", "https:"]
    {
        assert!(!markup.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn long_lists_end_with_how_many_more_there_are() {
    let mut report = sample::report();
    let source = |number: usize| Source {
        region: "eu-west-1".to_owned(),
        source: format!("launch template lt-{number:017x}, version 1"),
        open: 40 - number,
    };
    report.summary.by_source = (0..23).map(source).collect();
    let changes = report.changes.as_mut().expect("the sample has some");
    changes.new = vec![changes.new[0].clone(); 1_234];

    let page = page(&report);
    assert!(page.contains("lt-00000000000000009,"));
    assert!(!page.contains("lt-0000000000000000a,"));
    assert!(page.contains(">and 13 more<"));
    assert!(page.contains("New: 1,234"));
    assert!(page.contains(">and 1,214 more<"));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(page(&sample::report()), page(&sample::report()));
}

#[test]
fn the_sample_is_the_page_of_the_snapshot() {
    // Style and script have their own files, and the hashes follow from them.
    let page = page(&sample::report());
    let (head, rest) = page.split_once("<style>").expect("a style");
    let (_, rest) = rest.split_once("</style>").expect("its end");
    let (body, _) = rest.split_once("<script>").expect("a script");
    let (head, policy) = head.split_once("content=\"").expect("a policy");
    let (_, title) = policy.split_once("\">").expect("its end");
    insta::assert_snapshot!(format!("{head}{title}{body}"));
}

/// The report as a page.
pub fn page(report: &Report) -> String {
    let mut page = Vec::new();
    Format::Html
        .write(report, Screen::default(), &mut page)
        .expect("a vector takes it");
    String::from_utf8(page).expect("it is UTF-8")
}

/// A report in which everything was seen, with these counts and nothing listed.
fn clean(resources: Counts) -> Report {
    let mut report = sample::report();
    let by_kind = BTreeMap::from([(Kind::Ec2Instance, resources)]);
    report.summary = Summary { resources, by_kind, ..Summary::default() };
    report.regions.retain(|region| region.region == "eu-north-1");
    report.not_seen.clear();
    report.resources.clear();
    report.changes = None;
    report
}

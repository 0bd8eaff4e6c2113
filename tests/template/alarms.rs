//! What its alarms say to whoever they wake.

use std::{collections::BTreeMap, fs};

use serde_json::json;

use super::stack::{Stack, text};
use crate::support::files::here;

/// How urgent an alarm may be.
const URGENCIES: [&str; 3] = ["now", "next working day", "this week"];

/// How urgent an alarm is, and its page in the runbook.
struct Help {
    alarm: String,
    urgency: String,
    page: String,
}

#[test]
fn every_alarm_says_how_urgent_it_is_and_which_page_helps() {
    let helps = helps();
    assert_eq!(helps.len(), 10);
    for Help { alarm, urgency, page } in helps {
        assert!(URGENCIES.contains(&&*urgency), "{alarm}: {urgency}");
        let text = read(&format!("docs/src/runbook/{page}.md"));
        assert!(text.starts_with(&format!("# {alarm}\n")), "{page} is the page of {alarm}");
        assert!(text.contains(&format!("**Urgency: {urgency}.**")), "{page}: {urgency}");
    }
}

#[test]
fn both_tables_of_alarms_say_what_the_alarms_say() {
    let (readme, runbook) = (read("README.md"), read("docs/src/runbook.md"));
    for Help { alarm, urgency, page } in helps() {
        let urgency = if urgency == "now" { "**now**".to_owned() } else { urgency };
        let row = |text: &str, start: &str| -> String {
            let row = text.lines().find(|line| line.starts_with(start));
            row.unwrap_or_else(|| panic!("no row begins with {start}")).to_owned()
        };
        let front = row(&readme, &format!("| `{alarm}` | {urgency} | ["));
        assert!(front.contains(&format!("](docs/src/runbook/{page}.md) |")), "{front}");
        row(&runbook, &format!("| [{alarm}](runbook/{page}.md) | {urgency} | "));
    }
}

#[test]
fn every_alarm_says_what_is_wrong_and_what_to_do_in_a_sentence_each() {
    for (name, description) in descriptions() {
        let (said, _) = description.split_once(" Urgency: ").expect("an urgency");
        assert_eq!(said.matches(". ").count(), 1, "{name}: {said}");
        assert!(said.ends_with('.'), "{name}: {said}");
        // What CloudWatch takes.
        assert!(description.chars().count() <= 1_024, "{name}");
    }
}

#[test]
fn whoever_hears_of_an_alarm_hears_of_its_end() {
    for topic in ["", "arn:aws:sns:eu-west-1:111122223333:security"] {
        let stack = Stack::with(&[("AlarmTopicArn", topic)]);
        for (name, alarm) in stack.resources_of("AWS::CloudWatch::Alarm") {
            let expected = (!topic.is_empty()).then(|| json!([topic]));
            assert_eq!(alarm.get("AlarmActions"), expected.as_ref(), "{name}");
            assert_eq!(alarm.get("OKActions"), expected.as_ref(), "{name}");
        }
    }
}

fn descriptions() -> BTreeMap<String, String> {
    let stack = Stack::with(&[]);
    let alarms = stack.resources_of("AWS::CloudWatch::Alarm");
    alarms
        .map(|(name, alarm)| (name.to_owned(), text(&alarm["AlarmDescription"])))
        .collect()
}

/// What the end of each description says.
fn helps() -> Vec<Help> {
    let help = |(alarm, description): (String, String)| {
        let (_, end) = description.split_once(" Urgency: ").expect("an urgency");
        let (urgency, page) = end.split_once(". Runbook: docs/src/runbook/").expect("a page");
        let page = page
            .strip_suffix(".md of metadata-guardrail.")
            .expect("the page ends the description")
            .to_owned();
        Help { alarm, urgency: urgency.to_owned(), page }
    };
    descriptions().into_iter().map(help).collect()
}

fn read(page: &str) -> String {
    fs::read_to_string(here(page)).unwrap_or_else(|why| panic!("{page}: {why}"))
}

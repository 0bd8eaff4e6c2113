//! What its alarms say to whoever they wake.

use std::collections::BTreeMap;

use serde_json::json;

use super::stack::{Stack, text};
use crate::support::files::here;

/// How urgent each alarm is, and its page in the runbook.
const ALARMS: [(&str, &str, &str); 10] = [
    ("DeadLettersAlarm", NEXT_WORKING_DAY, "dead-letters"),
    ("ErrorsAlarm", NEXT_WORKING_DAY, "errors"),
    ("OldEventsAlarm", NEXT_WORKING_DAY, "old-events"),
    ("SweepsMissingAlarm", NEXT_WORKING_DAY, "sweeps-missing"),
    ("ThrottlesAlarm", NEXT_WORKING_DAY, "throttles"),
    ("UndeliverableEventsAlarm", NEXT_WORKING_DAY, "undeliverable-events"),
    ("UndeliveredAlarm", NEXT_WORKING_DAY, "undelivered"),
    ("UnfinishedTargetsAlarm", NEXT_WORKING_DAY, "unfinished-targets"),
    ("UnknownIdsAlarm", "this week", "unknown-ids"),
    ("UnverifiedWritesAlarm", "now", "unverified-writes"),
];
const NEXT_WORKING_DAY: &str = "next working day";

#[test]
fn every_alarm_says_how_urgent_it_is_and_which_page_helps() {
    let described = descriptions();
    let names: Vec<_> = described.keys().map(String::as_str).collect();
    assert_eq!(names, ALARMS.map(|(name, ..)| name));
    for (name, urgency, page) in ALARMS {
        let end = format!(" Urgency: {urgency}. Runbook: docs/src/runbook/{page}.md.");
        assert!(described[name].ends_with(&end), "{name}: {}", described[name]);
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
fn the_page_of_every_alarm_is_there() {
    for (name, _, page) in ALARMS {
        let path = here(&format!("docs/src/runbook/{page}.md"));
        assert!(path.is_file(), "{name} names {}", path.display());
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

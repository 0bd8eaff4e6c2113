//! The decision as a truth table: every phase, access, exemption, operator and certainty about tags.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use metadata_guardrail::{
    decision::{Decision, Moment, YOUNG, decide},
    exception::ExceptionTag,
    observed::{Hold, MetadataAccess, Observation, Observed, Phase, Tags, Usage},
    outcome::{Reason, State},
    target::Target,
};

use crate::harness::{EXEMPT, home};

fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

fn decide_about(phase: &Phase, access: MetadataAccess, tags: &Tags, operator: Option<&str>, usage: Usage) -> Decision {
    let observation = Observation::Found(Box::new(Observed {
        target: Target::instance(&home(), "i-0a1b2c3d").expect("an id"),
        phase: phase.clone(),
        access,
        tags: tags.clone(),
        hold: operator.map(|operator| Hold::Operator(operator.to_owned())),
        created: None,
        usage,
        state: State::Instance { http_tokens: None, hop_limit: None },
        launched_by: None,
        findings: Vec::new(),
        findings_if_enforced: Vec::new(),
        document: (),
    }));
    decide(&observation, &ExceptionTag::default(), &Moment { now: now(), event: None })
}

fn phases() -> [(&'static str, Phase); 6] {
    let broken = Phase::Broken { reason: Reason::UpdateFailed, status: "UPDATE_FAILED".to_owned(), said: None };
    [
        ("settled", Phase::Settled),
        ("creating", Phase::Creating("CREATING".to_owned())),
        ("changing", Phase::Changing("UPDATING".to_owned())),
        ("passing", Phase::Passing(Reason::Pending)),
        ("broken", broken),
        ("ending", Phase::Ending(Reason::Terminated)),
    ]
}

fn all_tags() -> [(&'static str, Tags); 6] {
    let exempt = BTreeMap::from([(EXEMPT.to_owned(), "yes".to_owned())]);
    let expired = BTreeMap::from([(EXEMPT.to_owned(), "2026-11-20".to_owned())]);
    [
        ("unread", Tags::Unread),
        ("no tag, unconfirmed", Tags::Unconfirmed(BTreeMap::new())),
        ("exempt, unconfirmed", Tags::Unconfirmed(exempt.clone())),
        ("no tag, confirmed", Tags::Confirmed(BTreeMap::new())),
        ("exempt, confirmed", Tags::Confirmed(exempt)),
        ("expired, confirmed", Tags::Confirmed(expired)),
    ]
}

/// How much is used, as far as a write depends on it.
fn usages() -> [(&'static str, Usage); 5] {
    let calls = |number| Usage::Calls { number, since: NaiveDate::from_ymd_opt(2026, 11, 14).expect("a day") };
    [
        ("not asked", Usage::NotAsked),
        ("unread", Usage::Unread),
        ("no data", Usage::NoData),
        ("no calls", calls(0)),
        ("one call", calls(1)),
    ]
}

/// What is observed besides the use, in words, and what is decided by use.
type Row = (String, [(&'static str, Decision); 5]);

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (phase_name, phase) in &phases() {
        for access in [MetadataAccess::V1Allowed, MetadataAccess::V2Required, MetadataAccess::Disabled] {
            for (tags_name, tags) in &all_tags() {
                for (operator_name, operator) in [("unmanaged", None), ("managed", Some("eks.amazonaws.com"))] {
                    let access_name = format!("{access:?}");
                    let seen = format!("{phase_name:8} | {access_name:10} | {tags_name:19} | {operator_name:9}");
                    let decide = |(name, usage)| (name, decide_about(phase, access, tags, operator, usage));
                    rows.push((seen, usages().map(decide)));
                }
            }
        }
    }
    rows
}

/// One line where the use makes no difference, and else one for each.
fn lines((seen, decisions): Row) -> String {
    let (_, first) = &decisions[0];
    if decisions.iter().all(|(_, decision)| decision == first) {
        return format!("{seen} | any       | {first:?}\n");
    }
    decisions.iter().map(|(usage, decision)| format!("{seen} | {usage:9} | {decision:?}\n")).collect()
}

#[test]
fn the_truth_table() {
    insta::assert_snapshot!(rows().into_iter().map(lines).collect::<String>());
}

#[test]
fn a_write_is_decided_in_exactly_the_rows_that_allow_it() {
    let mut writes = Vec::new();
    for (seen, decisions) in rows() {
        let decided = decisions.into_iter().filter(|(_, decision)| *decision == Decision::Enforce);
        writes.extend(decided.map(|(usage, _)| format!("{seen} | {usage}")));
    }
    assert_eq!(
        writes,
        [
            "settled  | V1Allowed  | no tag, confirmed   | unmanaged | not asked",
            "settled  | V1Allowed  | no tag, confirmed   | unmanaged | no data",
            "settled  | V1Allowed  | no tag, confirmed   | unmanaged | no calls",
            "settled  | V1Allowed  | expired, confirmed  | unmanaged | not asked",
            "settled  | V1Allowed  | expired, confirmed  | unmanaged | no data",
            "settled  | V1Allowed  | expired, confirmed  | unmanaged | no calls",
        ]
    );
}

#[test]
fn what_is_not_found_is_gone_unless_the_event_is_young() {
    let about = |age: Option<TimeDelta>| {
        let moment = Moment { now: now(), event: age.map(|age| now() - age) };
        let Decision::Leave(_, reason) = decide(&Observation::<()>::NotFound, &ExceptionTag::default(), &moment) else {
            panic!("there is nothing to do")
        };
        reason
    };
    assert_eq!(about(Some(TimeDelta::zero())), Reason::NotFoundYet);
    assert_eq!(about(Some(YOUNG - TimeDelta::seconds(1))), Reason::NotFoundYet);
    assert_eq!(about(Some(YOUNG)), Reason::NotFound);
    assert_eq!(about(None), Reason::NotFound);
}

//! The decision as a truth table: every phase, access, exemption, operator and certainty about tags.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use metadata_guardrail::{
    decision::{Decision, Moment, YOUNG, decide},
    exception::ExceptionTag,
    observed::{MetadataAccess, Observation, Observed, Phase, Tags},
    outcome::{Reason, State},
    target::{Home, Target},
};

use crate::{
    harness::EXEMPT,
    stand_in::{ACCOUNT, REGION},
};

fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

fn decide_about(phase: &Phase, access: MetadataAccess, tags: &Tags, operator: Option<&str>) -> Decision {
    let home = Home { partition: "aws".to_owned(), region: REGION.to_owned(), account: ACCOUNT.to_owned() };
    let observation = Observation::Found(Box::new(Observed {
        target: Target::instance(&home, "i-0a1b2c3d").expect("an id"),
        phase: phase.clone(),
        access,
        tags: tags.clone(),
        operator: operator.map(str::to_owned),
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

#[test]
fn the_truth_table() {
    let mut table = String::new();
    for (phase_name, phase) in &phases() {
        for access in [MetadataAccess::V1Allowed, MetadataAccess::V2Required, MetadataAccess::Disabled] {
            for (tags_name, tags) in &all_tags() {
                for operator in [None, Some("eks.amazonaws.com")] {
                    let managed = if operator.is_some() { "managed" } else { "unmanaged" };
                    let decision = decide_about(phase, access, tags, operator);
                    table.push_str(&format!(
                        "{phase_name:8} | {:10} | {tags_name:19} | {managed:9} | {decision:?}\n",
                        format!("{access:?}")
                    ));
                }
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_write_is_decided_in_exactly_the_rows_that_allow_it() {
    let mut writes = Vec::new();
    for (phase_name, phase) in &phases() {
        for access in [MetadataAccess::V1Allowed, MetadataAccess::V2Required, MetadataAccess::Disabled] {
            for (tags_name, tags) in &all_tags() {
                for operator in [None, Some("eks.amazonaws.com")] {
                    if decide_about(phase, access, tags, operator) == Decision::Enforce {
                        writes.push((*phase_name, access, *tags_name, operator));
                    }
                }
            }
        }
    }
    let open = MetadataAccess::V1Allowed;
    assert_eq!(writes, [("settled", open, "no tag, confirmed", None), ("settled", open, "expired, confirmed", None)]);
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

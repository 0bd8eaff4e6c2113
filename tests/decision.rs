//! The decision as a truth table: every phase, access, exemption and certainty about tags, every
//! reason to leave it to others, every use of version 1 and every age.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use metadata_guardrail::{
    decision::{Decision, Leave, Moment, NEW, YOUNG, decide},
    exception::{ExceptionTag, Exemption},
    observed::{Broken, Hold, MetadataAccess, Observation, Observed, Passing, Phase, Tags, Usage},
    outcome::State,
    target::Target,
    verdict::Gone,
};

use crate::support::{harness::place, names::EXEMPT};

fn now() -> DateTime<Utc> {
    "2026-11-21T12:00:00Z".parse().expect("a time")
}

/// What is observed of one resource.
struct Seen<'a> {
    phase: &'a Phase,
    access: MetadataAccess,
    tags: &'a Tags,
    hold: &'a Option<Hold>,
    usage: Usage,
    created: Option<DateTime<Utc>>,
}

impl Seen<'_> {
    fn decide(&self) -> Decision {
        let observation = Observation::Found(Box::new(Observed {
            target: Target::instance(&place(), "i-0a1b2c3d").expect("an id"),
            phase: self.phase.clone(),
            access: self.access,
            tags: self.tags.clone(),
            hold: self.hold.clone(),
            created: self.created,
            usage: self.usage,
            state: State::Instance { http_tokens: None, hop_limit: None },
            launched_by: None,
            findings: Vec::new(),
            document: (),
        }));
        let tag = self.tags.known().and_then(|tags| tags.get(EXEMPT)).map(String::as_str);
        let exemption = ExceptionTag::default().exemption(tag, now().date_naive());
        decide(&observation, &exemption, &Moment { now: now(), event: None })
    }
}

fn phases() -> [(&'static str, Phase); 6] {
    let broken = Phase::Broken {
        reason: Broken::UpdateFailed,
        status: "UPDATE_FAILED".to_owned(),
        said: None,
    };
    [
        ("settled", Phase::Settled),
        ("creating", Phase::Creating("CREATING".to_owned())),
        ("changing", Phase::Changing("UPDATING".to_owned())),
        ("passing", Phase::Passing(Passing::Pending)),
        ("broken", broken),
        ("ending", Phase::Ending(Gone::Terminated)),
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

/// Every reason why it is not the guardrail's to write.
fn holds() -> [(&'static str, Option<Hold>); 5] {
    [
        ("not held", None),
        ("operator", Some(Hold::Operator("eks.amazonaws.com".to_owned()))),
        ("harness", Some(Hold::Harness)),
        ("instances", Some(Hold::InstancesCompute)),
        ("artifact", Some(Hold::MutableArtifact)),
    ]
}

/// How much is used, as far as a write depends on it.
fn usages() -> [(&'static str, Usage); 5] {
    let calls = |number| Usage::Calls {
        number,
        since: NaiveDate::from_ymd_opt(2026, 11, 14).expect("a day"),
    };
    [
        ("not asked", Usage::NotAsked),
        ("unread", Usage::Unread),
        ("no data", Usage::NoData),
        ("no calls", calls(0)),
        ("one call", calls(1)),
    ]
}

fn ages() -> [(&'static str, Option<DateTime<Utc>>); 3] {
    let a_second = TimeDelta::seconds(1);
    [
        ("of unknown age", None),
        ("new", Some(now() - NEW + a_second)),
        ("not new", Some(now() - NEW)),
    ]
}

/// A line for each of the cases, or one line where they make no difference.
fn lines<T, const N: usize>(
    cases: [(&str, T); N],
    width: usize,
    of: impl Fn(T) -> Vec<String>,
) -> Vec<String> {
    let cases = cases.map(|(name, case)| (name, of(case)));
    let (_, first) = &cases[0];
    if cases.iter().all(|(_, lines)| lines == first) {
        return first.iter().map(|line| format!("{:width$} | {line}", "any")).collect();
    }
    let of_case = |(name, lines): (&str, Vec<String>)| {
        lines
            .into_iter()
            .map(|line| format!("{name:width$} | {line}"))
            .collect::<Vec<_>>()
    };
    cases.into_iter().flat_map(of_case).collect()
}

fn rows() -> Vec<String> {
    let accesses = [
        ("V1Allowed", MetadataAccess::V1Allowed),
        ("V2Required", MetadataAccess::V2Required),
        ("Disabled", MetadataAccess::Disabled),
    ];
    let mut rows = Vec::new();
    for (phase_name, phase) in &phases() {
        for (access_name, access) in accesses {
            for (tags_name, tags) in &all_tags() {
                let decisions = lines(holds(), 9, |hold| {
                    lines(usages(), 9, |usage| {
                        lines(ages(), 14, |created| {
                            let seen = Seen { phase, access, tags, hold: &hold, usage, created };
                            vec![match seen.decide() {
                                Decision::Leave(leave) => format!("{:?}", leave.verdict()),
                                decision => format!("{decision:?}"),
                            }]
                        })
                    })
                });
                let seen = format!("{phase_name:8} | {access_name:10} | {tags_name:19}");
                rows.extend(decisions.into_iter().map(|decided| format!("{seen} | {decided}")));
            }
        }
    }
    rows
}

#[test]
fn the_truth_table_is_as_reviewed() {
    insta::assert_snapshot!(rows().join("\n"));
}

#[test]
fn a_write_is_decided_in_exactly_the_rows_that_allow_it() {
    let rows = rows();
    let writes: Vec<_> = rows.iter().filter_map(|row| row.strip_suffix(" | Enforce")).collect();
    assert_eq!(
        writes,
        [
            "settled  | V1Allowed  | no tag, confirmed   | not held  | not asked | any           ",
            "settled  | V1Allowed  | no tag, confirmed   | not held  | no data   | new           ",
            "settled  | V1Allowed  | no tag, confirmed   | not held  | no calls  | any           ",
            "settled  | V1Allowed  | expired, confirmed  | not held  | not asked | any           ",
            "settled  | V1Allowed  | expired, confirmed  | not held  | no data   | new           ",
            "settled  | V1Allowed  | expired, confirmed  | not held  | no calls  | any           ",
        ]
    );
}

#[test]
fn a_target_that_is_not_found_is_gone_unless_the_event_is_young() {
    let about = |age: Option<TimeDelta>| {
        let moment = Moment { now: now(), event: age.map(|age| now() - age) };
        let Decision::Leave(leave) =
            decide(&Observation::<()>::NotFound, &Exemption::None, &moment)
        else {
            panic!("there is nothing to do")
        };
        leave
    };
    assert_eq!(about(Some(TimeDelta::zero())), Leave::NotFoundYet);
    assert_eq!(about(Some(YOUNG - TimeDelta::seconds(1))), Leave::NotFoundYet);
    assert_eq!(about(Some(YOUNG)), Leave::Gone(Gone::NotFound));
    assert_eq!(about(None), Leave::Gone(Gone::NotFound));
}

//! The decision about a pinned endpoint as a truth table, and what is asked for on the way to it.

use metadata_guardrail::{
    resource::agentcore_runtime::{
        PartOf,
        document::Artifact,
        endpoints::{
            decision::{Decision, Keep, Missing, decide},
            document::Listed,
            observed::{Current, EndpointExemption, Known, Now, Pinned, Runtime},
        },
    },
    verdict::{Compliant, Deferred, Enforced, Failed, Gone, Held, Verdict},
};

/// The version an endpoint is pinned to, and the current one.
const OLD: &str = "6";
const NEW: &str = "8";

/// One combination of facts; at first the most favourable of what is known before anything was
/// read.
#[derive(Clone)]
struct Case {
    verdict: Verdict,
    current: Option<Current>,
    endpoint: Listed,
    differences: Option<Vec<String>>,
    exempt: Option<EndpointExemption>,
    may_write: bool,
    now: Option<Now>,
    was_sent: bool,
}

impl Case {
    fn new() -> Self {
        Self {
            verdict: Verdict::Compliant(Compliant::V2Required),
            current: None,
            endpoint: Listed {
                name: "canary".to_owned(),
                arn: "arn".to_owned(),
                live_version: Some(OLD.to_owned()),
                target_version: None,
                status: "READY".to_owned(),
            },
            differences: None,
            exempt: None,
            may_write: true,
            now: None,
            was_sent: false,
        }
    }

    fn with(&self, set: Set) -> Self {
        let mut case = self.clone();
        set(&mut case);
        case
    }

    fn decide(&self) -> Decision {
        decide(&Known {
            pinned: &Pinned { endpoint: self.endpoint.clone(), version: OLD.to_owned() },
            runtime: &Runtime {
                version: Some(NEW.to_owned()),
                requires_mmdsv2: true,
                verdict: self.verdict,
            },
            current: self.current.clone(),
            differences: self.differences.clone(),
            exempt: self.exempt.clone(),
            now: self.now.clone(),
            may_write: self.may_write,
            was_sent: self.was_sent,
        })
    }
}

/// Makes one of the facts so.
type Set = fn(&mut Case);
/// All that one fact can be, each with its name.
type Column = (&'static str, &'static [(&'static str, Set)]);

const OUTCOME: Column = (
    "runtime's outcome",
    &[
        ("compliant", |case| case.verdict = Verdict::Compliant(Compliant::V2Required)),
        ("enforced", |case| case.verdict = Verdict::Enforced(Enforced::V1Allowed)),
        ("would enforce", |case| case.verdict = Verdict::WouldEnforce),
        ("exempt", |case| case.verdict = Verdict::Exempt),
        ("held", |case| case.verdict = Verdict::Held(Held::Refused)),
        ("deferred", |case| case.verdict = Verdict::Deferred(Deferred::StillChanging)),
        ("failed", |case| case.verdict = Verdict::Failed(Failed::ReadFailed)),
        ("gone", |case| case.verdict = Verdict::Gone(Gone::Deleting)),
    ],
);

const RUNTIME: Column = (
    "runtime now",
    &[
        ("unread", |case| case.current = None),
        ("no version", |case| {
            case.current = Some(Current { version: None, ..ready(Artifact::Fixed) })
        }),
        ("harness", |case| case.current = Some(part_of(PartOf::Harness))),
        ("instances", |case| case.current = Some(part_of(PartOf::InstancesCompute))),
        ("not ready", |case| {
            case.current = Some(Current { is_ready: false, ..ready(Artifact::Fixed) })
        }),
        ("fixed code", |case| case.current = Some(ready(Artifact::Fixed))),
        ("mutable code", |case| case.current = Some(ready(Artifact::Mutable))),
        ("unknown code", |case| case.current = Some(ready(Artifact::Unknown))),
    ],
);

const ENDPOINT: Column = (
    "endpoint",
    &[
        ("at rest", |_| {}),
        ("changing", |case| case.endpoint.status = "UPDATING".to_owned()),
        ("failed", |case| case.endpoint.status = "UPDATE_FAILED".to_owned()),
        ("DEFAULT", |case| case.endpoint.name = "DEFAULT".to_owned()),
    ],
);

const DIFFERENCES: Column = (
    "differences",
    &[
        ("unread", |case| case.differences = None),
        ("none", |case| case.differences = Some(Vec::new())),
        ("some", |case| case.differences = Some(vec!["roleArn".to_owned()])),
    ],
);

const TAGS: Column = (
    "exempt",
    &[
        ("unread", |case| case.exempt = None),
        ("no", |case| case.exempt = Some(EndpointExemption::No)),
        ("by runtime", |case| case.exempt = Some(EndpointExemption::ByRuntime)),
        ("by endpoint", |case| case.exempt = Some(EndpointExemption::ByEndpoint)),
        ("unreadable", |case| case.exempt = Some(EndpointExemption::Unreadable("why".to_owned()))),
    ],
);

const MAY_WRITE: Column =
    ("may write", &[("yes", |case| case.may_write = true), ("no", |case| case.may_write = false)]);

const NOW: Column = (
    "endpoint now",
    &[
        ("unread", |case| case.now = None),
        ("on the old", |case| case.now = Some(Now { rests_on_old: true, ..changed() })),
        ("unknown member", |case| {
            case.now = Some(Now {
                rests_on_old: true,
                unknown_members: vec!["future".to_owned()],
                ..changed()
            });
        }),
        ("changed", |case| case.now = Some(changed())),
        ("on the new", |case| case.now = Some(Now { rests_on_new: true, ..changed() })),
        ("on its way", |case| case.now = Some(Now { is_on_its_way: true, ..changed() })),
    ],
);

const SENT: Column =
    ("move sent", &[("no", |case| case.was_sent = false), ("yes", |case| case.was_sent = true)]);

/// In the order in which a decision looks at them.
const COLUMNS: [Column; 8] = [OUTCOME, RUNTIME, ENDPOINT, DIFFERENCES, TAGS, MAY_WRITE, NOW, SENT];
/// What is read, in the order in which it is asked for.
const ORDER: [Column; 4] = [RUNTIME, DIFFERENCES, TAGS, NOW];

fn ready(artifact: Artifact) -> Current {
    Current { version: Some(NEW.to_owned()), is_ready: true, part_of: None, artifact }
}

fn part_of(part_of: PartOf) -> Current {
    Current { part_of: Some(part_of), ..ready(Artifact::Fixed) }
}

/// On neither version, and on its way to none of them.
fn changed() -> Now {
    Now {
        rests_on_old: false,
        rests_on_new: false,
        is_on_its_way: false,
        unknown_members: Vec::new(),
    }
}

/// The cells of the rows for these columns. What makes no difference shares a row, under the names
/// of all or as `any`.
fn cells(case: &Case, columns: &[Column]) -> Vec<Vec<String>> {
    let Some(((_, values), rest)) = columns.split_first() else {
        return vec![vec![format!("{:?}", case.decide())]];
    };
    let mut groups: Vec<(Vec<&str>, Vec<Vec<String>>)> = Vec::new();
    for (name, set) in *values {
        let rows = cells(&case.with(*set), rest);
        match groups.iter_mut().find(|(_, others)| *others == rows) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], rows)),
        }
    }
    let one_group = groups.len() == 1;
    let named = groups
        .into_iter()
        .map(|(names, rows)| (if one_group { "any".to_owned() } else { names.join(", ") }, rows));
    named
        .flat_map(|(name, rows)| {
            rows.into_iter().map(move |row| [vec![name.clone()], row].concat())
        })
        .collect()
}

/// The rows of the truth table, below their heading.
fn table() -> Vec<String> {
    let heading = COLUMNS
        .iter()
        .map(|(name, _)| *name)
        .chain(["decision"])
        .map(str::to_owned)
        .collect();
    let rows = [vec![heading], cells(&Case::new(), &COLUMNS)].concat();
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or_default();
    let widths: Vec<_> = (0..COLUMNS.len()).map(width).chain([0]).collect();
    let line = |row: &Vec<String>| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join(" | ")
    };
    rows.iter().map(line).collect()
}

/// The rows that end in this decision, without it and without the padding.
fn rows_that_end_in(decision: &str) -> Vec<String> {
    let ended = table()
        .into_iter()
        .filter_map(|row| row.strip_suffix(&format!(" | {decision}")).map(str::to_owned));
    ended
        .map(|row| row.split('|').map(str::trim).collect::<Vec<_>>().join(" | "))
        .collect()
}

/// A decision to read something, and where it led.
struct Read {
    asked: Decision,
    /// What had been asked for before.
    before: usize,
    /// Every decision that the answers can end in.
    ends: Vec<Decision>,
}

/// Follows the decisions from here with every answer to what they ask for, notes each read, and
/// returns every end.
fn follow(case: &Case, before: usize, reads: &mut Vec<Read>) -> Vec<Decision> {
    let asked = case.decide();
    let Some((_, (_, answers))) = place_of(&asked) else { return vec![asked] };
    assert!(before < ORDER.len(), "{asked:?} is asked for after everything was read");
    let known = answers.iter().filter(|(name, _)| *name != "unread");
    let ends: Vec<_> =
        known.flat_map(|(_, set)| follow(&case.with(*set), before + 1, reads)).collect();
    reads.push(Read { asked, before, ends: ends.clone() });
    ends
}

/// Where a read stands in that order, and its answers; `None` for an end.
fn place_of(decision: &Decision) -> Option<(usize, Column)> {
    let place = match decision {
        Decision::Read(Missing::Runtime) => 0,
        Decision::Read(Missing::Version) => 1,
        Decision::Read(Missing::Tags) => 2,
        Decision::Read(Missing::Endpoint) => 3,
        Decision::Wait
        | Decision::WaitForMove
        | Decision::Verify { .. }
        | Decision::Repoint { .. }
        | Decision::Keep(_) => return None,
    };
    Some((place, ORDER[place]))
}

/// Every read on the way from nothing read to an end.
fn reads() -> Vec<Read> {
    let known = [OUTCOME, ENDPOINT, MAY_WRITE, SENT];
    let starts = known.iter().fold(vec![Case::new()], |cases, (_, values)| {
        cases
            .iter()
            .flat_map(|case| values.iter().map(|(_, set)| case.with(*set)))
            .collect()
    });
    let mut reads = Vec::new();
    for start in starts {
        follow(&start, 0, &mut reads);
    }
    reads
}

#[test]
fn the_truth_table_of_endpoints_is_as_reviewed() {
    insta::assert_snapshot!(table().join("\n"));
}

#[test]
fn a_move_is_decided_in_exactly_the_row_that_allows_it() {
    assert_eq!(
        rows_that_end_in(r#"Repoint { to: "8" }"#),
        ["compliant, enforced | fixed code | at rest | none | no | yes | on the old | any"]
    );
}

#[test]
fn a_move_is_verified_or_waited_for_only_if_it_was_sent() {
    let in_order = "compliant, enforced | fixed code | at rest | none | no | yes";
    assert_eq!(
        rows_that_end_in(r#"Verify { to: "8" }"#),
        [format!("{in_order} | on the new | yes")]
    );
    assert_eq!(rows_that_end_in("WaitForMove"), [format!("{in_order} | on its way | yes")]);
}

#[test]
fn a_decision_asks_for_runtime_version_tags_and_endpoint_in_this_order() {
    for Read { asked, before, .. } in reads() {
        let place = place_of(&asked).map(|(place, _)| place);
        assert_eq!(place, Some(before), "{asked:?} is asked for after {before} answers");
    }
}

#[test]
fn nothing_is_asked_for_whose_answer_makes_no_difference() {
    for Read { asked, ends, .. } in reads() {
        assert!(ends.iter().any(|end| *end != ends[0]), "{asked:?} always ends in {:?}", ends[0]);
    }
}

/// Of the runtime and the version the test above holds, and no more: their answers may also only
/// say why an endpoint stays, where its name or status forbids a move. The version costs no
/// request, as it was read to find the endpoint.
#[test]
fn tags_and_the_endpoint_are_asked_for_only_where_a_move_is_possible() {
    let is_move = |end: &Decision| {
        matches!(
            end,
            Decision::Repoint { .. } | Decision::Wait | Decision::Keep(Keep::WouldRepoint { .. })
        )
    };
    let mut asked_for = 0;
    for Read { asked, ends, .. } in reads() {
        if matches!(asked, Decision::Read(Missing::Tags | Missing::Endpoint)) {
            assert!(ends.iter().any(is_move), "{asked:?} ends in no move: {ends:?}");
            asked_for += 1;
        }
    }
    assert!(asked_for > 0, "neither is ever asked for");
}

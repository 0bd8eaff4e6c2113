//! What is told on the event bus, and what the log says if it cannot be.

use std::collections::BTreeSet;

use metadata_guardrail::{
    failure::{Failure, Unlisted},
    outcome::{LaunchTemplate, LaunchedBy, Outcome},
    outcome_events::{OutcomeEvent, Untold, Why},
    response::{Response, Tally},
    settings::Mode,
    sweep::Unfinished,
    target::Kind,
    verdict::{Enforced, Failed, Held, Verdict},
};
use serde_json::Value;

use crate::support::{
    harness::place,
    names::{INSTANCE, RUNTIME},
};

const ENFORCED: Verdict = Verdict::Enforced(Enforced::V1Allowed);
const MOVED: Verdict = Verdict::Enforced(Enforced::PinnedEndpoint);
const HELD: Verdict = Verdict::Held(Held::Refused);
const FAILED: Verdict = Verdict::Failed(Failed::WriteFailed);

fn outcome(kind: Kind, id: &str, verdict: Verdict, launched_by: Option<LaunchedBy>) -> Outcome {
    Outcome {
        kind,
        id: id.to_owned(),
        place: place(),
        arn: String::new(),
        verdict,
        detail: "[What its detail says.]".to_owned(),
        before: None,
        after: None,
        findings: Vec::new(),
        exempt_until: None,
        imdsv1_use: None,
        launched_by,
        obstacle: None,
        write_is_open: false,
        is_unfinished: false,
    }
}

fn launched_by(template: Option<(&str, Option<&str>)>, group: Option<&str>) -> LaunchedBy {
    let launch_template = template.map(|(id, version)| LaunchTemplate {
        id: id.to_owned(),
        version: version.map(str::to_owned),
    });
    LaunchedBy { launch_template, auto_scaling_group: group.map(str::to_owned) }
}

fn message(event: Option<OutcomeEvent>) -> String {
    let event = event.expect("it is told");
    let detail: Value = serde_json::from_str(&event.detail).expect("JSON");
    detail["message"].as_str().expect("a message").to_owned()
}

pub fn of_outcomes() -> Vec<String> {
    let template = ("lt-0a1b2c3d4e5f60001", Some("7"));
    let by = [
        launched_by(Some(template), None),
        launched_by(None, Some("web")),
        launched_by(Some((template.0, None)), Some("web")),
    ];
    let instances = by.map(|by| outcome(Kind::Ec2Instance, INSTANCE, ENFORCED, Some(by)));
    let others = [
        outcome(Kind::AgentcoreRuntime, RUNTIME, MOVED, None),
        outcome(Kind::AgentcoreRuntime, RUNTIME, HELD, None),
        outcome(Kind::Ec2Instance, INSTANCE, FAILED, None),
        outcome(Kind::AccountDefaults, "eu-west-1", FAILED, None),
    ];
    let told = instances.iter().chain(&others);
    told.map(|outcome| message(OutcomeEvent::of_outcome("request", Mode::Enforce, 1, outcome)))
        .collect()
}

pub fn of_sweeps() -> Vec<String> {
    let by = launched_by(Some(("lt-0a1b2c3d4e5f60001", Some("7"))), Some("web"));
    let met = [
        outcome(Kind::Ec2Instance, INSTANCE, FAILED, None),
        outcome(Kind::Ec2Instance, INSTANCE, ENFORCED, Some(by)),
        outcome(Kind::Ec2Instance, INSTANCE, Verdict::Exempt, None),
    ];
    let would = [outcome(Kind::Ec2Instance, INSTANCE, Verdict::WouldEnforce, None)];
    let failed = || {
        let failure = Failure::new(Failed::ReadFailed, "[What AWS answered.]");
        Unfinished { not_listed: vec![Unlisted::Failed(failure)], ..Unfinished::default() }
    };
    let all = [Kind::Ec2Instance, Kind::AgentcoreRuntime, Kind::AccountDefaults];
    let all = all.map(|kind| (kind, failed())).to_vec();
    let cut = Unfinished { out_of_time: true, ..Unfinished::default() };
    [
        (Mode::Enforce, &met[..], Vec::new()),
        (Mode::Report, &would[..], vec![(Kind::Ec2Instance, cut)]),
        (Mode::Enforce, &[], Vec::new()),
        (Mode::Enforce, &[], all),
    ]
    .into_iter()
    .map(|(mode, met, unfinished)| {
        let (mut response, mut tally) = (Response::new(mode), Tally::default());
        met.iter().for_each(|outcome| tally.add(outcome));
        met.iter().for_each(|outcome| response.add(outcome.clone()));
        response.sweep = Some(tally.ended(&place(), unfinished, true));
        message(OutcomeEvent::of_sweep("request", 1, &response))
    })
    .collect()
}

pub fn untold() -> Vec<String> {
    let refused = ["AccessDeniedException", "ThrottlingException"];
    let refused = refused.map(|code| Why::Refused(code.to_owned()));
    let one = [Why::NoAnswer, Why::TooSlow, Why::NoTime].map(|why| BTreeSet::from([why]));
    one.into_iter()
        .chain([BTreeSet::from(refused)])
        .map(|why| Untold { number: 3, why }.to_string())
        .collect()
}

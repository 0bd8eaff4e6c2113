//! The text of an event, for people: in a mail, in a chat, in a ticket.
//!
//! It is one line without straight double quotes or backslashes: EventBridge's input transformer
//! inserts it as it stands into a text in such quotes.

use std::collections::BTreeMap;

use strum::VariantNames;

use crate::{
    outcome::{LaunchTemplate, LaunchedBy, Outcome},
    place::Place,
    response::{Launched, NotListed, Sources, Sweep},
    settings::Mode,
    target::Kind,
    verdict::{Enforced, Verdict},
};

/// How many launch templates and Auto Scaling groups a summary names. The event has more of them.
const MAX_SOURCES: usize = 3;

/// What there is to say about one outcome; `None` if it is not worth a message.
pub fn of_outcome(outcome: &Outcome) -> Option<String> {
    let ended = match outcome.verdict {
        Verdict::Enforced(Enforced::V1Allowed) => "allowed version 1 and was changed",
        Verdict::Enforced(Enforced::PinnedEndpoint) => "had a pinned endpoint, which was moved",
        Verdict::Held(_) => "is held, so a person has to look at it",
        Verdict::Failed(_) => "could not be finished",
        Verdict::WouldEnforce
        | Verdict::Deferred(_)
        | Verdict::Exempt
        | Verdict::Gone(_)
        | Verdict::Compliant(_) => return None,
    };
    let Outcome { kind, id, place: Place { account, region, .. }, detail, launched_by, .. } =
        outcome;
    let (kind, launched_by) = (one(*kind), launched_by.as_ref().and_then(launch));
    let said = format!("The {kind} {id} in account {account}, Region {region}, {ended}. {detail}");
    Some(plain(&sentences([said].into_iter().chain(launched_by))))
}

/// What there is to say about a sweep.
pub fn of_sweep(mode: Mode, counts: &BTreeMap<&'static str, usize>, sweep: &Sweep) -> String {
    let Place { account, region, .. } = &sweep.place;
    let reached = if sweep.complete {
        "It reached everything."
    } else {
        "It did not reach everything, so another sweep has to go on."
    };
    let report = match mode {
        Mode::Report => Some("It was in report mode, so nothing was changed.".to_owned()),
        Mode::Enforce => None,
    };
    let ended = format!("A sweep of account {account}, Region {region}, has ended. {reached}");
    let said = [ended].into_iter().chain(report).chain([counted(counts)]);
    let said = said.chain(not_listed(sweep)).chain(sources(&sweep.launched_by));
    plain(&sentences(said))
}

/// How many targets ended in which way, with the words of the verdicts, the worst first.
fn counted(counts: &BTreeMap<&'static str, usize>) -> String {
    let number = |result: &&'static str| Some((*result, *counts.get(result)?));
    let said: Vec<_> = Verdict::VARIANTS
        .iter()
        .filter_map(number)
        .map(|(result, number)| format!("{number} {}", result.replace('_', " ")))
        .collect();
    match said.as_slice() {
        [] => "It found nothing to look at.".to_owned(),
        said => format!("Outcomes: {}.", said.join(", ")),
    }
}

/// What could not be listed, and why.
fn not_listed(sweep: &Sweep) -> Option<String> {
    let failed = sweep.not_listed.iter().filter(|listing| listing.why.is_failure());
    let said: Vec<_> = failed
        .map(|NotListed { kind, why, .. }| {
            format!("The {} could not be listed. {}", all(*kind), why.detail())
        })
        .collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// What launched most of the instances.
fn sources(Sources { launch_templates, auto_scaling_groups, .. }: &Sources) -> Option<String> {
    let templates = launch_templates.iter().take(MAX_SOURCES);
    let templates = templates.map(|Launched { by, instances }| (template(by), instances));
    let groups = auto_scaling_groups.iter().take(MAX_SOURCES);
    let groups = groups.map(|Launched { by, instances }| (group(&by.name), instances));
    let said: Vec<_> = templates
        .chain(groups)
        .map(|(by, instances)| format!("{by} ({instances})"))
        .collect();
    (!said.is_empty()).then(|| {
        format!("These launched most of the instances that allowed version 1: {}.", said.join("; "))
    })
}

/// Who launched an instance.
fn launch(LaunchedBy { launch_template, auto_scaling_group }: &LaunchedBy) -> Option<String> {
    let template = launch_template.as_ref().map(template);
    let group = auto_scaling_group.as_deref().map(group);
    let by: Vec<_> = template.into_iter().chain(group).collect();
    (!by.is_empty()).then(|| format!("It was launched by {}.", by.join(" and ")))
}

fn template(LaunchTemplate { id, version }: &LaunchTemplate) -> String {
    match version {
        Some(version) => format!("launch template {id} version {version}"),
        None => format!("launch template {id}"),
    }
}

fn group(name: &str) -> String {
    format!("Auto Scaling group {name}")
}

fn one(kind: Kind) -> &'static str {
    match kind {
        Kind::Ec2Instance => "EC2 instance",
        Kind::AgentcoreRuntime => "AgentCore runtime",
        Kind::AccountDefaults => "set of account defaults",
    }
}

fn all(kind: Kind) -> &'static str {
    match kind {
        Kind::Ec2Instance => "EC2 instances",
        Kind::AgentcoreRuntime => "AgentCore runtimes",
        Kind::AccountDefaults => "account defaults",
    }
}

fn sentences(said: impl Iterator<Item = String>) -> String {
    said.collect::<Vec<_>>().join(" ")
}

/// One line that can stand in straight double quotes, whatever AWS or an owner has said.
fn plain(text: &str) -> String {
    let plain = |letter: char| match letter {
        '"' => '\'',
        '\\' => '/',
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    text.chars().map(plain).collect()
}

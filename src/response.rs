//! What one invocation gives back: the mode, the counts and the outcomes.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;

use crate::{
    event::Ignored,
    outcome::{LaunchTemplate, Outcome, Reason, Verdict},
    settings::Mode,
    target::Kind,
};

/// The most bytes of JSON a response may take, as it stands inside an error message. A failed invocation's message
/// goes into a queue together with the event, and what is too large for the queue would be lost.
pub const MOST_BYTES: usize = 64_000;
/// More outcomes than ever fit into [`MOST_BYTES`]; beyond them memory must not grow with the fleet.
const MOST_KEPT: usize = 1_000;
/// How many launch templates and Auto Scaling groups a sweep names.
const MOST_SOURCES: usize = 50;

/// The response of one invocation. Its JSON is a contract: other programs parse it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Response {
    /// The mode the invocation ran in.
    pub mode: Mode,
    /// Why the event asked for nothing; `None` where it had targets.
    pub ignored: Option<Ignored>,
    /// How many targets ended in which way; exact even where outcomes were left out.
    pub counts: BTreeMap<&'static str, usize>,
    /// One outcome a target; those that need attention come first.
    pub outcomes: Vec<Outcome>,
    /// How many outcomes were left out because the response would have been too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<usize>,
    /// What only a sweep has to say.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Sweep>,
}

/// What a sweep has to say beside its outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sweep {
    /// Whether every listing was worked off; if not, the next sweep goes on.
    pub complete: bool,
    /// The listings that could not be read.
    pub not_listed: Vec<NotListed>,
    /// What launched the instances that allow version 1.
    pub launched_by: Sources,
    /// Whether it was of every kind and in the function's own mode, as the schedule asks for it: not in the place of an
    /// event that named nothing, and not to see what a sweep would do.
    #[serde(skip)]
    pub is_whole: bool,
    /// Whether it met something, and could read nothing of it.
    #[serde(skip)]
    pub read_nothing: bool,
}

/// A listing that could not be read.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct NotListed {
    /// Of which kind of resource.
    pub kind: Kind,
    /// Why, as a word; only `not_offered` is no failure.
    pub reason: Reason,
    /// Why, as a sentence.
    pub detail: String,
}

impl NotListed {
    /// Whether that is a failure. A service that is not offered here is none.
    pub fn has_failed(&self) -> bool {
        self.reason != Reason::NotOffered
    }
}

/// What launched the instances that allow version 1, those with the most of them first.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Sources {
    /// By launch template and version.
    pub launch_templates: Vec<Launched<LaunchTemplate>>,
    /// By Auto Scaling group.
    pub auto_scaling_groups: Vec<Launched<AutoScalingGroup>>,
    /// How many templates and groups were left out, because there are so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<usize>,
}

/// How many instances that allow version 1 something launched.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Launched<T> {
    /// What launched them.
    #[serde(flatten)]
    pub by: T,
    /// How many of them the sweep met.
    pub instances: usize,
}

/// An Auto Scaling group.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct AutoScalingGroup {
    /// Its name.
    pub name: String,
}

impl Response {
    /// The response to an event that asked for nothing.
    pub fn ignored(mode: Mode, reason: Ignored) -> Self {
        Self { ignored: Some(reason), ..Self::new(mode) }
    }

    /// A response without outcomes yet.
    pub fn new(mode: Mode) -> Self {
        let (counts, outcomes) = (BTreeMap::new(), Vec::new());
        Self { mode, ignored: None, counts, outcomes, truncated: None, sweep: None }
    }

    /// Counts an outcome, and keeps it if there is room or something less important to leave out.
    pub fn add(&mut self, outcome: Outcome) {
        *self.counts.entry(outcome.result.into()).or_default() += 1;
        self.outcomes.push(outcome);
        if self.outcomes.len() >= 2 * MOST_KEPT {
            self.keep(MOST_KEPT);
        }
    }

    /// Whether so much failed that the invocation must fail. A sweep is repeated anyway, so a target that failed in it
    /// is only said; it fails if something could not be listed, or nothing at all could be read.
    pub fn has_failed(&self) -> bool {
        match &self.sweep {
            None => self.counts.contains_key(<&str>::from(Verdict::Failed)),
            Some(sweep) => sweep.not_listed.iter().any(NotListed::has_failed) || sweep.read_nothing,
        }
    }

    /// The same response with as many outcomes as fit into [`MOST_BYTES`], failed ones first.
    pub fn fitted(mut self) -> Self {
        self.keep(MOST_KEPT);
        let mut envelope = self.clone();
        envelope.outcomes.clear();
        envelope.truncated = Some(usize::MAX);
        let mut bytes = escaped_len(&envelope);
        let fitting = self.outcomes.iter().take_while(|outcome| {
            bytes += escaped_len(outcome) + ",".len();
            bytes <= MOST_BYTES
        });
        let fitting = fitting.count();
        self.keep(fitting);
        self
    }

    /// The response as compact JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| format!("the response cannot be written as JSON: {error}"))
    }

    fn keep(&mut self, most: usize) {
        self.outcomes.sort_by(|one, other| (one.result, &one.id).cmp(&(other.result, &other.id)));
        let more = self.outcomes.len().saturating_sub(most);
        if more > 0 {
            self.outcomes.truncate(most);
            self.truncated = Some(self.truncated.unwrap_or_default() + more);
        }
    }
}

/// Counts what launched instances, of those that one sweep meets.
#[derive(Debug, Default)]
pub struct Launches {
    templates: BTreeMap<LaunchTemplate, usize>,
    groups: BTreeMap<AutoScalingGroup, usize>,
}

impl Launches {
    /// Counts an instance that allows version 1, or did until now.
    pub fn add(&mut self, outcome: &Outcome) {
        let Some(by) = &outcome.launched_by else { return };
        if matches!(outcome.result, Verdict::Compliant | Verdict::Gone) {
            return;
        }
        if let Some(template) = &by.launch_template {
            *self.templates.entry(template.clone()).or_default() += 1;
        }
        if let Some(name) = &by.auto_scaling_group {
            *self.groups.entry(AutoScalingGroup { name: name.clone() }).or_default() += 1;
        }
    }

    /// What launched the most of them.
    pub fn most(self) -> Sources {
        let truncated =
            self.templates.len().saturating_sub(MOST_SOURCES) + self.groups.len().saturating_sub(MOST_SOURCES);
        Sources {
            launch_templates: most(self.templates),
            auto_scaling_groups: most(self.groups),
            truncated: (truncated > 0).then_some(truncated),
        }
    }
}

fn most<T>(counts: BTreeMap<T, usize>) -> Vec<Launched<T>> {
    let mut launched: Vec<_> = counts.into_iter().map(|(by, instances)| Launched { by, instances }).collect();
    launched.sort_by_key(|launched| Reverse(launched.instances));
    launched.truncate(MOST_SOURCES);
    launched
}

/// The length of a value's JSON once it stands as a string inside other JSON, as error messages do.
fn escaped_len(value: &impl Serialize) -> usize {
    let json = serde_json::to_string(value).unwrap_or_default();
    serde_json::to_string(&json).map_or(0, |escaped| escaped.len())
}

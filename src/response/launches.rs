//! What launched the instances that allow version 1. That is the place to fix the cause.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Serialize;

use crate::{
    outcome::{LaunchTemplate, Outcome},
    verdict::Verdict,
};

/// How many launch templates and Auto Scaling groups a sweep names.
const MAX_SOURCES: usize = 50;

/// What launched the instances that allow version 1, largest number first.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Sources {
    /// By launch template and version.
    pub launch_templates: Vec<Launched<LaunchTemplate>>,
    /// By Auto Scaling group.
    pub auto_scaling_groups: Vec<Launched<AutoScalingGroup>>,
    /// How many templates and groups were left out because there are so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<usize>,
}

/// How many instances that allow version 1 came from one source.
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

/// Counts what launched the instances that one sweep meets.
#[derive(Debug, Default)]
pub struct Launches {
    templates: BTreeMap<LaunchTemplate, usize>,
    groups: BTreeMap<AutoScalingGroup, usize>,
}

impl Launches {
    /// Counts an instance that allows version 1, or did until now.
    pub fn add(&mut self, outcome: &Outcome) {
        let Some(by) = &outcome.launched_by else { return };
        if matches!(outcome.verdict, Verdict::Compliant(_) | Verdict::Gone(_)) {
            return;
        }
        if let Some(template) = &by.launch_template {
            *self.templates.entry(template.clone()).or_default() += 1;
        }
        if let Some(name) = &by.auto_scaling_group {
            *self.groups.entry(AutoScalingGroup { name: name.clone() }).or_default() += 1;
        }
    }

    /// What launched most of them.
    pub fn top_sources(self) -> Sources {
        let truncated = self.templates.len().saturating_sub(MAX_SOURCES)
            + self.groups.len().saturating_sub(MAX_SOURCES);
        Sources {
            launch_templates: top(self.templates),
            auto_scaling_groups: top(self.groups),
            truncated: (truncated > 0).then_some(truncated),
        }
    }
}

fn top<T>(counts: BTreeMap<T, usize>) -> Vec<Launched<T>> {
    let mut launched: Vec<_> =
        counts.into_iter().map(|(by, instances)| Launched { by, instances }).collect();
    launched.sort_by_key(|launched| Reverse(launched.instances));
    launched.truncate(MAX_SOURCES);
    launched
}

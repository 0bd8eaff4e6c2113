//! One target, with what was read about it and when.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    failure::Failure,
    observed::{Observation, TagMap, Usage},
    patience::{MAX_AGE, Stopwatch},
    resource::PerTarget,
    target::Target,
};

/// If what was read is older than this when its turn comes, confirming it is not worth it: soon
/// after, it would be too old to write by.
const MAX_AGE_TO_CONFIRM: Duration = Duration::from_secs(3);

/// One target, with what was read about it and when.
pub(super) struct Turn<D> {
    pub target: Target,
    /// What the last look found; `None` if none succeeded.
    pub observation: Option<Observation<D>>,
    /// Why the target cannot go on.
    pub failure: Option<Failure>,
    /// Whether the pacer allows its write.
    pub may_write: bool,
    /// When the oldest of what was read was requested: it may have changed since.
    read: Stopwatch,
}

impl<D> Turn<D> {
    pub fn new(
        target: Target,
        observation: Result<Observation<D>, Failure>,
        read: Stopwatch,
    ) -> Self {
        let (observation, failure) = match observation {
            Ok(observation) => (Some(observation), None),
            Err(failure) => (None, Some(failure)),
        };
        Self { target, observation, failure, may_write: false, read }
    }

    pub fn see(&mut self, observation: Observation<D>, read: Stopwatch) {
        (self.observation, self.read) = (Some(observation), read);
    }

    pub fn learn_usage(&mut self, usage: Usage) {
        if let Some(observation) = &mut self.observation {
            observation.learn_usage(usage);
        }
    }

    /// Tags say nothing about a target that could not be looked at after them.
    pub fn confirm_tags(&mut self, tags: TagMap) {
        if let (Some(observation), None) = (&mut self.observation, &self.failure) {
            observation.confirm_tags(tags);
        }
    }

    /// Whether the turn has waited so long that confirming what was read is not worth it.
    pub fn has_waited(&self) -> bool {
        self.failure.is_none() && self.read.elapsed() > MAX_AGE_TO_CONFIRM
    }

    /// Whether what was read is too old to write by.
    pub fn is_outdated(&self) -> bool {
        self.read.elapsed() > MAX_AGE
    }
}

/// The targets of the turns for which `is_due` holds.
pub(super) fn targets<D>(turns: &[Turn<D>], is_due: impl Fn(&Turn<D>) -> bool) -> Vec<Target> {
    turns
        .iter()
        .filter(|turn| is_due(turn))
        .map(|turn| turn.target.clone())
        .collect()
}

/// Merges answers into the turns of the targets that were asked about. Without an answer a target
/// cannot go on.
pub(super) fn merge<D, T>(
    turns: &mut [Turn<D>],
    asked_for: &[Target],
    answers: PerTarget<T>,
    learn: impl Fn(&mut Turn<D>, T),
) {
    let mut answers: BTreeMap<_, _> = answers.into_iter().collect();
    let asked_for: BTreeSet<_> = asked_for.iter().collect();
    for turn in turns.iter_mut().filter(|turn| asked_for.contains(&turn.target)) {
        match answers.remove(&turn.target).unwrap_or_else(|| Err(Failure::unanswered())) {
            Ok(answer) => learn(turn, answer),
            Err(failure) => turn.failure = Some(failure),
        }
    }
}

//! One target, with what was read of it and when.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    failure::Failure,
    observed::{Observation, Usage},
    patience::{MAX_AGE, Stopwatch},
    resource::{Confirmed, PerTarget},
    target::Target,
};

/// A look that has waited longer than this for its turn is not worth confirming: it would be too old to write by soon
/// after.
const MAX_AGE_TO_CONFIRM: Duration = Duration::from_secs(3);

/// One target, with what was read of it and when.
pub(super) struct Turn<D> {
    pub target: Target,
    /// What the last look found; `None` if none has succeeded.
    pub look: Option<Observation<D>>,
    /// Why the target cannot go on.
    pub failure: Option<Failure>,
    /// Whether the pacer allows its write.
    pub may_write: bool,
    /// When the oldest of what was read was asked for: it may have changed since.
    read: Stopwatch,
}

impl<D> Turn<D> {
    pub fn new(target: Target, look: Result<Observation<D>, Failure>, read: Stopwatch) -> Self {
        let (look, failure) = match look {
            Ok(look) => (Some(look), None),
            Err(failure) => (None, Some(failure)),
        };
        Self { target, look, failure, may_write: false, read }
    }

    pub fn see(&mut self, look: Observation<D>, read: Stopwatch) {
        (self.look, self.read) = (Some(look), read);
    }

    pub fn learn_usage(&mut self, usage: Usage) {
        if let Some(look) = &mut self.look {
            look.learn_usage(usage);
        }
    }

    pub fn confirm(&mut self, confirmed: Confirmed<D>, read: Stopwatch) {
        match (confirmed, &mut self.look) {
            (Confirmed::Anew(look), _) => self.see(look, read),
            (Confirmed::Tags(tags), Some(look)) => look.confirm_tags(tags),
            (Confirmed::Tags(_), None) => {}
        }
    }

    /// Whether it has waited too long for what was read to be worth confirming.
    pub fn has_waited(&self) -> bool {
        self.failure.is_none() && self.read.elapsed() > MAX_AGE_TO_CONFIRM
    }

    /// Whether what was read is too old to write by.
    pub fn is_outdated(&self) -> bool {
        self.read.elapsed() > MAX_AGE
    }
}

/// The targets of some of the turns.
pub(super) fn targets<D>(turns: &[Turn<D>], of: impl Fn(&Turn<D>) -> bool) -> Vec<Target> {
    turns.iter().filter(|turn| of(turn)).map(|turn| turn.target.clone()).collect()
}

/// Takes the answers of those that were asked for into their turns. Without an answer a target cannot go on.
pub(super) fn take_in<D, T>(
    turns: &mut [Turn<D>],
    asked_for: &[Target],
    answers: PerTarget<T>,
    learn: impl Fn(&mut Turn<D>, T),
) {
    let mut answers: BTreeMap<_, _> = answers.into_iter().collect();
    for turn in turns.iter_mut().filter(|turn| asked_for.contains(&turn.target)) {
        match answers.remove(&turn.target).unwrap_or_else(|| Err(Failure::unanswered())) {
            Ok(answer) => learn(turn, answer),
            Err(failure) => turn.failure = Some(failure),
        }
    }
}

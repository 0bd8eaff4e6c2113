//! What a sweep has to say besides its outcomes.

use serde::Serialize;

use super::{Launches, Sources};
use crate::{
    failure::Unlisted,
    outcome::Outcome,
    place::Place,
    sweep::Unfinished,
    target::Kind,
    verdict::{Failed, Verdict},
};

/// What a sweep has to say besides its outcomes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sweep {
    /// The place that was swept, as the members `account` and `region`.
    #[serde(flatten)]
    pub place: Place,
    /// Whether every listing was worked through. If not, another sweep goes on.
    pub complete: bool,
    /// The listings that could not be read.
    pub not_listed: Vec<NotListed>,
    /// What launched the instances that allow version 1.
    pub launched_by: Sources,
    /// Whether it covered every kind in the function's own mode, as the schedule asks for. A sweep
    /// in place of an event that named nothing does not, and neither does one that only shows what
    /// would be done.
    #[serde(skip)]
    pub is_whole: bool,
    /// Whether it met something but could read nothing of it.
    #[serde(skip)]
    pub read_nothing: bool,
}

/// A listing that could not be read.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct NotListed {
    /// The kind of resource.
    pub kind: Kind,
    /// Where, as the members `account` and `region`.
    #[serde(flatten)]
    pub place: Place,
    /// Why, as the members `reason` and `detail`.
    #[serde(flatten)]
    pub why: Unlisted,
}

/// What the outcomes of a sweep add up to while it goes on.
#[derive(Debug, Default)]
pub struct Tally {
    launches: Launches,
    has_met: bool,
    has_read: bool,
}

impl Tally {
    /// Adds an outcome.
    pub fn add(&mut self, outcome: &Outcome) {
        // The account defaults do not count here: they are not a listing, and a policy may forbid
        // reading them for good.
        if outcome.kind != Kind::AccountDefaults {
            self.has_met = true;
            self.has_read |= was_read(outcome);
        }
        self.launches.add(outcome);
    }

    /// What there is to say at the end of a sweep of this place.
    pub fn ended(
        self,
        place: &Place,
        unfinished: Vec<(Kind, Unfinished)>,
        is_whole: bool,
    ) -> Sweep {
        let complete = unfinished.iter().all(|(_, unfinished)| is_complete(unfinished));
        let not_listed = |(kind, unfinished): (Kind, Unfinished)| {
            let all = unfinished.not_listed.into_iter();
            all.map(move |why| NotListed { kind, place: place.clone(), why })
        };
        Sweep {
            place: place.clone(),
            complete,
            not_listed: unfinished.into_iter().flat_map(not_listed).collect(),
            launched_by: self.launches.top_sources(),
            is_whole,
            read_nothing: self.has_met && !self.has_read,
        }
    }
}

/// Whether AWS showed anything of a target.
fn was_read(outcome: &Outcome) -> bool {
    let is_unread =
        matches!(outcome.verdict, Verdict::Failed(Failed::ReadFailed | Failed::OutOfTime));
    !is_unread || outcome.before.is_some()
}

/// What the Region does not offer leaves nothing to sweep.
fn is_complete(unfinished: &Unfinished) -> bool {
    !unfinished.out_of_time && unfinished.not_listed.iter().all(|why| !why.is_failure())
}

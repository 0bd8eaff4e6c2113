//! The attempts at one write: what was sent, what AWS answered, and how many more there may be.
//! They are the same whatever is written.

use super::Refusal;
use crate::{failure::Failure, patience::Pauses};

/// How many more times a target is looked at after the role's own Deny has refused its write: AWS
/// may show a tag late.
const MAX_LOOKS_FOR_TAG: usize = 3;

/// The attempts at one write so far. `S` is what a write is made from.
pub struct Attempts<S> {
    pauses: Pauses,
    sent: Option<S>,
    write_is_open: bool,
    denied: Option<Denied>,
    answered: Option<String>,
}

struct Denied {
    failure: Failure,
    is_by_own_role: bool,
    looks_left: usize,
}

/// What to do about a write that AWS has denied, now that another look has found nothing against
/// it.
pub enum Denial {
    /// It was not denied: it may be sent.
    No,
    /// Look once more.
    LookAgain,
    /// The role's own policy denies it, and no look explains why.
    ByOwnRole(Failure),
    /// A policy that AWS does not name denies it, and no look explains why.
    ByUnknown(Failure),
}

impl<S> Attempts<S> {
    /// No attempts yet in this invocation. `pauses` are the pauses between them. `sent` is what was
    /// sent before, in a write whose answer was lost.
    pub fn new(pauses: Pauses, sent: Option<S>) -> Self {
        Self { pauses, write_is_open: sent.is_some(), sent, denied: None, answered: None }
    }

    /// What was sent in a write whose answer was lost.
    pub fn sent(&self) -> Option<&S> {
        self.sent.as_ref()
    }

    /// The same, for when nothing more is to be done with it here.
    pub fn take_sent(&mut self) -> Option<S> {
        self.sent.take()
    }

    /// Whether a write is under way, or its answer was lost.
    pub fn write_is_open(&self) -> bool {
        self.write_is_open
    }

    /// Notes that a write is being sent.
    pub fn begin(&mut self) {
        self.write_is_open = true;
    }

    /// Notes a write that did not end as it should. `sent` returns what the write was made from,
    /// which is kept if nobody knows whether the write happened.
    pub fn note(&mut self, refusal: &Refusal, sent: impl FnOnce() -> Option<S>) {
        let is_unclear = matches!(refusal, Refusal::Unclear(_));
        if !is_unclear || self.answered.is_none() {
            self.answered = Some(refusal.failure().detail.clone());
        }
        if is_unclear {
            self.sent = sent();
        }
        self.write_is_open = is_unclear || self.sent.is_some();
        self.denied = match refusal {
            Refusal::Denied(failure) => Some(Denied::new(failure, true, MAX_LOOKS_FOR_TAG)),
            Refusal::NotAllowed(failure) => Some(Denied::new(failure, false, 0)),
            Refusal::Throttled(_)
            | Refusal::NotTaken(_)
            | Refusal::Unclear(_)
            | Refusal::Changed(_)
            | Refusal::Busy(_)
            | Refusal::Demanded(_)
            | Refusal::ForGood(_)
            | Refusal::Failed(_) => None,
        };
    }

    /// What the last look means for a write that was denied before.
    pub async fn denial(&mut self) -> Denial {
        match self.denied.take() {
            None => Denial::No,
            Some(denied) if denied.looks_left > 0 && self.pauses.pause().await => {
                self.denied = Some(Denied { looks_left: denied.looks_left - 1, ..denied });
                Denial::LookAgain
            }
            Some(Denied { failure, is_by_own_role: true, .. }) => Denial::ByOwnRole(failure),
            Some(Denied { failure, is_by_own_role: false, .. }) => Denial::ByUnknown(failure),
        }
    }

    /// Pauses before another attempt and returns `true`, or returns `false` at once if there may be
    /// none.
    pub async fn pause(&mut self) -> bool {
        self.pauses.pause().await
    }

    /// The failure that remains, with what AWS answered before. That time ran out would explain
    /// nothing on its own.
    pub fn explain(&mut self, failure: Failure) -> Failure {
        let write_is_open = failure.write_is_open || self.write_is_open;
        let failure = match self.answered.take().filter(|answered| *answered != failure.detail) {
            Some(answered) => failure.preceded_by(&answered),
            None => failure,
        };
        Failure { write_is_open, ..failure }
    }
}

impl Denied {
    fn new(failure: &Failure, is_by_own_role: bool, looks_left: usize) -> Self {
        Self { failure: failure.clone(), is_by_own_role, looks_left }
    }
}

//! What there is to say about the endpoints of one runtime, and what that makes of the runtime's
//! outcome.

use std::collections::BTreeMap;

use super::{
    decision::is_done,
    observed::{Pinned, Runtime},
    wording::{in_doubt, kept, more_remarks, moved, not_moved, unexplained},
};
use crate::{
    failure::Failure,
    outcome::{Finding, Outcome},
    text::holding,
    verdict::{Deferred, Enforced, Failed, Held, Verdict},
};

/// How many remarks an outcome holds besides the moves: it must stay small.
const MAX_REMARKS: usize = 10;

/// What was found, and what became of it.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Endpoints on a version without MMDSv2, with that version, as long as nothing else is known
    /// about them.
    pinned: BTreeMap<String, String>,
    has_kept: bool,
    is_doubtful: bool,
    is_deferred: bool,
    moved: Vec<String>,
    failures: Vec<Failure>,
    refused: Vec<String>,
    remarks: Vec<String>,
}

impl Report {
    /// Some or all of the endpoints could not be read.
    pub fn add_unread(&mut self, failure: Failure) {
        self.failures.push(failure);
    }

    /// An endpoint is pinned. The report says so, unless it learns what became of it.
    pub fn add_pinned(&mut self, pinned: &Pinned) {
        self.pinned.insert(pinned.endpoint.name.clone(), pinned.version.clone());
    }

    /// What is still pinned will be found again.
    pub fn forget_pinned(&mut self) {
        self.pinned.clear();
    }

    /// An endpoint was left where it is.
    pub fn add_kept(&mut self, pinned: &Pinned, why: &str) {
        self.keep(pinned);
        self.remarks.push(kept(&pinned.endpoint.name, &pinned.version, why));
    }

    /// An endpoint was moved.
    pub fn add_moved(&mut self, pinned: &Pinned, to: &str) {
        self.add_gone(pinned);
        self.moved.push(moved(&pinned.endpoint.name, &pinned.version, to));
    }

    /// An endpoint could not be moved, or the move could not be seen.
    pub fn add_failed(&mut self, pinned: &Pinned, failure: Failure) {
        self.keep(pinned);
        let detail = not_moved(&pinned.endpoint.name, &pinned.version, &failure.detail);
        self.failures.push(Failure { detail, ..failure });
    }

    /// AWS refuses to move an endpoint, and no retry changes that.
    pub fn add_refused(&mut self, pinned: &Pinned, detail: &str) {
        self.keep(pinned);
        self.refused.push(not_moved(&pinned.endpoint.name, &pinned.version, detail));
    }

    /// The answer to a move was lost, and what was seen since does not tell whether the move
    /// happened.
    pub fn add_doubt(&mut self, pinned: &Pinned) {
        self.is_doubtful = true;
        self.remarks.push(in_doubt(&pinned.endpoint.name));
    }

    /// AWS is still changing an endpoint, and waiting for it would take too long.
    pub fn add_later(&mut self) {
        self.is_deferred = true;
    }

    /// An endpoint no longer exists.
    pub fn add_gone(&mut self, pinned: &Pinned) {
        self.pinned.remove(&pinned.endpoint.name);
    }

    fn keep(&mut self, pinned: &Pinned) {
        self.pinned.remove(&pinned.endpoint.name);
        self.has_kept = true;
    }

    /// Adds what was found to the runtime's outcome. A fault of an endpoint does not undo what was
    /// done to the runtime, so `before` and `after` stay. But if endpoints are to be moved, the
    /// outcome fails with it: a retry finds the runtime compliant and comes back to its endpoints.
    /// If they are not to be moved, or the runtime itself comes first, its verdict stays.
    pub fn complete(mut self, runtime: &Runtime, may_write: bool, mut outcome: Outcome) -> Outcome {
        let unexplained: Vec<_> =
            self.pinned.iter().map(|(name, version)| unexplained(name, version)).collect();
        let may_fail = may_write && is_done(runtime);
        outcome.findings.extend(holding([
            (self.has_kept || !unexplained.is_empty(), Finding::PinnedEndpoint),
            (!self.moved.is_empty(), Finding::EndpointMoved),
            (!may_fail && !self.failures.is_empty(), Finding::EndpointsUnread),
        ]));
        outcome.findings.sort();
        // An endpoint that may have been changed is worse than one that was not.
        self.failures
            .sort_by_key(|failure| failure.reason != Failed::EndpointNotVerified);
        outcome.verdict = self.verdict(may_fail, outcome.verdict);
        outcome.is_unfinished = self.is_deferred;
        outcome.write_is_open |=
            self.is_doubtful || self.failures.iter().any(|failure| failure.write_is_open);
        let troubles = self.failures.into_iter().map(|failure| failure.detail).chain(self.refused);
        let remarks = limited(troubles.chain(self.remarks).chain(unexplained));
        outcome.detail = [outcome.detail]
            .into_iter()
            .chain(self.moved)
            .chain(remarks)
            .collect::<Vec<_>>()
            .join(" ");
        outcome
    }

    /// A failure that a retry may mend outranks an endpoint that AWS refuses to move for good.
    fn verdict(&self, may_fail: bool, of_runtime: Verdict) -> Verdict {
        match self.failures.first() {
            Some(failure) if may_fail => Verdict::Failed(failure.reason),
            None if self.is_deferred && matches!(of_runtime, Verdict::Compliant(_)) => {
                Verdict::Deferred(Deferred::StillChanging)
            }
            None if may_fail && !self.refused.is_empty() => Verdict::Held(Held::Refused),
            None if !self.moved.is_empty() && matches!(of_runtime, Verdict::Compliant(_)) => {
                Verdict::Enforced(Enforced::PinnedEndpoint)
            }
            Some(_) | None => of_runtime,
        }
    }
}

fn limited(remarks: impl Iterator<Item = String>) -> Vec<String> {
    let mut remarks: Vec<_> = remarks.collect();
    let more = remarks.len().saturating_sub(MAX_REMARKS);
    remarks.truncate(MAX_REMARKS);
    if more > 0 {
        remarks.push(more_remarks(more));
    }
    remarks
}

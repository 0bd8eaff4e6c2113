//! What there is to say about the endpoints of one runtime.

use std::collections::BTreeMap;

use super::decision::{Pinned, Runtime};
use crate::{
    failure::Failure,
    outcome::{Finding, Outcome, Reason, Verdict},
    text::holding,
    wording::WRITE_IS_OPEN,
};

/// An outcome names this many endpoints at the most, beside those that were moved: it must stay small.
const MAX_NAMED: usize = 10;

/// What was found, and what became of it.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Endpoints on a version without MMDSv2 of which nothing else is known yet, with that version.
    open: BTreeMap<String, String>,
    is_pinned: bool,
    /// A sentence for each move that was made.
    moved: Vec<String>,
    said: Vec<String>,
    failures: Vec<Failure>,
    is_doubtful: bool,
    /// Whether a move is under way, or its answer was lost.
    pub write_is_open: bool,
    /// What AWS answered last to the move that is not settled yet.
    pub answered: Option<String>,
}

impl Report {
    /// The endpoints are not known, or not all of them.
    pub fn unread(&mut self, failure: Failure) {
        self.failures.push(failure);
    }

    /// One is pinned. It has to be disposed of; if it is not, that is said in the end.
    pub fn pinned(&mut self, it: &Pinned) {
        self.open.insert(it.endpoint.name.clone(), it.version.clone());
    }

    /// One stays as it is.
    pub fn stays(&mut self, it: &Pinned, why: &str) {
        self.open.remove(&it.endpoint.name);
        self.is_pinned = true;
        self.said.push(is_pinned(&it.endpoint.name, &it.version, &format!(": {why}.")));
    }

    /// One was moved.
    pub fn moved(&mut self, it: &Pinned, to: &str) {
        self.open.remove(&it.endpoint.name);
        let (name, version) = (&it.endpoint.name, &it.version);
        self.moved.push(format!(
            "The endpoint {name} was moved from version {version} to version {to}, which differs from it in \
             requireMMDSV2 only."
        ));
    }

    /// One could not be moved, or that could not be seen.
    pub fn failed(&mut self, it: &Pinned, failure: Failure) {
        self.open.remove(&it.endpoint.name);
        self.is_pinned = true;
        let detail = is_pinned(&it.endpoint.name, &it.version, &format!(". {}", failure.detail));
        self.failures.push(Failure { detail, ..failure });
    }

    /// The answer to a move of one was lost, and what was seen then does not tell whether it happened.
    pub fn doubt(&mut self, it: &Pinned) {
        self.is_doubtful = true;
        self.said.push(format!("A move of the endpoint {} was sent. {WRITE_IS_OPEN}", it.endpoint.name));
    }

    /// One does not exist any more.
    pub fn gone(&mut self, it: &Pinned) {
        self.open.remove(&it.endpoint.name);
    }

    /// What is still open will be looked at anew.
    pub fn forget_open(&mut self) {
        self.open.clear();
    }

    /// The outcome of the runtime with what was found. What is wrong with an endpoint does not undo what was done to
    /// the runtime: `before` and `after` stay. But if endpoints are to be moved the outcome fails, because a retry finds
    /// the runtime compliant and comes here again. Otherwise, and if the runtime itself comes first, its result stays.
    pub fn complete(mut self, runtime: &Runtime, moves: bool, mut outcome: Outcome) -> Outcome {
        for (name, version) in &self.open {
            self.said.push(is_pinned(name, version, "."));
        }
        let (is_pinned, is_moved) = (self.is_pinned || !self.open.is_empty(), !self.moved.is_empty());
        let fails = moves && runtime.is_done();
        let is_unread = !fails && !self.failures.is_empty();
        let findings = [
            (is_pinned, Finding::PinnedEndpoint),
            (is_moved, Finding::EndpointMoved),
            (is_unread, Finding::EndpointsUnread),
        ];
        outcome.findings.extend(holding(findings));
        outcome.findings.sort();
        outcome.write_is_open |= self.is_doubtful;
        // An endpoint that may have been changed is worse than one that was not, and one that a retry may mend than one
        // that AWS refuses for good.
        self.failures
            .sort_by_key(|failure| (failure.reason != Reason::EndpointNotVerified, failure.reason == Reason::Refused));
        match self.failures.first() {
            Some(failure) if fails => {
                let is_refused = self.failures.iter().all(|failure| failure.reason == Reason::Refused);
                let result = if is_refused { Verdict::Held } else { Verdict::Failed };
                (outcome.result, outcome.reason) = (result, failure.reason);
                outcome.write_is_open |= self.failures.iter().any(|failure| failure.write_is_open);
            }
            None if is_moved && outcome.result == Verdict::Compliant => {
                (outcome.result, outcome.reason) = (Verdict::Enforced, Reason::PinnedEndpoint);
            }
            _ => {}
        }
        let failures = self.failures.into_iter().map(|failure| failure.detail);
        let detail = [outcome.detail].into_iter().chain(self.moved);
        outcome.detail = detail.chain(limited(failures.chain(self.said))).collect::<Vec<_>>().join(" ");
        outcome
    }
}

fn is_pinned(name: &str, version: &str, more: &str) -> String {
    format!("The endpoint {name} is pinned to version {version}, which does not require MMDSv2{more}")
}

fn limited(said: impl Iterator<Item = String>) -> Vec<String> {
    let mut said: Vec<_> = said.collect();
    let more = said.len().saturating_sub(MAX_NAMED);
    said.truncate(MAX_NAMED);
    if more > 0 {
        said.push(format!("There are {more} more such remarks."));
    }
    said
}

//! The account defaults on their way to an outcome: after each attempt that EC2 did not take they are read and decided
//! about anew.

use super::{Decision, Defaults, DefaultsFlow, EnforceDefaults, decide, enforce::verified};
use crate::{
    failure::Failure,
    outcome::{Outcome, Verdict},
    patience::{MAX_AGE, Pauses, Stopwatch},
    resource::Refusal,
    wording::WRITE_IS_OPEN,
};

/// The defaults on their way.
pub(super) struct Course<'a> {
    flow: &'a DefaultsFlow<'a>,
    retries: Pauses,
    /// What was read last.
    before: Option<Defaults>,
    /// What was read before a write whose answer was lost.
    sent: Option<Defaults>,
    /// Whether a write is under way, or its answer was lost.
    pub write_is_open: bool,
    /// What EC2 answered last.
    answered: Option<String>,
}

impl<'a> Course<'a> {
    pub fn new(flow: &'a DefaultsFlow<'a>) -> Self {
        let retries = flow.terms.retries();
        Self { flow, retries, before: None, sent: None, write_is_open: false, answered: None }
    }

    pub async fn run(&mut self) -> Result<Outcome, Failure> {
        loop {
            let read = Stopwatch::start();
            let before = self.flow.observe.observe().await?;
            self.before = Some(before.clone());
            if let Some(sent) = self.sent.as_ref().filter(|_| before.require_v2()) {
                return verified(sent, before).map(|after| self.flow.enforced(sent, &after));
            }
            match (decide(&before), self.flow.enforce) {
                (Decision::Leave(verdict, reason), _) => {
                    return Ok(self.doubted(self.flow.left(&before, verdict, reason)));
                }
                (Decision::Enforce, None) => return Ok(self.flow.would_enforce(&before)),
                (Decision::Enforce, Some(_)) if read.elapsed() > MAX_AGE => self.pause(Failure::outdated()).await?,
                (Decision::Enforce, Some(enforce)) => {
                    if let Some(outcome) = self.enforce(&before, enforce).await? {
                        return Ok(outcome);
                    }
                }
            }
        }
    }

    /// One attempt; gives no outcome if there may be another.
    async fn enforce(&mut self, before: &Defaults, enforce: &EnforceDefaults) -> Result<Option<Outcome>, Failure> {
        self.write_is_open = true;
        let refusal = match enforce.enforce(before, &self.flow.terms.patience).await {
            Ok(after) => return Ok(Some(self.flow.enforced(before, &after))),
            Err(refusal) => refusal,
        };
        let is_unclear = matches!(refusal, Refusal::Unclear(_));
        self.write_is_open = is_unclear || self.sent.is_some();
        if !is_unclear || self.answered.is_none() {
            self.answered = Some(refusal.failure().detail.clone());
        }
        match refusal {
            Refusal::Throttled(failure) | Refusal::NotTaken(failure) => self.pause(failure).await.map(|()| None),
            Refusal::Unclear(failure) => {
                self.sent = Some(before.clone());
                self.pause(failure).await.map(|()| None)
            }
            Refusal::ForGood(failure) => Ok(Some(self.doubted(self.flow.refused(before, &failure)))),
            refusal => Err(refusal.failure().clone()),
        }
    }

    /// An outcome without a write, unless the answer to one was lost.
    fn doubted(&self, outcome: Outcome) -> Outcome {
        if self.sent.is_none() {
            return outcome;
        }
        Outcome { detail: format!("{} {WRITE_IS_OPEN}", outcome.detail), write_is_open: true, ..outcome }
    }

    async fn pause(&mut self, failure: Failure) -> Result<(), Failure> {
        if self.retries.pause().await { Ok(()) } else { Err(failure) }
    }

    pub fn failed(self, failure: Failure) -> Outcome {
        let failure = match self.answered {
            Some(answered) if answered != failure.detail => failure.preceded_by(&answered),
            _ => failure,
        };
        let Failure { reason, detail, after, write_is_open } = failure;
        let outcome = self.flow.outcome(self.before.as_ref(), Verdict::Failed, reason, detail, after);
        Outcome { write_is_open: write_is_open || self.write_is_open, ..outcome }
    }
}

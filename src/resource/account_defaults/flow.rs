//! The small flow of the account defaults: after each attempt that EC2 did not take they are read and decided about anew.

use super::{Decision, Defaults, EnforceDefaults, ObserveDefaults, decide, enforce::verified, wording::Wording};
use crate::{
    context::Context,
    failure::Failure,
    outcome::{Outcome, Reason},
    patience::{MAX_AGE, Pauses, Stopwatch},
    resource::Refusal,
    target::Home,
    wording::WRITE_IS_OPEN,
};

/// The small flow of the account defaults of one Region through one sweep.
pub struct DefaultsFlow<'a> {
    /// The reading half.
    pub observe: &'a ObserveDefaults,
    /// The writing half; where only a report is wanted there is none.
    pub enforce: Option<&'a EnforceDefaults>,
    /// The account and the Region.
    pub home: &'a Home,
    /// What holds for everything that this sweep looks at; no exception tag applies here.
    pub context: Context<'a>,
}

impl DefaultsFlow<'_> {
    /// Takes the defaults to their outcome.
    ///
    /// # Errors
    /// EC2 has no such defaults in this Region.
    pub async fn run(&self) -> Result<Outcome, Failure> {
        let mut run = DefaultsRun::new(self);
        let in_time = self.context.patience.until_end(run.run()).await;
        match in_time.unwrap_or_else(|| Err(Failure::out_of_time(run.write_is_open))) {
            Err(failure) if failure.reason != Reason::NotOffered => Ok(run.failed(failure)),
            ended => ended,
        }
    }
}

/// The defaults on their way.
struct DefaultsRun<'a> {
    flow: &'a DefaultsFlow<'a>,
    wording: Wording<'a>,
    retries: Pauses,
    /// What was read last.
    before: Option<Defaults>,
    /// What was read before a write whose answer was lost.
    sent: Option<Defaults>,
    /// Whether a write is under way, or its answer was lost.
    write_is_open: bool,
    /// What EC2 answered last.
    answered: Option<String>,
}

impl<'a> DefaultsRun<'a> {
    fn new(flow: &'a DefaultsFlow<'a>) -> Self {
        let retries = flow.context.retries();
        let wording = Wording { home: flow.home };
        Self { flow, wording, retries, before: None, sent: None, write_is_open: false, answered: None }
    }

    pub async fn run(&mut self) -> Result<Outcome, Failure> {
        loop {
            let read = Stopwatch::start();
            let before = self.flow.observe.observe().await?;
            self.before = Some(before.clone());
            if let Some(sent) = self.sent.as_ref().filter(|_| before.require_v2()) {
                return verified(sent, before).map(|after| self.wording.enforced(sent, &after));
            }
            match (decide(&before), self.flow.enforce) {
                (Decision::Leave(verdict, reason), _) => {
                    return Ok(self.doubted(self.wording.left(&before, verdict, reason)));
                }
                (Decision::Enforce, None) => return Ok(self.wording.would_enforce(&before)),
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
        let refusal = match enforce.enforce(before, &self.flow.context.patience).await {
            Ok(after) => return Ok(Some(self.wording.enforced(before, &after))),
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
            Refusal::ForGood(failure) => Ok(Some(self.doubted(self.wording.refused(before, &failure)))),
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

    fn failed(self, failure: Failure) -> Outcome {
        let failure = match self.answered {
            Some(answered) if answered != failure.detail => failure.preceded_by(&answered),
            _ => failure,
        };
        let write_is_open = failure.write_is_open || self.write_is_open;
        self.wording.failed(self.before.as_ref(), Failure { write_is_open, ..failure })
    }
}

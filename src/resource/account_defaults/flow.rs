//! The small flow of the account defaults. After each attempt that EC2 did not take, they are read
//! again and decided about again.

use super::{
    Decision, Defaults, EnforceDefaults, ObserveDefaults, decide, enforce::verified,
    wording::Wording,
};
use crate::{
    context::Context,
    failure::{Failure, Unlisted},
    outcome::Outcome,
    patience::{MAX_AGE, Stopwatch},
    place::Place,
    resource::{Attempts, Refusal},
    wording::WRITE_IS_OPEN,
};

/// Takes the account defaults of one Region through one sweep.
pub struct DefaultsFlow<'a> {
    /// The reading half.
    pub observe: &'a ObserveDefaults,
    /// The writing half; `None` if only a report is wanted.
    pub enforce: Option<&'a EnforceDefaults>,
    /// The account and the Region.
    pub place: &'a Place,
    /// What holds for everything that this sweep looks at. No exception tag applies here.
    pub context: Context<'a>,
}

impl DefaultsFlow<'_> {
    /// Takes the defaults to their outcome.
    ///
    /// # Errors
    /// EC2 has no such defaults in this Region. The error is a sentence that says so.
    pub async fn run(&self) -> Result<Outcome, String> {
        let mut run = DefaultsRun::new(self);
        let in_time = self.context.patience.until_end(run.finish()).await;
        let out_of_time = || Err(Failure::out_of_time(run.attempts.write_is_open()).into());
        match in_time.unwrap_or_else(out_of_time) {
            Ok(outcome) => Ok(outcome),
            Err(Unlisted::NotOffered(detail)) => Err(detail),
            Err(Unlisted::Failed(failure)) => Ok(run.failed(failure)),
        }
    }
}

/// The defaults on their way to an outcome.
struct DefaultsRun<'a> {
    flow: &'a DefaultsFlow<'a>,
    wording: Wording<'a>,
    /// What was read last.
    before: Option<Defaults>,
    attempts: Attempts<Defaults>,
}

impl<'a> DefaultsRun<'a> {
    fn new(flow: &'a DefaultsFlow<'a>) -> Self {
        let attempts = Attempts::new(flow.context.retries(), None);
        Self { flow, wording: Wording { place: flow.place }, before: None, attempts }
    }

    async fn finish(&mut self) -> Result<Outcome, Unlisted> {
        loop {
            let read = Stopwatch::start();
            let before = self.flow.observe.observe().await?;
            self.before = Some(before.clone());
            if let Some(sent) = self.attempts.sent().filter(|_| before.require_v2()) {
                return Ok(verified(sent, before).map(|after| self.wording.enforced(sent, &after))?);
            }
            match (decide(&before), self.flow.enforce) {
                (Decision::Leave(leave), _) => {
                    return Ok(self.doubted(self.wording.left(&before, leave)));
                }
                (Decision::Enforce, None) => return Ok(self.wording.would_enforce(&before)),
                (Decision::Enforce, Some(_)) if read.elapsed() > MAX_AGE => {
                    self.pause(Failure::outdated()).await?
                }
                (Decision::Enforce, Some(enforce)) => {
                    if let Some(outcome) = self.enforce(&before, enforce).await? {
                        return Ok(outcome);
                    }
                }
            }
        }
    }

    /// Makes one attempt. Returns no outcome if there may be another.
    async fn enforce(
        &mut self,
        before: &Defaults,
        enforce: &EnforceDefaults,
    ) -> Result<Option<Outcome>, Failure> {
        self.attempts.begin();
        let refusal = match enforce.enforce(before, &self.flow.context.patience).await {
            Ok(after) => return Ok(Some(self.wording.enforced(before, &after))),
            Err(refusal) => refusal,
        };
        self.attempts.note(&refusal, || Some(before.clone()));
        match refusal {
            Refusal::Throttled(failure)
            | Refusal::NotTaken(failure)
            | Refusal::Unclear(failure) => self.pause(failure).await.map(|()| None),
            Refusal::ForGood(failure) => {
                Ok(Some(self.doubted(self.wording.refused(before, &failure))))
            }
            Refusal::Changed(failure)
            | Refusal::Busy(failure)
            | Refusal::Demanded(failure)
            | Refusal::Denied(failure)
            | Refusal::NotAllowed(failure)
            | Refusal::Failed(failure) => Err(failure),
        }
    }

    /// Marks an outcome that follows a write whose answer was lost.
    fn doubted(&self, outcome: Outcome) -> Outcome {
        if self.attempts.sent().is_none() {
            return outcome;
        }
        Outcome {
            detail: format!("{} {WRITE_IS_OPEN}", outcome.detail),
            write_is_open: true,
            ..outcome
        }
    }

    async fn pause(&mut self, failure: Failure) -> Result<(), Failure> {
        if self.attempts.pause().await { Ok(()) } else { Err(failure) }
    }

    fn failed(mut self, failure: Failure) -> Outcome {
        let failure = self.attempts.explain(failure);
        self.wording.failed(self.before.as_ref(), failure)
    }
}

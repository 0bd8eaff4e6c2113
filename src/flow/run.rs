//! The run of one target whose turn has come: one attempt at its write. After each attempt that AWS
//! did not take, it pauses, looks again and decides again.

use std::{ops::ControlFlow, slice::from_mut};

use super::{Flow, ObservationOf, TurnOf};
use crate::{
    decision::{Decision, Leave},
    failure::Failure,
    observed::Observation,
    outcome::Outcome,
    patience::Pauses,
    resource::{Attempts, Denial, Enforce, Form, Refusal, Resource},
    target::Target,
    verdict::{Compliant, Deferred},
    wording::Wording,
};

/// One target on its way to an outcome.
pub(super) struct TargetRun<'f, 'a, R: Resource> {
    flow: &'f Flow<'a, R>,
    wording: Wording<'f, R>,
    turn: TurnOf<R>,
    waits: Pauses,
    own_waits: Pauses,
    attempts: Attempts<ObservationOf<R>>,
    others_wait: bool,
    is_postponed: bool,
    form: Form,
    has_changed: bool,
    was_outdated: bool,
}

type Step = ControlFlow<Outcome>;

impl<'f, 'a, R: Resource> TargetRun<'f, 'a, R> {
    /// `sent` is what an earlier pass sent in a write whose answer was lost. `others_wait` says
    /// that other targets wait for this one's place.
    pub fn new(
        flow: &'f Flow<'a, R>,
        target: &'f Target,
        turn: TurnOf<R>,
        sent: Option<ObservationOf<R>>,
        others_wait: bool,
    ) -> Self {
        let retries = if others_wait { flow.context.few_retries() } else { flow.context.retries() };
        let attempts = Attempts::new(retries, sent);
        let mut wording = flow.wording(target);
        wording.write_is_open = attempts.write_is_open();
        Self {
            flow,
            wording,
            turn,
            waits: flow.context.waits(),
            own_waits: flow.context.patience.pauses(),
            attempts,
            others_wait,
            is_postponed: false,
            form: Form::Plain,
            has_changed: false,
            was_outdated: false,
        }
    }

    pub async fn finish(&mut self) -> Outcome {
        loop {
            if let Step::Break(outcome) = self.step().await {
                return outcome;
            }
        }
    }

    /// What was sent, if the target is postponed: AWS took none of a few attempts, and others wait.
    /// There is nothing to say about it yet.
    pub fn postponed(&mut self) -> Option<Option<ObservationOf<R>>> {
        self.is_postponed.then(|| self.attempts.take_sent())
    }

    /// What the last look found.
    pub fn seen(&self) -> Option<&ObservationOf<R>> {
        self.turn.observation.as_ref()
    }

    pub fn out_of_time(&mut self) -> Outcome {
        self.fail(Failure::out_of_time(self.attempts.write_is_open()))
    }

    async fn step(&mut self) -> Step {
        if let Some(failure) = self.turn.failure.take() {
            return self.failed(failure);
        }
        let Some(decision) = self.flow.decision(&self.turn) else {
            return self.failed(Failure::unanswered());
        };
        match decision {
            // What required version 2 may be our own write, so it is verified like one.
            Decision::Leave(Leave::Compliant(Compliant::V2Required))
                if self.attempts.sent().is_some() =>
            {
                self.verify()
            }
            Decision::Leave(leave) => self.left(&leave),
            Decision::Wait(status) => self.wait(Failure::still_changing(&status)).await,
            Decision::ReadUsage | Decision::ConfirmTags => {
                self.flow.look_last(from_mut(&mut self.turn)).await;
                Step::Continue(())
            }
            Decision::Enforce => self.enforce().await,
        }
    }

    async fn enforce(&mut self) -> Step {
        let (Some(enforce), Some(Observation::Found(observed))) =
            (self.flow.enforce, &self.turn.observation)
        else {
            return Step::Break(self.wording.would_enforce(self.turn.observation.as_ref()));
        };
        let observation = self.turn.observation.as_ref();
        // If the last write was denied, the look since then has found no exemption: with one, the
        // decision would not be to write.
        match self.attempts.denial().await {
            Denial::No => {}
            Denial::LookAgain => return self.look_again().await,
            Denial::ByOwnRole(failure) => {
                let failure = failure.of_own_deny(self.flow.context.exception.key());
                return Step::Break(self.wording.refused(observation, failure));
            }
            Denial::ByUnknown(failure) => return self.failed(failure),
        }
        if self.turn.is_outdated() {
            return self.look_anew().await;
        }
        self.attempts.begin();
        // A permit is good for one write. Another attempt needs another one.
        self.turn.may_write = false;
        match enforce.enforce(observed, self.form, &self.flow.context.patience).await {
            Ok(after) => Step::Break(self.wording.enforced(observed, after)),
            Err(refusal) => self.refused(refusal).await,
        }
    }

    async fn refused(&mut self, refusal: Refusal) -> Step {
        self.attempts.note(&refusal, || self.turn.observation.take());
        self.wording.write_is_open = self.attempts.write_is_open();
        match refusal {
            Refusal::Throttled(failure) => {
                self.flow.pacer.into_iter().for_each(|pacer| pacer.slow_down());
                self.try_again(failure).await
            }
            Refusal::NotTaken(failure) | Refusal::Unclear(failure) => self.try_again(failure).await,
            Refusal::Changed(_) if !self.has_changed => {
                self.has_changed = true;
                self.look_again().await
            }
            Refusal::Demanded(_) if self.form == Form::Plain => {
                self.form = Form::AsDemanded;
                self.look_again().await
            }
            Refusal::Denied(_) | Refusal::NotAllowed(_) => self.look_again().await,
            Refusal::Busy(failure) => self.wait(failure).await,
            Refusal::ForGood(failure) | Refusal::Demanded(failure) => {
                Step::Break(self.wording.refused(self.turn.observation.as_ref(), failure))
            }
            Refusal::Changed(failure) | Refusal::Failed(failure) => self.failed(failure),
        }
    }

    /// What was read is too old to write by. The first time its turn took long to come. If it
    /// happens again, AWS takes long to answer.
    async fn look_anew(&mut self) -> Step {
        if !self.was_outdated {
            self.was_outdated = true;
            return self.look_again().await;
        }
        self.try_again(Failure::outdated()).await
    }

    /// Verifies a write whose answer was lost, now that a look shows version 2 required.
    fn verify(&mut self) -> Step {
        let (Some(enforce), Some(Observation::Found(sent)), Some(Observation::Found(now))) =
            (self.flow.enforce, self.attempts.sent(), &self.turn.observation)
        else {
            return self.left(&Leave::Compliant(Compliant::V2Required));
        };
        match enforce.verify(sent, now) {
            Ok(after) => Step::Break(self.wording.enforced(sent, after)),
            Err(failure) => {
                // The outcome tells what was there before the write, so it needs the older
                // observation.
                self.turn.observation = self.attempts.take_sent();
                self.failed(failure)
            }
        }
    }

    /// Pauses while AWS is still changing the target, then looks again. A change that may be the
    /// guardrail's own work is watched as long as there is time, because no event will tell of its
    /// end. Any other that takes too long is left to another look, unless nothing limits the wait.
    async fn wait(&mut self, otherwise: Failure) -> Step {
        let may_be_own = self.attempts.sent().is_some();
        let pauses = if may_be_own { &mut self.own_waits } else { &mut self.waits };
        if pauses.pause().await {
            return self.look_again().await;
        }
        if may_be_own || self.flow.context.longest_wait().is_none() {
            return self.failed(otherwise);
        }
        self.left(&Leave::Deferred(Deferred::StillChanging))
    }

    /// Pauses after an attempt that came to nothing, then looks again. Fails if it was the last
    /// attempt.
    async fn try_again(&mut self, failure: Failure) -> Step {
        if !self.attempts.pause().await {
            // Only if there is time: a second pass must be able to finish what this one postpones.
            self.is_postponed = self.others_wait && !self.flow.context.patience.is_short();
            return self.failed(failure);
        }
        self.flow.wait_for_permits(from_mut(&mut self.turn)).await;
        self.look_again().await
    }

    async fn look_again(&mut self) -> Step {
        self.flow.look(from_mut(&mut self.turn), |_| true).await;
        Step::Continue(())
    }

    fn left(&self, leave: &Leave) -> Step {
        Step::Break(self.wording.left(self.turn.observation.as_ref(), leave))
    }

    fn failed(&mut self, failure: Failure) -> Step {
        Step::Break(self.fail(failure))
    }

    fn fail(&mut self, failure: Failure) -> Outcome {
        let failure = self.attempts.explain(failure);
        self.wording
            .failed(self.turn.observation.as_ref().or(self.attempts.sent()), failure)
    }
}

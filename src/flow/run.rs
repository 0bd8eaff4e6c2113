//! The run of one target whose turn has come: one attempt at its write, and after each that AWS did not take, a pause,
//! another look and another decision.

use std::{ops::ControlFlow, slice::from_mut};

use super::{Flow, turn::Turn};
use crate::{
    decision::Decision,
    failure::Failure,
    observed::Observation,
    outcome::{Outcome, Reason, Verdict},
    patience::Pauses,
    resource::{Enforce, FollowUp, Form, MAX_LOOKS_FOR_TAG, Observe, Refusal},
    target::Target,
    wording::Wording,
};

/// One target on its way to an outcome.
pub(super) struct TargetRun<'a, O: Observe, E, F> {
    flow: &'a Flow<'a, O, E, F>,
    wording: Wording<'a>,
    turn: Turn<O::Document>,
    waits: Pauses,
    retries: Pauses,
    others_wait: bool,
    is_postponed: bool,
    form: Form,
    /// What was sent in a write whose answer was lost.
    sent: Option<Observation<O::Document>>,
    /// Whether a write is under way, or its answer was lost.
    write_is_open: bool,
    second_look_left: bool,
    /// How the write was denied, and how many more looks there may be for the tag that explains it.
    denied: Option<(Refusal, usize)>,
    /// Whether what was read was too old once.
    was_outdated: bool,
    /// What AWS answered last.
    answered: Option<String>,
}

type Step = ControlFlow<Outcome>;

impl<'a, O, E, F> TargetRun<'a, O, E, F>
where
    O: Observe,
    E: Enforce<Document = O::Document>,
    F: FollowUp,
{
    /// `sent` is what was sent before in a write whose answer was lost; `others_wait` for the place that this takes.
    pub fn new(
        flow: &'a Flow<'a, O, E, F>,
        target: &'a Target,
        turn: Turn<O::Document>,
        sent: Option<Observation<O::Document>>,
        others_wait: bool,
    ) -> Self {
        let write_is_open = sent.is_some();
        Self {
            flow,
            wording: Wording { write_is_open, ..flow.wording(target) },
            turn,
            waits: flow.context.patience.pauses(),
            retries: if others_wait { flow.context.few_retries() } else { flow.context.retries() },
            others_wait,
            is_postponed: false,
            form: Form::Plain,
            sent,
            write_is_open,
            second_look_left: true,
            denied: None,
            was_outdated: false,
            answered: None,
        }
    }

    pub async fn run(&mut self) -> Outcome {
        loop {
            if let Step::Break(outcome) = self.step().await {
                return outcome;
            }
        }
    }

    /// What was sent, if there is nothing to say yet, because AWS took none of a few attempts and others wait.
    pub fn postponed(self) -> Option<Option<Observation<O::Document>>> {
        self.is_postponed.then_some(self.sent)
    }

    pub fn out_of_time(&mut self) -> Outcome {
        self.fail(Failure::out_of_time(self.write_is_open))
    }

    async fn step(&mut self) -> Step {
        if let Some(failure) = self.turn.failure.take() {
            return self.failed(failure);
        }
        match self.flow.decision(&self.turn) {
            Some(Decision::Leave(Verdict::Compliant, Reason::V2Required)) if self.sent.is_some() => self.verify(),
            Some(Decision::Leave(verdict, reason)) => self.left(verdict, reason),
            Some(Decision::Wait(status)) => self.wait(Failure::still_changing(&status)).await,
            Some(Decision::ReadUsage | Decision::ConfirmTags) => {
                self.flow.look_last(from_mut(&mut self.turn)).await;
                Step::Continue(())
            }
            Some(Decision::Enforce) => self.enforce().await,
            None => self.failed(Failure::unanswered()),
        }
    }

    async fn enforce(&mut self) -> Step {
        let (Some(enforce), Some(Observation::Found(observed))) = (self.flow.enforce, &self.turn.look) else {
            return self.left(Verdict::WouldEnforce, Reason::V1Allowed);
        };
        if let Some((refusal, looks_left)) = self.denied.take() {
            return self.still_denied(refusal, looks_left).await;
        }
        if self.turn.is_outdated() {
            return self.look_anew().await;
        }
        self.write_is_open = true;
        self.turn.may_write = false;
        match enforce.enforce(observed, self.form, &self.flow.context.patience).await {
            Ok(after) => Step::Break(self.wording.enforced(self.turn.look.as_ref(), after)),
            Err(refusal) => self.refused(refusal).await,
        }
    }

    async fn refused(&mut self, refusal: Refusal) -> Step {
        let is_unclear = matches!(refusal, Refusal::Unclear(_));
        self.write_is_open = is_unclear || self.sent.is_some();
        self.wording.write_is_open = self.write_is_open;
        if !is_unclear || self.answered.is_none() {
            self.answered = Some(refusal.failure().detail.clone());
        }
        match refusal {
            Refusal::Throttled(failure) => {
                self.flow.pacer.into_iter().for_each(|pacer| pacer.slow_down());
                self.try_again(failure).await
            }
            Refusal::NotTaken(failure) => self.try_again(failure).await,
            Refusal::Unclear(failure) => {
                self.sent = self.turn.look.take();
                self.try_again(failure).await
            }
            Refusal::Changed(_) if self.second_look_left => {
                self.second_look_left = false;
                self.look_again().await
            }
            Refusal::Demanded(_) if self.form == Form::Plain => {
                self.form = Form::AsDemanded;
                self.look_again().await
            }
            Refusal::Denied(_) => {
                self.denied = Some((refusal, MAX_LOOKS_FOR_TAG));
                self.look_again().await
            }
            Refusal::NotAllowed(_) => {
                self.denied = Some((refusal, 0));
                self.look_again().await
            }
            Refusal::Busy(failure) => self.wait(failure).await,
            Refusal::ForGood(failure) | Refusal::Demanded(failure) => {
                Step::Break(self.wording.refused(self.turn.look.as_ref(), failure))
            }
            Refusal::Changed(failure) | Refusal::Failed(failure) => self.failed(failure),
        }
    }

    /// Another look has not shown why the write was denied.
    async fn still_denied(&mut self, refusal: Refusal, looks_left: usize) -> Step {
        if looks_left > 0 && self.retries.pause().await {
            self.denied = Some((refusal, looks_left - 1));
            return self.look_again().await;
        }
        match refusal {
            Refusal::Denied(failure) => Step::Break(self.wording.refused_by_own_deny(self.turn.look.as_ref(), failure)),
            refusal => self.failed(refusal.failure().clone()),
        }
    }

    /// What was read is too old to write by: its turn took long to come, or, if that is so again, AWS to answer.
    async fn look_anew(&mut self) -> Step {
        if !self.was_outdated {
            self.was_outdated = true;
            return self.look_again().await;
        }
        self.try_again(Failure::outdated()).await
    }

    /// What a look shows of the write whose answer was lost.
    fn verify(&mut self) -> Step {
        let (Some(enforce), Some(Observation::Found(sent)), Some(Observation::Found(now))) =
            (self.flow.enforce, &self.sent, &self.turn.look)
        else {
            return self.left(Verdict::Compliant, Reason::V2Required);
        };
        match enforce.verify(sent, now) {
            Ok(after) => Step::Break(self.wording.enforced(self.sent.as_ref(), after)),
            Err(failure) => {
                self.turn.look = self.sent.take();
                self.failed(failure)
            }
        }
    }

    /// Pauses for what AWS is at work on, and looks again; fails if no time is left for that. What may be the guardrail's
    /// own work is waited for in a sweep, too: no event will tell of its end.
    async fn wait(&mut self, otherwise: Failure) -> Step {
        if !self.flow.context.waits() && self.sent.is_none() {
            return self.left(Verdict::Deferred, Reason::StillChanging);
        }
        if self.waits.pause().await { self.look_again().await } else { self.failed(otherwise) }
    }

    /// Pauses after an attempt that came to nothing, and looks again; fails if it was the last one.
    async fn try_again(&mut self, failure: Failure) -> Step {
        if !self.retries.pause().await {
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

    fn left(&self, verdict: Verdict, reason: Reason) -> Step {
        Step::Break(self.wording.left(self.turn.look.as_ref(), verdict, reason))
    }

    fn failed(&mut self, failure: Failure) -> Step {
        Step::Break(self.fail(failure))
    }

    /// What AWS answered before is said, too: time that has run out explains nothing.
    fn fail(&mut self, mut failure: Failure) -> Outcome {
        if let Some(answered) = self.answered.take().filter(|answered| *answered != failure.detail) {
            failure = failure.preceded_by(&answered);
        }
        failure.write_is_open |= self.write_is_open;
        self.wording.failed(self.turn.look.as_ref().or(self.sent.as_ref()), failure)
    }
}

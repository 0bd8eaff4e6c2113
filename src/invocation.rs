//! One invocation: from its payload to its answer. The payload is one event of EventBridge, or a
//! batch of messages that hold one each.

mod batch;

use std::{cell::RefCell, time::Duration};

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    event::{self, Ask, Ignored, Work},
    guardrail::Guardrail,
    outcome::Outcome,
    outcome_events::{OutcomeBus, OutcomeEvent},
    patience::{Patience, Stopwatch},
    place::{Deployment, Place},
    response::{Answer, InvocationError, Response, Tally},
    settings::Mode,
    sweep::Extent,
    sweeps_queue::SweepsQueue,
    target::Kind,
    telemetry::{self, Origin},
    visit::Visit,
};

/// The receive count of an event that comes without a queue.
const RECEIVED_ONCE: u32 = 1;

/// What Lambda says about an invocation.
#[derive(Clone, Debug)]
pub struct Call {
    /// Lambda's id of the invocation, for the log.
    pub request_id: String,
    /// The ARN by which the function was invoked.
    pub function_arn: String,
    /// The time of day.
    pub now: DateTime<Utc>,
    /// Lambda ends the invocation after this long.
    pub remaining: Duration,
}

/// One invocation.
pub(crate) struct Invocation<'a> {
    guardrail: &'a Guardrail,
    sweeps: Option<&'a SweepsQueue>,
    bus: Option<&'a OutcomeBus>,
    /// What is to be told on the bus once everything is done.
    to_tell: RefCell<Vec<OutcomeEvent>>,
    deployment: Deployment,
    request_id: &'a str,
    now: DateTime<Utc>,
    patience: Patience,
}

/// Answers one invocation. Every target whose turn comes has its outcome before it ends. What an
/// event of a batch does not name is swept for through the queue; for one that comes alone, it is
/// swept at once. What came of it is told on the bus, which cannot change the answer.
///
/// # Errors
/// The payload is neither an event nor a batch, the function's own ARN cannot be read, or too much
/// of what an event asks for failed ([`Response::has_failed`]).
pub async fn answer(
    guardrail: &Guardrail,
    sweeps: Option<&SweepsQueue>,
    bus: Option<&OutcomeBus>,
    payload: Value,
    call: &Call,
) -> Result<Answer, InvocationError> {
    let stopwatch = Stopwatch::start();
    let result = match Invocation::new(guardrail, sweeps, bus, call) {
        Ok(invocation) => {
            let answer = invocation.answer(payload).await;
            invocation.tell_all().await;
            answer
        }
        Err(error) => Err(error),
    };
    telemetry::report(&call.request_id, stopwatch.elapsed(), &result);
    result
}

impl<'a> Invocation<'a> {
    fn new(
        guardrail: &'a Guardrail,
        sweeps: Option<&'a SweepsQueue>,
        bus: Option<&'a OutcomeBus>,
        call: &'a Call,
    ) -> Result<Self, InvocationError> {
        let Call { request_id, function_arn, now, remaining } = call;
        let deployment = Deployment::from_function_arn(function_arn)
            .ok_or_else(|| InvocationError::NoHome(function_arn.clone()))?;
        let patience = guardrail.patience(Some(*remaining));
        let to_tell = RefCell::default();
        Ok(Self { guardrail, sweeps, bus, to_tell, deployment, request_id, now: *now, patience })
    }

    async fn answer(&self, payload: Value) -> Result<Answer, InvocationError> {
        if let Some(messages) = messages(&payload) {
            return Ok(Answer::Batch(self.batch(messages).await));
        }
        let event = event::envelope(payload).map_err(InvocationError::NotAnEvent)?;
        let response = self.event(&event).await;
        if response.has_failed() {
            return Err(InvocationError::RemediationFailed(Box::new(response)));
        }
        Ok(Answer::Event(Box::new(response.fitted())))
    }

    /// Does all that one event asks for, here and now.
    async fn event(&self, event: &EventBridgeEvent<Value>) -> Response {
        let mode = self.guardrail.settings().mode;
        let asks = match self.read(event, None) {
            Ok(asks) => asks,
            Err(reason) => return Response::ignored(mode, reason),
        };
        let response = RefCell::new(Response::new(mode));
        for ask in asks {
            match ask.work {
                Work::Targets(targets) => {
                    let asked = targets.into_iter().map(|target| (target, ask.time)).collect();
                    let each = |outcome| {
                        self.report(&outcome, RECEIVED_ONCE);
                        response.borrow_mut().add(outcome);
                    };
                    self.visit(&ask.place, mode).look_at(&asked, None, &each).await;
                }
                Work::Unnamed(kind) => {
                    self.sweep(&ask.place, &[kind], None, RECEIVED_ONCE, &response).await;
                }
                Work::Sweep(kinds, softened) => {
                    self.sweep(&ask.place, kinds, softened, RECEIVED_ONCE, &response).await;
                }
            }
        }
        response.into_inner()
    }

    /// Reads an event, and logs what it asks for.
    fn read(
        &self,
        event: &EventBridgeEvent<Value>,
        message_id: Option<&str>,
    ) -> Result<Vec<Ask>, Ignored> {
        let settings = self.guardrail.settings();
        let origin = Origin { request_id: self.request_id, message_id };
        event::read(event, &self.deployment, settings)
            .inspect(|asks| asks.iter().for_each(|ask| telemetry::report_ask(origin, ask)))
            .inspect_err(|reason| telemetry::report_ignored(origin, settings.mode, event, *reason))
    }

    /// Sweeps a place here and now. Only a mode that softens the function's own counts.
    async fn sweep(
        &self,
        place: &Place,
        kinds: &[Kind],
        softened: Option<Mode>,
        receive_count: u32,
        response: &RefCell<Response>,
    ) {
        let own_mode = self.guardrail.settings().mode;
        let mode = softened.filter(|mode| *mode == Mode::Report).unwrap_or(own_mode);
        response.borrow_mut().mode = mode;
        let tally = RefCell::new(Tally::default());
        let each = |outcome| {
            tally.borrow_mut().add(&outcome);
            telemetry::count_in_sweep(&outcome);
            telemetry::report_outcome(self.request_id, mode, &outcome);
            response.borrow_mut().add(outcome);
        };
        let unfinished = self.visit(place, mode).sweep(kinds, Extent::MayNeedWrite, &each).await;
        let is_whole = kinds.len() > 1 && mode == own_mode;
        let sweep = tally.into_inner().ended(place, unfinished, is_whole);
        let mut response = response.borrow_mut();
        response.sweep = Some(sweep);
        telemetry::report_sweep(self.request_id, &response);
        self.tell(|| OutcomeEvent::of_sweep(self.request_id, receive_count, &response));
    }

    /// Reports the outcome of a target that an event names.
    fn report(&self, outcome: &Outcome, receive_count: u32) {
        let mode = self.guardrail.settings().mode;
        telemetry::report_outcome(self.request_id, mode, outcome);
        self.tell(|| OutcomeEvent::of_outcome(self.request_id, mode, receive_count, outcome));
    }

    /// Keeps what is to be told, if there is a bus.
    fn tell(&self, event: impl FnOnce() -> Option<OutcomeEvent>) {
        if self.bus.is_some() {
            self.to_tell.borrow_mut().extend(event());
        }
    }

    /// Tells on the bus what there is to tell.
    async fn tell_all(&self) {
        let Some(bus) = self.bus else { return };
        let events = self.to_tell.take();
        if let Err(untold) = bus.put(&events, self.patience).await {
            telemetry::report_untold(self.request_id, &self.deployment.place, &untold);
        }
    }

    fn visit<'v>(&'v self, place: &'v Place, mode: Mode) -> Visit<'v> {
        self.guardrail.visit(place, mode, self.now, self.patience)
    }
}

/// The messages, if a queue invoked the function.
fn messages(payload: &Value) -> Option<&[Value]> {
    let records = payload.get("Records")?.as_array()?;
    let is_message = |record: &Value| record.get("eventSource") == Some(&"aws:sqs".into());
    (!records.is_empty() && records.iter().all(is_message)).then_some(records)
}

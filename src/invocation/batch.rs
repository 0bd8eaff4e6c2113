//! A batch of messages as one piece of work: what they ask for is merged and done once. Then each
//! message succeeds or fails by its own targets, and what fails comes back to its queue.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::{join, join_all};

use super::Invocation;
use crate::{
    context::Asked,
    event::{self, Ask, Cause, Work},
    outcome::Outcome,
    place::Place,
    response::{Response, Returned},
    settings::Mode,
    target::{Kind, Target},
    telemetry::{self, Origin},
    verdict::{Deferred, Verdict},
};

/// How long a batch waits for a target that AWS is still changing, before it writes: long enough
/// for an update on platform V1, which takes seconds. V2 takes minutes, for which the message comes
/// back.
pub const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A message as it was read. What is ignored asks for nothing.
struct Message {
    id: String,
    asks: Result<Vec<Ask>, Returned>,
}

/// What was done for all messages together.
struct Done {
    /// The ARNs of the targets that need nothing more.
    finished: BTreeSet<String>,
    sweeps: Sweeps,
}

/// The sweeps that messages need, by place and kind, and whether each was asked for.
type Sweeps = BTreeMap<(Place, Kind), Result<(), Returned>>;

impl Invocation<'_> {
    /// Works through a batch. The answer names the messages that are to come back.
    pub(super) async fn batch(&self, batch: SqsEvent) -> SqsBatchResponse {
        let messages: Vec<_> =
            batch.records.into_iter().map(|message| self.read_message(message)).collect();
        let (finished, sweeps) =
            join(self.look_at_all(&messages), self.ask_for_sweeps(&messages)).await;
        let done = Done { finished, sweeps };
        let mut answer = SqsBatchResponse::default();
        for Message { id, asks } in messages {
            if let Err(unfinished) = self.finish(asks, &done).await {
                let origin = Origin { request_id: self.request_id, message_id: Some(&id) };
                telemetry::report_returned(origin, &unfinished);
                answer.add_failure(id);
            }
        }
        answer
    }

    fn read_message(&self, message: SqsMessage) -> Message {
        // SQS names every message. An empty name in the answer makes the whole batch come back.
        let id = message.message_id.unwrap_or_default();
        let body = serde_json::from_str(message.body.as_deref().unwrap_or_default());
        let event = body.map_err(|_| "it is not JSON".to_owned()).and_then(event::envelope);
        let asks = match event {
            Ok(event) => Ok(self.read(&event, Some(&id)).unwrap_or_default()),
            Err(why) => Err(Returned::NotAnEvent(why)),
        };
        Message { id, asks }
    }

    /// Takes every target that any message names to its outcome. Returns the finished ones.
    async fn look_at_all(&self, messages: &[Message]) -> BTreeSet<String> {
        let mut places = BTreeMap::<&Place, Asked>::new();
        for ask in asks(messages) {
            let Work::Targets(targets) = &ask.work else { continue };
            let asked = places.entry(&ask.place).or_default();
            for target in targets {
                let time = asked.entry(target.clone()).or_default();
                *time = ask.time.max(*time);
            }
        }
        let (mode, finished) = (self.guardrail.settings().mode, RefCell::new(BTreeSet::new()));
        let each = |outcome: Outcome| {
            telemetry::report_outcome(self.request_id, mode, &outcome);
            if is_finished(outcome.verdict) {
                finished.borrow_mut().insert(outcome.arn);
            }
        };
        let visits = places.iter().map(async |(place, asked)| {
            self.visit(place, mode).look_at(asked, Some(LONGEST_WAIT), &each).await;
        });
        join_all(visits).await;
        finished.into_inner()
    }

    /// Asks for a sweep of each kind of which some message does not say what it is about. One sweep
    /// serves all of them.
    async fn ask_for_sweeps(&self, messages: &[Message]) -> Sweeps {
        let mut needed = BTreeMap::new();
        for Message { id, asks } in messages {
            for ask in asks.iter().flatten().filter(|ask| ask.cause != Cause::SweepDue) {
                let Work::Sweep(kinds, _) = &ask.work else { continue };
                for kind in *kinds {
                    let event_id = ask.id.as_ref().unwrap_or(id);
                    needed.entry((ask.place.clone(), *kind)).or_insert(event_id);
                }
            }
        }
        let mut sweeps = Sweeps::new();
        for ((place, kind), event_id) in needed {
            let asked_for = self.ask_for_sweep(&place, kind, event_id).await;
            sweeps.insert((place, kind), asked_for);
        }
        sweeps
    }

    async fn ask_for_sweep(
        &self,
        place: &Place,
        kind: Kind,
        event_id: &str,
    ) -> Result<(), Returned> {
        match self.sweeps {
            Some(queue) => queue.put(place, kind, event_id).await.map_err(Returned::NotAskedFor),
            None => self.sweep_whole(place, &[kind], None).await,
        }
    }

    /// What is left to do for one message, and whether all it asks for is done.
    async fn finish(&self, asks: Result<Vec<Ask>, Returned>, done: &Done) -> Result<(), Returned> {
        for Ask { place, cause, work, .. } in asks? {
            match work {
                Work::Targets(targets) => done.check(&targets)?,
                Work::Sweep(kinds, mode) if cause == Cause::SweepDue => {
                    self.sweep_whole(&place, kinds, mode).await?;
                }
                Work::Sweep(kinds, _) => {
                    for kind in kinds {
                        let asked_for = done.sweeps.get(&(place.clone(), *kind)).cloned();
                        asked_for.unwrap_or(Err(Returned::Sweep))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Sweeps here and now. What time cuts off is not finished.
    async fn sweep_whole(
        &self,
        place: &Place,
        kinds: &[Kind],
        mode: Option<Mode>,
    ) -> Result<(), Returned> {
        let response = RefCell::new(Response::new(self.guardrail.settings().mode));
        self.sweep(place, kinds, mode, &response).await;
        let response = response.into_inner();
        let is_complete = response.sweep.as_ref().is_some_and(|sweep| sweep.complete);
        if is_complete && !response.has_failed() { Ok(()) } else { Err(Returned::Sweep) }
    }
}

impl Done {
    fn check(&self, targets: &[Target]) -> Result<(), Returned> {
        let unfinished: Vec<_> = targets
            .iter()
            .filter(|target| !self.finished.contains(target.arn()))
            .map(|target| target.id().to_owned())
            .collect();
        if unfinished.is_empty() { Ok(()) } else { Err(Returned::Targets(unfinished)) }
    }
}

fn asks(messages: &[Message]) -> impl Iterator<Item = &Ask> {
    messages.iter().flat_map(|message| message.asks.iter().flatten())
}

/// Whether a target needs nothing more, or a later event brings it back. Nothing but its own
/// message brings back what AWS is still changing.
fn is_finished(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Failed(_) | Verdict::Deferred(Deferred::StillChanging) => false,
        Verdict::Deferred(Deferred::Pending | Deferred::Stopping)
        | Verdict::Held(_)
        | Verdict::Enforced(_)
        | Verdict::WouldEnforce
        | Verdict::Exempt
        | Verdict::Gone(_)
        | Verdict::Compliant(_) => true,
    }
}

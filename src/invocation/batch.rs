//! A batch of messages as one piece of work: what they ask for is merged and done once. Then each
//! message succeeds or fails by its own targets, and what fails comes back to its queue.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::future::{join, join_all};
use serde_json::Value;

use super::{Invocation, RECEIVED_ONCE};
use crate::{
    context::Asked,
    event::{self, Ask, Work, sweep_for},
    outcome::Outcome,
    place::Place,
    response::{Response, Returned, ToReturn},
    settings::Mode,
    target::{Kind, Target},
    telemetry::{self, Origin},
};

/// How long a batch waits for a target that AWS is still changing, before it writes: long enough
/// for an update on platform V1, which takes seconds. V2 takes minutes, for which the message comes
/// back.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A message as it was read. What is ignored asks for nothing.
struct Message {
    id: String,
    /// The ARN of its queue.
    queue: String,
    /// How many times it was received, this time included.
    receive_count: u32,
    body: String,
    asks: Result<Vec<Ask>, Returned>,
}

/// What messages ask for together.
struct Asks<'m> {
    /// The targets, each with the time of its latest event.
    places: BTreeMap<&'m Place, Asked>,
    /// By the ARN of a target, how many times a message about it was received: that which was
    /// received least, because a new event begins anew.
    receive_counts: BTreeMap<&'m str, u32>,
}

/// What was done for all messages together.
struct Done {
    /// The ARNs of the targets that need nothing more.
    finished: BTreeSet<String>,
    sweeps: Sweeps,
}

/// The sweeps that messages need because they do not say what they are about, and whether each was
/// asked for.
type Sweeps = BTreeMap<(Place, Kind), Result<(), Returned>>;

impl Invocation<'_> {
    /// Works through a batch. The answer names the messages that are to come back.
    pub(super) async fn batch(&self, records: &[Value]) -> ToReturn {
        let messages: Vec<_> = records.iter().map(|record| self.read_message(record)).collect();
        let (finished, sweeps) =
            join(self.look_at_all(&messages), self.ask_for_sweeps(&messages)).await;
        let done = Done { finished, sweeps };
        let mut answer = ToReturn::default();
        for message in messages {
            if let Err(why) = self.finish(&message, &done).await {
                let origin = Origin { request_id: self.request_id, message_id: Some(&message.id) };
                telemetry::report_returned(origin, &self.deployment.place, &why);
                answer.add(message.id);
            }
        }
        answer
    }

    /// Reads no more of a message than is needed, because Lambda may add members at any time.
    fn read_message(&self, record: &Value) -> Message {
        let text = |member: &str| {
            let text = record.get(member).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        // SQS names every message. An empty name in the answer makes the whole batch come back.
        let (id, queue, body) = (text("messageId"), text("eventSourceARN"), text("body"));
        let event = serde_json::from_str(&body)
            .map_err(|_| "it is not JSON".to_owned())
            .and_then(event::envelope);
        let asks = match event {
            Ok(event) => Ok(self.read(&event, Some(&id)).unwrap_or_default()),
            Err(why) => Err(Returned::NotAnEvent(why)),
        };
        Message { id, queue, receive_count: receive_count(record), body, asks }
    }

    /// Takes every target that any message names to its outcome. Returns the finished ones.
    async fn look_at_all(&self, messages: &[Message]) -> BTreeSet<String> {
        let Asks { places, receive_counts } = Asks::merged(messages);
        let (mode, finished) = (self.guardrail.settings().mode, RefCell::new(BTreeSet::new()));
        let each = |outcome: Outcome| {
            let receive_count = receive_counts.get(&*outcome.arn).copied().unwrap_or(RECEIVED_ONCE);
            self.report(&outcome, receive_count);
            if outcome.is_finished() {
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
    /// serves all of them. It is known by the latest event, because a sweep that was asked for
    /// after that covers the others too.
    async fn ask_for_sweeps(&self, messages: &[Message]) -> Sweeps {
        let mut needed = BTreeMap::new();
        for Message { id, asks, .. } in messages {
            for Ask { place, work, time, id: event_id, .. } in asks.iter().flatten() {
                let Work::Unnamed(kind) = work else { continue };
                let event = (*time, event_id.as_ref().unwrap_or(id));
                let latest = needed.entry((place.clone(), *kind)).or_insert(event);
                *latest = event.max(*latest);
            }
        }
        let sweeps = needed.into_iter().map(async |((place, kind), (_, event_id))| {
            let (body, id) = (sweep_for(&place, kind), format!("{}:{event_id}", kind.name()));
            let asked_for = self.put(&place, body.to_string(), &id).await;
            ((place, kind), asked_for)
        });
        join_all(sweeps).await.into_iter().collect()
    }

    /// Puts a sweep into its queue.
    async fn put(&self, place: &Place, body: String, id: &str) -> Result<(), Returned> {
        let no_queue = || Err("SWEEPS_QUEUE_URL is not set.".to_owned());
        let no_time = || Err("There was too little time.".to_owned());
        let put = match self.sweeps {
            Some(queue) => self.patience.until_end(queue.put(place, body, id)).await,
            None => Some(no_queue()),
        };
        put.unwrap_or_else(no_time).map_err(Returned::NotAskedFor)
    }

    /// What is left to do for one message, and whether all it asks for is done.
    async fn finish(&self, message: &Message, done: &Done) -> Result<(), Returned> {
        for Ask { place, work, .. } in message.asks.as_ref().map_err(Clone::clone)? {
            match work {
                Work::Targets(targets) => done.check(targets)?,
                Work::Unnamed(kind) => {
                    let asked_for = done.sweeps.get(&(place.clone(), *kind)).cloned();
                    asked_for.unwrap_or(Err(Returned::Sweep))?;
                }
                // A sweep must neither hold up events nor run beside another one of its place.
                Work::Sweep(..)
                    if self.sweeps.is_some_and(|queue| !queue.has_arn(&message.queue)) =>
                {
                    self.put(place, message.body.clone(), &message.id).await?;
                }
                Work::Sweep(kinds, mode) => {
                    self.sweep_to_the_end(place, kinds, *mode, message.receive_count).await?;
                }
            }
        }
        Ok(())
    }

    /// Sweeps here and now. What time cuts off is not finished.
    async fn sweep_to_the_end(
        &self,
        place: &Place,
        kinds: &[Kind],
        mode: Option<Mode>,
        receive_count: u32,
    ) -> Result<(), Returned> {
        let response = RefCell::new(Response::new(self.guardrail.settings().mode));
        self.sweep(place, kinds, mode, receive_count, &response).await;
        let response = response.into_inner();
        let is_complete = response.sweep.as_ref().is_some_and(|sweep| sweep.complete);
        if is_complete && !response.has_failed() { Ok(()) } else { Err(Returned::Sweep) }
    }
}

impl<'m> Asks<'m> {
    fn merged(messages: &'m [Message]) -> Self {
        let (mut places, mut receive_counts) = (BTreeMap::<_, Asked>::new(), BTreeMap::new());
        for Message { receive_count, asks, .. } in messages {
            for Ask { place, work, time, .. } in asks.iter().flatten() {
                let Work::Targets(targets) = work else { continue };
                let asked = places.entry(place).or_default();
                for target in targets {
                    let latest = asked.entry(target.clone()).or_default();
                    *latest = (*time).max(*latest);
                    let least = receive_counts.entry(target.arn()).or_insert(*receive_count);
                    *least = (*receive_count).min(*least);
                }
            }
        }
        Self { places, receive_counts }
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

/// How many times SQS says that a message was received. It writes the number as a text.
fn receive_count(record: &Value) -> u32 {
    let count = record.pointer("/attributes/ApproximateReceiveCount").and_then(Value::as_str);
    count.and_then(|number| number.parse().ok()).unwrap_or(RECEIVED_ONCE)
}

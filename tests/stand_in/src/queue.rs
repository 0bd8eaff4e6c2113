//! SQS queues, and SQS's rules about their messages.

mod message;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::sync::Notify;

pub use self::message::{Message, Outgoing};
use crate::{refusal::Refusal, world::World};

/// How long a FIFO queue recognises a message that is sent again.
const DEDUPLICATION: Duration = Duration::from_secs(300);
/// How often an unordered queue shows a message although it is in flight, or after its deletion.
const SHARE_OF_DUPLICATES: f64 = 0.03;
/// How many milliseconds later it does so.
const DUPLICATE_WITHIN: u64 = 10_000;

/// One queue.
#[derive(Debug, Default)]
pub struct Queue {
    /// How long a message is hidden once it was received.
    pub visibility: Duration,
    /// Where a message goes that was received too often.
    pub redrive: Option<Redrive>,
    /// Whether messages of one group come in their order, one receive after the other.
    pub is_fifo: bool,
    /// FIFO: a message without a deduplication id is recognised by its body.
    pub content_based: bool,
    /// The messages in it, in the order of sending.
    pub messages: Vec<Message>,
    /// One of those who wait for messages is told of each.
    pub arrivals: Arc<Notify>,
    /// The disorder and the duplicates of a standard queue, if it shows any.
    disorder: Option<fastrand::Rng>,
    /// FIFO: what was sent lately, by deduplication id, and when.
    sent_lately: BTreeMap<String, (Duration, String)>,
    sent: u64,
}

/// A queue's redrive policy.
#[derive(Debug, Clone)]
pub struct Redrive {
    /// The name of the dead-letter queue.
    pub dead_letters: String,
    /// `maxReceiveCount`.
    pub max_receives: u32,
}

impl Queue {
    /// A standard queue without disorder.
    pub fn standard(visibility: Duration) -> Self {
        Self { visibility, ..Self::default() }
    }

    /// A FIFO queue.
    pub fn fifo(visibility: Duration) -> Self {
        Self { is_fifo: true, ..Self::standard(visibility) }
    }

    /// A FIFO queue that recognises messages by their body, too.
    pub fn content_based(self) -> Self {
        Self { content_based: true, ..self }
    }

    /// What a standard queue may do: messages come in any order, and some of them twice.
    pub fn with_disorder(self, seed: u64) -> Self {
        Self { disorder: Some(fastrand::Rng::with_seed(seed)), ..self }
    }

    /// Messages received this often go to that queue.
    pub fn with_redrive(self, dead_letters: &str, max_receives: u32) -> Self {
        let redrive = Some(Redrive { dead_letters: dead_letters.to_owned(), max_receives });
        Self { redrive, ..self }
    }

    /// When the next message can be received, if there is one.
    pub fn next_visible(&self) -> Option<Duration> {
        let at = |message: &Message| {
            let same_group = |other: &&Message| self.is_fifo && other.group == message.group;
            let group = self.messages.iter().filter(same_group);
            group.map(|other| other.visible_at).max().unwrap_or(message.visible_at)
        };
        self.messages.iter().map(at).min()
    }

    fn send(&mut self, outgoing: Outgoing, now: Duration) -> Result<Message, Refusal> {
        outgoing.check(self)?;
        let mut message = Message::new(outgoing, self.sent, now);
        if let Some(id) = self.deduplication_id(&message) {
            self.sent_lately.retain(|_, (at, _)| now < *at + DEDUPLICATION);
            if let Some((_, earlier)) = self.sent_lately.get(&id) {
                message.id.clone_from(earlier);
                return Ok(message);
            }
            self.sent_lately.insert(id, (now, message.id.clone()));
        }
        self.sent += 1;
        self.messages.push(message.clone());
        self.arrivals.notify_one();
        Ok(message)
    }

    fn deduplication_id(&self, message: &Message) -> Option<String> {
        let by_content = || self.content_based.then(|| message.body.clone());
        self.is_fifo
            .then(|| message.deduplication_id.clone().or_else(by_content))
            .flatten()
    }

    /// Takes out what was received too often.
    fn exhausted(&mut self, now: Duration) -> Vec<Message> {
        let Some(Redrive { max_receives, .. }) = self.redrive else { return Vec::new() };
        self.messages
            .extract_if(.., |message| message.visible_at <= now && message.receives >= max_receives)
            .collect()
    }

    fn receive(&mut self, max: usize, now: Duration) -> Vec<Message> {
        let mut places = self.receivable(now);
        if let Some(random) = &mut self.disorder {
            random.shuffle(&mut places);
        }
        places.truncate(max);
        let mut received = Vec::new();
        for place in places {
            let hidden_for = self.hidden_for();
            received.push(self.messages[place].receive(now, hidden_for));
        }
        received
    }

    /// For how long the next message received is hidden.
    fn hidden_for(&mut self) -> Duration {
        if let Some(random) = &mut self.disorder
            && random.f64() < SHARE_OF_DUPLICATES
        {
            return random_delay(random).min(self.visibility);
        }
        self.visibility
    }

    /// The places of messages that can be received. A FIFO queue holds a group back while one of
    /// its messages is in flight.
    fn receivable(&self, now: Duration) -> Vec<usize> {
        let is_held_back = |message: &Message| {
            self.is_fifo
                && self
                    .messages
                    .iter()
                    .any(|other| other.group == message.group && other.is_in_flight(now))
        };
        let places = self.messages.iter().enumerate();
        places
            .filter(|(_, message)| message.visible_at <= now && !is_held_back(message))
            .map(|(place, _)| place)
            .collect()
    }

    fn delete(&mut self, receipt: &str, now: Duration) {
        let Some(place) = self.messages.iter().position(|message| message.has_receipt(receipt))
        else {
            return;
        };
        if let Some(random) = &mut self.disorder
            && random.f64() < SHARE_OF_DUPLICATES
        {
            self.messages[place].visible_at = now + random_delay(random);
            return;
        }
        self.messages.remove(place);
    }
}

fn random_delay(random: &mut fastrand::Rng) -> Duration {
    Duration::from_millis(random.u64(0..DUPLICATE_WITHIN))
}

impl World {
    /// The queue of that name, which must exist.
    #[track_caller]
    pub fn queue(&self, name: &str) -> &Queue {
        self.queues.get(name).unwrap_or_else(|| panic!("the world has no queue {name}"))
    }

    /// Sends a message.
    pub fn send(&mut self, queue: &str, outgoing: Outgoing) -> Result<Message, Refusal> {
        let now = self.clock.elapsed();
        let queue = self.queues.get_mut(queue).ok_or_else(no_such_queue)?;
        queue.send(outgoing, now)
    }

    /// Receives at most `max` messages. Those that were received too often before move to the
    /// dead-letter queue.
    pub fn receive(&mut self, queue: &str, max: usize) -> Vec<Message> {
        let now = self.clock.elapsed();
        let Some(queue) = self.queues.get_mut(queue) else { return Vec::new() };
        let exhausted = queue.exhausted(now);
        let dead_letters = queue.redrive.as_ref().map(|redrive| redrive.dead_letters.clone());
        let received = queue.receive(max, now);
        let dead_letters = dead_letters.and_then(|name| self.queues.get_mut(&name));
        dead_letters
            .into_iter()
            .for_each(|queue| queue.messages.extend(exhausted.clone()));
        received
    }

    /// Deletes a message that was received with this receipt handle.
    pub fn delete(&mut self, queue: &str, receipt: &str) {
        let now = self.clock.elapsed();
        if let Some(queue) = self.queues.get_mut(queue) {
            queue.delete(receipt, now);
        }
    }
}

pub(super) fn no_such_queue() -> Refusal {
    let message = "The specified queue does not exist.";
    Refusal::new(400, "QueueDoesNotExist", message)
}

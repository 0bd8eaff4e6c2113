//! One message of a queue.

use std::time::Duration;

use md5::{Digest, Md5};

use super::Queue;
use crate::refusal::Refusal;

/// The most bytes of one message.
const MAX_BYTES: usize = 1024 * 1024;

/// What somebody sends.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// The text.
    pub body: String,
    /// FIFO: the message group id.
    pub group: Option<String>,
    /// FIFO: the message deduplication id.
    pub deduplication_id: Option<String>,
}

/// A message in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The id that SQS gave it.
    pub id: String,
    /// The text.
    pub body: String,
    /// FIFO: the message group id.
    pub group: Option<String>,
    /// FIFO: the message deduplication id.
    pub deduplication_id: Option<String>,
    /// When it was sent, measured from the start of the world.
    pub sent: Duration,
    /// When it was first received, measured in the same way.
    pub first_received: Option<Duration>,
    /// How often it was received.
    pub receives: u32,
    /// It is hidden until then.
    pub visible_at: Duration,
    /// Its place among everything sent to the queue.
    pub sequence: u64,
}

impl Outgoing {
    /// A message for a standard queue.
    pub fn new(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    pub(super) fn check(&self, queue: &Queue) -> Result<(), Refusal> {
        let invalid = |code, message: &str| Err(Refusal::new(400, code, message));
        if self.body.is_empty() || self.body.len() > MAX_BYTES {
            let message = "One or more parameters are invalid. Reason: Message must have 1 to \
                           1048576 bytes.";
            return invalid("InvalidParameterValue", message);
        }
        if queue.is_fifo && self.group.is_none() {
            let message = "The request must contain the parameter MessageGroupId.";
            return invalid("MissingParameter", message);
        }
        if queue.is_fifo && self.deduplication_id.is_none() && !queue.content_based {
            let message = "The queue should either have ContentBasedDeduplication enabled or \
                           MessageDeduplicationId provided explicitly";
            return invalid("InvalidParameterValue", message);
        }
        if !queue.is_fifo && self.deduplication_id.is_some() {
            let message = "The request includes a parameter that is not valid for this queue type";
            return invalid("InvalidParameterValue", message);
        }
        Ok(())
    }
}

impl Message {
    pub(super) fn new(outgoing: Outgoing, sequence: u64, now: Duration) -> Self {
        let Outgoing { body, group, deduplication_id } = outgoing;
        Self {
            id: format!("00000000-0000-4000-8000-{sequence:012x}"),
            body,
            group,
            deduplication_id,
            sent: now,
            first_received: None,
            receives: 0,
            visible_at: now,
            sequence,
        }
    }

    /// What a receive gives, and what it changes.
    pub(super) fn receive(&mut self, now: Duration, hidden_for: Duration) -> Self {
        self.receives += 1;
        self.first_received.get_or_insert(now);
        self.visible_at = now + hidden_for;
        self.clone()
    }

    /// What deletes the message. Each receive gives another one, and all of them are good.
    pub fn receipt(&self) -> String {
        format!("{}#{}", self.id, self.receives)
    }

    pub(super) fn has_receipt(&self, receipt: &str) -> bool {
        receipt.split('#').next() == Some(&self.id)
    }

    pub(super) fn is_in_flight(&self, now: Duration) -> bool {
        self.receives > 0 && self.visible_at > now
    }

    /// The digest that SQS answers with.
    pub fn md5_of_body(&self) -> String {
        Md5::digest(&self.body).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

//! Lambda's event source mapping for a queue: how messages become invocations, and what becomes of
//! them afterwards.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::{join_all, select};
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use crate::{
    StandIn,
    queue::Message,
    world::{ACCOUNT, REGION},
};

/// The most messages that one receive gives.
const ONE_RECEIVE: usize = 10;
/// How long one receive takes.
const RECEIVING: Duration = Duration::from_millis(20);
/// How long a poller waits at the most before it looks again.
const LONG_POLL: Duration = Duration::from_secs(20);

/// One mapping.
#[derive(Debug, Clone)]
pub struct EventSource {
    /// The name of the queue.
    pub queue: String,
    /// The most messages of one invocation.
    pub batch_size: usize,
    /// How long a batch is gathered from its first message on, unless it is full before.
    pub window: Duration,
    /// `MaximumConcurrency`. There are as many pollers, and each gathers batches of its own.
    pub concurrency: usize,
    /// The function's timeout: Lambda ends the invocation then.
    pub timeout: Duration,
}

/// One invocation that has ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Invoked {
    /// The mapping's queue.
    pub queue: String,
    /// Which of the mapping's pollers invoked.
    pub poller: usize,
    /// When it began, measured from the start of the world.
    pub began: Duration,
    /// When it ended, measured in the same way.
    pub ended: Duration,
    /// The ids and bodies of its messages.
    pub messages: Vec<(String, String)>,
    /// How it ended.
    pub end: End,
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// It replied, and these messages failed.
    Replied {
        /// The ids of those messages.
        failed: BTreeSet<String>,
    },
    /// It ended with an error, or with a reply that says nothing: all messages failed.
    Failed(String),
    /// Lambda had to end it.
    Killed,
}

impl EventSource {
    /// Polls until `over` is true. `invoke` is the function: it gets the poller's number and the
    /// payload. `each` is told of every invocation that has ended.
    pub async fn poll(
        &self,
        aws: &StandIn,
        invoke: impl AsyncFn(usize, Value) -> Result<Value, String>,
        each: impl Fn(Invoked),
        over: impl Fn() -> bool,
    ) {
        let pollers = (0..self.concurrency).map(async |poller| {
            while !over() {
                if !self.is_polled(aws) {
                    sleep(LONG_POLL).await;
                    continue;
                }
                let batch = self.gather(aws).await;
                if batch.is_empty() {
                    continue;
                }
                let began = aws.world().clock.elapsed();
                let payload = self.payload(&batch);
                let end = match timeout(self.timeout, invoke(poller, payload)).await {
                    Err(_) => End::Killed,
                    Ok(Err(error)) => End::Failed(error),
                    Ok(Ok(reply)) => end(&reply, &batch),
                };
                self.settle(aws, &batch, &end);
                let ended = aws.world().clock.elapsed();
                let messages = batch.into_iter().map(|message| (message.id, message.body));
                let (queue, messages) = (self.queue.clone(), messages.collect());
                each(Invoked { queue, poller, began, ended, messages, end });
            }
        });
        join_all(pollers).await;
    }

    fn is_polled(&self, aws: &StandIn) -> bool {
        let world = aws.world();
        world.stack.polls(&self.queue, world.clock.elapsed())
    }

    /// One batch. It is empty if nothing came for a while.
    async fn gather(&self, aws: &StandIn) -> Vec<Message> {
        let mut batch = self.receive(aws, self.batch_size).await;
        if batch.is_empty() {
            self.arrival(aws, LONG_POLL).await;
            return batch;
        }
        let full_at = aws.world().clock.elapsed() + self.window;
        while batch.len() < self.batch_size {
            let left = full_at.saturating_sub(aws.world().clock.elapsed());
            if left.is_zero() {
                break;
            }
            let more = self.receive(aws, self.batch_size - batch.len()).await;
            if more.is_empty() {
                self.arrival(aws, left).await;
            }
            batch.extend(more);
        }
        batch
    }

    async fn receive(&self, aws: &StandIn, max: usize) -> Vec<Message> {
        let messages = aws.world().receive(&self.queue, max.min(ONE_RECEIVE));
        if !messages.is_empty() {
            sleep(RECEIVING).await;
        }
        messages
    }

    /// Waits until a message may be there, or so long.
    async fn arrival(&self, aws: &StandIn, at_most: Duration) {
        let (arrivals, pause) = {
            let world = aws.world();
            let (queue, now) = (world.queue(&self.queue), world.clock.elapsed());
            // Tokio's clock has steps of a millisecond.
            let next = queue.next_visible().map(|at| at.saturating_sub(now) + RECEIVING);
            (queue.arrivals.clone(), next.unwrap_or(at_most).min(at_most))
        };
        let (arrival, pause) = (std::pin::pin!(arrivals.notified()), std::pin::pin!(sleep(pause)));
        select(arrival, pause).await;
    }

    /// What succeeded is deleted; everything else comes back when its visibility timeout ends.
    fn settle(&self, aws: &StandIn, batch: &[Message], end: &End) {
        let End::Replied { failed } = end else { return };
        for message in batch.iter().filter(|message| !failed.contains(&message.id)) {
            aws.world().delete(&self.queue, &message.receipt());
        }
    }

    /// What the function is invoked with.
    fn payload(&self, batch: &[Message]) -> Value {
        let arn = format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{}", self.queue);
        let records: Vec<_> = batch
            .iter()
            .map(|message| {
                let mut attributes = json!({
                    "ApproximateReceiveCount": message.receives.to_string(),
                    "SentTimestamp": message.sent.as_millis().to_string(),
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                    "ApproximateFirstReceiveTimestamp":
                        message.first_received.unwrap_or_default().as_millis().to_string(),
                });
                if let Some(group) = &message.group {
                    attributes["MessageGroupId"] = json!(group);
                    attributes["SequenceNumber"] = json!(format!("{:020}", message.sequence));
                }
                json!({
                    "messageId": message.id, "receiptHandle": message.receipt(),
                    "body": message.body, "attributes": attributes, "messageAttributes": {},
                    "md5OfBody": message.md5_of_body(), "eventSource": "aws:sqs",
                    "eventSourceARN": arn, "awsRegion": REGION,
                })
            })
            .collect();
        json!({"Records": records})
    }
}

/// How Lambda reads a reply. Nothing in it is a success. A name of no message, or a failure without
/// a name, makes everything a failure.
fn end(reply: &Value, batch: &[Message]) -> End {
    let failures = match &reply["batchItemFailures"] {
        Value::Null => &Vec::new(),
        Value::Array(failures) => failures,
        _ => return End::Failed("batchItemFailures is not a list".to_owned()),
    };
    let failed: Option<BTreeSet<_>> = failures
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().map(str::to_owned))
        .collect();
    match failed {
        Some(failed) if failed.iter().all(|id| batch.iter().any(|message| message.id == *id)) => {
            End::Replied { failed }
        }
        _ => End::Failed("the reply names a message that is not in the batch".to_owned()),
    }
}

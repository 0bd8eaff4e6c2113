//! Stories of batches: messages of a queue, each with an event, as one piece of work. First those
//! in which nothing may happen.

mod nothing_is_called;
mod nothing_is_written;

mod each_message_has_its_own_end;
mod endpoints_that_do_not_rest;
mod sweeps_are_asked_for;
mod sweeps_are_messages;
mod the_guardrail_is_stopped;
mod what_is_shared_is_done_once;

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::{ACCOUNT, Message, Queue};

use crate::support::harness::{Scene, due};

/// The queue into which the function puts sweeps.
const SWEEPS: &str = "sweeps.fifo";

/// A guardrail that has a queue for sweeps.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    let queue = Queue::fifo(Duration::from_secs(330));
    scene.aws.world().queues.insert(SWEEPS.to_owned(), queue);
    let url = format!("{}/{ACCOUNT}/{SWEEPS}", scene.aws.url());
    scene.with_sweeps_queue(&url)
}

/// What was put into that queue.
fn sweeps(scene: &Scene) -> Vec<Message> {
    scene.aws.world().queue(SWEEPS).messages.clone()
}

/// The schedule's message.
fn scheduled() -> Value {
    let mut event = due();
    event["time"] = json!("2026-11-24T06:00:00Z");
    event
}

/// A record of which CloudTrail left out everything that says what it is about.
fn record(event: Value, id: &str) -> Value {
    let mut event = event;
    event["detail"]["eventID"] = json!(id);
    event["detail"]["requestParameters"] = Value::Null;
    event["detail"]["responseElements"] = Value::Null;
    event
}

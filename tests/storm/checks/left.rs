//! What must hold when the first sweep of the schedule begins, after time enough for every event.

use std::time::Duration;

use stand_in::{End, Invoked};

use super::{Storm, at, is_left_to_dead_letters};
use crate::{
    storm::{told::Outcome, work},
    support::names::GET_RUNTIME,
};

/// Whatever an event named needs nothing more by then, or its message is a dead letter, or somebody
/// changed it after the last look at it.
pub fn nothing_that_an_event_named_is_left_to_the_sweep(storm: &Storm) -> Vec<String> {
    let Some(before) = &storm.before_sweep else { return Vec::new() };
    let sweep = at(before.at);
    let waiting = before.waiting.iter();
    let waiting = waiting
        .map(|id| format!("message {id} still waits when the first sweep begins, at {sweep}"));
    let left = before.open.iter().filter_map(|id| {
        let told = last_batch(storm, before.at, id)?;
        let why = why_left(storm, id, told)?;
        Some(format!("{id} was named by an event, and is left to the sweep of {sweep}; {why}"))
    });
    waiting.chain(left).collect()
}

/// The last batch that began with a message about this target. A queue may show a message twice:
/// once one batch is done with it, it is deleted, and a failure of the other copy brings nothing
/// back.
fn last_batch<'a>(storm: &'a Storm, sweep: Duration, id: &str) -> Option<&'a Invoked> {
    let batches = || storm.batches().filter(|batch| batch.ended <= sweep);
    let counts = |batch: &Invoked, message: &String| {
        is_done(batch, message) || !batches().any(|other| is_done(other, message))
    };
    let names = |body: &str| work::named(body).iter().any(|named| named == id);
    let about = batches().filter(|batch| {
        let mut messages = batch.messages.iter();
        messages.any(|(message, body)| names(body) && counts(batch, message))
    });
    about.max_by_key(|batch| batch.began)
}

/// Whether a batch had this message and was done with it.
fn is_done(batch: &Invoked, message: &String) -> bool {
    let End::Replied { failed } = &batch.end else { return false };
    batch.messages.iter().any(|(id, _)| id == message) && !failed.contains(message)
}

/// Why the target should not be open after this batch, if that is so.
fn why_left(storm: &Storm, id: &str, batch: &Invoked) -> Option<String> {
    let began = at(batch.began);
    let Some(told) = storm.told_in(batch).find(|outcome| outcome.id == id) else {
        return Some(format!("the batch of {began} told nothing of it"));
    };
    let Outcome { result, reason, .. } = told;
    let is_settled = match (result.as_str(), reason.as_str()) {
        ("held", _) | ("deferred", "pending" | "stopping") => true,
        ("failed", _) | ("deferred", _) => {
            is_left_to_dead_letters(&storm.aws.world(), id, Some(told))
        }
        _ => has_changed(storm, id, batch, told),
    };
    (!is_settled)
        .then(|| format!("the last word about it, of the batch of {began}, was {result}, {reason}"))
}

/// Whether somebody deployed it, or set its tag, too late for the batch to see it.
fn has_changed(storm: &Storm, id: &str, batch: &Invoked, told: &Outcome) -> bool {
    let calls = storm.aws.calls().into_iter().rev();
    let read = calls.filter(|call| {
        call.operation == GET_RUNTIME
            && call.resource.as_deref() == Some(id)
            && (batch.began..=told.at).contains(&call.at)
            && call.error.is_none()
            && storm.is_called_by(&call.caller, batch)
    });
    let read = read.map(|call| call.at).next().unwrap_or(batch.began);
    let world = storm.aws.world();
    let mut deployments = world.history.deployments.iter();
    let mut tagged = world.history.tagged.iter();
    deployments.any(|deployed| deployed.resource == id && deployed.at >= read)
        || tagged.any(|tagged| tagged.resource == id && tagged.at >= batch.began)
}

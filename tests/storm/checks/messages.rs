//! What must hold about the messages in the queue of events.

use std::collections::BTreeSet;

use stand_in::{End, Invoked};

use super::{Storm, at, stack};
use crate::storm::work;

/// A message comes back if one of its own targets is not finished, or if it is no event, and for no
/// other reason.
pub fn each_message_fails_by_its_own_targets_only(storm: &Storm) -> Vec<String> {
    storm.batches().flat_map(|batch| wrong_ends(storm, batch)).collect()
}

fn wrong_ends(storm: &Storm, batch: &Invoked) -> Vec<String> {
    let (began, of) = (at(batch.began), batch.messages.len());
    let failed = match &batch.end {
        End::Replied { failed } => failed,
        End::Failed(why) => {
            return vec![format!("the batch of {of} messages of {began} failed as a whole: {why}")];
        }
        // The deadline has a check of its own.
        End::Killed => return Vec::new(),
    };
    let told = storm.told_in(batch).filter(|outcome| outcome.is_finished());
    let finished: BTreeSet<_> = told.map(|outcome| outcome.id.as_str()).collect();
    let mut said = Vec::new();
    for (id, body) in &batch.messages {
        let named = work::named(body);
        let is_no_event = work::NO_EVENTS.contains(&body.as_str());
        let unfinished: Vec<_> =
            named.iter().filter(|id| !finished.contains(id.as_str())).collect();
        match failed.contains(id) {
            // Whether a sweep could be asked for does not show in outcomes.
            _ if named.is_empty() && !is_no_event => {}
            true if is_no_event || !unfinished.is_empty() => {}
            true => said.push(format!(
                "message {id} failed in the batch of {began}, though all its targets are finished"
            )),
            false if is_no_event => said
                .push(format!("message {id} is no event, and succeeded in the batch of {began}")),
            false if !unfinished.is_empty() => said.push(format!(
                "message {id} succeeded in the batch of {began}, though these targets are not \
                 finished: {unfinished:?}"
            )),
            false => {}
        }
    }
    said
}

/// A message that is no event is received as often as the queue allows, and then left to a person.
pub fn what_is_no_event_ends_in_the_dead_letters(storm: &Storm) -> Vec<String> {
    let world = storm.aws.world();
    let dead = &world.queue(stack::EVENTS_DEAD).messages;
    let messages = storm.batches().flat_map(|batch| &batch.messages);
    let messages = messages.filter(|(_, body)| work::NO_EVENTS.contains(&body.as_str()));
    let ids: Vec<_> = messages.map(|(id, _)| id).collect();
    let different: BTreeSet<_> = ids.iter().collect();
    let is_wrong = |id: &&&String| {
        let received = ids.iter().filter(|other| *other == *id).count();
        received != stack::MAX_RECEIVES as usize || !dead.iter().any(|dead| dead.id == ***id)
    };
    different
        .into_iter()
        .filter(is_wrong)
        .map(|id| {
            let received = ids.iter().filter(|other| *other == id).count();
            format!(
                "message {id} is no event, was received {received} times, and is no dead letter"
            )
        })
        .collect()
}

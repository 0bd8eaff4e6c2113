//! What must hold after every storm. Each check gives a sentence for each time that it does not.

use std::{collections::BTreeMap, time::Duration};

use stand_in::{Document, End, History, Instance, World, Write};

use super::{plan::exempts, play::Storm, stack, time::at, told::Outcome, work};
use crate::support::names::EXEMPT;

mod left;
mod messages;
mod runtimes;

pub use left::nothing_that_an_event_named_is_left_to_the_sweep;
pub use messages::{
    each_message_fails_by_its_own_targets_only, what_is_no_event_ends_in_the_dead_letters,
};
pub use runtimes::{no_deployment_is_lost_silently, no_member_is_lost};

/// So long after an exception tag was set, the guardrail may still write what it decided before.
const GRACE: Duration = Duration::from_secs(10);

/// Everything that does not hold, each with the seed.
pub fn violations(storm: &Storm) -> Vec<String> {
    let checks = [
        everything_is_compliant_or_with_a_person,
        nothing_exempt_is_written_late,
        nothing_that_the_role_denies_is_written,
        no_other_option_of_an_instance_changes,
        no_member_is_lost,
        no_deployment_is_lost_silently,
        nothing_outlives_its_deadline,
        the_queues_are_empty_in_time,
    ];
    let with_times = [
        each_message_fails_by_its_own_targets_only,
        what_is_no_event_ends_in_the_dead_letters,
        nothing_that_an_event_named_is_left_to_the_sweep,
    ];
    let with_times = with_times.iter().filter(|_| storm.before_sweep.is_some());
    let said = checks.iter().chain(with_times).flat_map(|check| check(storm));
    said.map(|said| format!("seed {}: {said}", storm.seed)).collect()
}

/// Each resource that is not exempt is compliant, or in a dead-letter queue with a reason, or held
/// with a reason.
pub fn everything_is_compliant_or_with_a_person(storm: &Storm) -> Vec<String> {
    let world = storm.aws.world();
    let open = open(&world);
    let is_settled = |id: &&String| {
        let last = last(storm, id);
        let is_held = last.is_some_and(|last| last.result == "held" && !last.reason.is_empty());
        is_held || is_left_to_dead_letters(&world, id, last)
    };
    open.iter()
        .filter(|id| !is_settled(id))
        .map(|id| {
            let last = last(storm, id).map_or("nothing was told of it".to_owned(), |last| {
                let Outcome { result, reason, detail, .. } = last;
                format!(
                    "the last word about it, at {}, was {result}, {reason}: {detail}",
                    at(last.at)
                )
            });
            format!("{id} allows version 1 at the end, and nobody is asked to look at it; {last}")
        })
        .collect()
}

/// Whether a dead letter names it, and the last word about it is why.
fn is_left_to_dead_letters(world: &World, id: &str, last: Option<&Outcome>) -> bool {
    let mut dead = world.queue(stack::EVENTS_DEAD).messages.iter();
    dead.any(|message| work::named(&message.body).iter().any(|named| named == id))
        && last.is_some_and(|last| last.result == "failed" && !last.reason.is_empty())
}

/// What allows version 1 at the end, and is left to a person by its dead letters.
pub fn left_to_dead_letters(storm: &Storm) -> Vec<String> {
    let world = storm.aws.world();
    let mut open = open(&world);
    open.retain(|id| is_left_to_dead_letters(&world, id, last(storm, id)));
    open
}

fn last<'a>(storm: &'a Storm, id: &str) -> Option<&'a Outcome> {
    storm.outcomes.iter().rev().find(|outcome| outcome.id == id)
}

/// What allows version 1 and is not exempt.
pub fn open(world: &World) -> Vec<String> {
    let instances = world.instances.values().filter(|instance| {
        instance.http_tokens != "required"
            && instance.http_endpoint != "disabled"
            && instance.state != "shutting-down"
    });
    let instances = instances.map(|instance| (&instance.id, &instance.tags));
    let runtimes = world.runtimes.values().filter(|runtime| !runtime.requires_mmdsv2());
    let runtimes = runtimes.map(|runtime| (&runtime.id, &runtime.tags));
    instances
        .chain(runtimes)
        .filter(|(_, tags)| !tags.get(EXEMPT).is_some_and(|value| exempts(value)))
        .map(|(id, _)| id.clone())
        .collect()
}

/// The accepted writes that found an exemption in force, and since when it had been there.
pub fn exempt_writes(world: &World) -> Vec<(Write, Duration)> {
    let is_exempt = |value: Option<&String>| value.is_some_and(|value| exempts(value));
    let writes = world.history.writes.iter();
    writes
        .filter(|write| is_exempt(write.before.tags.get(EXEMPT)))
        .map(|write| (write.clone(), exempt_since(&world.history, write)))
        .collect()
}

/// Since when the resource has been exempt without a break. Who sets the tag anew prolongs it.
fn exempt_since(history: &History, write: &Write) -> Duration {
    let tagged = history.tagged.iter().filter(|tagged| {
        tagged.resource == write.resource && tagged.key == EXEMPT && tagged.at <= write.at
    });
    let since = tagged.fold(None, |since: Option<Duration>, tagged| {
        exempts(&tagged.value).then(|| since.unwrap_or(tagged.at))
    });
    since.unwrap_or_default()
}

/// Nothing exempt is written more than ten seconds after its tag.
pub fn nothing_exempt_is_written_late(storm: &Storm) -> Vec<String> {
    let writes = exempt_writes(&storm.aws.world());
    writes
        .iter()
        .filter(|(write, since)| write.at > *since + GRACE)
        .map(|(write, since)| {
            let (id, operation) = (&write.resource, &write.operation);
            let (now, then) = (at(write.at), at(*since));
            format!("{operation} wrote {id} at {now}, though it was exempt since {then}")
        })
        .collect()
}

/// Where the role's own Deny is in force, nothing exempt is written at all.
pub fn nothing_that_the_role_denies_is_written(storm: &Storm) -> Vec<String> {
    let writes = if storm.denies { exempt_writes(&storm.aws.world()) } else { Vec::new() };
    writes
        .iter()
        .map(|(write, _)| {
            format!("{} was written at {}, though the role denies it", write.resource, at(write.at))
        })
        .collect()
}

/// An instance changes in nothing but the one setting.
pub fn no_other_option_of_an_instance_changes(storm: &Storm) -> Vec<String> {
    let world = storm.aws.world();
    let options = |id: &str, instances: &BTreeMap<String, Instance>| {
        let found = &instances[id];
        (
            found.http_endpoint.clone(),
            found.hop_limit,
            found.http_protocol_ipv6.clone(),
            found.instance_metadata_tags.clone(),
        )
    };
    let ids = storm.instances.keys();
    ids.filter(|id| options(id, &storm.instances) != options(id, &world.instances))
        .map(|id| format!("{id} has other metadata options than before, besides its tokens"))
        .collect()
}

/// Lambda never has to end an invocation.
pub fn nothing_outlives_its_deadline(storm: &Storm) -> Vec<String> {
    let killed = storm.invoked.iter().filter(|invoked| invoked.end == End::Killed);
    killed
        .map(|invoked| {
            let (from, messages) = (at(invoked.began), invoked.messages.len());
            format!("Lambda ended the invocation of {from} with {messages} messages at its timeout")
        })
        .collect()
}

/// The queues are empty at the end.
pub fn the_queues_are_empty_in_time(storm: &Storm) -> Vec<String> {
    let world = storm.aws.world();
    let left = [stack::EVENTS, stack::SWEEPS].into_iter().filter(|_| !storm.drained);
    left.map(|queue| {
        let messages = world.queue(queue).messages.len();
        format!("the queue {queue} still has {messages} messages")
    })
    .collect()
}

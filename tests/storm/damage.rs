//! Storms that were in order and to which something is done that a check must notice.

use std::time::Duration;

use stand_in::{Deployment, Document, End, Invoked, State, Write};

use super::{
    checks::{left_to_dead_letters, violations},
    play::{Storm, play},
    stack, work,
};
use crate::support::names::{EXEMPT, MODIFY_INSTANCE, UPDATE_RUNTIME};

/// A storm with something of everything.
const SEED: u64 = 1;

#[test]
fn every_check_of_a_storm_finds_what_it_looks_for() {
    const SAID: [(&str, Change); 15] = [
        ("nobody is asked to look at it", |storm| {
            let id = enforced(storm);
            storm.aws.world().instance_mut(&id).http_tokens("optional");
        }),
        ("though it was exempt since 0.000 s", |storm| {
            let id = enforced(storm);
            write_exempt(storm, &id);
        }),
        ("though the role denies it", |storm| {
            let id = enforced(storm);
            storm.denies = true;
            write_exempt(storm, &id);
        }),
        ("other metadata options than before", |storm| {
            let id = enforced(storm);
            storm.aws.world().instance_mut(&id).hop_limit = 64;
        }),
        ("has other members than any version before", |storm| {
            let Write { resource, version, .. } = updated(storm);
            let mut world = storm.aws.world();
            let runtime = world.runtime_mut(&resource);
            let written = runtime.versions.get_mut(&version).expect("it is remembered");
            written.remove("lifecycleConfiguration");
            if runtime.version == version {
                runtime.document.remove("lifecycleConfiguration");
            }
        }),
        ("nobody was told of it", |storm| take_back_a_deployment(storm, 101)),
        ("Lambda ended the invocation", |storm| storm.invoked[0].end = End::Killed),
        ("the queue events still has", |storm| storm.drained = false),
        ("is no event, was received 5 times, and is no dead letter", |storm| {
            storm
                .aws
                .world()
                .queues
                .get_mut(stack::EVENTS_DEAD)
                .expect("it is there")
                .messages
                .clear();
        }),
        ("named by an event, and is left to the sweep", |storm| {
            let id = enforced(storm);
            storm.before_sweep.as_mut().expect("there was one").open.push(id);
        }),
        ("still waits when the first sweep begins", |storm| {
            storm
                .before_sweep
                .as_mut()
                .expect("there was one")
                .waiting
                .push("one".to_owned());
        }),
        ("though all its targets are finished", |storm| {
            let batch = batch_that_succeeded(storm);
            let failed = batch.messages.iter().map(|(id, _)| id.clone()).collect();
            batch.end = End::Replied { failed };
        }),
        ("failed as a whole", |storm| {
            batch_that_succeeded(storm).end = End::Failed("an error".to_owned());
        }),
        ("though these targets are not finished", |storm| {
            let id = enforced(storm);
            storm.outcomes.retain(|told| told.id != id);
        }),
        ("is no event, and succeeded", |storm| {
            let mut batches = storm.invoked.iter_mut();
            let batch = batches.find(|one| has_failed_in_part(one)).expect("there is one");
            batch.end = End::Replied { failed: [].into() };
        }),
    ];
    for (said, change) in SAID {
        let mut storm = play(SEED);
        assert_eq!(violations(&storm), [""; 0]);
        change(&mut storm);
        let found = violations(&storm);
        assert!(found.iter().any(|found| found.contains(said)), "{said:?} is not in {found:?}");
        assert!(
            found.iter().all(|found| found.starts_with(&format!("seed {SEED}: "))),
            "{found:?}"
        );
    }
}

#[test]
fn what_is_refused_is_accepted_only_as_a_dead_letter_with_a_reason() {
    let refused = (0..).find(|seed| !left_to_dead_letters(&play(*seed)).is_empty());
    let seed = refused.expect("some seed has one");
    const CHANGES: [Change; 2] = [
        |storm| {
            let mut world = storm.aws.world();
            let dead = world.queues.get_mut(stack::EVENTS_DEAD).expect("it is there");
            dead.messages.retain(|message| work::NO_EVENTS.contains(&message.body.as_str()));
        },
        |storm| storm.outcomes.iter_mut().for_each(|told| told.reason.clear()),
    ];
    for change in CHANGES {
        let mut storm = play(seed);
        assert_eq!(violations(&storm), [""; 0]);
        change(&mut storm);
        let found = violations(&storm).join("\n");
        assert!(found.contains("nobody is asked to look at it"), "{found}");
    }
}

/// A batch with events of which nothing came back.
fn batch_that_succeeded(storm: &mut Storm) -> &mut Invoked {
    let mut batches = storm.invoked.iter_mut();
    let batch = batches.find(|one| {
        one.queue == stack::EVENTS
            && one.end == End::Replied { failed: [].into() }
            && one.messages.iter().any(|(_, body)| !work::named(body).is_empty())
    });
    batch.expect("there is one")
}

/// Whether a message that is no event failed beside others.
fn has_failed_in_part(batch: &Invoked) -> bool {
    let is_no_event = |body: &String| work::NO_EVENTS.contains(&body.as_str());
    batch.messages.len() > 1 && batch.messages.iter().any(|(_, body)| is_no_event(body))
}

/// What is done to a storm that was in order.
type Change = fn(&mut Storm);

/// An instance that the guardrail has enforced, and that is there and not exempt.
fn enforced(storm: &Storm) -> String {
    let world = storm.aws.world();
    let is_there = |id: &str| {
        world.instances.get(id).is_some_and(|instance| {
            instance.state == "running" && !instance.tags.contains_key(EXEMPT)
        })
    };
    let mut writes = world.history.writes.iter();
    writes
        .find(|write| is_there(&write.resource))
        .expect("there is one")
        .resource
        .clone()
}

/// An update of a runtime by the guardrail.
fn updated(storm: &Storm) -> Write {
    let world = storm.aws.world();
    let mut writes = world.history.writes.iter();
    writes
        .find(|write| write.operation == UPDATE_RUNTIME)
        .expect("there is one")
        .clone()
}

/// The same write once more, long after it was exempted.
fn write_exempt(storm: &Storm, id: &str) {
    let mut world = storm.aws.world();
    let tags = [(EXEMPT.to_owned(), "legacy".to_owned())].into();
    world.history.writes.push(Write {
        at: Duration::from_secs(3600),
        caller: "nobody".to_owned(),
        operation: MODIFY_INSTANCE.to_owned(),
        resource: id.to_owned(),
        before: State { tags, version: 0 },
        version: 0,
    });
}

/// Somebody deploys this version, and the guardrail writes again what it wrote before.
fn take_back_a_deployment(storm: &Storm, version: u32) {
    let earlier = updated(storm);
    let mut world = storm.aws.world();
    let versions = &mut world.runtime_mut(&earlier.resource).versions;
    let written = versions[&earlier.version].clone();
    versions.extend([(version, Document::new()), (version + 1, written)]);
    let (at, resource) = (earlier.at, earlier.resource.clone());
    world.history.deployments.push(Deployment { resource, version, at, ended: at });
    let before = State { version, ..State::default() };
    world.history.writes.push(Write { before, version: version + 1, ..earlier });
}

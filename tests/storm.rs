//! A storm: the guardrail the way AWS runs it, with faults, deployments and exemptions in between.
//! A seed fixes everything, and a failing one prints itself.
//!
//! - `plan`, `people`, `work`: what is there, and what people do
//! - `place`, `function`: the guardrail's queues, and the guardrail behind them
//! - `play`, `told`, `time`: one storm on virtual time, and what was told
//! - `checks`: what must hold after every storm
//! - `binary`: a short one over sockets, with the real binary
//! - `scale_out`, `bars`: many instances at once, and what that may cost
//! - `tally`: what storms were made of

mod bars;
mod binary;
pub mod checks;
pub mod function;
pub mod people;
pub mod place;
pub mod plan;
pub mod play;
pub mod scale_out;
pub mod tally;
pub mod time;
pub mod told;
pub mod work;

use std::{ops::Range, time::Duration};

use self::{
    checks::violations,
    play::{Storm, play},
    tally::Tally,
};
use crate::support::{
    names::{EXEMPT, MODIFY_INSTANCE, UPDATE_RUNTIME},
    stand_in::{Deployment, Document, End, State, Write},
};

/// The storms that every run of the tests plays.
const SEEDS: Range<u64> = 0..40;

#[test]
fn every_storm_leaves_everything_safe_and_nothing_lost() {
    let (mut all, mut tally) = (Vec::new(), Tally::default());
    for storm in SEEDS.map(play) {
        all.extend(violations(&storm));
        tally += Tally::of(&storm);
    }

    let replay = "replay: cargo run --example storm -- --seed N";
    assert!(all.is_empty(), "{}\n{replay}", all.join("\n"));
    // A storm in which nothing happens proves nothing.
    let (calls, faults) = (tally.number("calls"), tally.faults());
    assert!((calls / 16..calls / 8).contains(&faults), "{tally}");
    for happened in [
        "deployments by others",
        "tags set by owners",
        "targets told as enforced, v1_allowed",
        "targets told as exempt, exception_tag",
        "targets told as failed, concurrent_update",
        "targets told as held, managed_by_operator",
    ] {
        assert!(tally.number(happened) > 0, "{happened}: none. {tally}");
    }
}

#[test]
fn a_seed_replays_call_by_call() {
    let (first, second) = (play(42).log(), play(42).log());
    assert!(first.lines().count() > 100, "there is something to compare");
    assert!(first == second, "{}", difference(&first, &second));
}

#[test]
fn every_check_of_a_storm_finds_what_it_looks_for() {
    const SAID: [(&str, Change); 8] = [
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
    ];
    for (said, change) in SAID {
        let mut storm = play(1);
        assert_eq!(violations(&storm), [""; 0]);
        change(&mut storm);
        let found = violations(&storm);
        assert!(found.iter().any(|found| found.contains(said)), "{said:?} is not in {found:?}");
        assert!(found.iter().all(|found| found.starts_with("seed 1: ")), "{found:?}");
    }
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

/// The first line in which two logs differ.
fn difference(one: &str, other: &str) -> String {
    let mut lines = one.lines().zip(other.lines());
    match lines.find(|(one, other)| one != other) {
        Some((one, other)) => format!("{one}\nis not\n{other}"),
        None => "one of the logs is longer".to_owned(),
    }
}

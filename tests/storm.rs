//! A storm: the guardrail the way AWS runs it, with faults, deployments and exemptions in between.
//! A seed fixes everything, and a failing one prints itself.
//!
//! - `plan`, `people`, `work`: what is there, and what people do
//! - `stack`, `function`: the guardrail's queues, and the guardrail behind them
//! - `play`, `told`, `time`: one storm on virtual time, and what was told
//! - `checks`, `damage`: what must hold after every storm, and that its loss is noticed
//! - `binary`: a short one over sockets, with the real binary
//! - `scale_out`, `bars`: many instances at once, and what that may cost
//! - `tally`: what storms were made of

mod bars;
mod binary;
pub mod checks;
mod damage;
pub mod function;
pub mod people;
pub mod plan;
pub mod play;
pub mod scale_out;
pub mod stack;
pub mod tally;
pub mod time;
pub mod told;
pub mod work;

use std::ops::Range;

use self::{checks::violations, play::play, tally::Tally};

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
        tally::SEVERAL,
        tally::BOTH_KINDS,
        tally::MERGED,
        tally::IN_PART,
        tally::NO_EVENT,
        tally::LEFT,
        "deployments by others",
        "tags set by owners",
        "targets told as enforced, v1_allowed",
        "targets told as exempt, exception_tag",
        "targets told as failed, concurrent_update",
        "targets told as failed, write_failed",
        "targets told as held, managed_by_operator",
    ] {
        assert!(tally.number(happened) > 0, "{happened}: none. {tally}");
    }
    let (several, batches) = (tally.number(tally::SEVERAL), tally.number("batches"));
    assert!(several > batches / 3, "most batches are single messages. {tally}");
}

#[test]
fn a_seed_replays_call_by_call() {
    let (first, second) = (play(42).log(), play(42).log());
    assert!(first.lines().count() > 100, "there is something to compare");
    assert!(first == second, "{}", difference(&first, &second));
}

/// The first line in which two logs differ.
fn difference(one: &str, other: &str) -> String {
    let mut lines = one.lines().zip(other.lines());
    match lines.find(|(one, other)| one != other) {
        Some((one, other)) => format!("{one}\nis not\n{other}"),
        None => "one of the logs is longer".to_owned(),
    }
}

//! What storms were made of, in numbers: a storm in which nothing happens proves nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    ops::AddAssign,
};

use stand_in::{End, Invoked};

use super::{
    checks::{exempt_writes, left_to_dead_letters},
    play::Storm,
    stack, work,
};

/// What batches are to be made of.
pub const SEVERAL: &str = "batches of several messages";
pub const BOTH_KINDS: &str = "batches for instances and runtimes";
pub const MERGED: &str = "targets that several messages of a batch name";
pub const IN_PART: &str = "batches that failed in part";
pub const NO_EVENT: &str = "receives of messages that are no event";
pub const LEFT: &str = "targets left to a person by dead letters";
const ANSWERED: &str = "calls answered with ";

/// Counts by name.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally(BTreeMap<String, usize>);

impl Tally {
    pub fn of(storm: &Storm) -> Self {
        let mut tally = Self::default();
        let calls = storm.aws.calls();
        tally.count("calls", calls.len());
        for error in calls.iter().filter_map(|call| call.error.as_ref()) {
            tally.count(&format!("{ANSWERED}{error}"), 1);
        }
        for outcome in &storm.outcomes {
            tally.count(&format!("targets told as {}, {}", outcome.result, outcome.reason), 1);
        }
        let before_sweep = storm.before_sweep.iter();
        let open = before_sweep.map(|before| before.open.len()).sum();
        tally.count("targets that allow version 1 before the first sweep", open);
        tally.count(LEFT, left_to_dead_letters(storm).len());
        let world = storm.aws.world();
        tally.count("invocations", storm.invoked.len());
        tally.count("accepted writes", world.history.writes.len());
        let overtaken = exempt_writes(&world).len();
        tally.count("writes of what was exempted a moment before", overtaken);
        tally.count("deployments by others", world.history.deployments.len());
        tally.count("tags set by owners", world.history.tagged.len());
        tally.count("dead letters", world.queue(stack::EVENTS_DEAD).messages.len());
        let delivered: usize = storm.invoked.iter().map(|one| one.messages.len()).sum();
        tally.count("messages delivered", delivered);
        storm.batches().for_each(|batch| tally.count_batch(batch));
        tally
    }

    fn count_batch(&mut self, batch: &Invoked) {
        let (mut about, mut is_of_both) = (BTreeMap::<_, usize>::new(), BTreeSet::new());
        for (_, body) in &batch.messages {
            for id in work::named(body) {
                is_of_both.insert(id.starts_with("i-"));
                *about.entry(id).or_default() += 1;
            }
            self.count(NO_EVENT, usize::from(work::NO_EVENTS.contains(&body.as_str())));
        }
        let messages = batch.messages.len();
        self.count("batches", 1);
        self.count(SEVERAL, usize::from(messages > 1));
        self.count(BOTH_KINDS, usize::from(is_of_both.len() > 1));
        self.count(MERGED, about.values().filter(|messages| **messages > 1).count());
        if let End::Replied { failed } = &batch.end {
            let in_part = (1..messages).contains(&failed.len());
            self.count(IN_PART, usize::from(in_part));
        }
    }

    /// How many there were of this.
    pub fn number(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// How many calls met a fault that shows in the answer. What was only slow does not.
    pub fn faults(&self) -> usize {
        let answered = self.0.iter().filter(|(name, _)| name.starts_with(ANSWERED));
        answered.map(|(_, number)| number).sum()
    }

    fn count(&mut self, name: &str, number: usize) {
        *self.0.entry(name.to_owned()).or_default() += number;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        other.0.iter().for_each(|(name, number)| self.count(name, *number));
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|(name, number)| writeln!(formatter, "{number:>8} {name}"))
    }
}

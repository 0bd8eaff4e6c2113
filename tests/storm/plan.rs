//! What a seed fixes: the world, and what people do in it.

mod instances;
mod refused;
mod runtimes;

use std::{collections::BTreeMap, ops::Range, time::Duration};

use serde_json::Value;
use stand_in::{StandIn, Weather, World};

use super::{stack, work};
use crate::support::names::EXEMPT;

/// Nobody acts after that, even if the moment has not come.
pub const QUIET: Duration = Duration::from_secs(20 * 60);

/// Which share of all calls meets a fault.
const SHARE_OF_FAULTS: f64 = 0.1;
/// How many milliseconds a call takes.
const LATENCY: Range<u64> = 20..80;
/// People act within this time, and most of it is at the beginning.
const BUSY: Duration = Duration::from_secs(300);
/// Requests at once, and how many a second after that.
const LIMITS: [(&str, u32, f64); 7] = [
    ("DescribeInstances", 100, 20.0),
    ("DescribeTags", 100, 20.0),
    ("ModifyInstanceMetadataOptions", 100, 5.0),
    ("ListAgentRuntimes", 5, 5.0),
    ("GetAgentRuntime", 50, 50.0),
    ("ListTagsForResource", 50, 50.0),
    ("UpdateAgentRuntime", 5, 5.0),
];

/// How many of a hundred resources have the tag before anything happens.
const EXEMPT_BEFORE: u8 = 15;
/// How many get it while the guardrail works.
const EXEMPT_LATER: u8 = 10;
/// How many of a hundred events never arrive, and how many come twice.
const EVENTS_LOST: u8 = 5;
const EVENTS_TWICE: u8 = 8;
/// What belongs together happens within so many milliseconds.
const MOMENTS: Range<u64> = 0..1_500;
/// In how many of a hundred storms AWS refuses to write something.
const REFUSED: u8 = 20;
/// Values of the exception tag: without end, until a day that is far away, and expired.
const WITHOUT_END: &str = "legacy agent";
const UNTIL: &str = "2027-06-30 until the migration";
const EXPIRED: &str = "2020-01-01 long ago";

/// Whether a resource with this value of the tag is exempt in these worlds.
pub fn exempts(value: &str) -> bool {
    value != EXPIRED
}

/// What somebody does at some time.
#[derive(Debug, Clone)]
pub struct Act {
    pub at: Duration,
    pub what: Deed,
}

#[derive(Debug, Clone)]
pub enum Deed {
    /// An owner sets the exception tag.
    Tag { resource: String, value: &'static str },
    /// A pipeline deploys a runtime with this document.
    Deploy { runtime: String, document: String },
    /// An instance is in another state.
    Become { instance: String, state: &'static str },
    /// EventBridge delivers an event.
    Deliver(Value),
    /// Something sends a message that is no event.
    Send(&'static str),
    /// Somebody asks for a sweep, although there will be one at the end.
    Sweep,
}

/// Everything that a seed fixes beforehand.
pub struct Plan {
    random: fastrand::Rng,
    /// Whether the role's own Deny is in force. Then all exemptions are without end.
    pub denies: bool,
    /// The acts to come, by time; those of one time in the order in which they were planned.
    acts: BTreeMap<(Duration, usize), Deed>,
    planned: usize,
    /// When much happens at once.
    busy: Vec<Duration>,
    /// What AWS refuses to write, again and again.
    pub refused: Option<String>,
}

impl Plan {
    /// Fills the world and plans what happens in it.
    pub fn new(seed: u64, aws: &StandIn) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let denies = random.u8(0..3) == 0;
        let mut plan = Self {
            random,
            denies,
            acts: BTreeMap::new(),
            planned: 0,
            busy: Vec::new(),
            refused: None,
        };
        plan.busy = (0..plan.random.usize(2..5)).map(|_| plan.time()).collect();
        let mut world = aws.world();
        let world = &mut *world;
        stack::add_queues(world, seed);
        for (operation, bucket, per_second) in LIMITS {
            world.limit(operation, bucket, per_second);
        }
        world.denied_tag = denies.then(|| EXEMPT.to_owned());
        plan.instances(world);
        plan.runtimes(world);
        plan.owners(world);
        plan.messages_that_are_no_event();
        if plan.chance(REFUSED) {
            plan.refuse(world);
        }
        if plan.random.bool() {
            let at = plan.time();
            plan.add(at, Deed::Sweep);
        }
        world.weather = Some(Weather::new(seed, LATENCY, SHARE_OF_FAULTS));
        plan
    }

    /// The next act, if anything is left to be done.
    pub fn next(&mut self) -> Option<Act> {
        let ((at, _), what) = self.acts.pop_first()?;
        Some(Act { at, what })
    }

    /// Plans one more act.
    pub fn add(&mut self, at: Duration, what: Deed) {
        self.planned += 1;
        self.acts.insert((at, self.planned), what);
    }

    /// The event arrives, or is one of the few that are lost, or arrives again.
    pub fn deliver(&mut self, at: Duration, event: Value) {
        if self.chance(EVENTS_LOST) {
            return;
        }
        if self.chance(EVENTS_TWICE) {
            let again = self.within_moments(at);
            self.add(again, Deed::Deliver(event.clone()));
        }
        self.add(at, Deed::Deliver(event));
    }

    /// One of the times when much happens at once.
    fn busy_time(&mut self) -> Duration {
        self.random.choice(&self.busy).copied().expect("there are some")
    }

    /// A moment after that time.
    pub fn within_moments(&mut self, at: Duration) -> Duration {
        at + Duration::from_millis(self.random.u64(MOMENTS))
    }

    /// Anybody who may send to the queue may send anything.
    fn messages_that_are_no_event(&mut self) {
        for body in work::NO_EVENTS {
            if self.chance(20) {
                let at = self.busy_time();
                let at = self.within_moments(at);
                self.add(at, Deed::Send(body));
            }
        }
    }

    /// Whether something happens that happens to so many in a hundred.
    fn chance(&mut self, percent: u8) -> bool {
        self.random.u8(0..100) < percent
    }

    /// Some resources have the tag before anything happens.
    fn exempt_before(&mut self, id: &str, world: &mut World) {
        if self.chance(EXEMPT_BEFORE) {
            world.tag(id, EXEMPT, self.value());
        }
    }

    /// A number in this range.
    pub fn between(&mut self, range: Range<u64>) -> u64 {
        self.random.u64(range)
    }

    /// Owners who set the tag while the guardrail works: at any time, or just between a look and
    /// the write.
    fn owners(&mut self, world: &mut World) {
        let instances: Vec<_> = world.instances.keys().cloned().collect();
        let runtimes: Vec<_> = world.runtimes.keys().cloned().collect();
        for resource in instances.iter().chain(&runtimes) {
            if self.chance(EXEMPT_LATER) {
                let (at, value) = (self.time(), self.value());
                self.add(at, Deed::Tag { resource: resource.clone(), value });
            }
        }
        let looks = [("DescribeTags", &instances), ("DescribeInstances", &instances)];
        let looks = looks
            .into_iter()
            .chain([("ListTagsForResource", &runtimes), ("GetAgentRuntime", &runtimes)]);
        for (operation, resources) in looks {
            for _ in 0..self.random.u8(0..3) {
                let (resource, value) = (self.random.choice(resources).cloned(), self.value());
                let Some(resource) = resource else { continue };
                world.after(operation, move |world| {
                    if world.clock.elapsed() < QUIET {
                        world.tag(&resource, EXEMPT, value);
                    }
                });
            }
        }
    }

    fn time(&mut self) -> Duration {
        // The smaller of two, so that more happens at the beginning.
        let busy = u64::try_from(BUSY.as_millis()).expect("minutes");
        let (one, other) = (self.random.u64(0..busy), self.random.u64(0..busy));
        Duration::from_millis(one.min(other))
    }

    fn value(&mut self) -> &'static str {
        match self.random.u8(0..4) {
            _ if self.denies => WITHOUT_END,
            0 => EXPIRED,
            1 => UNTIL,
            _ => WITHOUT_END,
        }
    }
}

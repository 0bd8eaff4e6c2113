//! A scale-out: many instances start within seconds, and what that costs in calls, in time and in
//! what Lambda bills.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    time::Duration,
};

use metadata_guardrail::settings::Settings;
use serde_json::Value;
use stand_in::{Call, End, EventSource, Instance, Invoked, StandIn, Weather, World};
use tokio::time::sleep;

use super::{function::Function, play::on_virtual_time, stack, work};
use crate::support::names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE};

/// The assumptions, for people.
pub const ASSUMPTIONS: &str = "Assumed: all instances start within 5 seconds, one in ten allows \
    IMDSv1, each sends one `running` event, and each ten share one StartInstances record. EC2 \
    allows 100 requests at once and 20 a second of each Describe operation, and 100 and 5 of \
    ModifyInstanceMetadataOptions. A call takes 20 to 80 ms; there are no faults, no cold starts, \
    and no other callers. The queue shows messages in any order, and 3 in 100 twice. What Lambda \
    bills is the sum of all invocations.";

/// All instances start within so many milliseconds.
const WITHIN: u64 = 5_000;
/// One instance in so many allows version 1.
const ONE_OPEN_IN: usize = 10;
/// So many instances share one record of CloudTrail.
const TOGETHER: usize = 10;
const LATENCY: std::ops::Range<u64> = 20..80;
/// When everything must be over at the latest.
const END: Duration = Duration::from_secs(3_600);
const SEED: u64 = 1;

/// What a scale-out has cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub open: usize,
    pub enforced: usize,
    /// Invocations, and how many of them failed in part or as a whole.
    pub invocations: usize,
    pub failed: usize,
    pub billed: Duration,
    /// Calls by operation: accepted and refused.
    pub calls: BTreeMap<String, (usize, usize)>,
    /// From the first message about an open instance to its enforcement, in order.
    pub delays: Vec<Duration>,
}

impl Figures {
    /// How many calls of the operation were accepted and how many refused.
    pub fn calls(&self, operation: &str) -> (usize, usize) {
        self.calls.get(operation).copied().unwrap_or_default()
    }

    /// The delay that so many of a hundred do not exceed.
    pub fn percentile(&self, percent: usize) -> Duration {
        let place = (self.delays.len() * percent).div_ceil(100).saturating_sub(1);
        self.delays.get(place).copied().unwrap_or_default()
    }
}

/// Plays a scale-out behind this mapping.
pub fn scale_out(instances: usize, mapping: &EventSource) -> Figures {
    on_virtual_time(SEED, played(instances, mapping))
}

async fn played(instances: usize, mapping: &EventSource) -> Figures {
    let aws = StandIn::without_sockets();
    let ids: Vec<_> = (0..instances).map(|number| format!("i-{number:017x}")).collect();
    fill(&mut aws.world(), &ids);
    let starts = starts(&ids);
    let mut first = BTreeMap::new();
    for Start { at, ids } in &starts {
        ids.iter().for_each(|id| _ = first.entry(id.clone()).or_insert(*at));
    }
    let settings = Settings::default();
    let function =
        Function::new("environment", mapping.concurrency, stack::TIMEOUT, &aws, &settings).await;
    let clock = aws.world().clock;
    let (invoked, is_over) = (RefCell::new(Vec::new()), Cell::new(false));
    let invoke = async |poller, payload: Value| function.invoke(poller, payload).await;
    let people = async {
        for start in starts {
            sleep(start.at.saturating_sub(clock.elapsed())).await;
            work::deliver(start.event(), &mut aws.world());
        }
        while clock.elapsed() < END && !aws.world().queue(stack::EVENTS).messages.is_empty() {
            sleep(Duration::from_secs(1)).await;
        }
        is_over.set(true);
    };
    tokio::join!(
        mapping.poll(&aws, invoke, |one| invoked.borrow_mut().push(one), || is_over.get()),
        people
    );
    figures(&aws, &invoked.into_inner(), &first)
}

fn fill(world: &mut World, ids: &[String]) {
    stack::add_queues(world, SEED);
    for (number, id) in ids.iter().enumerate() {
        let is_open = number % ONE_OPEN_IN == 0;
        world
            .add_instance(id)
            .http_tokens(if is_open { "optional" } else { "required" });
    }
    for (operation, per_second) in
        [(DESCRIBE_INSTANCES, 20.0), (DESCRIBE_TAGS, 20.0), (MODIFY_INSTANCE, 5.0)]
    {
        world.limit(operation, 100, per_second);
    }
    world.weather = Some(Weather::new(SEED, LATENCY, 0.0));
}

/// What one event tells of.
struct Start {
    at: Duration,
    ids: Vec<String>,
}

impl Start {
    fn event(&self) -> Value {
        match &self.ids[..] {
            [id] => work::running(id),
            ids => work::started(ids),
        }
    }
}

/// The events of the start, by time.
fn starts(ids: &[String]) -> Vec<Start> {
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut starts: Vec<_> = ids
        .chunks(1)
        .chain(ids.chunks(TOGETHER))
        .map(|ids| Start { at: Duration::from_millis(random.u64(0..WITHIN)), ids: ids.to_vec() })
        .collect();
    starts.sort_by_key(|start| start.at);
    starts
}

fn figures(aws: &StandIn, invoked: &[Invoked], first: &BTreeMap<String, Duration>) -> Figures {
    let mut calls = BTreeMap::<String, (usize, usize)>::new();
    for Call { operation, error, .. } in aws.calls() {
        let (accepted, refused) = calls.entry(operation).or_default();
        *if error.is_none() { accepted } else { refused } += 1;
    }
    let world = aws.world();
    let mut delays: Vec<_> = world
        .history
        .writes
        .iter()
        .map(|write| write.at - first[&write.resource])
        .collect();
    delays.sort();
    let is_failed =
        |one: &&Invoked| !matches!(&one.end, End::Replied { failed } if failed.is_empty());
    let is_open = |instance: &&Instance| instance.http_tokens != "required";
    let open = world.instances.len().div_ceil(ONE_OPEN_IN);
    Figures {
        open,
        enforced: open - world.instances.values().filter(is_open).count(),
        invocations: invoked.len(),
        failed: invoked.iter().filter(is_failed).count(),
        billed: invoked.iter().map(|one| one.ended - one.began).sum(),
        calls,
        delays,
    }
}

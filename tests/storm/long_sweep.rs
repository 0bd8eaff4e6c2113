//! A sweep of much that is wrong: how often its message comes back until everything is right, with
//! one timeout of the function or another.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use metadata_guardrail::settings::Settings;
use serde_json::Value;
use stand_in::{EventSource, Invoked, Queue, StandIn, Weather, World};
use tokio::time::sleep;

use super::{function::Function, play::on_virtual_time, stack, work};
use crate::support::{
    harness::document,
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, GET_RUNTIME, LIST_ENDPOINTS, LIST_RUNTIMES, LIST_TAGS,
        MODIFY_INSTANCE, REQUIRED, UPDATE_RUNTIME,
    },
};

/// What is wrong.
#[derive(Debug, Clone, Copy)]
pub enum Wrong {
    /// So many instances.
    Instances(usize),
    /// So many runtimes, whose update takes AWS so long.
    Runtimes(usize, Duration),
    /// Nothing, among so many runtimes.
    Nothing(usize),
}

/// What it took.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub invocations: usize,
    pub billed: Duration,
    /// From the first message until it does not come back.
    pub took: Duration,
    /// What is still wrong.
    pub left: usize,
    /// Runtimes whose endpoints were never listed, because AWS allows few listings a second.
    pub unlisted: usize,
}

const LATENCY: std::ops::Range<u64> = 20..80;
const SEED: u64 = 1;
const END: Duration = Duration::from_secs(48 * 3600);

/// Sweeps until nothing comes back.
pub fn sweep(wrong: Wrong, timeout: Duration) -> Figures {
    on_virtual_time(SEED, swept(wrong, timeout))
}

async fn swept(wrong: Wrong, timeout: Duration) -> Figures {
    let aws = StandIn::without_sockets();
    fill(&mut aws.world(), wrong);
    let queue = Queue::fifo(timeout + Duration::from_secs(30)).content_based();
    aws.world().queues.insert(stack::SWEEPS.to_owned(), queue);
    let function = Function::new("environment", 2, timeout, &aws, &Settings::default()).await;
    let mapping = EventSource { timeout, ..stack::sweeps() };
    let clock = aws.world().clock;
    let (invoked, is_over) = (RefCell::new(Vec::<Invoked>::new()), Cell::new(false));
    let invoke = async |poller, payload: Value| function.invoke(poller, payload).await;
    let schedule = async {
        work::ask_for_sweep(&mut aws.world());
        while clock.elapsed() < END && !aws.world().queue(stack::SWEEPS).messages.is_empty() {
            sleep(Duration::from_secs(1)).await;
        }
        is_over.set(true);
    };
    let each = |one| invoked.borrow_mut().push(one);
    tokio::join!(mapping.poll(&aws, invoke, each, || is_over.get()), schedule);
    let listed: BTreeSet<_> = aws
        .calls()
        .into_iter()
        .filter(|call| call.operation == LIST_ENDPOINTS && call.error.is_none())
        .map(|call| call.resource)
        .collect();
    let (invoked, world) = (invoked.into_inner(), aws.world());
    let open = world.instances.values().filter(|instance| instance.http_tokens != "required");
    let without = world.runtimes.values().filter(|runtime| !runtime.requires_mmdsv2());
    Figures {
        invocations: invoked.len(),
        billed: invoked.iter().map(|one| one.ended - one.began).sum(),
        took: invoked.iter().map(|one| one.ended).max().unwrap_or_default(),
        left: open.count() + without.count(),
        unlisted: world.runtimes.len() - listed.len(),
    }
}

fn fill(world: &mut World, wrong: Wrong) {
    match wrong {
        Wrong::Instances(number) => {
            (0..number).for_each(|number| _ = world.add_instance(&format!("i-{number:017x}")));
        }
        Wrong::Nothing(number) => {
            for number in 0..number {
                let id = format!("agent_{number}-Aa{number:08}");
                world.add_runtime(&id, &document()).set(REQUIRED.0, REQUIRED.1);
            }
        }
        Wrong::Runtimes(number, settles_in) => {
            for number in 0..number {
                let id = format!("agent_{number}-Aa{number:08}");
                world.add_runtime(&id, &document()).settles_in = Some(settles_in);
            }
        }
    }
    for (operation, bucket, per_second) in [
        (DESCRIBE_INSTANCES, 100, 20.0),
        (DESCRIBE_TAGS, 100, 20.0),
        (MODIFY_INSTANCE, 100, 5.0),
        (GET_RUNTIME, 50, 50.0),
        (LIST_RUNTIMES, 5, 5.0),
        (LIST_ENDPOINTS, 5, 5.0),
        (LIST_TAGS, 50, 50.0),
        (UPDATE_RUNTIME, 5, 5.0),
    ] {
        world.limit(operation, bucket, per_second);
    }
    world.weather = Some(Weather::new(SEED, LATENCY, 0.0));
}

//! What the guardrail's stack adds to a place: its queues, and the mappings that poll them.

use std::time::Duration;

use stand_in::{EventSource, Queue, World};

pub const EVENTS: &str = "events";
pub const EVENTS_DEAD: &str = "events-dead";
pub const SWEEPS: &str = "sweeps.fifo";
pub const SWEEPS_DEAD: &str = "sweeps-dead.fifo";

/// The function's timeout.
pub const TIMEOUT: Duration = Duration::from_secs(300);
/// A message stays hidden longer than an invocation may last.
pub const VISIBILITY: Duration = Duration::from_secs(330);
pub const MAX_RECEIVES: u32 = 5;
pub const MAX_SWEEP_RECEIVES: u32 = 100;
/// How many messages of events are handed over at once, at the most.
pub const BATCH: usize = 100;
/// How many invocations there are at once: of events, and of sweeps.
pub const CONCURRENCY: usize = 2;

/// Adds the queues. The one of events shows all the disorder that SQS allows.
pub fn add_queues(world: &mut World, seed: u64) {
    let events = Queue::standard(VISIBILITY)
        .with_disorder(seed)
        .with_redrive(EVENTS_DEAD, MAX_RECEIVES);
    let sweeps = Queue::fifo(VISIBILITY).content_based();
    world.queues.extend([
        (EVENTS.to_owned(), events),
        (EVENTS_DEAD.to_owned(), Queue::standard(VISIBILITY)),
        (SWEEPS.to_owned(), sweeps.with_redrive(SWEEPS_DEAD, MAX_SWEEP_RECEIVES)),
        (SWEEPS_DEAD.to_owned(), Queue::fifo(VISIBILITY)),
    ]);
}

/// The mapping of the events' queue, with this batching window.
pub fn events(window: Duration) -> EventSource {
    EventSource {
        queue: EVENTS.to_owned(),
        batch_size: BATCH,
        window,
        concurrency: CONCURRENCY,
        timeout: TIMEOUT,
    }
}

/// The mapping of the sweeps' queue.
pub fn sweeps() -> EventSource {
    let queue = SWEEPS.to_owned();
    EventSource { queue, batch_size: 1, ..events(Duration::ZERO) }
}

/// Whether nothing is left to be done.
pub fn is_drained(world: &World) -> bool {
    [EVENTS, SWEEPS].iter().all(|queue| world.queue(queue).messages.is_empty())
}

/// Wakes so many pollers of each queue, as if something had come.
pub fn wake(world: &World, pollers: usize) {
    for queue in [EVENTS, SWEEPS] {
        let arrivals = &world.queue(queue).arrivals;
        (0..pollers).for_each(|_| arrivals.notify_one());
    }
}

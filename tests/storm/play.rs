//! One storm, from its seed to its end, on virtual time.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    time::Duration,
};

use metadata_guardrail::settings::Settings;
use serde_json::Value;
use stand_in::{Instance, Invoked, StandIn, World};
use tokio::{runtime::Builder, time::sleep};

use super::{
    checks::open,
    function::{Function, request_id},
    people,
    plan::Plan,
    stack::{self, CONCURRENCY},
    told::{Log, Outcome},
    work,
};

/// When the schedule asks for the first sweep: when everybody has gone home.
const FIRST_SWEEP: Duration = Duration::from_secs(45 * 60);
/// How long the next sweep comes after the last one, at which the queues must be empty.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(6 * 3600);
/// How many sweeps there are at the most. What fails in one is left to the next.
const MAX_SWEEPS: usize = 5;
const ENVIRONMENT: &str = "environment";
/// The stack's own batching window.
pub const WINDOW: Duration = Duration::from_secs(1);

/// A storm that is over.
pub struct Storm {
    pub seed: u64,
    /// Whether the role's own Deny was in force.
    pub denies: bool,
    pub aws: StandIn,
    /// The instances as they were before.
    pub instances: BTreeMap<String, Instance>,
    /// What the guardrail has told, in order.
    pub outcomes: Vec<Outcome>,
    /// Every invocation.
    pub invoked: Vec<Invoked>,
    /// What the first sweep of the schedule found. `None` in real time, where it also is not known
    /// when, and by which invocation, an outcome was told.
    pub before_sweep: Option<BeforeSweep>,
    /// Whether the queues were empty in time.
    pub drained: bool,
}

/// What events have left, when the schedule first asks for a sweep.
pub struct BeforeSweep {
    pub at: Duration,
    /// The ids of the messages still in the queue of events.
    pub waiting: Vec<String>,
    /// What allows version 1 and is not exempt.
    pub open: Vec<String>,
}

impl BeforeSweep {
    fn of(world: &World) -> Self {
        let waiting = &world.queue(stack::EVENTS).messages;
        Self {
            at: world.clock.elapsed(),
            waiting: waiting.iter().map(|message| message.id.clone()).collect(),
            open: open(world),
        }
    }
}

/// Runs a future on a thread of its own time, which passes only when nothing is left to be done.
/// Everything random in it comes from the seed.
pub fn on_virtual_time<T>(seed: u64, future: impl Future<Output = T>) -> T {
    fastrand::seed(seed);
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime needs nothing from outside").block_on(future)
}

/// Plays the storm of this seed.
pub fn play(seed: u64) -> Storm {
    on_virtual_time(seed, storm(seed))
}

async fn storm(seed: u64) -> Storm {
    let aws = StandIn::without_sockets();
    let mut plan = Plan::new(seed, &aws);
    let (denies, instances) = (plan.denies, aws.world().instances.clone());
    let clock = aws.world().clock;
    let (log, _listening) = Log::listen(clock);
    let function =
        Function::new(ENVIRONMENT, 2 * CONCURRENCY, stack::TIMEOUT, &aws, &Settings::default())
            .await;
    let (invoked, is_over) = (RefCell::new(Vec::new()), Cell::new(false));
    let each = |one: Invoked| invoked.borrow_mut().push(one);
    let (events, sweeps) = (stack::events(WINDOW), stack::sweeps());
    let on_events = async |poller, payload: Value| function.invoke(poller, payload).await;
    let on_sweeps =
        async |poller: usize, payload: Value| function.invoke(CONCURRENCY + poller, payload).await;
    let refused = plan.refused.clone();
    let schedule = async {
        sleep(FIRST_SWEEP).await;
        let before_sweep = BeforeSweep::of(&aws.world());
        for _ in 0..MAX_SWEEPS {
            let (told, next) = (log.outcomes().len(), clock.elapsed() + BETWEEN_SWEEPS);
            work::ask_for_sweep(&mut aws.world());
            while !stack::is_drained(&aws.world()) && clock.elapsed() < next {
                sleep(Duration::from_secs(10)).await;
            }
            if !fails(&log.outcomes()[told..], refused.as_deref()) {
                break;
            }
            sleep(next.saturating_sub(clock.elapsed())).await;
        }
        is_over.set(true);
        before_sweep
    };
    let (.., before_sweep) = tokio::join!(
        events.poll(&aws, on_events, each, || is_over.get()),
        sweeps.poll(&aws, on_sweeps, each, || is_over.get()),
        people::act(&mut plan, &aws),
        schedule,
    );
    let (invoked, outcomes, drained) =
        (invoked.into_inner(), log.outcomes(), stack::is_drained(&aws.world()));
    let before_sweep = Some(before_sweep);
    Storm { seed, denies, aws, instances, outcomes, invoked, before_sweep, drained }
}

/// Whether the last word about anything was a failure, but for what always fails.
fn fails(outcomes: &[Outcome], refused: Option<&str>) -> bool {
    let last: BTreeMap<_, _> =
        outcomes.iter().map(|outcome| (outcome.id.as_str(), outcome)).collect();
    last.values()
        .any(|outcome| outcome.result == "failed" && Some(outcome.id.as_str()) != refused)
}

/// The environment of an invocation.
fn environment(invoked: &Invoked) -> usize {
    let first = if invoked.queue == stack::EVENTS { 0 } else { CONCURRENCY };
    first + invoked.poller
}

impl Storm {
    /// The invocations with batches of events.
    pub fn batches(&self) -> impl Iterator<Item = &Invoked> {
        self.invoked.iter().filter(|invoked| invoked.queue == stack::EVENTS)
    }

    /// Whether this caller was the environment of that invocation.
    pub fn is_called_by(&self, caller: &str, invoked: &Invoked) -> bool {
        caller == format!("{ENVIRONMENT} {}", environment(invoked))
    }

    /// What an invocation has told.
    pub fn told_in(&self, invoked: &Invoked) -> impl Iterator<Item = &Outcome> {
        let request_id = request_id(environment(invoked));
        let time = invoked.began..=invoked.ended;
        self.outcomes
            .iter()
            .filter(move |told| told.request_id == request_id && time.contains(&told.at))
    }

    /// Every call and every outcome in its order, one line each.
    pub fn log(&self) -> String {
        let calls = self.aws.calls();
        let mut lines: Vec<_> = calls
            .iter()
            .map(|call| {
                let (resource, error) = (call.resource.as_deref(), call.error.as_deref());
                let (resource, error) = (resource.unwrap_or("-"), error.unwrap_or("ok"));
                let (caller, operation) = (&call.caller, &call.operation);
                (call.at, format!("{caller}: {operation} {resource}: {error}"))
            })
            .chain(self.outcomes.iter().map(|outcome| {
                let Outcome { id, result, reason, detail, .. } = outcome;
                (outcome.at, format!("told: {id}: {result}, {reason}. {detail}"))
            }))
            .collect();
        let world = self.aws.world();
        let history = &world.history;
        lines.extend(
            history
                .tagged
                .iter()
                .map(|tagged| (tagged.at, format!("an owner tagged {}", tagged.resource))),
        );
        lines.extend(history.deployments.iter().map(|deployment| {
            let (resource, version) = (&deployment.resource, deployment.version);
            (deployment.at, format!("a pipeline deployed {resource} as version {version}"))
        }));
        lines.sort_by_key(|(at, _)| *at);
        let mut log = String::new();
        for (at, line) in lines {
            log.push_str(&format!("{:>12} {line}\n", super::time::at(at)));
        }
        log
    }
}

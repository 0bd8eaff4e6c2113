//! A short storm over sockets and in real time: the built binary, as Lambda runs it.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use serde_json::Value;
use stand_in::{ACCOUNT, EventSource, StandIn, Weather, World};
use tokio::{sync::Mutex, time::sleep};

use super::{
    checks::violations,
    play::Storm,
    stack::{self, CONCURRENCY},
    told::Outcome,
    work,
};
use crate::support::{
    harness::document,
    names::{EXEMPT, GET_RUNTIME, RUNTIME},
    runtime_api::{self, RuntimeApi},
};

const SEED: u64 = 3;
const INSTANCES: usize = 24;
/// Messages that failed come back soon, because this is real time.
const VISIBILITY: Duration = Duration::from_secs(2);
/// When the queues must be empty at the latest.
const END: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_binary_gets_through_a_storm_in_real_time() {
    let aws = StandIn::start().await;
    fill(&mut aws.world());
    let instances = aws.world().instances.clone();
    let clock = aws.world().clock;
    let mut environments = Vec::new();
    for _ in 0..2 * CONCURRENCY {
        environments.push(Environment::start(&aws).await);
    }
    let (invoked, is_over) = (RefCell::new(Vec::new()), Cell::new(false));
    let each = |one| invoked.borrow_mut().push(one);
    let on_events = async |poller: usize, payload| environments[poller].invoke(payload).await;
    let on_sweeps =
        async |poller: usize, payload| environments[CONCURRENCY + poller].invoke(payload).await;
    let schedule = async {
        sleep(Duration::from_secs(1)).await;
        work::ask_for_sweep(&mut aws.world());
        while !stack::is_drained(&aws.world()) && clock.elapsed() < END {
            sleep(Duration::from_millis(100)).await;
        }
        is_over.set(true);
        // Whoever waits for messages sees that it is over.
        stack::wake(&aws.world(), CONCURRENCY);
    };
    let sweeps = stack::sweeps();
    let events = EventSource { batch_size: 10, ..stack::events(Duration::from_millis(100)) };
    tokio::join!(
        events.poll(&aws, on_events, each, || is_over.get()),
        sweeps.poll(&aws, on_sweeps, each, || is_over.get()),
        schedule
    );

    let drained = stack::is_drained(&aws.world());
    let mut outcomes = Vec::new();
    for environment in environments {
        outcomes.extend(environment.outcomes().await);
    }
    let invoked = invoked.into_inner();
    let storm = Storm {
        seed: SEED,
        denies: false,
        aws,
        instances,
        outcomes,
        invoked,
        before_sweep: None,
        drained,
    };
    assert_eq!(violations(&storm), [""; 0]);
    let world = storm.aws.world();
    assert_eq!(world.instance(&id(1)).http_tokens, "optional", "it is exempt");
    assert_eq!(world.instance(&id(2)).http_tokens, "required");
    assert!(world.runtime(RUNTIME).requires_mmdsv2());
}

fn id(number: usize) -> String {
    format!("i-{number:017x}")
}

/// Instances of which one in eight is exempt, and a runtime that somebody deploys meanwhile.
fn fill(world: &mut World) {
    stack::add_queues(world, SEED);
    for queue in world.queues.values_mut() {
        queue.visibility = VISIBILITY;
    }
    for number in 0..INSTANCES {
        world.add_instance(&id(number));
        if number % 8 == 1 {
            world.tag(&id(number), EXEMPT, "legacy agent");
        }
        work::deliver(work::running(&id(number)), world);
    }
    world.add_runtime(RUNTIME, &document());
    work::deliver(work::runtime_updated(RUNTIME), world);
    world.after(GET_RUNTIME, |world| {
        let deployed = world.deploy(RUNTIME, &document().replace("900", "600"));
        deployed.expect("the runtime is at rest");
        work::deliver(work::runtime_updated(RUNTIME), world);
    });
    world.weather = Some(Weather::new(SEED, 1..5, 0.1).with_slow(100..500));
}

/// One process of the binary.
struct Environment {
    api: Mutex<RuntimeApi>,
    process: tokio::process::Child,
}

impl Environment {
    async fn start(aws: &StandIn) -> Self {
        let api = RuntimeApi::start([], stack::TIMEOUT).await;
        let queue = format!("{}/{ACCOUNT}/{}", aws.url(), stack::SWEEPS);
        let variables = [
            ("AWS_LAMBDA_RUNTIME_API", &*api.address),
            ("AWS_ENDPOINT_URL", &*aws.url()),
            ("SWEEPS_QUEUE_URL", &*queue),
        ];
        let binary = env!("CARGO_BIN_EXE_metadata-guardrail");
        let process = runtime_api::binary(binary, &variables).spawn().expect("it starts");
        Self { api: Mutex::new(api), process }
    }

    async fn invoke(&self, payload: Value) -> Result<Value, String> {
        let reply = self.api.lock().await.invoke(payload).await;
        if reply.kind == "response" { Ok(reply.body) } else { Err(reply.body.to_string()) }
    }

    /// What it has told. When does not show from outside, but it was in this order.
    async fn outcomes(mut self) -> Vec<Outcome> {
        self.process.start_kill().expect("it still runs");
        let output = self.process.wait_with_output().await.expect("its output");
        let stdout = String::from_utf8(output.stdout).expect("UTF-8");
        let lines = stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        lines.filter_map(|line| Outcome::read(&line, END)).collect()
    }
}

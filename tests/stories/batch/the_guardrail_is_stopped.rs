//! The kill switch: the mappings of both queues are disabled, and the role is denied its writes.
//! Time is virtual, and everything runs as AWS runs it: queues, pollers, execution environments.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    time::Duration,
};

use metadata_guardrail::settings::Settings;
use stand_in::{Invoked, Mapping, StandIn, World};
use tokio::time::sleep;

use crate::{
    storm::{
        function::Function,
        play::{WINDOW, on_virtual_time},
        stack::{self, CONCURRENCY},
        told::{Log, Outcome},
        work,
    },
    support::{
        harness::document,
        names::{
            DESCRIBE_INSTANCES, GET_RUNTIME, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR, RUNTIME, THIRD,
        },
    },
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long a mapping takes to be switched. AWS promises nothing.
const SETTLING: Duration = Duration::from_secs(60);
/// Longer than that, and than a poller waits.
const SOON: Duration = Duration::from_secs(120);
/// What the runbook puts into the role.
const DENY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": ["ec2:Modify*", "bedrock-agentcore:Update*"], "Resource": "*"}}"#;
const POLICY: &str = "stopped";

#[test]
fn a_stopped_guardrail_calls_nothing_and_loses_nothing_for_days() {
    let played = play(async |aws| {
        switch(aws, false);
        sleep(SOON).await;
        fill(&mut aws.world());
        for _ in 0..4 {
            work::ask_for_sweep(&mut aws.world());
            sleep(DAY).await;
        }
        let waiting = waiting(aws);
        assert!(aws.calls().is_empty(), "{:?}", aws.operations());
        assert_eq!(waiting, (EVENTS.len(), 4));
        assert_eq!(receives(aws), [0], "no message was even received");

        switch(aws, true);
        sleep(DAY / 24).await;
    });

    assert!(stack::is_drained(&played.aws.world()));
    assert_everything_is_enforced_once(&played);
    assert_eq!(played.dead_letters(), 0);
}

#[test]
fn a_batch_under_way_ends_after_the_switch_and_none_begins() {
    let played = play(async |aws| {
        a_batch_begins(aws).await;
        switch(aws, false);
        sleep(DAY).await;

        assert_everything_is_written_once(aws);
        let calls = aws.calls().len();
        aws.world().add_instance(THIRD);
        work::deliver(work::running(THIRD), &mut aws.world());
        work::ask_for_sweep(&mut aws.world());
        sleep(DAY).await;
        assert_eq!(aws.calls().len(), calls);
        assert_eq!(waiting(aws), (1, 1));
    });

    assert!(!played.invoked.is_empty());
    assert!(played.invoked.iter().all(|one| one.began < SOON), "{:?}", played.invoked);
}

#[test]
fn work_under_way_is_refused_by_the_policy_and_finished_by_a_sweep() {
    let played = play(async |aws| {
        a_batch_begins(aws).await;
        switch(aws, false);
        let denied = aws.world().stack.put_role_policy(POLICY, DENY);
        denied.expect("it is a policy");
        sleep(DAY).await;

        assert!(aws.writes().iter().all(|call| call.error.is_some()), "{:?}", aws.writes());
        assert_eq!(waiting(aws), (0, 0), "what is refused for good does not come back");
        assert_eq!(aws.world().instance(INSTANCE).http_tokens, "optional");
        assert!(!aws.world().runtime(RUNTIME).requires_mmdsv2());

        aws.world().stack.delete_role_policy(POLICY).expect("it is there");
        switch(aws, true);
        sleep(SOON).await;
        assert_eq!(aws.world().instance(INSTANCE).http_tokens, "optional", "nothing asks for it");
        work::ask_for_sweep(&mut aws.world());
        sleep(DAY / 24).await;
    });

    let held: BTreeSet<_> = played
        .outcomes
        .iter()
        .filter(|told| told.result == "held")
        .map(in_short)
        .collect();
    assert_eq!(held, EVENTS.map(|id| format!("{id}: held, refused")).into());
    assert_everything_is_enforced_once(&played);
}

#[test]
fn the_stack_of_these_stories_would_write_at_once_if_nobody_stopped_it() {
    let played = play(async |aws| {
        fill(&mut aws.world());
        sleep(SOON).await;
    });

    assert_everything_is_enforced_once(&played);
}

/// What the events are about.
const EVENTS: [&str; 3] = [RUNTIME, INSTANCE, NEIGHBOUR];

/// What must be enforced, and its events.
fn fill(world: &mut World) {
    for id in [INSTANCE, NEIGHBOUR] {
        world.add_instance(id);
        work::deliver(work::running(id), world);
    }
    world.add_runtime(RUNTIME, &document());
    work::deliver(work::runtime_updated(RUNTIME), world);
}

/// Lets the function read the first answers, which take their time, and nothing more.
async fn a_batch_begins(aws: &StandIn) {
    aws.world().latency = Duration::from_secs(3);
    fill(&mut aws.world());
    sleep(WINDOW + Duration::from_secs(2)).await;
    let mut operations = aws.operations();
    operations.sort_unstable();
    assert_eq!(operations, [DESCRIBE_INSTANCES, GET_RUNTIME]);
}

/// What has happened by the end.
struct Played {
    aws: StandIn,
    invoked: Vec<Invoked>,
    outcomes: Vec<Outcome>,
}

impl Played {
    fn dead_letters(&self) -> usize {
        let world = self.aws.world();
        let queues = [stack::EVENTS_DEAD, stack::SWEEPS_DEAD].map(|name| world.queue(name));
        queues.iter().map(|queue| queue.messages.len()).sum()
    }
}

/// Runs the stack as long as this story takes.
fn play(story: impl AsyncFnOnce(&StandIn)) -> Played {
    on_virtual_time(1, async {
        let aws = StandIn::without_sockets();
        stack::add_queues(&mut aws.world(), 1);
        aws.world().stack.settling = SETTLING;
        for queue in [stack::EVENTS, stack::SWEEPS] {
            let mappings = &mut aws.world().stack.mappings;
            mappings.insert(format!("mapping of {queue}"), Mapping::of(queue));
        }
        let (log, _listening) = Log::listen(aws.world().clock);
        let environments = 2 * CONCURRENCY;
        let settings = Settings::default();
        let function =
            Function::new("environment", environments, stack::TIMEOUT, &aws, &settings).await;
        let (invoked, is_over) = (RefCell::new(Vec::new()), Cell::new(false));
        let each = |one| invoked.borrow_mut().push(one);
        let (events, sweeps) = (stack::events(WINDOW), stack::sweeps());
        let story = async {
            story(&aws).await;
            is_over.set(true);
        };
        tokio::join!(
            events.poll(
                &aws,
                async |poller, payload| function.invoke(poller, payload).await,
                each,
                || is_over.get()
            ),
            sweeps.poll(
                &aws,
                async |poller, payload| function.invoke(CONCURRENCY + poller, payload).await,
                each,
                || is_over.get()
            ),
            story,
        );
        let (invoked, outcomes) = (invoked.into_inner(), log.outcomes());
        Played { aws, invoked, outcomes }
    })
}

/// Both mappings.
fn switch(aws: &StandIn, is_enabled: bool) {
    let uuids: Vec<_> = aws.world().stack.mappings.keys().cloned().collect();
    assert_eq!(uuids.len(), 2);
    for uuid in uuids {
        aws.world().switch(&uuid, is_enabled).expect("it is there");
    }
}

/// How many messages wait: events, and sweeps.
fn waiting(aws: &StandIn) -> (usize, usize) {
    let world = aws.world();
    let [events, sweeps] = [stack::EVENTS, stack::SWEEPS].map(|name| world.queue(name));
    (events.messages.len(), sweeps.messages.len())
}

/// How often the messages were received.
fn receives(aws: &StandIn) -> Vec<u32> {
    let world = aws.world();
    let queues = [stack::EVENTS, stack::SWEEPS].map(|name| world.queue(name));
    let messages = queues.iter().flat_map(|queue| &queue.messages);
    let receives: BTreeSet<_> = messages.map(|message| message.receives).collect();
    receives.into_iter().collect()
}

fn in_short(told: &Outcome) -> String {
    format!("{}: {}, {}", told.id, told.result, told.reason)
}

fn assert_everything_is_written_once(aws: &StandIn) {
    let taken = aws.writes().into_iter().filter(|call| call.error.is_none());
    let mut written: Vec<_> = taken.map(|call| (call.operation, call.resource)).collect();
    written.sort();
    let instance = |id: &str| (MODIFY_INSTANCE.to_owned(), Some(id.to_owned()));
    let runtime = ("UpdateAgentRuntime".to_owned(), Some(RUNTIME.to_owned()));
    let ids: Vec<_> = written.iter().filter(|(_, id)| id.is_some()).cloned().collect();
    assert_eq!(ids, [instance(INSTANCE), instance(NEIGHBOUR), runtime]);
    let world = aws.world();
    assert_eq!(world.instance(INSTANCE).http_tokens, "required");
    assert_eq!(world.instance(NEIGHBOUR).http_tokens, "required");
    assert!(world.runtime(RUNTIME).requires_mmdsv2());
}

fn assert_everything_is_enforced_once(played: &Played) {
    assert_everything_is_written_once(&played.aws);
    let enforced = played.outcomes.iter().filter(|told| told.result == "enforced");
    let mut enforced: Vec<_> = enforced.map(in_short).collect();
    enforced.sort();
    assert_eq!(enforced, EVENTS.map(|id| format!("{id}: enforced, v1_allowed")));
}

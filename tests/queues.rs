//! Queues of the stand-in, and Lambda's poller of them: as AWS documents both.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use serde_json::{Value, json};
use stand_in::{End, EventSource, Invoked, Outgoing, Queue, StandIn};
use tokio::time::sleep;

const WORK: &str = "work";
const DEAD: &str = "work-dead";
const VISIBILITY: Duration = Duration::from_secs(60);
const TIMEOUT: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn a_failed_message_comes_back_when_its_visibility_timeout_ends() {
    let aws = with(Queue::standard(VISIBILITY));
    send(&aws, &["a", "b"]);

    let invoked = play(&aws, source(10), TIMEOUT * 4, async |payload| {
        let of_a = payload["Records"][0].clone();
        match of_a["attributes"]["ApproximateReceiveCount"].as_str() {
            Some("1") => Ok(failed(&[of_a["messageId"].as_str().expect("an id")])),
            _ => Ok(json!({"batchItemFailures": []})),
        }
    })
    .await;

    assert_eq!(bodies(&invoked), [vec!["a", "b"], vec!["a"]]);
    let pause = invoked[1].began - invoked[0].began;
    assert!((VISIBILITY..VISIBILITY + TIMEOUT).contains(&pause), "{pause:?}");
    assert_eq!(aws.world().queue(WORK).messages, []);
}

#[tokio::test(start_paused = true)]
async fn an_error_and_an_unknown_name_fail_the_whole_batch() {
    for wrong in [Err("it broke".to_owned()), Ok(failed(&["nobody"]))] {
        let aws = with(Queue::standard(VISIBILITY));
        send(&aws, &["a", "b"]);

        let invoked = play(&aws, source(10), TIMEOUT, async |_| wrong.clone()).await;

        assert!(matches!(invoked[0].end, End::Failed(_)), "{:?}", invoked[0].end);
        assert_eq!(aws.world().queue(WORK).messages.len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_received_too_often_moves_to_the_dead_letters() {
    let aws = with(Queue::standard(VISIBILITY).with_redrive(DEAD, 3));
    send(&aws, &["a"]);

    let invoked = play(&aws, source(10), VISIBILITY * 5, async |_| Err("no".to_owned())).await;

    assert_eq!(invoked.len(), 3);
    let world = aws.world();
    assert_eq!(world.queue(WORK).messages, []);
    assert_eq!(world.queue(DEAD).messages[0].body, "a");
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_handed_over_when_it_is_full_or_its_window_has_passed() {
    let aws = with(Queue::standard(VISIBILITY));
    send(&aws, &["a", "b", "c", "d", "e"]);
    let mapping = EventSource { window: Duration::from_secs(5), ..source(4) };

    let invoked = play(&aws, mapping, TIMEOUT, async |_| Ok(json!({}))).await;

    assert_eq!(bodies(&invoked), [vec!["a", "b", "c", "d"], vec!["e"]]);
    assert!(invoked[0].began < Duration::from_secs(1), "{:?}", invoked[0].began);
    assert!(invoked[1].began >= Duration::from_secs(5), "{:?}", invoked[1].began);
}

#[tokio::test(start_paused = true)]
async fn an_invocation_is_ended_at_the_functions_timeout() {
    let aws = with(Queue::standard(VISIBILITY));
    send(&aws, &["a"]);

    let invoked = play(&aws, source(10), TIMEOUT, async |_| {
        sleep(TIMEOUT * 2).await;
        Ok(json!({}))
    })
    .await;

    assert_eq!(invoked[0].end, End::Killed);
    assert_eq!(invoked[0].ended - invoked[0].began, TIMEOUT);
    assert_eq!(aws.world().queue(WORK).messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_message_of_a_fifo_group_is_in_flight_at_a_time() {
    let aws = with(Queue::fifo(VISIBILITY));
    for (body, group) in [("a1", "a"), ("a2", "a"), ("b1", "b")] {
        aws.world().send(WORK, of_group(body, group, body)).expect("it is sent");
    }

    let mapping = EventSource { concurrency: 3, ..source(1) };
    let invoked = play(&aws, mapping, TIMEOUT * 3, async |_| {
        sleep(Duration::from_secs(10)).await;
        Ok(json!({}))
    })
    .await;

    let began = |body: &str| {
        let of = invoked.iter().find(|invoked| invoked.messages[0].1 == body);
        of.unwrap_or_else(|| panic!("{body} was not handed over")).began
    };
    assert!(began("b1") < Duration::from_secs(1), "another group does not wait");
    assert!(began("a2") >= began("a1") + Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_message_of_a_known_deduplication_id_is_sent_once_in_five_minutes() {
    let aws = with(Queue::fifo(VISIBILITY));

    let first = aws.world().send(WORK, of_group("a", "g", "id")).expect("it is sent");
    let again = aws.world().send(WORK, of_group("b", "g", "id")).expect("it is known");
    sleep(Duration::from_secs(301)).await;
    let later = aws.world().send(WORK, of_group("c", "g", "id")).expect("it is sent");

    assert_eq!(first.id, again.id);
    assert_ne!(first.id, later.id);
    assert_eq!(aws.world().queue(WORK).messages.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_a_fifo_queue_demands_is_refused_when_it_is_missing() {
    let aws = with(Queue::fifo(VISIBILITY));
    let mut world = aws.world();

    let no_group = world.send(WORK, Outgoing::new("a")).expect_err("it has no group");
    let no_id = world
        .send(WORK, Outgoing { group: Some("g".to_owned()), ..Outgoing::new("a") })
        .expect_err("it has no deduplication id");
    let no_queue = world.send("nowhere", Outgoing::new("a")).expect_err("there is none");

    let codes = [no_group.code, no_id.code, no_queue.code];
    assert_eq!(codes, ["MissingParameter", "InvalidParameterValue", "QueueDoesNotExist"]);
}

#[tokio::test(start_paused = true)]
async fn a_disorderly_queue_delivers_everything_and_some_of_it_twice() {
    let aws = with(Queue::standard(VISIBILITY).with_disorder(7));
    let sent: Vec<_> = (0..200).map(|number| format!("{number:03}")).collect();
    send(&aws, &sent.iter().map(String::as_str).collect::<Vec<_>>());

    let invoked = play(&aws, source(10), TIMEOUT * 4, async |_| Ok(json!({}))).await;

    let mut delivered: Vec<_> = bodies(&invoked).concat();
    assert!(!delivered.is_sorted(), "they come in another order");
    assert!(delivered.len() > 200, "some come twice");
    delivered.sort_unstable();
    delivered.dedup();
    assert_eq!(delivered, sent);
}

/// The world with this queue and its dead letters.
fn with(queue: Queue) -> StandIn {
    let aws = StandIn::without_sockets();
    aws.world().queues.insert(WORK.to_owned(), queue);
    aws.world().queues.insert(DEAD.to_owned(), Queue::standard(VISIBILITY));
    aws
}

fn send(aws: &StandIn, bodies: &[&str]) {
    for body in bodies {
        aws.world().send(WORK, Outgoing::new(*body)).expect("it is sent");
    }
}

fn of_group(body: &str, group: &str, id: &str) -> Outgoing {
    Outgoing {
        group: Some(group.to_owned()),
        deduplication_id: Some(id.to_owned()),
        ..Outgoing::new(body)
    }
}

/// A mapping with one poller and no window to speak of.
fn source(batch_size: usize) -> EventSource {
    EventSource {
        queue: WORK.to_owned(),
        batch_size,
        window: Duration::from_millis(100),
        concurrency: 1,
        timeout: TIMEOUT,
    }
}

fn failed(ids: &[&str]) -> Value {
    let failures: Vec<_> = ids.iter().map(|id| json!({"itemIdentifier": id})).collect();
    json!({"batchItemFailures": failures})
}

/// Polls for so long and gives the invocations.
async fn play(
    aws: &StandIn,
    mapping: EventSource,
    time: Duration,
    function: impl AsyncFn(Value) -> Result<Value, String>,
) -> Vec<Invoked> {
    let (invoked, is_over) = (RefCell::new(Vec::new()), Cell::new(false));
    let invoke = async |_: usize, payload: Value| function(payload).await;
    let polling = mapping.poll(aws, invoke, |one| invoked.borrow_mut().push(one), || is_over.get());
    let ending = async {
        sleep(time).await;
        is_over.set(true);
    };
    tokio::join!(polling, ending);
    invoked.into_inner()
}

fn bodies(invoked: &[Invoked]) -> Vec<Vec<&str>> {
    invoked
        .iter()
        .map(|one| one.messages.iter().map(|(_, body)| body.as_str()).collect())
        .collect()
}

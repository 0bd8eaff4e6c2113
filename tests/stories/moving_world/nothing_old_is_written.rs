//! Of what forbids a write nothing is older than ten seconds when the write is sent.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use metadata_guardrail::patience::Stopwatch;
use serde_json::json;

use super::{DEPLOYED, deploy, exempt_instance, exempt_runtime, scene};
use crate::support::{
    harness::{
        Scene, assert_ended, assert_says, count, running, runtime_created, started, time_passes,
    },
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_TAGS, EXEMPT, GET_RUNTIME, INSTANCE, LIST_TAGS,
        MODIFY_INSTANCE, RUNTIME, UPDATE_RUNTIME,
    },
};

/// Each write takes this long, and EC2 takes one after the other.
const SLOW: Duration = Duration::from_millis(500);
/// How old the oldest of what was read may be.
const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn no_instance_is_written_ten_seconds_after_its_exemption() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..300).map(|number| format!("i-{number:017x}")).collect();
    ids.iter().for_each(|id| _ = scene.aws.world().add_instance(id));
    let tagged: Arc<Mutex<Option<Stopwatch>>> = Arc::default();
    let too_late: Arc<Mutex<Vec<Duration>>> = Arc::default();
    for number in 1..=300 {
        let (tagged, too_late) = (Arc::clone(&tagged), Arc::clone(&too_late));
        scene.aws.world().after(MODIFY_INSTANCE, move |world| {
            let mut tagged = tagged.lock().expect("no test failed");
            too_late
                .lock()
                .expect("no test failed")
                .extend(tagged.map(|at| at.elapsed()).filter(|age| *age > LIMIT));
            time_passes(SLOW);
            if number == 6 {
                let open = world
                    .instances
                    .values_mut()
                    .filter(|instance| instance.http_tokens == "optional");
                open.for_each(|instance| _ = instance.tag(EXEMPT, "yes"));
                *tagged = Some(Stopwatch::start());
            }
        });
    }

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    let counts = |result: &str| response["counts"][result].as_u64().unwrap_or_default();
    assert_eq!(counts("enforced") + counts("exempt"), 300, "{}", response["counts"]);
    assert!(counts("exempt") >= 280, "{}", response["counts"]);
    let too_late = too_late.lock().expect("no test failed");
    assert!(
        too_late.is_empty(),
        "no write is sent more than ten seconds after the tag, but {too_late:?}"
    );
}

#[tokio::test]
async fn instances_that_waited_for_their_turn_are_read_again_together() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..24).map(|number| format!("i-{number:017x}")).collect();
    ids.iter().for_each(|id| _ = scene.aws.world().add_instance(id));
    scene.aws.world().after(MODIFY_INSTANCE, |world| {
        time_passes(Duration::from_secs(4));
        let open = world
            .instances
            .values_mut()
            .filter(|instance| instance.http_tokens == "optional")
            .skip(7);
        open.for_each(|instance| _ = instance.http_endpoint("disabled"));
    });

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"compliant": 16, "enforced": 8}));
    assert_eq!(
        (
            count(&scene, DESCRIBE_INSTANCES),
            count(&scene, DESCRIBE_TAGS),
            count(&scene, MODIFY_INSTANCE)
        ),
        (3, 1, 8)
    );
}

#[tokio::test]
async fn an_instance_whose_tags_were_slow_to_read_is_read_again() {
    let scene = scene().await;
    scene.aws.world().after(DESCRIBE_TAGS, |world| {
        exempt_instance(world);
        time_passes(Duration::from_secs(8));
    });

    assert_ended(&scene.outcome(running(INSTANCE)).await, "exempt", "exception_tag");

    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_runtime_that_was_slow_to_read_after_its_tags_is_read_again() {
    let scene = scene().await;
    scene.aws.world().after(GET_RUNTIME, |_| ());
    scene.aws.world().after(GET_RUNTIME, |world| {
        exempt_runtime(world);
        time_passes(Duration::from_secs(8));
    });

    assert_ended(&scene.outcome(runtime_created(RUNTIME)).await, "exempt", "exception_tag");

    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_instance_is_never_written_from_stale_reads() {
    let scene = scene().await;
    for _ in 0..100 {
        scene.aws.world().after(DESCRIBE_TAGS, |_| time_passes(Duration::from_secs(8)));
    }

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "read_failed");
    assert_says(&outcome, "what was read was too old to act on, so no write was sent");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_runtime_is_read_after_its_tags() {
    let scene = scene().await;
    scene.aws.world().after(LIST_TAGS, deploy);

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(scene.aws.operations()[..4], [GET_RUNTIME, LIST_TAGS, GET_RUNTIME, UPDATE_RUNTIME]);
    let world = scene.aws.world();
    assert_eq!(
        (world.runtime(RUNTIME).member("description"), world.runtime(RUNTIME).version),
        (Some(DEPLOYED), 3)
    );
}

#[tokio::test]
async fn a_single_instance_costs_three_calls() {
    let scene = scene().await;

    assert_ended(&scene.outcome(running(INSTANCE)).await, "enforced", "v1_allowed");

    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE]);
}

#[tokio::test]
async fn instances_are_read_two_hundred_and_confirmed_eight_at_a_time() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..400).map(|number| format!("i-{number:017x}")).collect();
    for (number, id) in ids.iter().enumerate() {
        let tokens = if number < 16 { "optional" } else { "required" };
        scene.aws.world().add_instance(id).http_tokens(tokens);
    }

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"compliant": 384, "enforced": 16}));
    assert_eq!((count(&scene, DESCRIBE_INSTANCES), count(&scene, DESCRIBE_TAGS)), (2, 2));
}

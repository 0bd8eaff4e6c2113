//! Of what forbids a write nothing is older than ten seconds when the write is sent.

use std::sync::{Arc, Mutex};

use metadata_guardrail::patience::Stopwatch;

use super::*;

/// Each write takes this long, and EC2 takes one after the other.
const SLOW: Duration = Duration::from_millis(500);
/// How old the oldest of what was read may be.
const LIMIT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn three_hundred_instances_of_one_event_of_which_the_rest_becomes_exempt() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..300).map(|number| format!("i-{number:017x}")).collect();
    ids.iter().for_each(|id| _ = scene.aws.world().add_instance(id));
    let tagged: Arc<Mutex<Option<Stopwatch>>> = Arc::default();
    let too_late: Arc<Mutex<Vec<Duration>>> = Arc::default();
    for number in 1..=300 {
        let (tagged, too_late) = (Arc::clone(&tagged), Arc::clone(&too_late));
        scene.aws.world().after(MODIFY, move |world| {
            let mut tagged = tagged.lock().expect("no test failed");
            too_late.lock().expect("no test failed").extend(tagged.map(|at| at.elapsed()).filter(|age| *age > LIMIT));
            time_passes(SLOW);
            if number == 6 {
                let open = world.instances.values_mut().filter(|instance| instance.http_tokens == "optional");
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
    assert!(too_late.is_empty(), "no write is sent more than ten seconds after the tag, but {too_late:?}");
}

#[tokio::test]
async fn who_waited_for_their_turn_are_looked_at_again_together() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..24).map(|number| format!("i-{number:017x}")).collect();
    ids.iter().for_each(|id| _ = scene.aws.world().add_instance(id));
    scene.aws.world().after(MODIFY, |world| {
        time_passes(Duration::from_secs(4));
        let open = world.instances.values_mut().filter(|instance| instance.http_tokens == "optional").skip(7);
        open.for_each(|instance| _ = instance.http_endpoint("disabled"));
    });

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"compliant": 16, "enforced": 8}));
    assert_eq!((count(&scene, DESCRIBE), count(&scene, DESCRIBE_TAGS), count(&scene, MODIFY)), (3, 1, 8));
}

#[tokio::test]
async fn an_instance_whose_tags_took_long_to_read_is_looked_at_again() {
    let scene = scene().await;
    scene.aws.world().after(DESCRIBE_TAGS, |world| {
        exempt_instance(world);
        time_passes(Duration::from_secs(8));
    });

    assert_ended(&scene.outcome(running(INSTANCE)).await, "exempt", "exception_tag");

    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_runtime_that_took_long_to_read_after_its_tags_is_looked_at_again() {
    let scene = scene().await;
    scene.aws.world().after(GET, |_| ());
    scene.aws.world().after(GET, |world| {
        exempt_runtime(world);
        time_passes(Duration::from_secs(8));
    });

    assert_ended(&scene.outcome(runtime_created(RUNTIME)).await, "exempt", "exception_tag");

    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn aws_that_always_answers_slowly_is_never_written_by_what_is_old() {
    let scene = scene().await;
    for _ in 0..100 {
        scene.aws.world().after(DESCRIBE_TAGS, |_| time_passes(Duration::from_secs(8)));
    }

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "read_failed");
    assert_says(&outcome, "what was read was too old to write by, so no write was sent");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn of_a_runtime_the_tags_are_read_first_and_the_document_last() {
    let scene = scene().await;
    scene.aws.world().after(LIST_TAGS, deploy);

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(scene.aws.operations()[..4], [GET, LIST_TAGS, GET, UPDATE]);
    let world = scene.aws.world();
    assert_eq!((world.runtime(RUNTIME).member("description"), world.runtime(RUNTIME).version), (Some(DEPLOYED), 3));
}

#[tokio::test]
async fn a_single_fresh_instance_costs_three_calls() {
    let scene = scene().await;

    assert_ended(&scene.outcome(running(INSTANCE)).await, "enforced", "v1_allowed");

    assert_eq!(scene.aws.operations(), [DESCRIBE, DESCRIBE_TAGS, MODIFY]);
}

#[tokio::test]
async fn many_instances_are_first_looked_at_two_hundred_at_a_time_and_confirmed_eight_at_a_time() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..400).map(|number| format!("i-{number:017x}")).collect();
    for (number, id) in ids.iter().enumerate() {
        let tokens = if number < 16 { "optional" } else { "required" };
        scene.aws.world().add_instance(id).http_tokens(tokens);
    }

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"compliant": 384, "enforced": 16}));
    assert_eq!((count(&scene, DESCRIBE), count(&scene, DESCRIBE_TAGS)), (2, 2));
}

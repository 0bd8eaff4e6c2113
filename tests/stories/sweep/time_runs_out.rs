//! A sweep has too little time for everything.

use std::time::Duration;

use serde_json::json;
use stand_in::Fault;

use super::written;
use crate::support::{
    harness::{Scene, assert_says, by_id, document, due, time_passes},
    names::{
        DESCRIBE_INSTANCES, INSTANCE, LIST_ENDPOINTS, LIST_RUNTIMES, MODIFY_INSTANCE, REQUIRED,
        RUNTIME, UPDATE_RUNTIME,
    },
};

#[tokio::test]
async fn a_sweep_near_its_deadline_begins_nothing_and_is_incomplete() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(59));
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());

    let response = scene.invoke(due()).await.expect("what was not begun has not failed");

    assert_eq!((&response["complete"], &response["outcomes"]), (&json!(false), &json!([])));
    let mut operations = scene.aws.operations();
    operations.sort();
    assert_eq!(
        operations,
        [DESCRIBE_INSTANCES, LIST_RUNTIMES],
        "only whether anything is left is looked at"
    );
}

#[tokio::test]
async fn a_runtime_is_not_begun_without_time_to_verify_it() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(119));
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());

    let response = scene.invoke(due()).await.expect("what was not begun has not failed");

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"enforced": 1}), &json!(false))
    );
    assert_eq!(by_id(&response).keys().collect::<Vec<_>>(), [INSTANCE]);
}

#[tokio::test]
async fn a_longer_margin_begins_less() {
    for (margin, enforced) in [(60, json!({"enforced": 1})), (240, json!({}))] {
        let scene = Scene::new()
            .await
            .with_sweep_margin(Duration::from_secs(margin))
            .with_remaining(Duration::from_secs(200));
        scene.aws.world().add_instance(INSTANCE);

        let response = scene.invoke(due()).await.expect("what was not begun has not failed");

        assert_eq!(response["counts"], enforced);
    }
}

#[tokio::test]
async fn a_finished_sweep_is_complete_however_little_time_is_left() {
    for (operation, remaining) in [(MODIFY_INSTANCE, 64), (UPDATE_RUNTIME, 124)] {
        let scene = Scene::new().await.with_remaining(Duration::from_secs(remaining));
        if operation == MODIFY_INSTANCE {
            scene.aws.world().add_instance(INSTANCE);
        } else {
            scene.aws.world().add_runtime(RUNTIME, &document());
        }
        scene.aws.world().after(operation, |_| time_passes(Duration::from_secs(5)));

        let response = scene.invoke(due()).await.expect("success");

        assert_eq!(
            (&response["counts"], &response["complete"]),
            (&json!({"enforced": 1}), &json!(true))
        );
    }
}

#[tokio::test]
async fn a_failed_listing_is_reported_even_if_time_runs_out() {
    for (operation, kind, remaining) in
        [(DESCRIBE_INSTANCES, "ec2_instance", 64), (LIST_RUNTIMES, "agentcore_runtime", 124)]
    {
        let scene = Scene::new().await.with_remaining(Duration::from_secs(remaining));
        {
            let mut world = scene.aws.world();
            world.page_size = 1;
            // These come first, each on a page of its own.
            world.add_instance("i-.of-another-form");
            world.add_runtime("agent.of-another-form", &document());
            world.add_instance(INSTANCE);
            world.add_runtime(RUNTIME, &document());
            world.after(operation, |_| time_passes(Duration::from_secs(5)));
        }

        let response = scene.failed_response(due()).await;

        let listings = response["not_listed"].as_array().expect("a list");
        let listing = listings
            .iter()
            .find(|listing| listing["kind"] == kind)
            .expect("the kind that failed");
        assert_says(
            listing,
            &format!("{operation} shows ids in a form that this version does not know: 1, such as"),
        );
        assert!(by_id(&response).values().all(|outcome| outcome["kind"] != kind), "{response}");
        assert_eq!(response["complete"], false);
    }
}

#[tokio::test]
async fn every_runtime_is_reached_by_some_sweep_however_short() {
    const LAST: &str = "zebra-Xy12Ab34Cd";
    let scene = Scene::new().await.with_remaining(Duration::from_secs(124));
    {
        let mut world = scene.aws.world();
        world.page_size = 5;
        for number in 0..20 {
            world
                .add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document())
                .publish(&[REQUIRED]);
        }
        world.add_runtime(LAST, &document());
    }

    // Each has the time for a few of them.
    for sweeps in 0.. {
        if scene.aws.world().runtime(LAST).requires_mmdsv2() {
            break;
        }
        assert!(sweeps < 200, "it is reached in the end");
        scene.aws.world().after(LIST_ENDPOINTS, |_| time_passes(Duration::from_secs(5)));
        let response = scene.invoke(due()).await.expect("what was not begun has not failed");
        assert_eq!(response["complete"], false);
    }
}

#[tokio::test]
async fn permanent_refusals_on_the_first_pages_do_not_starve_the_last() {
    const LAST: &str = "i-fffffffffffffffff";
    let scene = Scene::new()
        .await
        .with_remaining(Duration::from_secs(63))
        .with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.page_size = 20;
        for number in 0..40 {
            let refused = format!("i-{number:017x}");
            world.add_instance(&refused);
            world.fault_for(
                MODIFY_INSTANCE,
                &refused,
                Fault::ExplicitDeny("service control"),
                usize::MAX,
            );
        }
        world.add_instance(LAST);
    }

    // Each has the time for eight of them.
    scene
        .aws
        .world()
        .after(MODIFY_INSTANCE, |_| time_passes(Duration::from_secs(4)));
    let mut sweeps = 0;
    while scene.aws.world().instance(LAST).http_tokens == "optional" {
        sweeps += 1;
        assert!(sweeps < 200, "about one in five reaches it");
        let earlier = scene.aws.writes().len();
        scene
            .aws
            .world()
            .after_fault(MODIFY_INSTANCE, |_| time_passes(Duration::from_secs(4)));
        let response =
            scene.invoke(due()).await.expect("what was refused or not begun has not failed");
        assert_eq!(response["complete"], false);
        let mut tried: Vec<_> = scene
            .aws
            .writes()
            .split_off(earlier)
            .into_iter()
            .map(|call| call.resource)
            .collect();
        assert!(tried.len() <= 8, "{tried:?}");
        tried.sort();
        let mut once = tried.clone();
        once.dedup();
        assert_eq!(tried, once, "what is refused for good is not tried again");
    }
}

#[tokio::test]
async fn sweeps_cut_short_enforce_everything_exactly_once() {
    let margin = Duration::from_secs(60);
    let mut scene = Scene::new().await.with_agentcore_disabled();
    scene.aws.world().page_size = 50;
    scene.aws.world().latency = Duration::from_millis(5);
    for number in 0..200 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }

    // However little of it each one manages, on however slow a machine.
    for attempt in 1.. {
        scene = scene.with_remaining(margin + attempt * Duration::from_millis(50));
        if scene.invoke(due()).await.expect("what was not begun has not failed")["complete"] == true
        {
            break;
        }
    }

    let mut once = written(&scene);
    once.dedup();
    assert_eq!((once.len(), scene.aws.writes().len()), (200, 200), "each once");
    assert!(
        scene
            .aws
            .world()
            .instances
            .values()
            .all(|instance| instance.http_tokens == "required")
    );
}

#[tokio::test]
async fn runtime_sweeps_cut_short_enforce_everything_exactly_once() {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(124));
    {
        let mut world = scene.aws.world();
        world.page_size = 5;
        for number in 0..20 {
            world.add_instance(&format!("i-{number:017x}"));
            world.add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document());
        }
    }

    let is_complete = async || {
        // Once a runtime is written, less is left than the 120 seconds that the next one needs.
        scene.aws.world().after(UPDATE_RUNTIME, |_| time_passes(Duration::from_secs(5)));
        scene.invoke(due()).await.expect("what was not begun has not failed")["complete"] == true
    };
    assert!(!is_complete().await, "the first one is cut");
    while !is_complete().await {}

    let mut once = written(&scene);
    once.dedup();
    assert_eq!((once.len(), scene.aws.writes().len()), (40, 40), "each once");
    assert!(
        scene
            .aws
            .world()
            .runtimes
            .values()
            .all(|runtime| runtime.requires_mmdsv2() && runtime.version == 2)
    );
}

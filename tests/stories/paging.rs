//! Stories of lists that come in pages. First those in which nothing may be written.

use std::time::Duration;

use serde_json::json;
use stand_in::Pages::{Circular, EmptyBetween, Full, Repeating};

use crate::support::{
    harness::{
        Scene, assert_ended, assert_says, by_id, count, document, due, running, started,
        time_passes,
    },
    names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, EXEMPT, GET_RUNTIME, INSTANCE, LIST_RUNTIMES},
};

/// Six instances and six runtimes that allow version 1, two on a page.
async fn scene() -> Scene {
    let scene = Scene::new().await;
    {
        let mut world = scene.aws.world();
        world.page_size = 2;
        for number in 0..6 {
            world.add_instance(&format!("i-{number:017x}"));
            world.add_runtime(&format!("agent_{number}-Xy12Ab34Cd"), &document());
        }
    }
    scene
}

#[tokio::test]
async fn an_exception_on_an_unreachable_page_is_not_overlooked() {
    for pages in [Repeating, Circular] {
        let scene = Scene::new().await.with_exception_tag("exempt?");
        {
            let mut world = scene.aws.world();
            world.page_size = 1;
            world.pages(DESCRIBE_TAGS, pages);
            let instance =
                world.add_instance(INSTANCE).tag("a", "1").tag("b", "2").tag("exempt?", "yes");
            instance.tags_are_late = true;
        }

        let outcome = scene.failed_outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "failed", "tags_unreadable");
        assert_says(&outcome, "DescribeTags returned a page that had already been read");
        assert!(scene.aws.writes().is_empty(), "{pages:?}");
    }
}

#[tokio::test]
async fn an_exception_behind_an_empty_page_is_respected() {
    let scene = Scene::new().await;
    scene.aws.world().pages(DESCRIBE_TAGS, EmptyBetween);
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "yes").tags_are_late = true;

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "exempt", "exception_tag");
}

#[tokio::test]
async fn an_instance_on_an_unreachable_page_is_not_taken_for_gone() {
    let scene = Scene::new().await;
    let ids = [INSTANCE, "i-0a1b2c3d4e5f60002", "i-0a1b2c3d4e5f60003"];
    scene.aws.world().page_size = 1;
    scene.aws.world().pages(DESCRIBE_INSTANCES, Repeating);
    for id in ids {
        scene.aws.world().add_instance(id);
    }

    let response = scene.failed_response(started(ids)).await;

    by_id(&response)
        .values()
        .for_each(|outcome| assert_ended(outcome, "failed", "read_failed"));
    assert_eq!(response["counts"], json!({"failed": 3}));
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endless_listing_is_never_taken_for_complete() {
    for (kind, operation, pages, asked_for, listed) in [
        ("ec2_instance", DESCRIBE_INSTANCES, Repeating, 2, 4),
        ("ec2_instance", DESCRIBE_INSTANCES, Circular, 4, 6),
        ("agentcore_runtime", LIST_RUNTIMES, Repeating, 2, 4),
        ("agentcore_runtime", LIST_RUNTIMES, Circular, 4, 6),
    ] {
        let scene = scene().await;
        scene.aws.world().pages(operation, pages);
        // The looks at what was listed are in such pages no more.
        for _ in 1..asked_for {
            scene.aws.world().after(operation, |_| ());
        }
        scene.aws.world().after(operation, move |world| world.pages(operation, Full));

        let response = scene.failed_response(due()).await;

        let [listing] = response["not_listed"].as_array().expect("a list").as_slice() else {
            panic!("{response}")
        };
        assert_eq!((&listing["kind"], &listing["reason"]), (&json!(kind), &json!("read_failed")));
        assert_says(listing, &format!("{operation} returned a page that had already been read"));
        assert_says(listing, "A retry lists it from the beginning");
        assert_eq!(response["complete"], false);
        let enforced = 6 + listed;
        assert_eq!(
            response["counts"],
            json!({"enforced": enforced}),
            "what was listed before, and the other kind"
        );
        if operation == LIST_RUNTIMES {
            assert_eq!(count(&scene, LIST_RUNTIMES), asked_for, "no page is asked for twice");
        }
    }
}

#[tokio::test]
async fn listed_instances_are_not_taken_for_gone_if_the_look_is_endless() {
    for pages in [Repeating, Circular] {
        let scene = scene().await.with_agentcore_disabled();
        // Three pages are the whole listing.
        scene.aws.world().after(DESCRIBE_INSTANCES, |_| ());
        scene.aws.world().after(DESCRIBE_INSTANCES, |_| ());
        scene
            .aws
            .world()
            .after(DESCRIBE_INSTANCES, move |world| world.pages(DESCRIBE_INSTANCES, pages));

        let response = scene.failed_response(due()).await;

        assert_eq!(
            (&response["counts"], &response["not_listed"]),
            (&json!({"failed": 6}), &json!([]))
        );
        by_id(&response)
            .values()
            .for_each(|outcome| assert_ended(outcome, "failed", "read_failed"));
        assert!(scene.aws.writes().is_empty(), "{pages:?}");
    }
}

#[tokio::test]
async fn an_empty_page_is_not_the_end_of_a_listing() {
    let scene = scene().await;
    for operation in [DESCRIBE_INSTANCES, LIST_RUNTIMES, DESCRIBE_TAGS] {
        scene.aws.world().pages(operation, EmptyBetween);
    }

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"enforced": 12}), &json!(true))
    );
    assert_eq!(count(&scene, LIST_RUNTIMES), 6, "three pages and an empty one before each");
}

#[tokio::test]
async fn a_deadline_within_the_pages_of_instances_begins_none_and_is_reported() {
    let scene = scene().await.with_remaining(Duration::from_secs(64)).with_agentcore_disabled();
    // The margin is 60 seconds.
    scene
        .aws
        .world()
        .after(DESCRIBE_INSTANCES, |_| time_passes(Duration::from_secs(5)));

    let response = scene.invoke(due()).await.expect("what was not begun has not failed");

    assert_eq!((&response["counts"], &response["complete"]), (&json!({}), &json!(false)));
    assert_eq!(
        scene.aws.operations(),
        [DESCRIBE_INSTANCES; 3],
        "the listing, and no look at what it shows"
    );
}

#[tokio::test]
async fn a_deadline_within_the_pages_of_runtimes_begins_none_of_them() {
    // The margin is 60 seconds for all, and an update of a runtime needs 120.
    let scene = scene().await.with_remaining(Duration::from_secs(124));
    scene.aws.world().after(LIST_RUNTIMES, |_| time_passes(Duration::from_secs(5)));

    let response = scene.invoke(due()).await.expect("what was not begun has not failed");

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"enforced": 6}), &json!(false))
    );
    assert_eq!(count(&scene, GET_RUNTIME), 0);
}

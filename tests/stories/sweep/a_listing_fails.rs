//! A listing fails, in whole or in part.

use std::time::Duration;

use serde_json::json;
use stand_in::{Fault, World};

use super::written;
use crate::support::{
    harness::{Scene, assert_ended, assert_says, by_id, document, due, time_passes},
    names::{
        DESCRIBE_INSTANCES, GET_RUNTIME, INSTANCE, LIST_RUNTIMES, NEIGHBOUR, REQUIRED, RUNTIME,
    },
};

#[tokio::test]
async fn an_unreadable_listing_fails_the_invocation_but_not_the_other_kind() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().fault(LIST_RUNTIMES, Fault::AccessDenied, usize::MAX);

    let response = scene.failed_response(due()).await;

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"enforced": 1}), &json!(false))
    );
    let [listing] = response["not_listed"].as_array().expect("a list").as_slice() else {
        panic!("{response}")
    };
    assert_eq!(
        (&listing["kind"], &listing["reason"]),
        (&json!("agentcore_runtime"), &json!("read_failed"))
    );
    assert_says(listing, "AccessDeniedException");
}

#[tokio::test]
async fn a_listing_that_breaks_off_loses_nothing_of_its_beginning() {
    let scene = Scene::new().await;
    scene.aws.world().page_size = 5;
    for number in 0..10 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    // The first page is read, and the second one is not.
    scene
        .aws
        .world()
        .after(DESCRIBE_INSTANCES, |world| world.fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1));

    let response = scene.failed_response(due()).await;

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"enforced": 5}), &json!(false))
    );
    assert_eq!(written(&scene), [0, 1, 2, 3, 4].map(|number| format!("i-{number:017x}")));
    let lines = scene.results_logged();
    assert!(
        lines
            .iter()
            .any(|line| line["level"] == "ERROR" && line["kind"] == "ec2_instance"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn an_id_of_unknown_form_is_a_failure_that_spares_its_neighbours() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance("i-of-another-form");

    let response = scene.failed_response(due()).await;

    assert_eq!(response["counts"], json!({"enforced": 1}));
    assert_says(&response["not_listed"][0], "Update the guardrail");
}

#[tokio::test]
async fn two_failures_of_one_listing_are_both_reported() {
    let scene = Scene::new().await.with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.page_size = 5;
        world.add_instance("i-.of-another-form");
        for number in 0..10 {
            world.add_instance(&format!("i-{number:017x}"));
        }
        // The first page is read, and the second one is not.
        world.after(DESCRIBE_INSTANCES, |world| {
            world.fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1)
        });
    }

    let response = scene.failed_response(due()).await;

    let [one, other] = response["not_listed"].as_array().expect("a list").as_slice() else {
        panic!("{response}")
    };
    assert_says(one, "UnauthorizedOperation");
    assert_says(
        other,
        "shows ids in a form that this version does not know: 1, such as \"i-.of-another-form\"",
    );
    assert_eq!(response["counts"], json!({"enforced": 4}), "what else was on the first page");
}

#[tokio::test]
async fn ids_of_unknown_form_are_one_failure_across_all_pages() {
    let scene = Scene::new().await.with_agentcore_disabled();
    {
        let mut world = scene.aws.world();
        world.page_size = 1;
        for number in 0..12 {
            world.add_instance(&format!("i-.of-another-form-{number:02}"));
        }
        for _ in 0..10 {
            world.after(DESCRIBE_INSTANCES, |_| ());
        }
        world.after(DESCRIBE_INSTANCES, |world| {
            world.fault(DESCRIBE_INSTANCES, Fault::AccessDenied, usize::MAX)
        });
    }

    let response = scene.failed_response(due()).await;

    let [one, other] = response["not_listed"].as_array().expect("a list").as_slice() else {
        panic!("{response}")
    };
    assert_says(one, "UnauthorizedOperation");
    assert_says(
        other,
        "shows ids in a form that this version does not know: 11, such as \
         \"i-.of-another-form-00\"",
    );
}

#[tokio::test]
async fn a_sweep_that_can_read_nothing_fails_though_everything_was_listed() {
    for fault in [Fault::AccessDenied, Fault::Internal] {
        let scene = Scene::new().await;
        {
            let mut world = scene.aws.world();
            world.add_instance(INSTANCE);
            world.add_instance(NEIGHBOUR);
            world.add_runtime(RUNTIME, &document());
            let unreadable = fault.clone();
            world.after(DESCRIBE_INSTANCES, move |world| {
                world.fault(DESCRIBE_INSTANCES, unreadable, usize::MAX)
            });
            world.fault(GET_RUNTIME, fault, usize::MAX);
        }

        let response = scene.failed_response(due()).await;

        assert_eq!(
            (&response["counts"], &response["complete"]),
            (&json!({"failed": 3}), &json!(true))
        );
        assert_eq!(response["not_listed"], json!([]));
        by_id(&response)
            .values()
            .for_each(|outcome| assert_ended(outcome, "failed", "read_failed"));
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn a_sweep_that_runs_out_of_time_before_any_read_fails() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().after(DESCRIBE_INSTANCES, |world| {
        world.after(DESCRIBE_INSTANCES, |_| time_passes(Duration::from_secs(300)));
    });

    let outcome = scene.failed_outcome(due()).await;

    assert_ended(&outcome, "failed", "out_of_time");
}

#[tokio::test]
async fn a_sweep_that_can_read_one_thing_succeeds_and_reports_the_others() {
    let scene = Scene::new().await;
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE);
        world.add_instance(NEIGHBOUR);
        world.add_runtime(RUNTIME, &document()).publish(&[REQUIRED]);
        world.after(DESCRIBE_INSTANCES, |world| {
            world.fault(DESCRIBE_INSTANCES, Fault::AccessDenied, usize::MAX)
        });
    }

    let response = scene.invoke(due()).await.expect("something was read");

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"compliant": 1, "failed": 2}), &json!(true))
    );
    for id in [INSTANCE, NEIGHBOUR] {
        assert_ended(&by_id(&response)[id], "failed", "read_failed");
        let lines = scene.results_logged();
        assert!(lines.iter().any(|line| line["level"] == "ERROR" && line["id"] == id), "{lines:?}");
    }
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_throttled_listing_goes_on() {
    for (operation, first) in
        [(DESCRIBE_INSTANCES, true), (DESCRIBE_INSTANCES, false), (LIST_RUNTIMES, false)]
    {
        let scene = Scene::new().await;
        {
            let mut world = scene.aws.world();
            world.page_size = 5;
            for number in 0..10 {
                world.add_instance(&format!("i-{number:017x}"));
                world.add_runtime(&format!("agent_{number:02}-Xy12Ab34Cd"), &document());
            }
            let throttled = move |world: &mut World| world.fault(operation, Fault::Throttled, 5);
            if first {
                throttled(&mut world);
            } else {
                world.after(operation, throttled);
            }
        }

        let response = scene.invoke(due()).await.expect("success");

        assert_eq!(response["counts"], json!({"enforced": 20}));
    }
}

#[tokio::test]
async fn a_region_without_agentcore_is_mentioned_once_and_fails_nothing() {
    let scene = Scene::new().await.without_agentcore_endpoint();
    scene.aws.world().add_instance(INSTANCE);

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!(
        (&response["counts"], &response["complete"]),
        (&json!({"enforced": 1}), &json!(true))
    );
    assert_eq!(response["not_listed"][0]["reason"], "not_offered");
    assert_eq!(response["not_listed"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_sweep_lists_no_runtimes_with_agentcore_disabled() {
    let scene = Scene::new().await.with_agentcore_disabled();
    scene.aws.world().add_runtime(RUNTIME, &document());

    scene.invoke(due()).await.expect("success");

    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES]);
}

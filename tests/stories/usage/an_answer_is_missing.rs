//! CloudWatch does not answer, or not about every instance: nothing is written without an answer.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stand_in::{Fault, Pages::Repeating, World, WorldGuard};

use super::{minutes_ago, questions};
use crate::support::{
    harness::{Scene, assert_ended, assert_says, by_id, days_ago, running, started},
    names::{GET_METRIC_DATA, INSTANCE, NEIGHBOUR, THIRD},
};

/// The outcomes of an event that must fail, by id.
async fn failing(scene: &Scene, event: Value) -> BTreeMap<String, Value> {
    let error = scene.invoke(event).await.expect_err("the use of one is not known");
    by_id(&serde_json::from_str(&error.error_message).expect("the response"))
}

#[track_caller]
fn assert_unreadable(outcome: &Value, said: &str) {
    assert_ended(outcome, "failed", "usage_unreadable");
    assert_says(outcome, said);
}

/// An instance whose data takes two pages, without a call, and a new one without data, which is on
/// the first of them.
fn two_pages(scene: &Scene) -> WorldGuard<'_> {
    let mut world = scene.aws.world();
    world.page_size = 1;
    world
        .add_instance(INSTANCE)
        .calls_without_token(days_ago(2), 0.0)
        .calls_without_token(days_ago(1), 0.0);
    world.add_instance(NEIGHBOUR).made(minutes_ago(1));
    world
}

#[tokio::test]
async fn an_unanswered_usage_query_writes_nothing_and_is_retried_by_lambda() {
    for (fault, said) in [
        (Fault::AccessDenied, "Check the caller's role"),
        (Fault::Internal, "InternalServiceError"),
        (Fault::Throttled, "Throttling"),
        (Fault::Garbage, GET_METRIC_DATA),
        (Fault::ConnectionReset, "did not reach AWS"),
        (
            Fault::Refused { code: "InvalidParameterValue", message: "no".to_owned(), status: 400 },
            "InvalidParameter",
        ),
    ] {
        for in_report_mode in [false, true] {
            let scene = Scene::new().await.with_usage_days(30);
            let scene = if in_report_mode { scene.in_report_mode() } else { scene };
            scene.aws.world().add_instance(INSTANCE);
            scene.aws.world().fault(GET_METRIC_DATA, fault.clone(), usize::MAX);

            let outcome = scene.failed_outcome(running(INSTANCE)).await;

            assert_ended(&outcome, "failed", "usage_unreadable");
            assert_says(&outcome, said);
            assert_eq!(outcome["before"]["http_tokens"], "optional");
            assert!(scene.aws.writes().is_empty(), "{fault:?}");
        }
    }
}

#[tokio::test]
async fn an_incomplete_answer_fails_that_instance_and_spares_its_neighbours() {
    for (status, said) in [
        (Some("PartialData"), "has the status PartialData for this instance"),
        (Some("InternalError"), "has the status InternalError for this instance"),
        (Some("Forbidden"), "has the status Forbidden for this instance"),
        (Some("SomethingNew"), "has the status SomethingNew for this instance"),
        (None, "does not mention this instance"),
    ] {
        let scene = Scene::new().await.with_usage_days(30);
        {
            let mut world = scene.aws.world();
            world.add_instance(INSTANCE).metric_status = status.map(str::to_owned);
            world.add_instance(NEIGHBOUR).calls_without_token(days_ago(2), 0.0);
            world.add_instance(THIRD).calls_without_token(days_ago(2), 3.0);
        }

        let outcomes = failing(&scene, started([INSTANCE, NEIGHBOUR, THIRD])).await;

        assert_unreadable(&outcomes[INSTANCE], said);
        assert_eq!(
            (&outcomes[NEIGHBOUR]["result"], &outcomes[THIRD]["result"]),
            (&json!("enforced"), &json!("held"))
        );
        assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
        assert_eq!(questions(&scene).len(), 1, "one question for all");
    }
}

#[tokio::test]
async fn a_warning_about_one_result_fails_that_instance_only() {
    let scene = Scene::new().await.with_usage_days(30);
    scene.aws.world().add_instance(INSTANCE).metric_message =
        Some("Some data may be missing".to_owned());
    scene.aws.world().add_instance(NEIGHBOUR).calls_without_token(days_ago(2), 0.0);

    let outcomes = failing(&scene, started([INSTANCE, NEIGHBOUR])).await;

    assert_unreadable(&outcomes[INSTANCE], "has a warning about this instance");
    assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
    assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
}

#[tokio::test]
async fn a_warning_on_any_page_fails_every_instance_asked_about() {
    for on_page in [1, 2] {
        let scene = Scene::new().await.with_usage_days(30);
        {
            let mut world = two_pages(&scene);
            let warn = |world: &mut World| {
                world.metric_message = Some("Some data may be missing".to_owned())
            };
            if on_page == 1 { warn(&mut world) } else { world.after(GET_METRIC_DATA, warn) }
        }

        let outcomes = failing(&scene, started([INSTANCE, NEIGHBOUR])).await;

        assert_unreadable(&outcomes[INSTANCE], "has a warning");
        assert_unreadable(&outcomes[NEIGHBOUR], "has a warning");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn a_later_page_does_not_mend_an_earlier_failure() {
    for (first, last) in [
        ("Complete", "PartialData"),
        ("Complete", "InternalError"),
        ("Complete", "Forbidden"),
        ("InternalError", "Complete"),
        ("Forbidden", "Complete"),
        ("SomethingNew", "Complete"),
    ] {
        let scene = Scene::new().await.with_usage_days(30);
        two_pages(&scene).instance_mut(INSTANCE).metric_status = Some(first.to_owned());
        scene.aws.world().after(GET_METRIC_DATA, |world| {
            world.instance_mut(INSTANCE).metric_status = Some(last.to_owned());
        });

        let outcomes = failing(&scene, started([INSTANCE, NEIGHBOUR])).await;

        let wrong = if last == "Complete" { first } else { last };
        assert_unreadable(
            &outcomes[INSTANCE],
            &format!("has the status {wrong} for this instance"),
        );
        assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
        assert_eq!(scene.aws.world().instance(INSTANCE).http_tokens, "optional");
        assert_eq!(questions(&scene).len(), 2);
    }
}

#[tokio::test]
async fn an_unreadable_page_fails_every_instance_asked_about() {
    for (fault, said) in [(Fault::AccessDenied, "AccessDenied"), (Fault::Garbage, GET_METRIC_DATA)]
    {
        let scene = Scene::new().await.with_usage_days(30);
        two_pages(&scene)
            .after(GET_METRIC_DATA, |world| world.fault(GET_METRIC_DATA, fault, usize::MAX));

        let outcomes = failing(&scene, started([INSTANCE, NEIGHBOUR])).await;

        assert_unreadable(&outcomes[INSTANCE], said);
        assert_unreadable(&outcomes[NEIGHBOUR], said);
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn endless_pages_fail_every_instance_asked_about() {
    let scene = Scene::new().await.with_usage_days(30);
    two_pages(&scene).pages(GET_METRIC_DATA, Repeating);

    let outcomes = failing(&scene, started([INSTANCE, NEIGHBOUR])).await;

    assert_unreadable(&outcomes[INSTANCE], "returned a page that had already been read");
    assert_unreadable(&outcomes[NEIGHBOUR], "returned a page that had already been read");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_failed_query_does_not_affect_another_one() {
    let ids: Vec<_> = (0..17).map(|number| format!("i-{number:017x}")).collect();
    for (failing_ids, enforced_ids) in [(&ids[..8], &ids[8..]), (&ids[16..], &ids[..16])] {
        let scene = Scene::new().await.with_usage_days(30);
        {
            let mut world = scene.aws.world();
            for id in &ids {
                world.add_instance(id).calls_without_token(days_ago(1), 0.0);
            }
            match failing_ids {
                [only] => world.fault_for(GET_METRIC_DATA, only, Fault::AccessDenied, 1),
                _ => world.fault(GET_METRIC_DATA, Fault::AccessDenied, 1),
            }
        }

        let error = scene
            .invoke(started(ids.iter().map(String::as_str)))
            .await
            .expect_err("one question failed");

        let response: Value = serde_json::from_str(&error.error_message).expect("the response");
        assert_eq!(
            response["counts"],
            json!({"failed": failing_ids.len(), "enforced": enforced_ids.len()})
        );
        let tokens = |id: &String| scene.aws.world().instance(id).http_tokens.clone();
        assert!(failing_ids.iter().map(tokens).all(|tokens| tokens == "optional"));
        assert!(enforced_ids.iter().map(tokens).all(|tokens| tokens == "required"));
    }
}

#[tokio::test]
async fn a_sum_that_is_no_count_is_no_answer() {
    for sum in [f64::NAN, f64::INFINITY, -1.0, 0.5, 1e300] {
        let scene = Scene::new().await.with_usage_days(30);
        scene.aws.world().add_instance(INSTANCE).calls_without_token(days_ago(1), sum);

        assert_ended(&scene.failed_outcome(running(INSTANCE)).await, "failed", "usage_unreadable");
        assert!(scene.aws.writes().is_empty(), "{sum}");
    }
}

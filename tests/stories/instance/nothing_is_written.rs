//! An instance is read, or not even that, and left as it is.

use std::time::Duration;

use serde_json::json;
use stand_in::Fault;

use crate::support::{
    harness::{
        Scene, assert_ended, assert_found, assert_says, by_id, due, just_now, running, started,
    },
    names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, EXEMPT, INSTANCE, NEIGHBOUR},
};

#[tokio::test]
async fn an_instance_that_requires_tokens_is_not_written() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE).http_tokens("required");

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_eq!(outcome["after"], json!(null));
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES]);
}

#[tokio::test]
async fn a_disabled_metadata_endpoint_is_compliant_and_stays_disabled() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE).http_endpoint("disabled");

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "compliant", "endpoint_disabled");
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES]);
    assert_eq!(scene.aws.world().instance(INSTANCE).http_endpoint, "disabled");
}

#[tokio::test]
async fn an_exempt_instance_is_read_and_not_written() {
    let scene = Scene::new().await.at("2026-11-21T12:00:00Z");
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .tag(EXEMPT, "2027-03-31 vendor agent needs v1");

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(
        outcome["detail"],
        "The tag metadata-guardrail:exempt exempts it until the end of 2027-03-31 (UTC) (“vendor agent needs v1”); it was \
         not changed."
    );
    assert_eq!(outcome["exempt_until"], "2027-03-31");
    assert_eq!(scene.logged(INSTANCE)["exempt_until"], "2027-03-31");
    assert_found(&outcome, &[]);
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES]);
}

#[tokio::test]
async fn an_exemption_that_ends_within_14_days_is_a_finding() {
    let scene = Scene::new().await.at("2026-11-21T23:59:59Z");
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "2026-12-05 new agent");
    scene.aws.world().add_instance(NEIGHBOUR).tag(EXEMPT, "2026-12-06 new agent");

    for event in [started([INSTANCE, NEIGHBOUR]), due()] {
        let outcomes = by_id(&scene.invoke(event).await.expect("success"));

        assert_ended(&outcomes[INSTANCE], "exempt", "exception_tag");
        assert_found(&outcomes[INSTANCE], &["exception_ends_soon"]);
        assert_says(&outcomes[INSTANCE], "ends within 14 days; then IMDSv2 will be required");
        assert_found(&outcomes[NEIGHBOUR], &[]);
        assert_eq!(outcomes[NEIGHBOUR]["exempt_until"], "2026-12-06");
    }
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_exemption_without_end_has_no_last_day() {
    let scene = Scene::new().await;
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .tag(EXEMPT, "until the new agent is out");

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "exempt", "exception_tag");
    assert_eq!(outcome.get("exempt_until"), None);
    assert_eq!(scene.logged(INSTANCE).get("exempt_until"), None);
}

#[tokio::test]
async fn an_exception_tag_that_describe_instances_lacks_is_honoured() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "yes").tags_are_late = true;

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_eq!(outcome["result"], "exempt");
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES, DESCRIBE_TAGS]);
}

#[tokio::test]
async fn an_instance_with_unconfirmed_tags_is_not_written() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR);
    scene.aws.world().fault(DESCRIBE_TAGS, Fault::AccessDenied, usize::MAX);

    let error = scene
        .invoke(started([INSTANCE, NEIGHBOUR]))
        .await
        .expect_err("a failure that Lambda retries");

    assert_eq!(error.error_type, "RemediationFailed");
    assert!(error.error_message.contains(r#""counts":{"failed":2}"#), "{}", error.error_message);
    assert!(error.error_message.contains("tags_unreadable"));
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn report_mode_writes_no_instance() {
    let scene = Scene::new().await.in_report_mode();
    scene.aws.world().add_instance(INSTANCE);

    let response = scene.invoke(running(INSTANCE)).await.expect("a report");

    assert_eq!(response["mode"], "report");
    assert_eq!(response["counts"], json!({"would_enforce": 1}));
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES, DESCRIBE_TAGS]);
}

#[tokio::test]
async fn an_instance_managed_for_an_operator_is_held_and_the_operator_named() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE).operator("eks.amazonaws.com");

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "held", "managed_by_operator");
    assert_says(&outcome, "eks.amazonaws.com");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_instance_in_transition_is_deferred_and_a_terminated_one_is_gone() {
    for (state, result, reason) in [
        ("pending", "deferred", "pending"),
        ("stopping", "deferred", "stopping"),
        ("shutting-down", "gone", "shutting_down"),
        ("terminated", "gone", "terminated"),
        ("hibernating", "held", "unknown_status"),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE).state(state);

        let outcome = scene.outcome(running(INSTANCE)).await;

        assert_ended(&outcome, result, reason);
        assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES], "{state}");
    }
}

#[tokio::test]
async fn an_unknown_instance_is_gone_unless_the_event_is_young() {
    let scene = Scene::new().await;

    let gone = scene.outcome(running(INSTANCE)).await;
    let not_yet = scene.failed_outcome(just_now(running(INSTANCE))).await;

    assert_ended(&gone, "gone", "not_found");
    assert_eq!(gone["before"], json!(null));
    assert_ended(&not_yet, "failed", "not_found_yet");
}

#[tokio::test]
async fn an_unreadable_instance_fails_and_is_not_written() {
    for fault in [Fault::AccessDenied, Fault::Garbage, Fault::Internal] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        scene.aws.world().fault(DESCRIBE_INSTANCES, fault.clone(), usize::MAX);

        let outcome = scene.failed_outcome(running(INSTANCE)).await;

        assert_ended(&outcome, "failed", "read_failed");
        assert_eq!(outcome["before"], json!(null), "{fault:?}");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn every_target_has_an_outcome_even_if_no_time_is_left() {
    let scene = Scene::new().await.with_remaining(Duration::ZERO);
    scene.aws.world().add_instance(INSTANCE);

    let outcome = scene.failed_outcome(running(INSTANCE)).await;

    assert_ended(&outcome, "failed", "out_of_time");
    assert!(scene.aws.calls().is_empty());
}

#[tokio::test]
async fn a_malformed_exception_exempts_an_instance_and_is_a_finding() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "2027-02-30");

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_eq!(outcome["result"], "exempt");
    assert_found(&outcome, &["exception_malformed"]);
    assert!(scene.aws.writes().is_empty());
}

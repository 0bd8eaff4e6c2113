//! The same update of the same version is one request to AWS, however often it is sent.

use serde_json::{Value, json};
use stand_in::Fault;

use super::{TRIES, UP_TO_THE_UPDATE, client_token, created, scene};
use crate::support::{
    harness::{assert_ended, assert_says, by_id, due},
    names::{GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, METADATA, RUNTIME, UPDATE_RUNTIME},
};

#[tokio::test]
async fn a_lost_update_that_a_read_shows_is_not_sent_again() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(scene.aws.world().runtime(RUNTIME).version, 2);
    assert_eq!(
        scene.aws.operations(),
        [
            GET_RUNTIME,
            LIST_TAGS,
            GET_RUNTIME,
            UPDATE_RUNTIME,
            GET_RUNTIME,
            GET_RUNTIME,
            GET_RUNTIME,
            LIST_ENDPOINTS
        ]
    );
}

#[tokio::test]
async fn a_lost_update_that_no_read_shows_is_repeated_as_the_same_request() {
    for event in [created(), due()] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
        scene
            .aws
            .world()
            .after(UPDATE_RUNTIME, |world| world.runtime_mut(RUNTIME).reads_behind = 10);

        let response = scene.invoke(event).await.expect("success");

        assert_ended(&by_id(&response)[RUNTIME], "enforced", "v1_allowed");
        assert_eq!(scene.aws.world().runtime(RUNTIME).version, 2);
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 2);
        assert_eq!(writes[0].body, writes[1].body);
    }
}

#[tokio::test]
async fn the_next_invocation_repeats_the_same_request() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::ConnectionReset, TRIES);

    let first = scene.failed_outcome(created()).await;
    let second = scene.outcome(created()).await;

    assert_ended(&first, "failed", "write_failed");
    assert_ended(&second, "enforced", "v1_allowed");
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), TRIES + 1);
    assert!(writes.iter().all(|write| write.body == writes[0].body));
}

#[tokio::test]
async fn a_new_version_makes_a_new_request() {
    let scene = scene().await;
    scene.outcome(created()).await;
    {
        let mut world = scene.aws.world();
        let runtime = world.runtime_mut(RUNTIME);
        runtime.version = 3;
        runtime.set(METADATA, r#"{"requireMMDSV2":false}"#);
    }

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"]["version"], "4");
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 2);
    assert_ne!(client_token(&writes[0]), client_token(&writes[1]));
}

#[tokio::test]
async fn a_throttled_update_is_repeated_after_another_look() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::Throttled, 1);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let afterwards = [GET_RUNTIME, GET_RUNTIME, GET_RUNTIME, LIST_ENDPOINTS];
    assert_eq!(scene.aws.operations(), [UP_TO_THE_UPDATE, UP_TO_THE_UPDATE, afterwards].concat());
    let writes = scene.aws.writes();
    assert_eq!(writes[0].body, writes[1].body);
}

#[tokio::test]
async fn an_update_without_permission_is_sent_once_and_followed_by_a_look() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_says(&outcome, "AccessDeniedException");
    assert_eq!(scene.aws.operations(), [&UP_TO_THE_UPDATE[..], &UP_TO_THE_UPDATE[..3]].concat());
}

#[tokio::test]
async fn a_permanently_refused_update_is_sent_once_and_held() {
    let message = "maxLifetime is out of range".to_owned();
    for (fault, said) in [
        (
            Fault::Refused { code: "ValidationException", message, status: 400 },
            "maxLifetime is out of range",
        ),
        (
            Fault::ExplicitDeny("service control"),
            "with an explicit deny in a service control policy",
        ),
        (
            Fault::ExplicitDeny("resource control"),
            "with an explicit deny in a resource control policy",
        ),
    ] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE_RUNTIME, fault, usize::MAX);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "held", "refused");
        assert_says(&outcome, said);
        assert_eq!(outcome["before"], json!({"require_mmdsv2": null, "version": "1"}));
        assert_eq!(outcome["after"], Value::Null);
        assert_eq!(
            scene.aws.operations(),
            [GET_RUNTIME, LIST_TAGS, GET_RUNTIME, UPDATE_RUNTIME, LIST_ENDPOINTS]
        );
    }
}

//! The authorizer is believed to be set once the runtime shows it.

use serde_json::{Value, json};
use stand_in::Fault;

use super::{
    ARRIVES, DISCOVERY_URL, assert_says_no_value, created, enforce, scene, scene_with, sent,
};
use crate::support::{
    harness::{assert_ended, assert_found, assert_says, only_write},
    names::{AUTHORIZER, RUNTIME, UPDATE_RUNTIME},
};

#[tokio::test]
async fn an_authorizer_value_changed_by_aws_is_named_by_path_only() {
    let changed = ARRIVES.replace("front-desk-web", "front-desk-or-anybody");
    let scene = scene_with(enforce(), |runtime| {
        runtime.changes_on_update.insert(AUTHORIZER.to_owned(), changed);
    })
    .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    let path = "authorizerConfiguration.customJWTAuthorizer.allowedClients[0].";
    assert_says(&outcome, path);
    assert_says(&outcome, "also sets the authorizer");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_says_no_value(&scene, &outcome);
}

#[tokio::test]
async fn an_authorizer_returned_in_another_spelling_is_accepted() {
    let rewritten =
        serde_json::from_str::<Value>(&ARRIVES.replace("123456789012345678901234567890.10", "1"));
    let rewritten = rewritten
        .expect("JSON")
        .to_string()
        .replace(r#""n":1"#, r#""n":123456789012345678901234567890.10"#);
    assert_ne!(rewritten, ARRIVES);
    let scene = scene_with(enforce(), |runtime| {
        runtime.changes_on_update.insert(AUTHORIZER.to_owned(), rewritten);
    })
    .await;

    assert_ended(&scene.outcome(created()).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn an_authorizer_that_is_missing_afterwards_is_a_failure() {
    let scene =
        scene_with(enforce(), |runtime| runtime.loses_on_update = vec![AUTHORIZER.to_owned()])
            .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_says(&outcome, AUTHORIZER);
    assert_found(&outcome, &["no_authorizer"]);
}

#[tokio::test]
async fn an_authorizer_is_verified_even_if_the_answer_is_lost() {
    let lost =
        scene_with(enforce(), |runtime| runtime.loses_on_update = vec![AUTHORIZER.to_owned()])
            .await;
    lost.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
    let outcome = lost.failed_outcome(created()).await;
    assert_ended(&outcome, "failed", "configuration_changed");
    assert_eq!(lost.aws.writes().len(), 1);
    assert_says(&outcome, "as they were sent: authorizerConfiguration.");
    assert_says_no_value(&lost, &outcome);

    let set = scene(enforce()).await;
    set.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
    let outcome = set.outcome(created()).await;
    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &["authorizer_set"]);
    assert_eq!(set.aws.writes().len(), 1);
}

#[tokio::test]
async fn an_authorizer_is_verified_even_if_the_update_shows_late() {
    for (loses, result, reason, findings) in [
        (false, "enforced", "v1_allowed", ["authorizer_set"]),
        (true, "failed", "configuration_changed", ["no_authorizer"]),
    ] {
        let scene = scene_with(enforce(), |runtime| {
            runtime.loses_on_update.extend(loses.then(|| AUTHORIZER.to_owned()));
        })
        .await;
        scene.aws.world().fault(UPDATE_RUNTIME, Fault::LostReply, 1);
        // Four reads look for the update, and the next ones decide anew: only the last of them
        // shows it.
        scene
            .aws
            .world()
            .after(UPDATE_RUNTIME, |world| world.runtime_mut(RUNTIME).reads_behind = 5);

        let outcome = if loses {
            scene.failed_outcome(created()).await
        } else {
            scene.outcome(created()).await
        };

        assert_ended(&outcome, result, reason);
        assert_found(&outcome, &findings);
        assert_eq!(scene.aws.writes().len(), 1);
        assert_says_no_value(&scene, &outcome);
    }
}

#[tokio::test]
async fn a_member_lost_while_setting_an_authorizer_is_a_failure() {
    let scene = scene_with(enforce(), |runtime| {
        runtime.loses_on_update = vec!["environmentVariables".to_owned()]
    })
    .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_says(&outcome, "as they were sent: environmentVariables.");
    assert_says_no_value(&scene, &outcome);
}

#[tokio::test]
async fn an_authorizer_that_aws_refuses_is_not_left_out() {
    let scene = scene(enforce()).await;
    let refusal = Fault::Refused {
        code: "ValidationException",
        message: format!("The document at {DISCOVERY_URL} could not be read for 'front-desk-web'"),
        status: 400,
    };
    scene.aws.world().fault(UPDATE_RUNTIME, refusal, usize::MAX);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "refused");
    let quoted = "The document at [authorizerConfiguration.customJWTAuthorizer.discoveryUrl] could not be read";
    assert_says(&outcome, quoted);
    assert_says(&outcome, "also sets the authorizer");
    assert_eq!(sent(&only_write(&scene)).as_deref(), Some(ARRIVES));
    assert_says_no_value(&scene, &outcome);
}

#[tokio::test]
async fn an_authorizer_is_sent_again_after_a_conflict() {
    let scene = scene(enforce()).await;
    let message = "Authorizer already exists for resourceId".to_owned();
    scene.aws.world().fault(
        UPDATE_RUNTIME,
        Fault::Refused { code: "ConflictException", message, status: 409 },
        1,
    );

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 2);
    assert!(writes.iter().all(|write| sent(write).as_deref() == Some(ARRIVES)));
}

#[tokio::test]
async fn an_authorizer_is_redacted_from_the_reason_of_an_earlier_failure() {
    let reason = format!("{DISCOVERY_URL} answered 404.");
    let scene = scene_with(enforce(), |runtime| {
        runtime.status("UPDATE_FAILED").failure_reason = Some(reason)
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "held", "update_failed");
    assert_says(&outcome, "discoveryUrl] answered 404.");
    assert_says_no_value(&scene, &outcome);
}

#[tokio::test]
async fn an_authorizer_is_redacted_from_the_reason_of_a_failed_update() {
    let reason = format!("{DISCOVERY_URL} answered 404.");
    let scene = scene_with(enforce(), |runtime| runtime.next_update_fails = Some(reason)).await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, "discoveryUrl] answered 404.");
    assert_says_no_value(&scene, &outcome);
}

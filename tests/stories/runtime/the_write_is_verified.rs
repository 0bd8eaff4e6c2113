//! An update is believed once the runtime shows it, and nothing else than it.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::{Fault, World};

use super::{LONGER_THAN_LEFT, TRIES, assert_no_piece_of_the_secret, created, scene, scene_with};
use crate::support::{
    harness::{assert_ended, assert_says, document},
    names::{GET_RUNTIME, LIST_TAGS, METADATA, REQUIRED, RUNTIME, UPDATE_RUNTIME},
};

fn somebody_else_deploys(world: &mut World) {
    let runtime = world.runtime_mut(RUNTIME);
    runtime.version += 1;
    runtime.set("description", r#""somebody else's""#);
}

#[tokio::test]
async fn an_update_that_aws_could_not_apply_is_a_failure_with_its_reason() {
    let scene = scene_with(|runtime| {
        runtime.next_update_fails = Some("The image could not be pulled.".to_owned())
    })
    .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, "The image could not be pulled.");
    assert_eq!(outcome["after"]["version"], "2");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_member_lost_by_the_update_is_named_without_its_value() {
    let scene =
        scene_with(|runtime| runtime.loses_on_update = vec!["environmentVariables".to_owned()])
            .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_says(&outcome, "environmentVariables");
    assert_says(&outcome, "version 1 (before) and version 2 (now)");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_no_piece_of_the_secret(&scene, &outcome);
}

#[tokio::test]
async fn a_member_changed_by_the_update_is_named_by_path_only() {
    let scene = scene_with(|runtime| {
        let changed = json!({"DATABASE_PASSWORD": "quite-another-secret"}).to_string();
        runtime.changes_on_update.insert("environmentVariables".to_owned(), changed);
    })
    .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_says(&outcome, "environmentVariables.DATABASE_PASSWORD");
    assert!(!outcome.to_string().contains("quite-another-secret"));
    assert_no_piece_of_the_secret(&scene, &outcome);
}

#[tokio::test]
async fn an_update_by_somebody_else_is_a_failure_that_names_both_versions() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE_RUNTIME, somebody_else_deploys);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "concurrent_update");
    assert_says(&outcome, "from version 1 to version 3");
    assert_says(&outcome, "description");
    assert_eq!(outcome["after"]["version"], "3");
}

#[tokio::test]
async fn an_update_that_overwrites_somebody_elses_is_a_failure() {
    let scene = scene().await;
    scene.just_before_the_update(somebody_else_deploys);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "concurrent_update");
    assert_says(&outcome, "from version 1 to version 3");
}

#[tokio::test]
async fn a_read_that_lags_behind_the_update_is_repeated() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        world.runtime_mut(RUNTIME).reads_behind = 3;
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
}

#[tokio::test]
async fn an_update_with_only_lost_answers_is_judged_by_the_runtime() {
    for (fault, result, reason) in [
        (Fault::LostReply, "enforced", "v1_allowed"),
        (Fault::ConnectionReset, "failed", "write_failed"),
        (Fault::Internal, "failed", "write_failed"),
        (Fault::Garbage, "failed", "write_failed"),
    ] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE_RUNTIME, fault.clone(), usize::MAX);

        let outcome = match result {
            "failed" => scene.failed_outcome(created()).await,
            _ => scene.outcome(created()).await,
        };

        assert_ended(&outcome, result, reason);
        let (version, writes) = if result == "failed" { (1, TRIES) } else { (2, 1) };
        assert_eq!(
            (scene.aws.world().runtime(RUNTIME).version, scene.aws.writes().len()),
            (version, writes),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn an_update_with_an_unreadable_answer_is_judged_by_the_runtime() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::Garbage, 1);
    scene
        .aws
        .world()
        .after_fault(UPDATE_RUNTIME, |world| _ = world.runtime_mut(RUNTIME).publish(&[REQUIRED]));

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn an_update_that_could_not_be_verified_in_time_is_not_sent() {
    let scene = scene().await.with_remaining(Duration::from_secs(20));

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "out_of_time");
    assert_says(&outcome, "so none was sent");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_read_that_still_shows_the_old_version_is_not_a_concurrent_update() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        world.add_runtime(RUNTIME, &document());
    });

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "not_verified");
    assert_says(&outcome, "still shows version 1");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": null, "version": "1"}));
}

#[tokio::test]
async fn an_accepted_update_without_effect_is_not_believed() {
    for json in ["null", "{}", r#"{"requireMMDSV2":false}"#] {
        let scene = scene_with(|runtime| {
            runtime.changes_on_update.insert(METADATA.to_owned(), json.to_owned());
        })
        .await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "not_verified");
        assert_ne!(outcome["after"]["require_mmdsv2"], true, "{json}");
    }
}

#[tokio::test]
async fn an_update_that_cannot_be_read_back_is_not_believed() {
    let scene = scene().await;
    scene
        .aws
        .world()
        .after(UPDATE_RUNTIME, |world| world.fault(GET_RUNTIME, Fault::Garbage, usize::MAX));

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "not_verified");
    assert_eq!(outcome["after"], Value::Null);
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_runtime_that_vanishes_after_the_update_is_gone() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        world.runtimes.remove(RUNTIME);
    });

    assert_ended(&scene.outcome(created()).await, "gone", "not_found");
}

#[tokio::test]
async fn a_runtime_that_is_deleted_after_the_update_is_gone() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        world.runtime_mut(RUNTIME).status("DELETING").polls_left = u32::MAX;
    });

    assert_ended(&scene.outcome(created()).await, "gone", "deleting");
}

#[tokio::test]
async fn an_update_that_outlasts_the_deadline_is_not_awaited() {
    let scene = scene().await.with_pace(LONGER_THAN_LEFT, LONGER_THAN_LEFT);
    scene.aws.world().after(UPDATE_RUNTIME, |world| {
        world.runtime_mut(RUNTIME).polls_left = u32::MAX;
    });

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "still_changing");
    assert_eq!(outcome["after"]["version"], "2");
    assert_eq!(
        scene.aws.operations(),
        [GET_RUNTIME, LIST_TAGS, GET_RUNTIME, UPDATE_RUNTIME, GET_RUNTIME]
    );
}

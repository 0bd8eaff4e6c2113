//! AWS repeats a secret in its messages, and the guardrail does not.

use serde_json::Value;
use stand_in::Fault;

use super::{assert_no_piece_of_the_secret, created, scene, scene_with};
use crate::support::{
    harness::{assert_ended, assert_says, assert_says_nothing_of},
    names::{CANARY, UPDATE_RUNTIME},
};

const NAME: &str = "environmentVariables.DATABASE_PASSWORD";

async fn outcome_of_a_refusal(message: String) -> Value {
    let scene = scene().await;
    let refusal = Fault::Refused { code: "ValidationException", message, status: 400 };
    scene.aws.world().fault(UPDATE_RUNTIME, refusal, usize::MAX);
    let outcome = scene.outcome(created()).await;
    assert_ended(&outcome, "held", "refused");
    assert_no_piece_of_the_secret(&scene, &outcome);
    outcome
}

#[tokio::test]
async fn a_quoted_secret_is_replaced_by_the_name_of_its_member() {
    let outcome =
        outcome_of_a_refusal(format!("Value '{CANARY}' failed to satisfy a constraint")).await;

    assert_says(&outcome, &format!("Value '[{NAME}]' failed to satisfy a constraint"));
}

#[tokio::test]
async fn a_partly_quoted_secret_withholds_the_whole_message() {
    let outcome = outcome_of_a_refusal(format!("Value '{}… failed", &CANARY[..20])).await;

    assert_says(&outcome, NAME);
    assert_says_nothing_of(&outcome, "… failed");
}

#[tokio::test]
async fn a_secret_is_redacted_from_the_reason_of_a_failed_update() {
    let scene = scene_with(|runtime| {
        runtime.next_update_fails = Some(format!("The container rejects {CANARY}."))
    })
    .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, NAME);
    assert_no_piece_of_the_secret(&scene, &outcome);
}

#[tokio::test]
async fn a_secret_is_redacted_even_if_the_update_lost_its_member() {
    let scene = scene_with(|runtime| {
        runtime.loses_on_update = vec!["environmentVariables".to_owned()];
        runtime.next_update_fails = Some(format!("The container rejects {CANARY}."));
    })
    .await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, NAME);
    assert_no_piece_of_the_secret(&scene, &outcome);
}

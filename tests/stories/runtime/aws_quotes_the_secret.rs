use super::*;

const NAME: &str = "environmentVariables.DATABASE_PASSWORD";

async fn outcome_of_a_refusal(message: String) -> Value {
    let scene = scene().await;
    let refusal = Fault::Refused { code: "ValidationException", message, status: 400 };
    scene.aws.world().fault(UPDATE, refusal, usize::MAX);
    let outcome = scene.outcome(created()).await;
    assert_ended(&outcome, "held", "refused");
    assert_no_piece_of_the_secret(&scene, &outcome);
    outcome
}

#[tokio::test]
async fn whole_and_the_outcome_names_the_member_in_its_place() {
    let outcome = outcome_of_a_refusal(format!("Value '{CANARY}' failed to satisfy a constraint")).await;

    assert_says(&outcome, &format!("Value '[{NAME}]' failed to satisfy a constraint"));
}

#[tokio::test]
async fn in_part_and_the_outcome_has_nothing_of_the_message_but_the_members_name() {
    let outcome = outcome_of_a_refusal(format!("Value '{}… failed", &CANARY[..20])).await;

    assert_says(&outcome, NAME);
    assert!(!detail(&outcome).contains("… failed"), "{}", detail(&outcome));
}

#[tokio::test]
async fn as_the_reason_why_the_update_could_not_be_applied() {
    let scene =
        scene_with(|runtime| runtime.next_update_fails = Some(format!("The container rejects {CANARY}."))).await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, NAME);
    assert_no_piece_of_the_secret(&scene, &outcome);
}

#[tokio::test]
async fn as_that_reason_after_the_update_lost_the_member_itself() {
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

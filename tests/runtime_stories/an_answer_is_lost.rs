use super::*;

fn conflict() -> Fault {
    Fault::Refused { code: "ConflictException", message: "The runtime is being updated".to_owned(), status: 409 }
}

/// The update's first answer is lost, and the SDK's second attempt meets the first.
fn lose_the_answer(scene: &Scene) {
    scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
    scene.aws.world().after(UPDATE, |world| world.fault(UPDATE, conflict(), 1));
}

fn due() -> Value {
    sample("guardrail-sweep-due.json")
}

#[tokio::test]
async fn a_conflict_without_a_lost_answer_is_somebody_elses_and_a_sweep_waits_for_nothing() {
    for first in [None, Some(Fault::Throttled)] {
        let scene = scene().await;
        if let Some(fault) = first {
            scene.aws.world().fault(UPDATE, fault, 1);
        }
        scene.aws.world().fault(UPDATE, conflict(), usize::MAX);

        let response = scene.invoke(due()).await.expect("what waits has not failed");

        assert_ended(&by_id(&response)[ID], "deferred", "still_changing");
        let reads = scene.aws.operations().into_iter().filter(|operation| operation == GET).count();
        assert_eq!(reads, 1);
    }
}

#[tokio::test]
async fn a_conflict_with_its_own_update_is_no_conflict() {
    for event in [created(), due()] {
        let scene = scene().await;
        lose_the_answer(&scene);

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[ID];
        assert_ended(outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    }
}

#[tokio::test]
async fn if_that_update_then_fails_it_is_said_and_not_called_a_conflict() {
    for event in [created(), due()] {
        let scene = scene_with(|runtime| runtime.next_update_fails = Some("no such image".to_owned())).await;
        lose_the_answer(&scene);

        let outcome = scene.failed_outcome(event).await;

        assert_ended(&outcome, "failed", "update_failed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    }
}

#[tokio::test]
async fn if_that_update_lost_configuration_it_is_said_and_not_called_a_conflict() {
    for event in [created(), due()] {
        let scene = scene_with(|runtime| runtime.loses_on_update.push("lifecycleConfiguration".to_owned())).await;
        lose_the_answer(&scene);

        let outcome = scene.failed_outcome(event).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        assert_says(&outcome, "lifecycleConfiguration");
    }
}

#[tokio::test]
async fn if_the_conflict_is_with_somebody_elses_update_all_is_looked_at_again() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, 1);
    scene.aws.world().fault(UPDATE, conflict(), 1);
    scene.aws.world().after(TAGS, |world| {
        world.runtimes.get_mut(ID).expect("it").publish(&[("description", r#""deployed in between""#)]);
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["version"], "2");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "3"}));
    assert_eq!(scene.aws.world().runtime(ID).member("description"), Some(r#""deployed in between""#));
}

#[tokio::test]
async fn a_refusal_of_a_later_attempt_does_not_hide_that_the_first_one_happened() {
    for fault in [Fault::Throttled, Fault::AccessDenied] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
        scene.aws.world().fault(UPDATE, fault, usize::MAX);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
    }
}

use super::*;

fn somebody_else_deploys(world: &mut World) {
    let runtime = world.runtimes.get_mut(ID).expect("the runtime");
    runtime.version += 1;
    runtime.set("description", r#""somebody else's""#);
}

#[tokio::test]
async fn an_update_that_aws_could_not_apply_is_a_failure_with_its_reason() {
    let scene =
        scene_with(|runtime| runtime.next_update_fails = Some("The image could not be pulled.".to_owned())).await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "update_failed");
    assert_says(&outcome, "The image could not be pulled.");
    assert_eq!(outcome["after"]["version"], "2");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_member_that_the_update_lost_is_named_without_its_value() {
    let scene = scene_with(|runtime| runtime.loses_on_update = vec!["environmentVariables".to_owned()]).await;

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_says(&outcome, "environmentVariables");
    assert_says(&outcome, "version 1 (before) and version 2 (now)");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_no_piece_of_the_secret(&scene, &outcome);
}

#[tokio::test]
async fn a_member_that_the_update_changed_is_named_by_its_path_without_its_value() {
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
async fn somebody_elses_update_in_between_is_a_failure_that_names_both_versions() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE, somebody_else_deploys);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "concurrent_update");
    assert_says(&outcome, "version 1 (before) and version 3 (now)");
    assert_says(&outcome, "description");
    assert_eq!(outcome["after"]["version"], "3");
}

#[tokio::test]
async fn an_update_that_overwrote_somebody_elses_is_a_failure_too() {
    let scene = scene().await;
    just_before_the_update(&scene, somebody_else_deploys);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "concurrent_update");
    assert_says(&outcome, "version 1 (before) and version 3 (now)");
}

#[tokio::test]
async fn a_read_that_lags_behind_the_update_is_followed_by_another_one() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE, |world| {
        world.runtimes.get_mut(ID).expect("the runtime").reads_behind = 3;
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
}

#[tokio::test]
async fn after_answers_that_were_all_lost_the_runtime_shows_whether_the_update_happened() {
    for (fault, result, reason) in [
        (Fault::LostReply, "enforced", "v1_allowed"),
        (Fault::ConnectionReset, "failed", "write_failed"),
        (Fault::Internal, "failed", "write_failed"),
        (Fault::Garbage, "failed", "write_failed"),
    ] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, fault.clone(), usize::MAX);

        let outcome = match result {
            "failed" => scene.failed_outcome(created()).await,
            _ => scene.outcome(created()).await,
        };

        assert_ended(&outcome, result, reason);
        let (version, writes) = if result == "failed" { (1, TRIES) } else { (2, 1) };
        assert_eq!((scene.aws.world().runtime(ID).version, scene.aws.writes().len()), (version, writes), "{fault:?}");
    }
}

#[tokio::test]
async fn after_an_answer_that_cannot_be_read_the_runtime_shows_that_the_update_happened() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::Garbage, 1);
    scene.aws.world().after_fault(UPDATE, |world| _ = runtime(world).publish(&[REQUIRED]));

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_write_that_could_not_be_verified_in_time_is_not_begun() {
    let scene = scene().await.with_remaining(Duration::from_secs(20));

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "out_of_time");
    assert_says(&outcome, "so none was begun");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_read_that_still_shows_the_old_version_is_not_taken_for_somebody_elses_update() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE, |world| {
        world.add_runtime(ID, &document());
    });

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "not_verified");
    assert_says(&outcome, "still shows version 1");
    assert_eq!(outcome["after"], json!({"require_mmdsv2": null, "version": "1"}));
}

#[tokio::test]
async fn an_update_that_was_accepted_without_effect_is_not_believed() {
    for json in ["null", "{}", r#"{"requireMMDSV2":false}"#] {
        let scene = scene_with(|runtime| {
            runtime.changes_on_update.insert("metadataConfiguration".to_owned(), json.to_owned());
        })
        .await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "not_verified");
        assert_ne!(outcome["after"]["require_mmdsv2"], true, "{json}");
    }
}

#[tokio::test]
async fn a_runtime_that_cannot_be_read_after_the_write_is_not_believed() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE, |world| world.fault(GET, Fault::Garbage, usize::MAX));

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "not_verified");
    assert_eq!(outcome["after"], Value::Null);
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_runtime_that_vanishes_after_the_write_is_gone() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE, |world| {
        world.runtimes.remove(ID);
    });

    assert_ended(&scene.outcome(created()).await, "gone", "not_found");
}

#[tokio::test]
async fn a_runtime_that_is_deleted_after_the_write_is_gone() {
    let scene = scene().await;
    scene.aws.world().after(UPDATE, |world| {
        world.runtimes.get_mut(ID).expect("the runtime").status("DELETING").polls_left = u32::MAX;
    });

    assert_ended(&scene.outcome(created()).await, "gone", "deleting");
}

#[tokio::test]
async fn an_update_that_does_not_end_before_the_deadline_is_not_waited_for() {
    let scene = scene().await.with_pace(LONGER_THAN_LEFT, LONGER_THAN_LEFT);
    scene.aws.world().after(UPDATE, |world| {
        world.runtimes.get_mut(ID).expect("the runtime").polls_left = u32::MAX;
    });

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "still_changing");
    assert_eq!(outcome["after"]["version"], "2");
    assert_eq!(scene.aws.operations(), [GET, TAGS, GET, UPDATE, GET]);
}

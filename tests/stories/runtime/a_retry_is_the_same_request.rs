use super::*;

#[tokio::test]
async fn unless_a_read_shows_that_the_first_one_whose_answer_was_lost_has_happened() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::LostReply, 1);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(scene.aws.world().runtime(ID).version, 2);
    assert_eq!(scene.aws.operations(), [GET, TAGS, GET, UPDATE, GET, GET, GET, ENDPOINTS]);
}

#[tokio::test]
async fn as_long_as_no_read_shows_that_it_has_happened_and_there_is_exactly_one_new_version() {
    for event in [created(), due()] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
        scene.aws.world().after(UPDATE, |world| runtime(world).reads_behind = 10);

        let response = scene.invoke(event).await.expect("success");

        assert_ended(&by_id(&response)[ID], "enforced", "v1_allowed");
        assert_eq!(scene.aws.world().runtime(ID).version, 2);
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 2);
        assert_eq!(writes[0].body, writes[1].body);
    }
}

#[tokio::test]
async fn in_the_next_invocation_as_long_as_the_runtime_is_the_same() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, TRIES);

    let first = scene.failed_outcome(created()).await;
    let second = scene.outcome(created()).await;

    assert_ended(&first, "failed", "write_failed");
    assert_ended(&second, "enforced", "v1_allowed");
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), TRIES + 1);
    assert!(writes.iter().all(|write| write.body == writes[0].body));
}

#[tokio::test]
async fn but_not_for_another_version() {
    let scene = scene().await;
    scene.outcome(created()).await;
    {
        let mut world = scene.aws.world();
        let runtime = world.runtimes.get_mut(ID).expect("the runtime");
        runtime.version = 3;
        runtime.set("metadataConfiguration", r#"{"requireMMDSV2":false}"#);
    }

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["after"]["version"], "4");
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 2);
    assert_ne!(client_token(&writes[0]), client_token(&writes[1]));
}

#[tokio::test]
async fn after_another_look_when_aws_throttles_it() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::Throttled, 1);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let afterwards = [GET, GET, GET, ENDPOINTS];
    assert_eq!(scene.aws.operations(), [UP_TO_THE_UPDATE, UP_TO_THE_UPDATE, afterwards].concat());
    let writes = scene.aws.writes();
    assert_eq!(writes[0].body, writes[1].body);
}

#[tokio::test]
async fn and_without_the_permission_it_is_sent_only_once_and_looked_at_once_more() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(created()).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_says(&outcome, "AccessDeniedException");
    assert_eq!(scene.aws.operations(), [&UP_TO_THE_UPDATE[..], &UP_TO_THE_UPDATE[..3]].concat());
}

#[tokio::test]
async fn and_what_aws_refuses_for_good_is_sent_only_once_and_held() {
    let message = "maxLifetime is out of range".to_owned();
    for (fault, said) in [
        (Fault::Refused { code: "ValidationException", message, status: 400 }, "maxLifetime is out of range"),
        (Fault::ExplicitDeny("service control"), "with an explicit deny in a service control policy"),
        (Fault::ExplicitDeny("resource control"), "with an explicit deny in a resource control policy"),
    ] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, fault, usize::MAX);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "held", "refused");
        assert_says(&outcome, said);
        assert_eq!(outcome["before"], json!({"require_mmdsv2": null, "version": "1"}));
        assert_eq!(outcome["after"], Value::Null);
        assert_eq!(scene.aws.operations(), [GET, TAGS, GET, UPDATE, ENDPOINTS]);
    }
}

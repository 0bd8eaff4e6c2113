use super::*;

#[tokio::test]
async fn after_a_lost_reply_and_there_is_exactly_one_new_version() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::LostReply, 1);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(scene.aws.world().runtime(ID).version, 2);
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[0].body, writes[1].body);
}

#[tokio::test]
async fn in_the_next_invocation_as_long_as_the_runtime_is_the_same() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::ConnectionReset, ATTEMPTS as usize);

    let first = scene.failed_outcome(created()).await;
    let second = scene.outcome(created()).await;

    assert_ended(&first, "failed", "write_failed");
    assert_ended(&second, "enforced", "v1_allowed");
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), ATTEMPTS as usize + 1);
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
async fn when_aws_throttles_it() {
    let scene = scene().await;
    scene.aws.world().fault(UPDATE, Fault::Throttled, 1);

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 2);
    assert_eq!(writes[0].body, writes[1].body);
}

#[tokio::test]
async fn and_what_a_retry_cannot_mend_is_sent_only_once() {
    let invalid =
        Fault::Refused { code: "ValidationException", message: "maxLifetime is out of range".to_owned(), status: 400 };
    for (fault, code) in [(Fault::AccessDenied, "AccessDeniedException"), (invalid, "ValidationException")] {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, fault, usize::MAX);

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "write_failed");
        assert_says(&outcome, code);
        assert_eq!(scene.aws.operations(), [GET, TAGS, UPDATE]);
    }
}

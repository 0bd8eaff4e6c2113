use super::*;

#[tokio::test]
async fn whatever_its_shape() {
    for existing in [
        r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/", "allowedClients" : ["claims-web"] }}"#,
        r#"{"customJWTAuthorizer":null}"#,
        r#"{"customJWTAuthorizer":{}}"#,
        r#"{ "someFutureAuthorizer" : { "n" : 1.10 } }"#,
        "[ ]",
        r#""""#,
        "false",
    ] {
        let scene = scene_with(enforce(), |runtime| {
            runtime.set(MEMBER, existing);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!([]), "{existing}");
        assert!(!detail(&outcome).contains("authorizer"), "{}", detail(&outcome));
        assert_eq!(sent(&only_write(&scene)).as_deref(), Some(existing));
        assert_eq!(scene.aws.world().runtime(ID).member(MEMBER), Some(existing));
    }
}

#[tokio::test]
async fn even_if_it_came_while_waiting() {
    let theirs = r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/"}}"#;
    let scene = scene(enforce()).await;
    just_before_the_update(&scene, move |world| {
        let runtime = world.runtimes.get_mut(ID).expect("the runtime");
        runtime.version = 2;
        runtime.set(MEMBER, theirs).status("UPDATING");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["findings"], json!([]));
    let writes = scene.aws.writes();
    assert_eq!(writes[0].error.as_deref(), Some("ConflictException"));
    assert_eq!(sent(&writes[1]).as_deref(), Some(theirs));
    assert_eq!(scene.aws.world().runtime(ID).member(MEMBER), Some(theirs));
}

#[tokio::test]
async fn even_if_it_came_between_two_attempts() {
    let theirs = r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/"}}"#;
    for fault in [Fault::Throttled, Fault::Internal, Fault::ConnectionReset, Fault::Garbage] {
        let scene = scene(enforce()).await;
        scene.aws.world().fault(UPDATE, fault.clone(), 1);
        scene.aws.world().after_fault(UPDATE, move |world| {
            world.runtimes.get_mut(ID).expect("the runtime").publish(&[(MEMBER, theirs)]);
        });

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!([]), "{fault:?}");
        let writes = scene.aws.writes();
        assert_eq!(writes.iter().map(sent).collect::<Vec<_>>(), [Some(ARRIVES.into()), Some(theirs.into())]);
        assert_eq!(scene.aws.world().runtime(ID).member(MEMBER), Some(theirs));
    }
}

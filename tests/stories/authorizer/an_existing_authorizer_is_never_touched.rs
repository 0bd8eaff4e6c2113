//! A runtime has an authorizer already, or is given one meanwhile.

use super::{ARRIVES, created, enforce, scene, scene_with, sent};
use crate::support::{
    harness::{NOT_TAKEN, assert_ended, assert_found, assert_says_nothing_of, only_write},
    names::{AUTHORIZER, RUNTIME, UPDATE_RUNTIME},
};

#[tokio::test]
async fn an_existing_authorizer_of_any_shape_is_sent_back_unchanged() {
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
            runtime.set(AUTHORIZER, existing);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_found(&outcome, &[]);
        assert_says_nothing_of(&outcome, "authorizer");
        assert_eq!(sent(&only_write(&scene)).as_deref(), Some(existing));
        assert_eq!(scene.aws.world().runtime(RUNTIME).member(AUTHORIZER), Some(existing));
    }
}

#[tokio::test]
async fn an_authorizer_added_during_a_conflict_is_sent_back_unchanged() {
    let theirs = r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/"}}"#;
    let scene = scene(enforce()).await;
    scene.just_before_the_update(move |world| {
        let runtime = world.runtime_mut(RUNTIME);
        runtime.version = 2;
        runtime.set(AUTHORIZER, theirs).status("UPDATING");
    });

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_found(&outcome, &[]);
    let writes = scene.aws.writes();
    assert_eq!(writes[0].error.as_deref(), Some("ConflictException"));
    assert_eq!(sent(&writes[1]).as_deref(), Some(theirs));
    assert_eq!(scene.aws.world().runtime(RUNTIME).member(AUTHORIZER), Some(theirs));
}

#[tokio::test]
async fn an_authorizer_added_between_attempts_is_sent_back_unchanged() {
    let theirs = r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/"}}"#;
    for fault in NOT_TAKEN {
        let scene = scene(enforce()).await;
        scene.aws.world().fault(UPDATE_RUNTIME, fault.clone(), 1);
        scene.aws.world().after_fault(UPDATE_RUNTIME, move |world| {
            world.runtime_mut(RUNTIME).publish(&[(AUTHORIZER, theirs)]);
        });

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_found(&outcome, &[]);
        let writes = scene.aws.writes();
        assert_eq!(
            writes.iter().map(sent).collect::<Vec<_>>(),
            [Some(ARRIVES.into()), Some(theirs.into())]
        );
        assert_eq!(scene.aws.world().runtime(RUNTIME).member(AUTHORIZER), Some(theirs));
    }
}

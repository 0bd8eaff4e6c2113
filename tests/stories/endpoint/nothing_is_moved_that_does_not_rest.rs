//! Endpoints that AWS or somebody else is moving, or that are about to vanish.

use std::time::Duration;

use super::{moving, moving_with_artifact, pinned, updated};
use crate::support::{
    harness::{
        Scene, assert_ended, assert_found, assert_says, assert_says_nothing_of, by_id, count,
        document, due, runtime_created,
    },
    names::{EXEMPT, GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, REQUIRED, RUNTIME, UPDATE_ENDPOINT},
};

#[tokio::test]
async fn the_default_endpoint_is_left_to_aws() {
    for (event, is_reported) in
        [(updated(), true), (due(), true), (runtime_created(RUNTIME), false)]
    {
        let scene = Scene::new().await.with_endpoints_moved();
        {
            let mut world = scene.aws.world();
            let runtime = world.add_runtime(RUNTIME, &document());
            runtime.endpoint("DEFAULT", 1);
            if is_reported {
                runtime.publish(&[REQUIRED]);
            }
        }

        let response = scene.invoke(event).await.expect("success");

        let outcome = &by_id(&response)[RUNTIME];
        assert_found(outcome, if is_reported { &["pinned_endpoint"] } else { &[] });
        if is_reported {
            assert_says(outcome, "AWS should have moved it to version 2 by itself");
        }
        assert!(!scene.aws.operations().contains(&UPDATE_ENDPOINT.to_owned()));
    }
}

#[tokio::test]
async fn a_default_endpoint_that_aws_failed_to_move_is_only_reported() {
    for status in ["UPDATE_FAILED", "CREATE_FAILED", "A_NEW_WORD"] {
        for event in [updated(), due()] {
            let scene =
                moving(|runtime| status.clone_into(&mut runtime.endpoint("DEFAULT", 1).status))
                    .await;

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[RUNTIME];
            assert_ended(outcome, "compliant", "v2_required");
            assert_found(outcome, &["pinned_endpoint"]);
            assert_says(outcome, "AWS should have moved it to version 2 by itself");
            assert!(scene.aws.writes().is_empty());
        }
    }
}

#[tokio::test]
async fn a_default_endpoint_that_aws_is_moving_is_not_reported() {
    let scene = moving(|runtime| _ = runtime.endpoint("DEFAULT", 1).moving_to(2, u32::MAX)).await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &[]);
    assert_eq!(count(&scene, LIST_ENDPOINTS), 1);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_may_not_be_moved_is_not_awaited() {
    let mutable = r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/claims:1"}}"#;
    let with_mutable_artifact = moving_with_artifact(mutable).await;
    let exempt = moving(|runtime| _ = runtime.tag(EXEMPT, "yes")).await;
    for (scene, why) in
        [(with_mutable_artifact, "may run other code"), (exempt, "exempts the runtime")]
    {
        scene
            .aws
            .world()
            .runtime_mut(RUNTIME)
            .endpoint("prod", 2)
            .moving_to(1, u32::MAX);

        let outcome = scene.outcome(updated()).await;

        assert_eq!(outcome["result"], "compliant");
        assert_says(&outcome, why);
        assert_eq!(count(&scene, LIST_ENDPOINTS), 1);
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn an_endpoint_deleted_after_the_listing_is_forgotten() {
    for in_report_mode in [false, true] {
        let scene = moving(pinned).await;
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };
        // The first tags are the runtime's, the second those of the endpoint, which then does not
        // exist any more.
        scene.aws.world().after(LIST_TAGS, |world| {
            world.runtime_mut(RUNTIME).endpoints.clear();
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required");
        assert_found(&outcome, &[]);
        assert_says_nothing_of(&outcome, "prod");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn a_runtime_deleted_before_its_endpoints_are_listed_fails_nothing() {
    let scene = moving(pinned).await;
    scene.aws.world().after(GET_RUNTIME, |world| world.runtimes.clear());

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &[]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_runtime_deleted_before_its_tags_are_read_fails_nothing() {
    let scene = moving(pinned).await;
    scene.aws.world().after(GET_RUNTIME, |world| {
        world.after(GET_RUNTIME, |world| {
            world.after(GET_RUNTIME, |world| world.runtimes.clear());
        });
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &[]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_is_being_deleted_stays() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 1).status = "DELETING".to_owned();
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &[]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_runtime_deleted_while_its_endpoints_are_read_fails_nothing() {
    let scene = moving(pinned).await;
    scene.aws.world().after(GET_RUNTIME, |world| {
        world.after(GET_RUNTIME, |world| world.runtimes.clear());
    });

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &[]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_aws_is_updating_stays_when_time_runs_out() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 2).moving_to(1, u32::MAX);
    })
    .await
    .with_remaining(Duration::from_secs(31));

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "its status is UPDATING and its target version 1");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_already_on_its_way_is_not_awaited() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 1).moving_to(2, 8);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "its status is UPDATING and its target version 2");
    assert_eq!(count(&scene, LIST_ENDPOINTS), 1);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_with_a_failed_update_stays() {
    let scene = moving(|runtime| {
        runtime.endpoint("prod", 1).status = "UPDATE_FAILED".to_owned();
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_somebody_else_moves_first_is_left_alone() {
    let scene = moving(pinned).await;
    scene.aws.world().after(LIST_TAGS, |world| {
        let runtime = world.runtime_mut(RUNTIME);
        runtime.endpoint("prod", 2);
    });

    let outcome = scene.outcome(updated()).await;

    assert_says(&outcome, "it was changed in the meantime");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn a_ready_endpoint_with_another_target_version_is_left_alone() {
    let scene = moving(pinned).await;
    scene.aws.world().after(LIST_TAGS, |world| {
        let prod = world.runtime_mut(RUNTIME).endpoint_mut("prod");
        prod.target_version = Some(2);
    });

    let outcome = scene.outcome(updated()).await;

    assert_says(&outcome, "it was changed in the meantime");
    assert!(scene.aws.writes().is_empty());
}

//! Something about the runtime, its versions or the settings keeps an endpoint where it is.

use std::time::Duration;

use serde_json::json;
use stand_in::{Fault, Runtime};

use super::{created, moving, moving_with_artifact, pinned, scene_with, updated};
use crate::support::{
    harness::{
        Scene, assert_ended, assert_found, assert_says, assert_says_nothing_of, by_id, document,
        due, runtime_created, s3_artifact, sample,
    },
    names::{EXEMPT, GET_RUNTIME, LIST_ENDPOINTS, METADATA, REQUIRED, RUNTIME, UPDATE_RUNTIME},
};

#[tokio::test]
async fn endpoints_that_follow_or_require_mmdsv2_are_compliant() {
    let scene = moving(|runtime| {
        runtime.publish(&[("description", r#""newer""#)]);
        runtime.endpoint("now", 3);
        runtime.endpoint("before", 2);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &[]);
    assert_eq!(scene.aws.operations(), [GET_RUNTIME, LIST_ENDPOINTS, GET_RUNTIME]);
}

#[tokio::test]
async fn a_pinned_endpoint_is_only_a_finding_by_default() {
    let scene = scene_with(pinned).await;

    for event in [updated(), created(), due()] {
        let response = scene.invoke(event).await.expect("success");
        let outcome = &by_id(&response)[RUNTIME];

        assert_ended(outcome, "compliant", "v2_required");
        assert_found(outcome, &["pinned_endpoint"]);
        assert_says(
            outcome,
            "The endpoint prod is pinned to version 1, which does not require MMDSv2",
        );
        assert_says(outcome, "would move it with PINNED_ENDPOINTS=repoint in enforce mode");
    }
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn endpoints_are_not_moved_in_report_mode_or_a_softened_sweep() {
    let report = moving(pinned).await.in_report_mode();
    let outcome = report.outcome(updated()).await;
    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert!(report.aws.writes().is_empty());

    let softened = moving(pinned).await;
    let response = softened
        .invoke(sample("guardrail-sweep-asked-for.json"))
        .await
        .expect("success");
    assert_ended(&by_id(&response)[RUNTIME], "compliant", "v2_required");
    assert_found(&by_id(&response)[RUNTIME], &["pinned_endpoint"]);
    assert!(softened.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_stays_if_the_versions_differ_in_more_than_mmdsv2() {
    let scene = moving(|runtime| {
        runtime.set("description", r#""newer""#).set("futureMember", r#"{"n":1}"#);
        pinned(runtime);
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "version 2 also differs in other members (description, futureMember)");
    assert_says_nothing_of(&outcome, "newer");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_stays_if_its_artifact_may_mean_other_code() {
    for artifact in [
        r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/claims:1"}}"#
            .to_owned(),
        s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip"})),
        s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": ""})),
        s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "null"})),
    ] {
        let scene = moving_with_artifact(&artifact).await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required");
        assert_found(&outcome, &["mutable_artifact", "pinned_endpoint"]);
        assert_says(&outcome, "has a name that can come to mean something else");
        assert!(scene.aws.writes().is_empty(), "{artifact}");
    }
}

#[tokio::test]
async fn an_endpoint_stays_if_its_artifact_is_of_an_unknown_kind() {
    for artifact in [
        "{}",
        r#"{"containerConfiguration":{"containerUri":["agent@sha256:0a1b"]}}"#,
        r#"{"gitConfiguration":{"repository":"https://git.example.org/agent","branch":"main"}}"#,
        r#"{"codeConfiguration":{"code":{"repository":{"branch":"main"}},"runtime":"PYTHON_3_13"}}"#,
    ] {
        let scene = moving_with_artifact(artifact).await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required");
        assert_found(&outcome, &["pinned_endpoint"]);
        assert_says(&outcome, "is of a kind that this version of the guardrail does not know");
        assert!(scene.aws.writes().is_empty(), "{artifact}");
    }
}

#[tokio::test]
async fn endpoints_of_an_exempt_or_held_runtime_are_only_named() {
    for (arrange, result, why) in [
        (
            (|runtime| _ = runtime.tag(EXEMPT, "yes")) as fn(&mut Runtime),
            "exempt",
            "its runtime is exempt, so it is not moved",
        ),
        (
            |runtime| _ = runtime.status("UPDATE_FAILED"),
            "held",
            "the runtime itself has to be in order first",
        ),
    ] {
        for event in [updated(), due()] {
            let scene = Scene::new().await.with_endpoints_moved();
            {
                let mut world = scene.aws.world();
                let runtime = world.add_runtime(RUNTIME, &document());
                arrange(runtime);
                runtime.endpoint("current", 1);
                runtime.publish(&[]).endpoint("older", 1);
            }

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[RUNTIME];
            assert_eq!(outcome["result"], result);
            assert_found(outcome, &["pinned_endpoint"]);
            for name in ["current", "older"] {
                assert_says(outcome, &format!("The endpoint {name} is pinned to version 1"));
            }
            assert_says(outcome, why);
            assert!(scene.aws.writes().is_empty());
        }
    }
}

#[tokio::test]
async fn endpoints_of_a_runtime_that_would_be_enforced_stay() {
    let scene = Scene::new().await.with_endpoints_moved().in_report_mode();
    pinned(scene.aws.world().add_runtime(RUNTIME, &document()));

    let outcome = scene.outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "would_enforce", "v1_allowed");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(
        &outcome,
        "The endpoint prod is pinned to version 1, which does not require MMDSv2: the runtime",
    );
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn endpoints_of_a_runtime_that_aws_is_updating_stay_in_a_sweep() {
    let scene = Scene::new().await.with_endpoints_moved();
    {
        let mut world = scene.aws.world();
        let runtime = world.add_runtime(RUNTIME, &document()).publish(&[REQUIRED]);
        runtime.settle_polls = u32::MAX;
        runtime.status("UPDATING");
        pinned(runtime);
    }

    let response = scene.invoke(due()).await.expect("success");

    let outcome = &by_id(&response)[RUNTIME];
    assert_ended(outcome, "deferred", "still_changing");
    assert_found(outcome, &["pinned_endpoint"]);
    assert_says(outcome, "the runtime itself has to be in order first");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn endpoints_of_a_runtime_that_fails_are_left_to_the_retry() {
    let scene = Scene::new().await.with_endpoints_moved();
    pinned(scene.aws.world().add_runtime(RUNTIME, &document()));
    scene.aws.world().fault(UPDATE_RUNTIME, Fault::AccessDenied, usize::MAX);

    let outcome = scene.failed_outcome(runtime_created(RUNTIME)).await;

    assert_ended(&outcome, "failed", "write_failed");
    assert_found(&outcome, &[]);
    assert!(
        !scene.aws.operations().contains(&LIST_ENDPOINTS.to_owned()),
        "a retry comes back to it"
    );
}

#[tokio::test]
async fn an_endpoint_stays_if_the_current_version_is_no_longer_in_order() {
    for (status, setting) in [("UPDATING", true), ("UPDATE_FAILED", true), ("READY", false)] {
        let scene = moving(pinned).await;
        scene.aws.world().after(LIST_ENDPOINTS, move |world| {
            let runtime = world.runtime_mut(RUNTIME);
            runtime.publish(&[(METADATA, &format!(r#"{{"requireMMDSV2":{setting}}}"#))]);
            runtime.status(status);
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required");
        assert_found(&outcome, &["pinned_endpoint"]);
        assert_says(&outcome, "version 3 is not READY with MMDSv2, so it is not moved there");
        assert!(scene.aws.writes().is_empty(), "{status}");
    }
}

#[tokio::test]
async fn an_endpoint_stays_if_aws_does_not_show_the_current_version() {
    for version in ["", r#""agentRuntimeVersion":"","#, r#""agentRuntimeVersion":null,"#] {
        let scene = moving(pinned).await;
        let members = document().trim_start_matches('{').to_owned();
        let required = r#""metadataConfiguration":{"requireMMDSV2":true}"#;
        let current = format!(
            r#"{{"agentRuntimeId":"{RUNTIME}","status":"READY",{version}{required},{members}"#
        );
        // The runtime and the version that the endpoint is on are read, and then what is current.
        scene.aws.world().after(GET_RUNTIME, |world| {
            world.after(GET_RUNTIME, |world| world.fault(GET_RUNTIME, Fault::Answer(current), 1));
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required");
        assert_found(&outcome, &["pinned_endpoint"]);
        assert_says(&outcome, "AWS does not show the runtime's current version");
        assert!(scene.aws.writes().is_empty(), "{version}");
    }
}

#[tokio::test]
async fn an_endpoint_with_a_member_that_would_be_lost_stays() {
    let scene = moving(|runtime| {
        runtime
            .endpoint("prod", 1)
            .more
            .push(("trafficShaping".to_owned(), r#"{"n":1.10}"#.to_owned()));
    })
    .await;

    let outcome = scene.outcome(updated()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert_says(&outcome, "cannot send back its members trafficShaping");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_endpoint_stays_if_too_little_time_is_left_to_verify_it() {
    let scene = moving(pinned).await.with_remaining(Duration::from_secs(20));

    let outcome = scene.failed_outcome(updated()).await;

    assert_ended(&outcome, "failed", "out_of_time");
    assert_found(&outcome, &["pinned_endpoint"]);
    assert!(scene.aws.writes().is_empty());
}

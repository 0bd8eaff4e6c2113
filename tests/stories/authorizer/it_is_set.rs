//! A runtime without an authorizer is given the configured one.

use serde_json::{Value, json};
use stand_in::{ACCOUNT, Document, Fault, REGION};

use super::{ARRIVES, assert_says_no_value, created, enforce, open, scene, scene_with, sent};
use crate::support::{
    harness::{
        agentcore_call, assert_ended, assert_found, assert_says, assert_says_nothing_of, by_id,
        document, due, only_write,
    },
    names::{
        AUTHORIZER, CANARY, EXEMPT, GET_RUNTIME, LIST_ENDPOINTS, LIST_TAGS, METADATA, REQUIRED,
        RUNTIME, UPDATE_RUNTIME,
    },
};

#[tokio::test]
async fn an_authorizer_is_set_in_the_update_that_requires_mmdsv2() {
    let scene = scene(enforce()).await;

    let outcome = scene.outcome(created()).await;

    assert_eq!(
        outcome,
        json!({
            "kind": "agentcore_runtime",
            "id": RUNTIME,
            "account": ACCOUNT,
            "region": REGION,
            "arn": format!("arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/{RUNTIME}"),
            "result": "enforced",
            "reason": "v1_allowed",
            "detail": "requireMMDSV2 is now true and the authorizer is set, in version 2; every other member of the \
                       configuration is unchanged. From now on it refuses calls that are signed with SigV4.",
            "before": {"require_mmdsv2": null, "version": "1"},
            "after": {"require_mmdsv2": true, "version": "2"},
            "findings": ["authorizer_set"]
        })
    );
    assert_eq!(
        scene.aws.operations(),
        [
            GET_RUNTIME,
            LIST_TAGS,
            GET_RUNTIME,
            UPDATE_RUNTIME,
            GET_RUNTIME,
            GET_RUNTIME,
            GET_RUNTIME,
            LIST_ENDPOINTS
        ]
    );
    let write = only_write(&scene);
    assert_eq!(sent(&write).as_deref(), Some(ARRIVES));
    let body: Value = serde_json::from_str(&write.body).expect("JSON");
    assert_eq!(body[METADATA], json!({"requireMMDSV2": true}));
    assert_eq!(body["environmentVariables"], json!({"DATABASE_PASSWORD": CANARY}));
    assert_says_no_value(&scene, &outcome);
}

#[tokio::test]
async fn an_authorizer_is_set_where_the_member_is_null_or_empty() {
    for nothing in ["null", "{}", "{ \n }"] {
        let scene = scene_with(enforce(), |runtime| {
            runtime.set(AUTHORIZER, nothing);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_found(&outcome, &["authorizer_set"]);
        assert_eq!(scene.aws.world().runtime(RUNTIME).member(AUTHORIZER), Some(ARRIVES));
    }
}

#[tokio::test]
async fn the_echo_of_setting_an_authorizer_costs_no_call() {
    let scene = scene(enforce()).await;
    scene.outcome(created()).await;
    let calls = scene.aws.calls().len();
    let request = serde_json::from_str(&only_write(&scene).body).expect("JSON");

    let response = scene
        .invoke(agentcore_call(UPDATE_RUNTIME, request, json!({"agentRuntimeId": RUNTIME})))
        .await;

    assert_eq!(response.expect("nothing fails")["ignored"], "already_required");
    assert_eq!(scene.aws.calls().len(), calls);
}

#[tokio::test]
async fn a_second_event_finds_the_authorizer_set() {
    let scene = scene(enforce()).await;
    scene.outcome(created()).await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_found(&outcome, &[]);
    assert_says_nothing_of(&outcome, "authorizer");
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn a_set_authorizer_is_reported_beside_other_findings() {
    let scene = scene_with(enforce(), |runtime| {
        runtime
            .set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#)
            .tag(EXEMPT, "2020-12-31 vendor agent");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_found(&outcome, &["authorizer_set", "exception_expired", "public_network"]);
}

#[tokio::test]
async fn an_authorizer_is_set_even_if_the_s3_endpoint_is_left_out() {
    let scene = scene_with(enforce(), |runtime| runtime.refuses_s3_endpoint = true).await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let writes = scene.aws.writes();
    assert_eq!(
        writes.iter().map(sent).collect::<Vec<_>>(),
        [Some(ARRIVES.to_owned()), Some(ARRIVES.to_owned())]
    );
}

#[tokio::test]
async fn a_sweep_sets_authorizers_and_leaves_other_runtimes_alone() {
    const COMPLIANT_RUNTIME: &str = "compliant_agent-a1B2c3D4e5";
    const EXEMPTED_RUNTIME: &str = "exempt_agent-a1B2c3D4e5";
    const GUARDED_RUNTIME: &str = "guarded_agent-a1B2c3D4e5";
    const HELD_RUNTIME: &str = "held_agent-a1B2c3D4e5";
    const REFUSED_RUNTIME: &str = "refused_agent-a1B2c3D4e5";
    let scene = scene(enforce()).await;
    {
        let mut world = scene.aws.world();
        world.add_runtime(COMPLIANT_RUNTIME, &open()).set(REQUIRED.0, REQUIRED.1);
        world
            .add_runtime(EXEMPTED_RUNTIME, &open())
            .tag(EXEMPT, "vendor agent needs v1");
        world.add_runtime(GUARDED_RUNTIME, &document());
        world.add_runtime(HELD_RUNTIME, &open()).status("UPDATE_FAILED");
        world.add_runtime(REFUSED_RUNTIME, &open());
        world.fault_for(UPDATE_RUNTIME, REFUSED_RUNTIME, Fault::AccessDenied, usize::MAX);
    }

    let response = scene.invoke(due()).await.expect("a sweep does not fail with one of them");

    let outcomes = by_id(&response);
    let theirs = serde_json::from_str::<Document>(&document()).expect("JSON").remove(AUTHORIZER);
    for (id, result, findings, authorizer) in [
        (COMPLIANT_RUNTIME, "compliant", &["no_authorizer"][..], None),
        (EXEMPTED_RUNTIME, "exempt", &["no_authorizer"][..], None),
        (GUARDED_RUNTIME, "enforced", &[], theirs.as_ref().map(|json| json.get())),
        (HELD_RUNTIME, "held", &["no_authorizer"][..], None),
        (REFUSED_RUNTIME, "failed", &["no_authorizer"][..], None),
        (RUNTIME, "enforced", &["authorizer_set"], Some(ARRIVES)),
    ] {
        let outcome = &outcomes[id];
        assert_eq!(outcome["result"], result, "{id}");
        assert_found(outcome, findings);
        let world = scene.aws.world();
        assert_eq!(world.runtime(id).member(AUTHORIZER), authorizer, "{id}");
        assert_eq!(world.runtime(id).version, if result == "enforced" { 2 } else { 1 }, "{id}");
        drop(world);
        assert_says_no_value(&scene, outcome);
    }
}

#[tokio::test]
async fn a_sweep_in_report_mode_sets_no_authorizer() {
    let scene = scene(enforce()).await;
    let asked = json!({
        "source": "metadata-guardrail", "detail-type": "Guardrail Sweep", "detail": {"mode": "report"}
    });

    let outcome = scene.outcome(asked).await;

    assert_ended(&outcome, "would_enforce", "v1_allowed");
    assert_found(&outcome, &["no_authorizer"]);
    assert_says(&outcome, "The same update would set the authorizer");
    assert!(scene.aws.writes().is_empty());
}

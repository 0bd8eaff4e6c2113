use super::*;

#[tokio::test]
async fn in_the_one_update_that_requires_mmdsv2_and_the_outcome_is_exact() {
    let scene = scene(enforce()).await;

    let outcome = scene.outcome(created()).await;

    assert_eq!(
        outcome,
        json!({
            "kind": "agentcore_runtime",
            "id": ID,
            "arn": format!("arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/{ID}"),
            "result": "enforced",
            "reason": "v1_allowed",
            "detail": "requireMMDSV2 is true now and the authorizer is set, in version 2; every other member of the \
                       configuration is unchanged. Calls to it that are signed with SigV4 are refused from now on.",
            "before": {"require_mmdsv2": null, "version": "1"},
            "after": {"require_mmdsv2": true, "version": "2"},
            "findings": ["authorizer_set"]
        })
    );
    assert_eq!(scene.aws.operations(), [GET, TAGS, GET, UPDATE, GET, GET, GET, ENDPOINTS]);
    let write = only_write(&scene);
    assert_eq!(sent(&write).as_deref(), Some(ARRIVES));
    let body: Value = serde_json::from_str(&write.body).expect("JSON");
    assert_eq!(body["metadataConfiguration"], json!({"requireMMDSV2": true}));
    assert_eq!(body["environmentVariables"], json!({"DATABASE_PASSWORD": CANARY}));
    assert_says_no_value(&scene, &outcome);
}

#[tokio::test]
async fn where_the_member_is_null_or_empty_too() {
    for nothing in ["null", "{}", "{ \n }"] {
        let scene = scene_with(enforce(), |runtime| {
            runtime.set(MEMBER, nothing);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!(["authorizer_set"]), "{nothing:?}");
        assert_eq!(scene.aws.world().runtime(ID).member(MEMBER), Some(ARRIVES));
    }
}

#[tokio::test]
async fn and_its_echo_costs_no_call() {
    let scene = scene(enforce()).await;
    scene.outcome(created()).await;
    let calls = scene.aws.calls().len();
    let request = serde_json::from_str(&only_write(&scene).body).expect("JSON");

    let response = scene.invoke(agentcore_call(UPDATE, request, json!({"agentRuntimeId": ID}))).await;

    assert_eq!(response.expect("nothing fails")["ignored"], "already_required");
    assert_eq!(scene.aws.calls().len(), calls);
}

#[tokio::test]
async fn once_and_the_next_event_finds_it_done() {
    let scene = scene(enforce()).await;
    scene.outcome(created()).await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "compliant", "v2_required");
    assert_eq!(outcome["findings"], json!([]));
    assert!(!detail(&outcome).contains("authorizer"), "{}", detail(&outcome));
    assert_eq!(scene.aws.writes().len(), 1);
}

#[tokio::test]
async fn beside_the_other_findings() {
    let scene = scene_with(enforce(), |runtime| {
        runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#).tag(EXEMPT, "2020-12-31 vendor agent");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_eq!(outcome["findings"], json!(["authorizer_set", "exception_expired", "public_network"]));
}

#[tokio::test]
async fn also_when_the_s3_endpoint_has_to_be_left_out() {
    let scene = scene_with(enforce(), |runtime| runtime.refuses_s3_endpoint = true).await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let writes = scene.aws.writes();
    assert_eq!(writes.iter().map(sent).collect::<Vec<_>>(), [Some(ARRIVES.to_owned()), Some(ARRIVES.to_owned())]);
}

#[tokio::test]
async fn in_a_sweep_and_its_neighbours_are_what_they_were() {
    const COMPLIANT: &str = "compliant_agent-a1B2c3D4e5";
    const EXEMPTED: &str = "exempt_agent-a1B2c3D4e5";
    const GUARDED: &str = "guarded_agent-a1B2c3D4e5";
    const HELD: &str = "held_agent-a1B2c3D4e5";
    const REFUSED: &str = "refused_agent-a1B2c3D4e5";
    let scene = scene(enforce()).await;
    {
        let mut world = scene.aws.world();
        world.add_runtime(COMPLIANT, &open()).set("metadataConfiguration", r#"{"requireMMDSV2":true}"#);
        world.add_runtime(EXEMPTED, &open()).tag(EXEMPT, "vendor agent needs v1");
        world.add_runtime(GUARDED, &document());
        world.add_runtime(HELD, &open()).status("UPDATE_FAILED");
        world.add_runtime(REFUSED, &open());
        world.fault_for(UPDATE, REFUSED, Fault::AccessDenied, usize::MAX);
    }

    let response = scene.invoke(due()).await.expect("a sweep does not fail with one of them");

    let outcomes = by_id(&response);
    let theirs = serde_json::from_str::<Document>(&document()).expect("JSON").remove(MEMBER);
    for (id, result, findings, authorizer) in [
        (COMPLIANT, "compliant", json!(["no_authorizer"]), None),
        (EXEMPTED, "exempt", json!(["no_authorizer"]), None),
        (GUARDED, "enforced", json!([]), theirs.as_ref().map(|json| json.get())),
        (HELD, "held", json!(["no_authorizer"]), None),
        (REFUSED, "failed", json!(["no_authorizer"]), None),
        (ID, "enforced", json!(["authorizer_set"]), Some(ARRIVES)),
    ] {
        let outcome = &outcomes[id];
        assert_eq!((&outcome["result"], &outcome["findings"]), (&json!(result), &findings), "{id}");
        let world = scene.aws.world();
        assert_eq!(world.runtime(id).member(MEMBER), authorizer, "{id}");
        assert_eq!(world.runtime(id).version, if result == "enforced" { 2 } else { 1 }, "{id}");
        drop(world);
        assert_says_no_value(&scene, outcome);
    }
}

#[tokio::test]
async fn but_not_in_a_sweep_that_shall_only_report() {
    let scene = scene(enforce()).await;
    let asked = json!({
        "source": "metadata-guardrail", "detail-type": "Guardrail Sweep", "detail": {"mode": "report"}
    });

    let outcome = scene.outcome(asked).await;

    assert_ended(&outcome, "would_enforce", "v1_allowed");
    assert_eq!(outcome["findings"], json!(["no_authorizer"]));
    assert_says(&outcome, "The same update would set the authorizer");
    assert!(scene.aws.writes().is_empty());
}

use super::*;

async fn findings(arrange: impl FnOnce(&mut Runtime)) -> Value {
    let scene = scene_with(arrange).await.in_report_mode();
    scene.outcome(created()).await["findings"].take()
}

fn artifact(s3: &Value) -> String {
    let code = json!({"code": {"s3": s3}, "runtime": "PYTHON_3_13", "entryPoint": ["main.py"]});
    json!({"codeConfiguration": code}).to_string()
}

#[tokio::test]
async fn an_image_by_a_tag_is_a_mutable_artifact_and_one_by_its_digest_is_none() {
    let by_tag =
        r#"{"containerConfiguration":{"containerUri":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent:latest"}}"#;

    let mutable = findings(|runtime| {
        runtime.set("agentRuntimeArtifact", by_tag);
    });

    assert_eq!(mutable.await, json!(["mutable_artifact"]));
    assert_eq!(findings(|_| ()).await, json!([]));
}

#[tokio::test]
async fn an_s3_object_without_a_version_is_a_mutable_artifact_and_one_with_it_is_none() {
    let without = [
        json!({"bucket": "agents", "prefix": "claims.zip"}),
        json!({"bucket": "agents", "prefix": "claims.zip", "versionId": ""}),
        json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "null"}),
    ];
    let with = artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "v7"}));

    for without in without {
        let mutable = findings(|runtime| {
            runtime.set("agentRuntimeArtifact", &artifact(&without));
        });
        assert_eq!(mutable.await, json!(["mutable_artifact"]), "{without}");
    }
    let fixed = findings(|runtime| {
        runtime.set("agentRuntimeArtifact", &with);
    });

    assert_eq!(fixed.await, json!([]));
}

#[tokio::test]
async fn a_public_network_is_one() {
    let found = findings(|runtime| {
        runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#);
    });

    assert_eq!(found.await, json!(["public_network"]));
}

#[tokio::test]
async fn no_authorizer_is_one_however_it_is_absent() {
    let absent = findings(|runtime| {
        runtime.document.remove("authorizerConfiguration");
    });
    assert_eq!(absent.await, json!(["no_authorizer"]));
    for json in ["null", "{}", "{ }"] {
        let empty = findings(|runtime| {
            runtime.set("authorizerConfiguration", json);
        });
        assert_eq!(empty.await, json!(["no_authorizer"]), "{json}");
    }
}

#[tokio::test]
async fn of_an_enforced_runtime_and_without_a_further_call() {
    let scene = scene_with(|runtime| {
        runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#);
        runtime.document.remove("authorizerConfiguration");
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["findings"], json!(["no_authorizer", "public_network"]));
    assert_eq!(scene.aws.operations(), [GET, TAGS, GET, UPDATE, GET, GET, GET, ENDPOINTS]);
}

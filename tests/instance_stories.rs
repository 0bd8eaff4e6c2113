//! Stories of EC2 instances, through the real handler and the real SDK. First those in which nothing may happen.

use serde_json::json;

use crate::harness::{Scene, running};

const ID: &str = "i-0a1b2c3d4e5f60001";

#[tokio::test]
async fn an_instance_that_requires_tokens_is_not_written() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).http_tokens("required");

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!(outcome["result"], "compliant");
    assert_eq!(scene.aws.operations(), ["DescribeInstances"]);
}

#[tokio::test]
async fn an_instance_that_allows_v1_is_enforced_and_nothing_else_is_sent() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!(
        outcome,
        json!({
            "kind": "ec2_instance",
            "id": ID,
            "arn": format!("arn:aws:ec2:eu-west-1:111122223333:instance/{ID}"),
            "result": "enforced",
            "reason": "v1_allowed",
            "detail": "HttpTokens is required now; nothing else was changed.",
            "before": {"http_tokens": "optional", "hop_limit": 2},
            "after": {"http_tokens": "required", "hop_limit": 2},
            "findings": []
        })
    );
    assert_eq!(scene.aws.operations(), ["DescribeInstances", "DescribeTags", "ModifyInstanceMetadataOptions"]);
}

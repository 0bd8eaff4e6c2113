//! An update sends back every byte of the configuration.

use serde_json::json;

use super::{created, members, scene, scene_with, sent};
use crate::support::{
    harness::{assert_ended, only_write},
    names::{CANARY, METADATA, RUNTIME},
};

/// What the SDK has never heard of, or would write differently.
const MEMBERS: [(&str, &str); 7] = [
    ("description", r#""odd \u0065scapes: \/ \ud83e\udd80 \u00e9 and é, \"quoted\"\\\t\b""#),
    (
        "environmentVariables",
        r#"{ "ζωή" : "θάλασσα 海 🦀",  "A":"\u0000\u001f", "A_NUMBER":"123456789012345678901234567890.10" }"#,
    ),
    ("futureEmpty", r#"{"text":"","list":[ ],"object":{ },"nothing":null}"#),
    ("futureNumber", "-123456789012345678901234567890.10"),
    (
        "futureObject",
        r#"{"z":[1.0,1.00,1E400,-0,0.1e-7,null,[true,false]],"a":{"nested":{"deep":[{"x":""}]}}}"#,
    ),
    ("futureText", r#""only  spaces   survive, too ""#),
    (
        "lifecycleConfiguration",
        r#"{"maxLifetime":28800, "idleRuntimeSessionTimeout":900.0, "future":{"n":1.10}}"#,
    ),
];

#[tokio::test]
async fn every_member_arrives_byte_for_byte() {
    let scene = scene_with(|runtime| {
        for (name, json) in MEMBERS {
            runtime.set(name, json);
        }
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let body = members(&only_write(&scene));
    let world = scene.aws.world();
    for (name, json) in MEMBERS {
        assert_eq!(sent(&body, name), Some(json));
        assert_eq!(world.runtime(RUNTIME).member(name), Some(json));
    }
}

#[tokio::test]
async fn members_beside_the_setting_arrive_byte_for_byte() {
    let scene = scene_with(|runtime| {
        let json = r#"{"hopLimit": 1.0, "requireMMDSV2" :false, "future" :{ "n":12345678901234567890.10 }}"#;
        runtime.set(METADATA, json);
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(
        sent(&members(&only_write(&scene)), METADATA),
        Some(r#"{"future":{ "n":12345678901234567890.10 },"hopLimit":1.0,"requireMMDSV2":true}"#)
    );
}

#[tokio::test]
async fn members_that_the_sdk_drops_survive() {
    let dropped = [
        (
            "hooksConfiguration",
            r#"{"preInvoke":{"lambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:h"}}"#,
        ),
        ("resourceConfigurations", r#"[{"resourceType":"MEMORY","size":4096}]"#),
        (
            "authorizerConfiguration",
            r#"{"customJWTAuthorizer":{"certificateConfigurations":[{"arn":"arn:aws:acm:eu-west-1:111122223333:certificate/1"}],"discoveryUrl":"https://id.example.com/.well-known/openid-configuration"}}"#,
        ),
        (
            "filesystemConfigurations",
            r#"[{"unheardOfStorage":{"mountPath":"/mnt/data","size":1e2}}]"#,
        ),
    ];
    let scene = scene_with(|runtime| {
        for (name, json) in dropped {
            runtime.set(name, json);
        }
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let world = scene.aws.world();
    for (name, json) in dropped {
        assert_eq!(world.runtime(RUNTIME).member(name), Some(json));
    }
}

#[tokio::test]
async fn members_that_aws_owns_are_not_sent() {
    let scene = scene().await;

    scene.outcome(created()).await;

    let body = members(&only_write(&scene));
    let names: Vec<_> = body.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "agentRuntimeArtifact",
            "authorizerConfiguration",
            "clientToken",
            "environmentVariables",
            "lifecycleConfiguration",
            "metadataConfiguration",
            "networkConfiguration",
            "roleArn"
        ]
    );
}

#[tokio::test]
async fn a_null_member_equals_an_absent_one() {
    let scene = scene_with(|runtime| {
        runtime.set("description", "null").set("protocolConfiguration", "null");
    })
    .await;

    assert_ended(&scene.outcome(created()).await, "enforced", "v1_allowed");
}

#[tokio::test]
async fn empty_members_that_aws_refuses_are_not_sent() {
    let scene = scene_with(|runtime| {
        runtime
            .set("description", r#""""#)
            .set("allowedPorts", "[ ]")
            .set("requestHeaderConfiguration", r#"{"requestHeaderAllowlist":[]}"#)
            .set(
                "authorizerConfiguration",
                r#"{"customJWTAuthorizer":{"allowedAudience":[],"allowedClients":["claims-web"],"allowedScopes":[],"discoveryUrl":"https://id.example.com/"}}"#,
            );
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    let body = members(&only_write(&scene));
    assert_eq!(sent(&body, "description"), None);
    assert_eq!(sent(&body, "allowedPorts"), None);
    assert_eq!(sent(&body, "requestHeaderConfiguration"), None);
    assert_eq!(
        sent(&body, "authorizerConfiguration"),
        Some(
            r#"{"customJWTAuthorizer":{"allowedClients":["claims-web"],"discoveryUrl":"https://id.example.com/"}}"#
        )
    );
}

#[tokio::test]
async fn a_large_configuration_arrives_whole() {
    let large =
        json!({"DATABASE_PASSWORD": CANARY, "MODEL_CARD": "0123456789".repeat(5_000)}).to_string();
    let scene = scene_with(|runtime| {
        runtime.set("environmentVariables", &large);
    })
    .await;

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert!(
        scene.aws.world().runtime(RUNTIME).member("environmentVariables") == Some(large.as_str())
    );
}

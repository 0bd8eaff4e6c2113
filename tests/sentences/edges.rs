//! What is said where the guardrail begins and ends: of its settings, of payloads, and in the log.

use std::{collections::BTreeMap, ffi::OsString, os::unix::ffi::OsStringExt, time::Duration};

use metadata_guardrail::settings::Settings;
use serde_json::{Value, json};
use stand_in::{ACCOUNT, Fault};

use crate::support::{
    harness::{Scene, agentcore_call, due, ec2_call, running, started},
    names::{DESCRIBE_INSTANCES, INSTANCE},
};

/// One sentence for each way in which a setting can be wrong.
pub fn settings() -> Vec<String> {
    let wrong = |variables: &[(&str, &str)]| {
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        let read = Settings::read(|name| variables.get(name).map(Into::into));
        read.expect_err("it is wrong").to_string()
    };
    let authorizer = |json: &str| wrong(&[("RUNTIME_AUTHORIZER_CONFIG", json)]);
    let long = "k".repeat(129);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let choices = [
        "GUARDRAIL_MODE",
        "AGENTCORE",
        "MUTABLE_ARTIFACTS",
        "PINNED_ENDPOINTS",
        "ACCOUNT_DEFAULTS",
    ];
    let choices = choices.map(|name| wrong(&[(name, "maybe")]));
    let others = [
        wrong(&[("GUARDRAIL_MODE", "maybe"), ("AGENTCORE", "perhaps")]),
        wrong(&[("SWEEP_MARGIN_SECONDS", "10")]),
        wrong(&[("IMDSV1_USAGE_DAYS", "91")]),
        wrong(&[("SWEEPS_QUEUE_URL", "sweeps.fifo")]),
        wrong(&[("OUTCOME_BUS", "two words")]),
        wrong(&[("OUTCOME_BUS", "arn:aws:events:eu-west-1:111122223333:event-bus/default")]),
        wrong(&[("EXCEPTION_TAG", "a=b=c")]),
        wrong(&[("EXCEPTION_TAG", "=b")]),
        wrong(&[("EXCEPTION_TAG", "aws:a")]),
        wrong(&[("EXCEPTION_TAG", &long)]).replace(&long, "[129 letters]"),
        wrong(&[("RUNTIME_AUTHORIZER", "enforce")]),
        authorizer("[]"),
        authorizer(r#"{"customJWTAuthorizer":{}}"#),
        authorizer(r#"{"allowedClients":[],"customClaims":[]}"#),
        authorizer(r#"{"discoveryUrl":"https://id.example.com/.well-known/openid-configuration"}"#),
        authorizer(&format!(r#"{{"deep":{deep},"allowedClients":["a"]}}"#)),
    ];
    let garbled = Settings::read(|_| Some(OsString::from_vec(vec![0xff])));
    let garbled = garbled.expect_err("it is wrong").to_string();
    choices.into_iter().chain(others).chain([garbled]).collect()
}

pub async fn payloads() -> Vec<String> {
    let with = |member: &str, value: Value| {
        let mut event = running(INSTANCE);
        event[member] = value;
        event
    };
    let mut said = Vec::new();
    for payload in [
        json!([]),
        json!({"source": "aws.ec2"}),
        with("account", json!(1)),
        with("time", json!("noon")),
    ] {
        said.push(
            Scene::new()
                .await
                .handle(payload)
                .await
                .expect_err("it is no event")
                .to_string(),
        );
    }
    let no_detail = json!({"source": "aws.ec2", "detail-type": "EC2"});
    said.push(
        Scene::new()
            .await
            .handle(no_detail)
            .await
            .expect_err("it is no event")
            .to_string(),
    );
    let elsewhere = Scene::new().await.with_function_arn("arn:aws:lambda");
    said.push(elsewhere.handle(due()).await.expect_err("it has no home").to_string());
    said
}

/// The messages of log lines; their members say the rest.
pub async fn log_lines() -> Vec<String> {
    let mut said = Vec::new();
    for event in [
        running(INSTANCE),
        started([INSTANCE, "i-of-another-form"]),
        started(["i-of-another-form"]),
        agentcore_call("DeleteAgentRuntime", json!({}), json!({})),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        said.extend(messages(&scene, event).await);
    }
    said.extend(messages_of_batches().await);
    let refused = Scene::new().await;
    refused.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);
    said.extend(messages(&refused, due()).await);
    said.extend(messages(&Scene::new().await.without_agentcore_endpoint(), due()).await);
    said.sort();
    said.dedup();
    said
}

/// What is said of messages that come back to their queue.
async fn messages_of_batches() -> Vec<String> {
    let scene = Scene::new().await.with_remaining(Duration::from_secs(50));
    let url = format!("{}/{ACCOUNT}/sweeps.fifo", scene.aws.url());
    let scene = scene.with_sweeps_queue(&url);
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);
    let unnamed = ec2_call("RunInstances", json!({}), Value::Null);
    let bodies = ["{".to_owned()].into_iter();
    let bodies = bodies.chain([running(INSTANCE), unnamed].map(|event| event.to_string()));
    let bodies: Vec<_> = bodies.collect();
    assert_eq!(scene.deliver_texts(bodies.iter().map(String::as_str)).await, [0, 1, 2]);
    let sweep = due().to_string();
    assert_eq!(scene.deliver_from("sweeps.fifo", [sweep.as_str()]).await, [0]);
    let scene = scene.without_sweeps_queue().with_remaining(Duration::from_secs(5));
    assert_eq!(scene.deliver_texts([bodies[2].as_str()]).await, [0]);
    let scene = scene.with_sweeps_queue(&url);
    assert_eq!(scene.deliver_texts([bodies[2].as_str()]).await, [0]);
    messages_logged(&scene)
}

async fn messages(scene: &Scene, event: Value) -> Vec<String> {
    let _ = scene.handle(event).await;
    messages_logged(scene)
}

fn messages_logged(scene: &Scene) -> Vec<String> {
    scene
        .log_lines()
        .iter()
        .map(|line| line["message"].as_str().expect("a message").to_owned())
        .collect()
}

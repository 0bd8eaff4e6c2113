//! The status with which the program ends.

use crate::support::built::{Built, OPEN};

#[tokio::test]
async fn an_account_without_anything_open_gives_0_and_silence_on_stderr() {
    let built = Built::new().await;
    built.aws.world().add_instance(OPEN).http_tokens("required");
    let ran = built.run(&[]).await;
    ran.assert_silent(0);
    assert!(!ran.stdout.is_empty());
    assert_eq!(built.files(), [""; 0]);
}

#[tokio::test]
async fn an_open_instance_gives_1() {
    let built = Built::with_open_instance().await;
    let ran = built.run(&[]).await;
    ran.assert_silent(1);
    assert!(ran.stdout.contains(OPEN), "{ran:?}");
}

#[tokio::test]
async fn an_open_instance_gives_0_if_that_is_asked_for() {
    let built = Built::with_open_instance().await;
    built.run(&["--exit-zero"]).await.assert_silent(0);
}

#[tokio::test]
async fn a_denied_region_gives_3_although_an_instance_is_open() {
    let built = Built::with_open_instance().await;
    built.aws.region("eu-north-1").denied_by_policy = true;
    let ran = built.run(&["--exit-zero"]).await;
    ran.assert_silent(3);
    assert!(ran.stdout.contains("eu-north-1") && ran.stdout.contains(OPEN), "{ran:?}");
}

#[tokio::test]
async fn a_region_without_agentcore_is_not_a_failure() {
    let built = Built::new().await;
    built.aws.region("ap-northeast-3").account_defaults.http_tokens("required");
    let nowhere = "http://bedrock-agentcore-control.invalid";
    let mut command = built.command(&["--format", "json", "--region", "ap-northeast-3"]);
    command.env("AWS_ENDPOINT_URL_BEDROCK_AGENTCORE_CONTROL", nowhere);
    let ran = crate::support::built::ended(&mut command).await;
    ran.assert_silent(0);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["regions"][0]["kinds"]["agentcore_runtime"], "not_offered");
}

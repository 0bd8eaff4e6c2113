//! What the program says of itself.

use crate::support::built::{Built, ended};

#[tokio::test]
async fn the_help_has_examples_and_every_status_and_fits_100_columns() {
    let built = Built::new().await;
    let ran = built.run(&["--help"]).await;
    ran.assert_silent(0);
    let widest = ran.stdout.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{widest:?}");
    insta::assert_snapshot!(ran.stdout);
}

#[tokio::test]
async fn the_short_help_and_the_version_are_short() {
    let built = Built::new().await;
    let ran = built.run(&["-h"]).await;
    ran.assert_silent(0);
    assert!(ran.stdout.contains("--usage-days"), "{ran:?}");
    let ran = built.run(&["--version"]).await;
    ran.assert_silent(0);
    assert_eq!(ran.stdout, concat!("metadata-guardrail-audit ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[tokio::test]
async fn secrets_of_the_environment_are_not_in_the_help() {
    let built = Built::new().await;
    let mut command = built.command(&["--help"]);
    let ran = ended(command.env("RUNTIME_AUTHORIZER_CONFIG", "canary")).await;
    ran.assert_silent(0);
    assert!(!ran.stdout.contains("canary"), "{ran:?}");
}

#[tokio::test]
async fn completions_are_what_each_shell_understands() {
    let built = Built::new().await;
    for shell in ["bash", "zsh", "fish"] {
        let ran = built.run(&["--completions", shell]).await;
        ran.assert_silent(0);
        assert!(ran.stdout.contains("usage-days"), "{shell}: {ran:?}");
        built.write(shell, &ran.stdout);
        // Of these shells only bash is on every machine.
        if shell == "bash" {
            let mut bash = built.other_command("/bin/bash".as_ref());
            ended(bash.args(["-n", shell])).await.assert_silent(0);
        }
    }
    built.run(&["--completions", "cmd"]).await.assert_refused("invalid value 'cmd'");
    assert_eq!(built.aws.calls(), []);
}

#[tokio::test]
async fn the_policy_is_json_and_needs_neither_credentials_nor_aws() {
    let built = Built::new().await;
    let mut command = built.command_without_credentials(&["--print-policy", "--only", "runtimes"]);
    let ran = ended(&mut command).await;
    ran.assert_silent(0);
    let policy: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(policy["Version"], "2012-10-17");
    assert_eq!(policy["Statement"][0]["Effect"], "Allow");
    let actions = policy["Statement"][0]["Action"].as_array().expect("a list");
    assert!(actions.iter().any(|action| action == "bedrock-agentcore:GetAgentRuntime"));
    assert!(!actions.iter().any(|action| action == "ec2:DescribeInstances"));
    assert_eq!(built.aws.calls(), []);
}

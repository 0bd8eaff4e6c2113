//! Environment variables, which give the same as options; options win.

use serde_json::{Value, json};

use crate::support::built::{Built, ended};

/// The report with these variables and options.
async fn json(built: &Built, variables: &[(&str, &str)], options: &[&str]) -> Value {
    let mut command = built.command(&[options, &["--format", "json"]].concat());
    let ran = ended(command.envs(variables.iter().copied())).await;
    let mut report: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|why| panic!("{why}: {ran:?}"));
    report["audited_at"].take();
    report
}

/// An account in which each option makes a difference.
async fn built() -> Built {
    let built = Built::with_open_instance().await;
    built.aws.world().add_instance("i-0a1b2c3d4e5f60002").tag("keep", "v1");
    built.aws.world().add_instance("i-0a1b2c3d4e5f60003").http_tokens("required");
    let artifact = json!({
        "agentRuntimeArtifact": {"containerConfiguration": {"containerUri": "a/b:latest"}},
        "roleArn": "arn:aws:iam::111122223333:role/r",
        "networkConfiguration": {"networkMode": "PUBLIC"},
    });
    built.aws.world().add_runtime("claims_agent-Xy12Ab34Cd", &artifact.to_string());
    built.aws.region("eu-north-1");
    built
}

#[tokio::test]
async fn a_variable_gives_the_same_report_as_its_option() {
    let built = built().await;
    let plain = json(&built, &[], &[]).await;
    let pairs: [(&str, &str, &[&str]); 9] = [
        ("EXCEPTION_TAG", "keep=v1", &["--exception-tag", "keep=v1"]),
        ("IMDSV1_USAGE_DAYS", "7", &["--usage-days", "7"]),
        ("RUNTIME_AUTHORIZER", "off", &["--runtime-authorizer", "off"]),
        ("MUTABLE_ARTIFACTS", "hold", &["--mutable-artifacts", "hold"]),
        ("AUDIT_REGIONS", "eu-west-1", &["--region", "eu-west-1"]),
        ("AUDIT_ONLY", "instances,defaults", &["--only", "instances", "--only", "defaults"]),
        ("AUDIT_AS_OF", "2999-01-01", &["--as-of", "2999-01-01"]),
        ("AUDIT_ALL", "true", &["--all"]),
        ("AUDIT_FORMAT", "csv", &["--format", "csv"]),
    ];
    for (variable, value, options) in pairs {
        if variable == "AUDIT_FORMAT" {
            let by_variable = ended(built.command(&[]).env(variable, value)).await;
            assert!(by_variable.stdout.starts_with("standing,"), "{by_variable:?}");
            continue;
        }
        let by_variable = json(&built, &[(variable, value)], &[]).await;
        let by_option = json(&built, &[], options).await;
        assert_eq!(by_variable, by_option, "{variable}");
        assert_ne!(by_variable, plain, "{variable} makes a difference");
    }
}

#[tokio::test]
async fn variables_name_files_and_the_status() {
    let built = built().await;
    let mut command = built.command(&[]);
    let ran = ended(command.env("AUDIT_OUTPUT", "one.json")).await;
    ran.assert_silent(1);
    assert_eq!(built.files(), ["one.json"]);
    let variables = [("AUDIT_BASELINE", "one.json"), ("AUDIT_EXIT_ZERO", "1")];
    let ran = ended(built.command(&["--format", "json"]).envs(variables)).await;
    ran.assert_silent(0);
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["changes"]["new"], json!([]));
    assert!(report["changes"]["unchanged"].as_u64() > Some(0), "{report}");
}

#[tokio::test]
async fn options_win_over_variables() {
    let built = built().await;
    let variables = [
        ("EXCEPTION_TAG", "other"),
        ("IMDSV1_USAGE_DAYS", "7"),
        ("RUNTIME_AUTHORIZER", "off"),
        ("MUTABLE_ARTIFACTS", "hold"),
        ("AUDIT_REGIONS", "eu-north-1"),
        ("AUDIT_ONLY", "defaults"),
    ];
    let options = [
        ["--exception-tag", "keep=v1"],
        ["--usage-days", "3"],
        ["--runtime-authorizer", "report"],
        ["--mutable-artifacts", "enforce"],
        ["--region", "eu-west-1"],
        ["--only", "instances,runtimes"],
    ];
    let report = json(&built, &variables, &options.concat()).await;
    assert_eq!(report, json(&built, &[], &options.concat()).await);
    assert_eq!(report["asked"]["exception_tag"], "keep=v1");
    assert_eq!(report["asked"]["imdsv1_usage_days"], 3);
}

#[tokio::test]
async fn the_value_of_a_guardrail_that_reads_no_use_goes_with_a_day() {
    let built = Built::new().await;
    let mut command = built.command(&["--as-of", "2999-01-01"]);
    ended(command.env("IMDSV1_USAGE_DAYS", "0")).await.assert_silent(0);
}

#[tokio::test]
async fn an_empty_variable_is_as_good_as_none() {
    let built = built().await;
    let plain = json(&built, &[], &[]).await;
    for variable in [
        "AUDIT_REGIONS",
        "AUDIT_ONLY",
        "AUDIT_AS_OF",
        "AUDIT_ALL",
        "AUDIT_OUTPUT",
        "AUDIT_BASELINE",
        "AUDIT_EXIT_ZERO",
        "AUDIT_FORMAT",
        "EXCEPTION_TAG",
        "RUNTIME_AUTHORIZER_CONFIG",
    ] {
        assert_eq!(json(&built, &[(variable, "")], &[]).await, plain, "{variable}");
    }
    ended(built.command(&[]).env("AUDIT_EXIT_ZERO", "")).await.assert_silent(1);
}

#[tokio::test]
async fn a_wrong_variable_is_refused_before_any_call() {
    let built = Built::new().await;
    for (variable, value) in [
        ("IMDSV1_USAGE_DAYS", "91"),
        ("AUDIT_AS_OF", "soon"),
        ("AUDIT_ONLY", "volumes"),
        ("AUDIT_EXIT_ZERO", "perhaps"),
    ] {
        let ran = ended(built.command(&[]).env(variable, value)).await;
        ran.assert_refused(value);
    }
    assert_eq!(built.aws.calls(), []);
}

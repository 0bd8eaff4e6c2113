//! The settings that it gives the function.

use std::{collections::BTreeSet, ffi::OsString};

use metadata_guardrail::settings::Settings;
use serde_json::{Value, json};

use super::stack::{Stack, text};
use crate::support::variables::variables_read;

/// A `customJWTAuthorizer` in the form of AWS's API.
const CONFIG: &str = r#"{"discoveryUrl":"https://id.example.com/.well-known/openid-configuration","allowedClients":["a"]}"#;

/// What the function is given, without the queue, of which CloudFormation makes the URL.
fn variables(parameters: &[(&str, &str)]) -> Value {
    let mut variables = all_variables(parameters);
    let queue = variables.as_object_mut().and_then(|all| all.remove("SWEEPS_QUEUE_URL"));
    assert_eq!(queue, Some(json!("Sweeps")));
    variables
}

fn all_variables(parameters: &[(&str, &str)]) -> Value {
    Stack::with(parameters).function()["Environment"]["Variables"].take()
}

#[test]
fn the_defaults_of_the_template_are_the_defaults_of_the_code() {
    let variables = variables(&[]);
    let settings = Settings::read(|name| variables.get(name).map(text).map(OsString::from));
    assert_eq!(settings, Ok(Settings::default()));
}

#[test]
fn the_function_is_given_every_variable_that_it_reads_and_no_other() {
    let variables =
        all_variables(&[("RuntimeAuthorizerConfig", CONFIG), ("OutcomeBus", "default")]);
    let names: BTreeSet<_> = variables.as_object().expect("variables").keys().cloned().collect();
    assert_eq!(names, variables_read());
}

#[test]
fn every_setting_of_the_function_comes_from_its_own_parameter() {
    let given = variables(&[
        ("Mode", "report"),
        ("ExceptionTag", "security=exempt"),
        ("AgentCore", "disabled"),
        ("SweepMarginSeconds", "90"),
        ("RuntimeAuthorizer", "off"),
        ("MutableArtifacts", "hold"),
        ("PinnedEndpoints", "repoint"),
        ("AccountDefaults", "enforce"),
        ("Imdsv1UsageDays", "30"),
        ("OutcomeBus", "security"),
    ]);
    let others = json!({
        "GUARDRAIL_MODE": "report", "EXCEPTION_TAG": "security=exempt", "AGENTCORE": "disabled",
        "SWEEP_MARGIN_SECONDS": "90", "RUNTIME_AUTHORIZER": "off", "MUTABLE_ARTIFACTS": "hold",
        "PINNED_ENDPOINTS": "repoint", "ACCOUNT_DEFAULTS": "enforce", "IMDSV1_USAGE_DAYS": "30",
        "OUTCOME_BUS": "security"
    });
    assert_eq!(given, others);

    let given = variables(&[("RuntimeAuthorizer", "enforce"), ("RuntimeAuthorizerConfig", CONFIG)]);
    assert_eq!(
        (&given["RUNTIME_AUTHORIZER"], &given["RUNTIME_AUTHORIZER_CONFIG"]),
        (&json!("enforce"), &json!(CONFIG))
    );
}

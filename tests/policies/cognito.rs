//! `cognito.yaml` gives an authorizer that the guardrail takes.

use std::ffi::OsString;

use metadata_guardrail::settings::{RuntimeAuthorizer, Settings, WrongSettings};
use serde_json::{Value, json};

use crate::template::stack::Stack;

#[test]
fn the_output_is_an_authorizer_that_the_settings_take() {
    let output = output();
    assert_eq!(
        serde_json::from_str::<Value>(&output).expect("JSON"),
        json!({
            "discoveryUrl": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcD1eFgH\
                /.well-known/openid-configuration",
            "allowedClients": ["1h57kf5cpq17m0eml12example"],
            "allowedScopes": ["agents/invoke"]
        })
    );
    let settings = settings(&output).expect("valid settings");
    let expected = output.parse().expect("a valid authorizer");
    assert_eq!(settings.runtime_authorizer, RuntimeAuthorizer::Enforce(expected));
}

#[test]
fn a_broken_output_is_refused() {
    let output = output();
    for (right, wrong) in [
        ("https://", "http://"),
        ("/.well-known/openid-configuration", "/.well-known/jwks.json"),
        ("[\"1h57kf5cpq17m0eml12example\"]", "\"1h57kf5cpq17m0eml12example\""),
        ("[\"agents/invoke\"]", "[]"),
        ("}", ""),
    ] {
        assert!(output.contains(right), "{right}");
        assert!(settings(&output.replace(right, wrong)).is_err(), "{wrong:?}");
    }
}

#[test]
fn the_client_asks_for_the_scope_that_the_authorizer_wants() {
    let stack = stack();
    let server = stack.resources_of("AWS::Cognito::UserPoolResourceServer").next();
    let server = server.expect("a resource server").1;
    let scope = format!(
        "{}/{}",
        server["Identifier"].as_str().expect("an identifier"),
        server["Scopes"][0]["ScopeName"].as_str().expect("a scope")
    );
    let client = stack.resources_of("AWS::Cognito::UserPoolClient").next().expect("a client").1;
    assert_eq!(client["AllowedOAuthScopes"], json!([scope]));
    assert_eq!(client["AllowedOAuthFlows"], json!(["client_credentials"]));
    let authorizer: Value = serde_json::from_str(&output()).expect("JSON");
    assert_eq!(authorizer["allowedScopes"], json!([scope]));
}

fn output() -> String {
    let output = &stack().outputs()["RuntimeAuthorizerConfig"];
    output.as_str().expect("a text").to_owned()
}

/// The stack with names such as Cognito gives.
fn stack() -> Stack {
    let mut stack = Stack::of("policies/cognito.yaml", &[("DomainPrefix", "claims-agents")]);
    for (name, value) in [
        ("AWS::StackName", "agents-login"),
        ("UserPool", "eu-west-1_aBcD1eFgH"),
        ("Client", "1h57kf5cpq17m0eml12example"),
    ] {
        stack.values.insert(name.into(), value.into());
    }
    stack
}

fn settings(config: &str) -> Result<Settings, WrongSettings> {
    Settings::read(|name| match name {
        "RUNTIME_AUTHORIZER" => Some("enforce".into()),
        "RUNTIME_AUTHORIZER_CONFIG" => Some(OsString::from(config)),
        _ => None,
    })
}

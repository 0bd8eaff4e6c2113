//! The client token of an update.

use metadata_guardrail::resource::agentcore_runtime::document::{Document, S3Endpoint};
use proptest::prelude::*;
use serde_json::json;

use super::{
    config,
    json::{Style, text},
    read, whole, with,
};
use crate::support::names::RUNTIME;

/// `[a-zA-Z0-9](-*[a-zA-Z0-9])*`, 33 to 256 characters.
fn is_client_token(token: &str) -> bool {
    let fits = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits && (33..=256).contains(&token.len()) && !token.starts_with('-') && !token.ends_with('-')
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_client_token_has_the_form_that_aws_accepts(configuration in whole(), id in text()) {
        let body = read(&configuration, Style::COMPACT).update(&id, S3Endpoint::Keep).expect(
            "nothing is missing");

        prop_assert!(is_client_token(&body.client_token), "{}", body.client_token);
    }
}

#[test]
fn a_client_token_depends_on_runtime_version_and_configuration() {
    let token = |document: Document, id| {
        document.update(id, S3Endpoint::Keep).expect("nothing is missing").client_token
    };
    let one = || with("agentRuntimeVersion", json!("1"));

    assert_eq!(token(one(), RUNTIME), token(one(), RUNTIME));
    assert_ne!(token(one(), RUNTIME), token(one(), "claims_agent-zzzzzzzzzz"));
    assert_ne!(token(one(), RUNTIME), token(with("agentRuntimeVersion", json!("2")), RUNTIME));
    assert_ne!(
        token(with("description", json!("a")), RUNTIME),
        token(with("description", json!("b")), RUNTIME)
    );
}

#[test]
fn a_client_token_depends_on_the_authorizer() {
    let token = |client: &str| {
        let url = "https://login.example.org/.well-known/openid-configuration";
        let authorizer = json!({"discoveryUrl": url, "allowedClients": [client]}).to_string();
        let with = with("description", json!("a"))
            .with_authorizer(&authorizer.parse().expect("a valid authorizer"));
        with.update(RUNTIME, S3Endpoint::Keep).expect("nothing is missing").client_token
    };
    let without = with("description", json!("a"))
        .update(RUNTIME, S3Endpoint::Keep)
        .expect("nothing is missing");

    assert_eq!(token("one"), token("one"));
    assert_ne!(token("one"), token("two"));
    assert_ne!(token("one"), without.client_token);
}

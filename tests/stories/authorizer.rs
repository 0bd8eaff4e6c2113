//! Stories of runtimes without an authorizer, through the guardrail itself and the real SDK.

mod nothing_is_set;

mod an_existing_authorizer_is_never_touched;
mod it_is_set;
mod it_is_verified;
mod parts_of_it_stay_out_of_messages;
mod what_aws_offers_no_condition_against;

use metadata_guardrail::settings::RuntimeAuthorizer;
use serde_json::Value;
use stand_in::{Call, Document, Runtime};

use crate::support::{
    harness::{Scene, document, runtime_created},
    names::{AUTHORIZER, CANARY, RUNTIME},
};

const DISCOVERY_URL: &str =
    "https://login.example.org/realms/agents/.well-known/openid-configuration";
/// With members that nobody knows, written as nobody else would write them.
const CONFIG: &str = r#" { "future" :{ "n":123456789012345678901234567890.10,  "é":"\u00e9" },
    "discoveryUrl": "https://login.example.org/realms/agents/.well-known/openid-configuration",
    "allowedClients" : [ "front-desk-web", "front\u002ddesk-app" ], "allowedScopes": null } "#;
/// What arrives of it: the same members, each byte for byte.
const ARRIVES: &str = concat!(
    r#"{"customJWTAuthorizer":{"allowedClients":[ "front-desk-web", "front\u002ddesk-app" ],"allowedScopes":null,"#,
    r#""discoveryUrl":"https://login.example.org/realms/agents/.well-known/openid-configuration","#,
    r#""future":{ "n":123456789012345678901234567890.10,  "é":"\u00e9" }}}"#
);

/// The configuration of a runtime without an authorizer.
fn open() -> String {
    let mut members: Document = serde_json::from_str(&document()).expect("a JSON object");
    members.remove(AUTHORIZER);
    serde_json::to_string(&members).expect("JSON")
}

fn enforce() -> RuntimeAuthorizer {
    RuntimeAuthorizer::Enforce(CONFIG.parse().expect("a valid authorizer"))
}

/// A scene with one runtime that allows MMDSv1 and has no authorizer, as `arrange` leaves it.
async fn scene_with(setting: RuntimeAuthorizer, arrange: impl FnOnce(&mut Runtime)) -> Scene {
    let scene = Scene::new().await.with_runtime_authorizer(setting);
    arrange(scene.aws.world().add_runtime(RUNTIME, &open()));
    scene
}

async fn scene(setting: RuntimeAuthorizer) -> Scene {
    scene_with(setting, |_| ()).await
}

fn created() -> Value {
    runtime_created(RUNTIME)
}

/// The authorizer in a request's body, byte for byte.
fn sent(call: &Call) -> Option<String> {
    let members: Document = serde_json::from_str(&call.body).expect("the body is a JSON object");
    members.get(AUTHORIZER).map(|json| json.get().to_owned())
}

/// Neither the outcome nor the log says what is in the configuration.
#[track_caller]
fn assert_says_no_value(scene: &Scene, outcome: &Value) {
    let said = format!("{outcome} {:?}", scene.log_lines());
    for value in ["login.example.org", "front-desk", "12345678901234567890", CANARY] {
        assert!(!said.contains(value), "{value:?} is in {said}");
    }
}

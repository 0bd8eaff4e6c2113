//! The lossless document, for whatever configuration AWS may ever return.

mod authorizer;
mod client_token;
mod differences;
mod json;
mod secrets;
mod update;

use std::collections::BTreeMap;

use metadata_guardrail::resource::agentcore_runtime::document::{Document, S3Endpoint, UpdateBody};
use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json, value::RawValue};

use self::json::{Json, Members, Style, text, value};
use crate::support::names::{METADATA, RUNTIME};

const SETTING: &str = "requireMMDSV2";
const CUSTOM_JWT: &str = "customJWTAuthorizer";
/// What AWS adds to the configuration, and takes back from nobody.
const OWNED_TEXTS: [&str; 7] = [
    "agentRuntimeArn",
    "agentRuntimeId",
    "agentRuntimeName",
    "createdAt",
    "failureReason",
    "lastUpdatedAt",
    "status",
];
/// A text that no other value here contains.
const ANOTHER: &str = "another value than any that was there";

/// No seeds are kept: what a property finds becomes a test with a name.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) }
}

type RawMembers = BTreeMap<String, Box<RawValue>>;

/// A configuration that can be updated, without `metadataConfiguration`.
fn configuration() -> impl Strategy<Value = Members> {
    let known =
        select(vec!["environmentVariables", "filesystemConfigurations", "hooksConfiguration"]);
    let name = prop_oneof![known.prop_map(str::to_owned), text()];
    (btree_map(name, value(), 0..5), value()).prop_map(|(mut members, future)| {
        members
            .insert("agentRuntimeArtifact".to_owned(), Json::object([("futureArtifact", future)]));
        members.insert(
            "roleArn".to_owned(),
            Json::text("arn:aws:iam::111122223333:role/agents/claims"),
        );
        members
    })
}

/// Every way in which `metadataConfiguration` can allow MMDSv1.
fn metadata() -> impl Strategy<Value = Option<Json>> {
    let setting = prop_oneof![
        Just(None),
        Just(Some(Json::null())),
        Just(Some(Json::Bare("false".to_owned())))
    ];
    let object = (btree_map(text(), value(), 0..4), setting).prop_map(|(mut members, setting)| {
        members.extend(setting.map(|setting| (SETTING.to_owned(), setting)));
        Some(Json::Object(members))
    });
    prop_oneof![Just(None), Just(Some(Json::null())), object]
}

/// A configuration with `metadataConfiguration`.
fn whole() -> impl Strategy<Value = Json> {
    (configuration(), metadata()).prop_map(|(mut members, metadata)| {
        members.extend(metadata.map(|metadata| (METADATA.to_owned(), metadata)));
        Json::Object(members)
    })
}

/// GetAgentRuntime's answer about this configuration.
fn read(configuration: &Json, style: Style) -> Document {
    let mut members = configuration.members();
    for owned in OWNED_TEXTS {
        members.insert(owned.to_owned(), Json::text(owned));
    }
    members.insert("agentRuntimeVersion".to_owned(), Json::text("7"));
    members.insert(
        "workloadIdentityDetails".to_owned(),
        Json::object([("workloadIdentityArn", Json::text("arn"))]),
    );
    Document::parse(Json::Object(members).written(style).as_bytes()).expect("a JSON object")
}

fn update(document: &Document, s3_endpoint: S3Endpoint) -> UpdateBody {
    document.update(RUNTIME, s3_endpoint).expect("nothing is missing")
}

fn raw_members(json: &str) -> RawMembers {
    serde_json::from_str(json).expect("a JSON object")
}

/// The configuration in an update's body.
fn sent(body: &UpdateBody) -> RawMembers {
    let mut members = raw_members(&body.json);
    let token = members.remove("clientToken").expect("the client token is sent");
    assert_eq!(token.get(), Value::from(body.client_token.as_str()).to_string());
    members
}

/// The bytes of each member as it was sent.
fn bytes(sent: &RawMembers) -> BTreeMap<String, String> {
    sent.iter().map(|(name, json)| (name.clone(), json.get().to_owned())).collect()
}

/// The bytes of each member as it was read.
fn written(members: &Members, style: Style) -> BTreeMap<String, String> {
    members.iter().map(|(name, json)| (name.clone(), json.written(style))).collect()
}

#[test]
fn a_document_nested_too_deep_is_refused_without_a_crash() {
    let nested = |depth: usize| format!(r#"{{"deep":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(Document::parse(nested(127).as_bytes()).is_some());
    assert!(Document::parse(nested(128).as_bytes()).is_none());
    assert!(Document::parse(nested(1_000_000).as_bytes()).is_none());
    assert!(
        Document::parse(format!(r#"{{"text":"{}"}}"#, "[\\\"".repeat(1_000)).as_bytes()).is_some()
    );
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_document_makes_the_parser_panic(bytes in vec(any::<u8>(), 0..64), members in value(), cut in any::<Index>()) {
        let json = members.written(Style::COMPACT);
        let cut = &json.as_bytes()[..cut.index(json.len())];
        for bytes in [bytes.as_slice(), cut, json.as_bytes()] {
            if let Some(document) = Document::parse(bytes) {
                let _ = (document.update(RUNTIME, document.s3_endpoint()), document.redact(&json));
                prop_assert!(document.differences(&document).is_empty());
            }
        }
    }
}

fn with(name: &str, json: Value) -> Document {
    let mut runtime = json!({"agentRuntimeArtifact": {"a": 1}, "roleArn": "arn:aws:iam::111122223333:role/claims"});
    runtime[name] = json;
    Document::parse(runtime.to_string().as_bytes()).expect("a JSON object")
}

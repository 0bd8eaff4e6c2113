//! What an update carries, and what it leaves out.

use metadata_guardrail::resource::agentcore_runtime::document::{
    Document, S3Endpoint, UnsafeToSend,
};
use proptest::{collection::btree_map, prelude::*, sample::select};
use serde_json::{Value, json, value::RawValue};

use super::{
    SETTING, bytes, config, configuration,
    json::{Json, style, text, value},
    metadata, raw_members, read, sent, update, whole, with, written,
};
use crate::support::names::{METADATA, RUNTIME};

/// What AWS may return empty and refuses to take empty.
const NEVER_EMPTY: [&[&str]; 7] = [
    &["allowedPorts"],
    &["authorizerConfiguration", "customJWTAuthorizer", "allowedAudience"],
    &["authorizerConfiguration", "customJWTAuthorizer", "allowedClients"],
    &["authorizerConfiguration", "customJWTAuthorizer", "allowedScopes"],
    &["authorizerConfiguration", "customJWTAuthorizer", "customClaims"],
    &["description"],
    &["requestHeaderConfiguration", "requestHeaderAllowlist"],
];

/// `value` at a path of names.
fn nested(path: &[&str], value: Json) -> Json {
    path.iter().rev().fold(value, |inner, name| Json::object([(*name, inner)]))
}

/// A value such as those of [`NEVER_EMPTY`]: often empty, or nearly so.
fn nearly_empty() -> impl Strategy<Value = Json> {
    let one = |text| Json::List(vec![Json::text(text)]);
    prop_oneof![
        select(vec![Json::text(""), Json::List(Vec::new()), Json::object([])]),
        select(vec![
            Json::text(" "),
            Json::text("[]"),
            Json::null(),
            one(""),
            one(" "),
            Json::object([("", Json::null())])
        ]),
        value(),
    ]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_update_carries_every_byte_and_changes_one_member(
        configuration in configuration(),
        metadata in metadata(),
        style in style(),
        s3_endpoint in select(vec![S3Endpoint::Keep, S3Endpoint::Omit]),
    ) {
        let mut read_from = configuration.clone();
        read_from.extend(metadata.clone().map(|metadata| (METADATA.to_owned(), metadata)));

        let body = update(&read(&Json::Object(read_from), style), s3_endpoint);

        let mut sent = sent(&body);
        let mut sent_metadata = raw_members(sent.remove(METADATA).expect("the setting is sent").get());
        prop_assert_eq!(bytes(&sent), written(&configuration, style));
        let setting = sent_metadata.remove(SETTING).expect("the setting is sent");
        prop_assert_eq!(setting.get(), "true");
        let mut beside = metadata.map(|metadata| metadata.members()).unwrap_or_default();
        beside.remove(SETTING);
        prop_assert_eq!(bytes(&sent_metadata), written(&beside, style));
    }

    #[test]
    fn an_update_of_an_updated_document_is_the_same_update(configuration in whole(), style in style()) {
        let once = update(&read(&configuration, style), S3Endpoint::Keep);
        let mut answer = sent(&once);
        answer.insert("agentRuntimeVersion".to_owned(), RawValue::from_string("\"7\"".to_owned()).expect("JSON"));
        let answer = serde_json::to_vec(&answer).expect("JSON");

        let twice = update(&Document::parse(&answer).expect("a JSON object"), S3Endpoint::Keep);

        prop_assert_eq!(twice, once);
    }

    #[test]
    fn an_update_leaves_out_only_empty_members_that_aws_refuses(
        mut configuration in configuration(),
        at in select(NEVER_EMPTY.to_vec()),
        value in nearly_empty(),
        style in style(),
    ) {
        configuration.insert(at[0].to_owned(), nested(&at[1..], value.clone()));

        let mut sent = sent(&update(&read(&Json::Object(configuration.clone()), style), S3Endpoint::Keep));

        sent.remove(METADATA);
        match at {
            _ if !value.is_empty() => {}
            // Without its authorizer a runtime would take calls signed with SigV4, so that much is
            // left for AWS to refuse.
            [authorizer @ "authorizerConfiguration", ..] => {
                configuration.remove(*authorizer);
                let left = sent.remove(*authorizer).expect("the authorizer is sent");
                prop_assert_eq!(left.get(), r#"{"customJWTAuthorizer":{}}"#);
            }
            _ => {
                configuration.remove(at[0]);
            }
        }
        prop_assert_eq!(bytes(&sent), written(&configuration, style));
    }

    #[test]
    fn an_update_without_the_s3_endpoint_keeps_its_siblings(
        siblings in btree_map(text(), value(), 0..4),
        endpoint in value(),
        mut configuration in configuration(),
        style in style(),
    ) {
        const ENDPOINT: &str = "requireServiceS3Endpoint";
        let mut mode = siblings.clone();
        mode.insert(ENDPOINT.to_owned(), endpoint);
        let network = Json::object([("networkMode", Json::text("VPC")), ("networkModeConfig", Json::Object(mode))]);
        configuration.insert("networkConfiguration".to_owned(), network);
        let document = read(&Json::Object(configuration.clone()), style);

        let (kept, mut omitted) = (sent(&update(&document, S3Endpoint::Keep)), sent(&update(&document, S3Endpoint::Omit)));

        prop_assert_eq!(kept["networkConfiguration"].get(), configuration["networkConfiguration"].written(style));
        let network = raw_members(omitted.remove("networkConfiguration").expect("the network is sent").get());
        prop_assert_eq!(network["networkMode"].get(), Json::text("VPC").written(style));
        prop_assert_eq!(bytes(&raw_members(network["networkModeConfig"].get())), written(&siblings, style));
        configuration.remove("networkConfiguration");
        omitted.remove(METADATA);
        prop_assert_eq!(bytes(&omitted), written(&configuration, style));
    }
}

#[test]
fn the_s3_endpoint_is_left_out_for_runtimes_younger_than_the_rule() {
    for young in [
        json!("2026-06-11T00:00:00Z"),
        json!("2026-06-11T02:00:00.5+02:00"),
        json!(1_781_136_000),
        json!(1.8e9),
    ] {
        assert_eq!(with("createdAt", young.clone()).s3_endpoint(), S3Endpoint::Omit, "{young}");
    }
    for older in [
        json!("2026-06-10T23:59:59.999Z"),
        json!("2026-06-11T00:00:00+02:00"),
        json!(1_781_135_999.5),
    ] {
        assert_eq!(with("createdAt", older.clone()).s3_endpoint(), S3Endpoint::Keep, "{older}");
    }
    for unknown in [json!(null), json!("yesterday"), json!({}), json!(1e300)] {
        assert_eq!(with("createdAt", unknown.clone()).s3_endpoint(), S3Endpoint::Keep, "{unknown}");
    }
}

#[test]
fn every_version_requires_mmdsv2_if_there_is_one_or_the_runtime_is_young() {
    let always = |version: &str, created: Value, required: Value| {
        let runtime = json!({
            "agentRuntimeVersion": version,
            "createdAt": created,
            "metadataConfiguration": {"requireMMDSV2": required},
        });
        let document = Document::parse(runtime.to_string().as_bytes()).expect("a JSON object");
        document.has_always_required_mmdsv2()
    };
    let (young, old) = (json!("2026-02-17T00:00:00Z"), json!("2026-02-16T23:59:59Z"));
    assert!(always("1", old.clone(), json!(true)) && always("2", young.clone(), json!(true)));
    assert!(always("2", json!(1_771_286_400), json!(true)));
    for (version, created) in [
        ("2", old.clone()),
        ("10", old),
        ("", json!(null)),
        ("2", json!("yesterday")),
        ("2", json!(1_771_286_399)),
    ] {
        assert!(!always(version, created.clone(), json!(true)), "{version} {created}");
    }
    for required in [json!(false), json!(null), json!("true")] {
        assert!(!always("1", young.clone(), required.clone()), "{required}");
    }
}

#[test]
fn an_update_that_lacks_a_required_member_is_not_built() {
    for absent in [json!(null), json!(""), json!({}), json!([])] {
        for name in ["agentRuntimeArtifact", "roleArn"] {
            let refused = with(name, absent.clone()).update(RUNTIME, S3Endpoint::Keep);
            assert_eq!(refused, Err(UnsafeToSend::Missing(name)), "{absent}");
        }
    }
}

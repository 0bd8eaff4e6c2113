//! The lossless document, for whatever configuration AWS may ever return.

mod json;

use std::collections::BTreeMap;

use self::json::{Json, Members, Step, Style, path, style, text, value};
use crate::support::harness::CANARY;
use metadata_guardrail::{
    resource::agentcore_runtime::document::{Document, S3Endpoint, UnsafeToSend, UpdateBody, redact},
    settings::Authorizer,
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json, value::RawValue};

const ID: &str = "claims_agent-a1B2c3D4e5";
const METADATA: &str = "metadataConfiguration";
const SETTING: &str = "requireMMDSV2";
const AUTHORIZER: &str = "authorizerConfiguration";
const CUSTOM_JWT: &str = "customJWTAuthorizer";
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
/// What AWS adds to the configuration, and takes back from nobody.
const OWNED_TEXTS: [&str; 7] =
    ["agentRuntimeArn", "agentRuntimeId", "agentRuntimeName", "createdAt", "failureReason", "lastUpdatedAt", "status"];
/// A text that no other value here contains.
const ANOTHER: &str = "another value than any that was there";

type RawMembers = BTreeMap<String, Box<RawValue>>;

/// A configuration that can be updated, without `metadataConfiguration`.
fn configuration() -> impl Strategy<Value = Members> {
    let known = select(vec!["environmentVariables", "filesystemConfigurations", "hooksConfiguration"]);
    let name = prop_oneof![known.prop_map(str::to_owned), text()];
    (btree_map(name, value(), 0..5), value()).prop_map(|(mut members, future)| {
        members.insert("agentRuntimeArtifact".to_owned(), Json::object([("futureArtifact", future)]));
        members.insert("roleArn".to_owned(), Json::text("arn:aws:iam::111122223333:role/agents/claims"));
        members
    })
}

/// Every way in which `metadataConfiguration` can allow MMDSv1.
fn metadata() -> impl Strategy<Value = Option<Json>> {
    let setting = prop_oneof![Just(None), Just(Some(Json::null())), Just(Some(Json::Bare("false".to_owned())))];
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

/// A `customJWTAuthorizer` with members nobody knows.
fn authorizer() -> impl Strategy<Value = Members> {
    btree_map(text(), value(), 0..4).prop_map(|mut members| {
        let url = "https://login.example.org/.well-known/openid-configuration";
        members.insert("discoveryUrl".to_owned(), Json::text(url));
        members.insert("allowedAudience".to_owned(), Json::List(vec![Json::text("claims")]));
        members
    })
}

/// Every way to have no authorizer.
fn no_authorizer() -> impl Strategy<Value = Option<Json>> {
    select(vec![None, Some(Json::null()), Some(Json::object([]))])
}

/// Every way to have one, in whatever shape.
fn some_authorizer() -> impl Strategy<Value = Json> {
    let custom = value().prop_map(|inner| Json::object([(CUSTOM_JWT, inner)]));
    prop_oneof![value(), custom].prop_filter("that is none", |json| ![Json::null(), Json::object([])].contains(json))
}

fn parsed(authorizer: &Members, style: Style) -> Authorizer {
    Json::Object(authorizer.clone()).written(style).parse().expect("a valid authorizer")
}

/// GetAgentRuntime's answer about this configuration.
fn read(configuration: &Json, style: Style) -> Document {
    let mut members = configuration.members();
    for owned in OWNED_TEXTS {
        members.insert(owned.to_owned(), Json::text(owned));
    }
    members.insert("agentRuntimeVersion".to_owned(), Json::text("7"));
    members.insert("workloadIdentityDetails".to_owned(), Json::object([("workloadIdentityArn", Json::text("arn"))]));
    Document::parse(Json::Object(members).written(style).as_bytes()).expect("a JSON object")
}

fn update(document: &Document, s3_endpoint: S3Endpoint) -> UpdateBody {
    document.update(ID, s3_endpoint).expect("nothing is missing")
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

/// `[a-zA-Z0-9](-*[a-zA-Z0-9])*`, 33 to 256 characters.
fn is_client_token(token: &str) -> bool {
    let fits = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits && (33..=256).contains(&token.len()) && !token.starts_with('-') && !token.ends_with('-')
}

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

/// Characters that stand neither in names of members nor in the guardrail's own sentences.
fn secret() -> impl Strategy<Value = String> {
    vec(select("0123456789éß漢🦀\"\\\n-".chars().collect::<Vec<_>>()), 4..24).prop_map(String::from_iter)
}

/// As it stands inside JSON.
fn escaped(text: &str) -> String {
    let json = Value::from(text).to_string();
    json[1..json.len() - 1].to_owned()
}

/// What AWS may put into a message.
#[derive(Clone, Debug)]
enum Said {
    Words(&'static str),
    Secret { which: Index, escaped: bool, from: Option<Index>, most: usize },
}

impl Said {
    fn text(&self, secrets: &[String]) -> String {
        match self {
            Self::Words(words) => (*words).to_owned(),
            Self::Secret { which, escaped: is_escaped, from, most } => {
                let secret = which.get(secrets);
                let quoted: Vec<_> = if *is_escaped { escaped(secret) } else { secret.clone() }.chars().collect();
                let from = from.map_or(0, |from| from.index(quoted.len()));
                quoted.iter().skip(from).take(*most).collect()
            }
        }
    }
}

fn said() -> impl Strategy<Value = Said> {
    let words = select(vec!["Value '", "' failed to satisfy a constraint", " and ", "roleArn", " "]);
    let most = prop_oneof![Just(usize::MAX), 1..24_usize];
    let secret = (any::<Index>(), any::<bool>(), option::of(any::<Index>()), most);
    prop_oneof![
        words.prop_map(Said::Words),
        secret.prop_map(|(which, escaped, from, most)| Said::Secret { which, escaped, from, most })
    ]
}

fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<_> = text.chars().collect();
    chars.windows(8).map(String::from_iter).collect()
}

#[test]
fn what_is_printed_for_a_developer_has_no_value_in_it() {
    let json =
        format!(r#"{{"agentRuntimeArtifact":{{"a":1}},"roleArn":"r","environmentVariables":{{"KEY":"{CANARY}"}}}}"#);
    let document = Document::parse(json.as_bytes()).expect("an object");
    let update = document.update("claims_agent-Xy12Ab34Cd", S3Endpoint::Keep).expect("an update");
    assert!(update.json.contains(CANARY));
    for printed in [format!("{document:?}"), format!("{update:?}")] {
        assert!(!printed.contains(CANARY), "{printed}");
    }
}

#[test]
fn what_is_nested_too_deep_to_be_of_aws_is_refused_and_does_not_end_the_process() {
    let nested = |depth: usize| format!(r#"{{"deep":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert!(Document::parse(nested(127).as_bytes()).is_some());
    assert!(Document::parse(nested(128).as_bytes()).is_none());
    assert!(Document::parse(nested(1_000_000).as_bytes()).is_none());
    assert!(Document::parse(format!(r#"{{"text":"{}"}}"#, "[\\\"".repeat(1_000)).as_bytes()).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn an_update_carries_every_member_byte_for_byte_and_only_sets_the_one(
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
    fn twice_is_once(configuration in whole(), style in style()) {
        let once = update(&read(&configuration, style), S3Endpoint::Keep);
        let mut answer = sent(&once);
        answer.insert("agentRuntimeVersion".to_owned(), RawValue::from_string("\"7\"".to_owned()).expect("JSON"));
        let answer = serde_json::to_vec(&answer).expect("JSON");

        let twice = update(&Document::parse(&answer).expect("a JSON object"), S3Endpoint::Keep);

        prop_assert_eq!(twice, once);
    }

    #[test]
    fn a_client_token_is_one_aws_takes(configuration in whole(), id in text()) {
        let body = read(&configuration, Style::COMPACT).update(&id, S3Endpoint::Keep).expect("nothing is missing");

        prop_assert!(is_client_token(&body.client_token), "{}", body.client_token);
    }

    #[test]
    fn another_way_to_write_the_same_is_no_difference(configuration in whole(), one in style(), other in style()) {
        let differences = read(&configuration, one).differences(&read(&configuration, other));

        prop_assert_eq!(differences, Vec::<String>::new());
    }

    #[test]
    fn what_the_update_itself_sets_is_no_difference(configuration in whole(), style in style()) {
        let document = read(&configuration, style);
        let body = update(&document, S3Endpoint::Keep);
        let after = serde_json::to_vec(&sent(&body)).expect("JSON");
        let after = Document::parse(&after).expect("a JSON object");

        prop_assert_eq!(document.differences(&after), Vec::<String>::new());
        prop_assert_eq!(after.requires_mmdsv2(), Some(true));
    }

    #[test]
    fn one_changed_value_is_named_by_its_path_and_nothing_else_is(
        mut configuration in whole(),
        which in any::<Index>(),
        one in style(),
        other in style(),
    ) {
        let before = read(&configuration, one);
        let is_ours = |way: &Vec<Step>| ![METADATA.to_owned(), format!("{METADATA}.{SETTING}")].contains(&path(way));
        let ways: Vec<_> = configuration.ways().into_iter().filter(is_ours).collect();
        let way = which.get(&ways);
        *configuration.at(way) = Json::text(ANOTHER);
        let after = read(&configuration, other);

        let expected = vec![path(way)];
        prop_assert_eq!(&before.differences(&after), &expected);
        prop_assert_eq!(&after.differences(&before), &expected);
    }

    #[test]
    fn one_lost_member_is_named_by_its_path_unless_it_was_null(
        mut configuration in whole(),
        which in any::<Index>(),
        style in style(),
    ) {
        let before = read(&configuration, style);
        let is_ours = |way: &Vec<Step>| {
            matches!(way.last(), Some(Step::Member(_)))
                && ![METADATA.to_owned(), format!("{METADATA}.{SETTING}")].contains(&path(way))
        };
        let ways: Vec<_> = configuration.ways().into_iter().filter(is_ours).collect();
        let way = which.get(&ways);
        let Some((Step::Member(name), parent)) = way.split_last() else { panic!("it is a member") };
        let Json::Object(members) = configuration.at(parent) else { panic!("members stand in objects") };
        let lost = members.remove(name);
        let after = read(&configuration, style);

        let expected = if lost == Some(Json::null()) { Vec::new() } else { vec![path(way)] };
        prop_assert_eq!(before.differences(&after), expected);
    }

    #[test]
    fn an_authorizer_that_is_set_is_carried_byte_for_byte_and_so_is_everything_else(
        mut configuration in configuration(),
        nothing in no_authorizer(),
        authorizer in authorizer(),
        style in style(),
        its_style in style(),
    ) {
        let everything_else = written(&configuration, style);
        configuration.extend(nothing.map(|nothing| (AUTHORIZER.to_owned(), nothing)));
        let document = read(&Json::Object(configuration), style);

        let with = document.with_authorizer(&parsed(&authorizer, its_style));

        let mut sent = sent(&update(&with, S3Endpoint::Keep));
        let mut outer = raw_members(sent.remove(AUTHORIZER).expect("it is sent").get());
        let inner = raw_members(outer.remove(CUSTOM_JWT).expect("it is sent").get());
        prop_assert!(outer.is_empty());
        prop_assert_eq!(bytes(&inner), written(&authorizer, its_style));
        sent.remove(METADATA);
        prop_assert_eq!(bytes(&sent), everything_else);
    }

    #[test]
    fn an_existing_authorizer_of_any_shape_is_sent_back_byte_for_byte_and_none_is_set(
        mut configuration in configuration(),
        existing in some_authorizer(),
        authorizer in authorizer(),
        style in style(),
    ) {
        configuration.insert(AUTHORIZER.to_owned(), existing.clone());
        let document = read(&Json::Object(configuration), style);

        prop_assert!(!document.lacks_authorizer());
        let document = document.with_authorizer(&parsed(&authorizer, style));
        prop_assert!(!document.gets_authorizer());
        let sent = sent(&update(&document, S3Endpoint::Keep));
        prop_assert_eq!(sent[AUTHORIZER].get(), existing.written(style));
    }

    #[test]
    fn an_authorizer_without_a_member_is_not_sent_and_everything_else_is(
        mut configuration in configuration(),
        style in style(),
    ) {
        let everything_else = written(&configuration, style);
        configuration.insert(AUTHORIZER.to_owned(), Json::object([]));

        let mut sent = sent(&update(&read(&Json::Object(configuration), style), S3Endpoint::Keep));

        sent.remove(METADATA);
        prop_assert_eq!(bytes(&sent), everything_else);
    }

    #[test]
    fn an_authorizer_that_was_set_is_no_difference_and_one_changed_value_of_it_is_named(
        mut configuration in configuration(),
        authorizer in authorizer(),
        which in any::<Index>(),
        one in style(),
        other in style(),
    ) {
        configuration.remove(AUTHORIZER);
        let with = read(&Json::Object(configuration.clone()), one).with_authorizer(&parsed(&authorizer, one));
        prop_assert!(with.gets_authorizer());
        prop_assert_eq!(with.differences(&with), [AUTHORIZER], "as it was read it has none");
        configuration.insert(AUTHORIZER.to_owned(), Json::object([(CUSTOM_JWT, Json::Object(authorizer))]));
        let mut configuration = Json::Object(configuration);
        prop_assert_eq!(with.differences(&read(&configuration, other)), Vec::<String>::new());

        let to = [Step::Member(AUTHORIZER.to_owned()), Step::Member(CUSTOM_JWT.to_owned())];
        let inside = configuration.at(&to).ways();
        let way = [to.to_vec(), which.get(&inside).clone()].concat();
        *configuration.at(&way) = Json::text(ANOTHER);
        prop_assert_eq!(with.differences(&read(&configuration, other)), vec![path(&way)]);
    }

    #[test]
    fn no_authorizer_can_panic(text in text(), members in value()) {
        for json in [text, members.written(Style::COMPACT)] {
            let _ = json.parse::<Authorizer>();
        }
    }

    #[test]
    fn only_what_aws_refuses_to_take_empty_is_left_out_and_only_if_it_is(
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
            // Without its authorizer a runtime would take calls signed with SigV4, so that much is left for AWS to
            // refuse.
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
    fn only_the_s3_endpoint_is_left_out_of_its_siblings(
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

    #[test]
    fn nothing_that_is_read_can_panic(bytes in vec(any::<u8>(), 0..64), members in value(), cut in any::<Index>()) {
        let json = members.written(Style::COMPACT);
        let cut = &json.as_bytes()[..cut.index(json.len())];
        for bytes in [bytes.as_slice(), cut, json.as_bytes()] {
            if let Some(document) = Document::parse(bytes) {
                let _ = (document.update(ID, document.s3_endpoint()), document.redact(&json));
                prop_assert!(document.differences(&document).is_empty());
            }
        }
    }

    #[test]
    fn nothing_of_a_secret_stays_in_a_message(
        secrets in btree_map("[A-Z_]{1,8}", secret(), 1..4),
        said in vec(said(), 1..6),
    ) {
        let values: Vec<_> = secrets.values().cloned().collect();
        let message: String = said.iter().map(|said| said.text(&values)).collect();
        let variables = Document::parse(json!({"environmentVariables": secrets}).to_string().as_bytes());
        let url = "https://login.example.org/.well-known/openid-configuration";
        let authorizer = json!({"discoveryUrl": url, "allowedClients": values});
        let to_set: Authorizer = authorizer.to_string().parse().expect("a valid authorizer");
        let authorizer = json!({"authorizerConfiguration": {"customJWTAuthorizer": authorizer}}).to_string();
        let authorizer = Document::parse(authorizer.as_bytes());

        for redacted in [
            variables.expect("a JSON object").redact(&message),
            authorizer.expect("a JSON object").redact(&message),
            redact(&message, &to_set.values()),
        ] {
            for secret in values.iter().flat_map(|secret| [secret.clone(), escaped(secret)]) {
                prop_assert!(!redacted.contains(&secret), "{secret:?} is in {redacted:?}");
                for piece in pieces(&secret) {
                    prop_assert!(!redacted.contains(&piece), "{piece:?} of {secret:?} is in {redacted:?}");
                }
            }
        }
    }
}

fn with(name: &str, json: Value) -> Document {
    let mut runtime = json!({"agentRuntimeArtifact": {"a": 1}, "roleArn": "arn:aws:iam::111122223333:role/claims"});
    runtime[name] = json;
    Document::parse(runtime.to_string().as_bytes()).expect("a JSON object")
}

#[test]
fn the_s3_endpoint_is_left_out_for_runtimes_as_young_as_the_rule_however_their_age_is_written() {
    for young in
        [json!("2026-06-11T00:00:00Z"), json!("2026-06-11T02:00:00.5+02:00"), json!(1_781_136_000), json!(1.8e9)]
    {
        assert_eq!(with("createdAt", young.clone()).s3_endpoint(), S3Endpoint::Omit, "{young}");
    }
    for older in [json!("2026-06-10T23:59:59.999Z"), json!("2026-06-11T00:00:00+02:00"), json!(1_781_135_999.5)] {
        assert_eq!(with("createdAt", older.clone()).s3_endpoint(), S3Endpoint::Keep, "{older}");
    }
    for unknown in [json!(null), json!("yesterday"), json!({}), json!(1e300)] {
        assert_eq!(with("createdAt", unknown.clone()).s3_endpoint(), S3Endpoint::Keep, "{unknown}");
    }
}

#[test]
fn an_update_without_what_aws_requires_is_not_built() {
    for absent in [json!(null), json!(""), json!({}), json!([])] {
        for name in ["agentRuntimeArtifact", "roleArn"] {
            let refused = with(name, absent.clone()).update(ID, S3Endpoint::Keep);
            assert_eq!(refused, Err(UnsafeToSend::Missing(name)), "{absent}");
        }
    }
}

#[test]
fn a_client_token_belongs_to_one_runtime_one_version_and_one_configuration() {
    let token =
        |document: Document, id| document.update(id, S3Endpoint::Keep).expect("nothing is missing").client_token;
    let one = || with("agentRuntimeVersion", json!("1"));

    assert_eq!(token(one(), ID), token(one(), ID));
    assert_ne!(token(one(), ID), token(one(), "claims_agent-zzzzzzzzzz"));
    assert_ne!(token(one(), ID), token(with("agentRuntimeVersion", json!("2")), ID));
    assert_ne!(token(with("description", json!("a")), ID), token(with("description", json!("b")), ID));
}

#[test]
fn a_client_token_belongs_to_one_authorizer() {
    let token = |client: &str| {
        let url = "https://login.example.org/.well-known/openid-configuration";
        let authorizer = json!({"discoveryUrl": url, "allowedClients": [client]}).to_string();
        let with = with("description", json!("a")).with_authorizer(&authorizer.parse().expect("a valid authorizer"));
        with.update(ID, S3Endpoint::Keep).expect("nothing is missing").client_token
    };
    let without = with("description", json!("a")).update(ID, S3Endpoint::Keep).expect("nothing is missing");

    assert_eq!(token("one"), token("one"));
    assert_ne!(token("one"), token("two"));
    assert_ne!(token("one"), without.client_token);
}

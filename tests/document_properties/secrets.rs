//! Values stay out of messages and of what is printed for a developer.

use metadata_guardrail::{
    resource::agentcore_runtime::document::{Document, S3Endpoint, redact},
    settings::Authorizer,
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};

use super::config;
use crate::support::names::CANARY;

/// Characters that stand neither in names of members nor in the guardrail's own sentences.
fn secret() -> impl Strategy<Value = String> {
    vec(select("0123456789éß漢🦀\"\\\n-".chars().collect::<Vec<_>>()), 4..24)
        .prop_map(String::from_iter)
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
    Secret { which: Index, escaped: bool, from: Option<Index>, length: usize },
}

impl Said {
    fn text(&self, secrets: &[String]) -> String {
        match self {
            Self::Words(words) => (*words).to_owned(),
            Self::Secret { which, escaped: is_escaped, from, length } => {
                let secret = which.get(secrets);
                let quoted: Vec<_> =
                    if *is_escaped { escaped(secret) } else { secret.clone() }.chars().collect();
                let from = from.map_or(0, |from| from.index(quoted.len()));
                quoted.iter().skip(from).take(*length).collect()
            }
        }
    }
}

fn said() -> impl Strategy<Value = Said> {
    let words =
        select(vec!["Value '", "' failed to satisfy a constraint", " and ", "roleArn", " "]);
    let length = prop_oneof![Just(usize::MAX), 1..24_usize];
    let secret = (any::<Index>(), any::<bool>(), option::of(any::<Index>()), length);
    prop_oneof![
        words.prop_map(Said::Words),
        secret.prop_map(|(which, escaped, from, length)| Said::Secret {
            which,
            escaped,
            from,
            length
        })
    ]
}

fn pieces(text: &str) -> Vec<String> {
    let chars: Vec<_> = text.chars().collect();
    chars.windows(8).map(String::from_iter).collect()
}

#[test]
fn debug_output_of_documents_and_updates_contains_no_values() {
    let json = format!(
        r#"{{"agentRuntimeArtifact":{{"a":1}},"roleArn":"r","environmentVariables":{{"KEY":"{CANARY}"}}}}"#
    );
    let document = Document::parse(json.as_bytes()).expect("an object");
    let update = document.update("claims_agent-Xy12Ab34Cd", S3Endpoint::Keep).expect("an update");
    assert!(update.json.contains(CANARY));
    for printed in [format!("{document:?}"), format!("{update:?}")] {
        assert!(!printed.contains(CANARY), "{printed}");
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn redacted_messages_contain_no_part_of_a_secret(
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

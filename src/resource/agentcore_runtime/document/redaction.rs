//! Keeps secrets out of AWS's messages, which may quote a runtime's configuration.

use std::cmp::Reverse;

/// Shorter values are left alone: cutting every `1` or `no` from a sentence would protect nothing.
const MIN_SECRET_CHARS: usize = 4;
/// This many characters of a secret in a row count as a quotation of it, even if AWS cut or escaped
/// the rest.
const MIN_QUOTED_CHARS: usize = 8;
/// Where secrets are kept, and who may invoke a runtime. The values elsewhere are ARNs and
/// addresses, and parts of those appear in every message.
const SECRETS: [&str; 2] = ["environmentVariables", "authorizerConfiguration"];
/// This is an address too. What it has in common with a secret, such as `https://`, gives nothing
/// away.
const DISCOVERY_URL: &str = "authorizerConfiguration.customJWTAuthorizer.discoveryUrl";

/// Replaces every value in a message with the name of its member. Withholds the whole message if
/// part of a secret would remain. `values` are pairs of a path and a value.
pub fn redact(message: &str, values: &[(String, String)]) -> String {
    let values = values.iter().filter(|(_, value)| value.chars().count() >= MIN_SECRET_CHARS);
    let mut values: Vec<_> = values
        .flat_map(|(path, value)| [(path, value.clone()), (path, escaped(value))])
        .collect();
    // Longest first, because a value may contain another one.
    values.sort_by_key(|(_, value)| Reverse(value.len()));
    let mut redacted = message.to_owned();
    for (path, value) in &values {
        redacted = redacted.replace(value.as_str(), &format!("[{path}]"));
    }
    let address = values
        .iter()
        .find(|(path, _)| *path == DISCOVERY_URL)
        .map_or("", |(_, value)| value);
    let mut secrets = values.iter().filter(|(path, _)| is_secret(path));
    match secrets.find(|(_, value)| is_quoted(value, &redacted, address)) {
        Some((path, _)) => format!("AWS's message is withheld, because it quotes a part of {path}"),
        None => redacted,
    }
}

/// The value as it appears inside JSON: AWS may quote what it was sent.
fn escaped(value: &str) -> String {
    let json = serde_json::Value::from(value).to_string();
    json[1..json.len() - 1].to_owned()
}

fn is_secret(path: &str) -> bool {
    path != DISCOVERY_URL && SECRETS.iter().any(|secrets| path.starts_with(secrets))
}

/// Whether a message quotes a part of a value that is not also a part of the address.
fn is_quoted(value: &str, message: &str, address: &str) -> bool {
    let chars: Vec<_> = value.chars().collect();
    let mut parts = chars.windows(MIN_QUOTED_CHARS).map(String::from_iter);
    parts.any(|part| message.contains(&part) && !address.contains(&part))
}

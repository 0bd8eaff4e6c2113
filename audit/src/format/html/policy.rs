//! The content security policy of the page. Pure.

use aws_smithy_types::base64;
use sha2::{Digest, Sha256};

/// A policy that allows this style and this script, and nothing else: no request, no form, and no
/// other script, so what an attacker writes into a tag could do nothing even if it became markup
/// ([CSP]).
///
/// [CSP]: https://www.w3.org/TR/CSP3/#grammardef-hash-source
pub fn of(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        source(style),
        source(script)
    )
}

fn source(text: &str) -> String {
    format!("'sha256-{}'", base64::encode(Sha256::digest(text)))
}

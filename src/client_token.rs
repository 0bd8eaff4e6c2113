//! Client tokens: AWS treats two requests with the same token as one.

use sha2::{Digest, Sha256};

/// Prefix of the client tokens with which the guardrail moves endpoints. The event reader and the
/// EventBridge rule recognise the guardrail's own moves by it.
pub const PREFIX: &str = "metadata-guardrail-";

/// A client token for a request with these parts: 64 hexadecimal digits, which fit AWS's pattern
/// and length.
pub fn client_token(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        // The length keeps two different lists of parts from hashing the same text.
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

//! What the signature of a request says: who has signed it, and for which Region and service.

use axum::http::{header::AUTHORIZATION, request::Parts};

/// The service that it is signed for.
pub(super) fn service(head: &Parts) -> Option<&str> {
    credential(head)?.nth(3)
}

/// The Region that it is signed for. IAM is the same everywhere, although it is signed for one.
pub(super) fn region(head: &Parts) -> Option<&str> {
    let mut credential = credential(head)?;
    let region = credential.nth(2)?;
    (credential.next()? != "iam").then_some(region)
}

/// The id of the key that it is signed with.
pub(super) fn access_key(head: &Parts) -> &str {
    credential(head).and_then(|mut parts| parts.next()).unwrap_or_default()
}

/// `AWS4-HMAC-SHA256 Credential=KEY/DAY/REGION/SERVICE/aws4_request, …`
fn credential(head: &Parts) -> Option<impl Iterator<Item = &str>> {
    let signature = head.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (_, credential) = signature.split_once("Credential=")?;
    Some(credential.split(['/', ',']))
}

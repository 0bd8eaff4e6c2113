//! AgentCore's rules about updating a runtime.

use serde_json::{Value, json};

use crate::{
    refusal::Refusal,
    runtime::{Document, Runtime, at, raw},
    world::World,
};

/// Members of an answer that an update does not take.
const OWNED_BY_RESPONSES: [&str; 9] = [
    "agentRuntimeArn",
    "agentRuntimeId",
    "agentRuntimeName",
    "agentRuntimeVersion",
    "createdAt",
    "failureReason",
    "lastUpdatedAt",
    "status",
    "workloadIdentityDetails",
];

const REQUIRED_MEMBERS: [&str; 3] = ["agentRuntimeArtifact", "roleArn", "networkConfiguration"];

/// Members, with a JSON pointer inside, that may be left out but not sent empty.
const NEVER_EMPTY: [(&str, &str); 6] = [
    ("description", ""),
    ("allowedPorts", ""),
    ("requestHeaderConfiguration", "/requestHeaderAllowlist"),
    ("authorizerConfiguration", "/customJWTAuthorizer/allowedAudience"),
    ("authorizerConfiguration", "/customJWTAuthorizer/allowedClients"),
    ("authorizerConfiguration", "/customJWTAuthorizer/allowedScopes"),
];

/// A union, which has exactly one member.
const AUTHORIZER: &str = "authorizerConfiguration";
const NETWORK: &str = "networkConfiguration";
const S3_ENDPOINT: &str = "/networkModeConfig/requireServiceS3Endpoint";

/// An update that was accepted: what its answer says, again and again for the same client token.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    body: String,
    pub version: u32,
    pub updated_at: String,
}

impl World {
    /// Replaces a runtime's document by the one in `body`.
    pub(super) fn update_runtime(
        &mut self,
        id: &str,
        body: &str,
    ) -> Result<(&Runtime, Accepted), Refusal> {
        let (document, token) = parse(body)?;
        let tags = self.settled(id)?.tags.clone();
        self.check_tags(&tags)?;
        let runtime = self.settled(id)?;
        if let Some(earlier) = runtime.accepted.get(&token) {
            if earlier.body != body {
                return Err(Refusal::conflict(
                    "The client token was used before with different parameters",
                ));
            }
            let earlier = earlier.clone();
            return Ok((self.runtime(id), earlier));
        }
        check(runtime, &document)?;

        let updated_at = self.tick();
        let runtime = self.settled(id)?;
        runtime.replace(document);
        runtime.updated_at.clone_from(&updated_at);
        let accepted = Accepted { body: body.to_owned(), version: runtime.version, updated_at };
        if !token.is_empty() {
            runtime.accepted.insert(token, accepted.clone());
        }
        Ok((runtime, accepted))
    }
}

impl Runtime {
    /// The document becomes the next version, and the runtime is busy with it for a while.
    fn replace(&mut self, mut document: Document) {
        self.keep_platform(&mut document);
        self.provision_s3_gateway(&mut document);
        for member in &self.loses_on_update {
            document.remove(member);
        }
        for (member, json) in &self.changes_on_update {
            document.insert(member.clone(), raw(json));
        }
        let replaced = std::mem::replace(&mut self.document, document);
        self.versions.insert(self.version, replaced);
        self.version += 1;
        self.versions.insert(self.version, self.document.clone());
        self.status("UPDATING");
        self.failure_reason = None;
        self.fails_with = self.next_update_fails.take();
    }

    /// Of all members only this one survives being left out.
    fn keep_platform(&self, document: &mut Document) {
        if let Some(platform) = self.document.get("platformVersion") {
            let kept = document.entry("platformVersion".to_owned());
            kept.or_insert_with(|| platform.clone());
        }
    }

    /// An older VPC runtime gets its service-managed S3 gateway back unless the update says no.
    fn provision_s3_gateway(&self, document: &mut Document) {
        if self.s3_endpoint_is_fixed() || at(document, NETWORK, S3_ENDPOINT).is_some() {
            return;
        }
        if let Some(network) = document.get_mut(NETWORK)
            && let Some(provisioned) = with_s3_endpoint(network.get(), "true")
        {
            *network = raw(&provisioned);
        }
    }
}

/// A VPC runtime's `networkConfiguration` with `requireServiceS3Endpoint` set to `value`, all
/// else byte for byte. `None` if it is not a VPC's, or has the member.
pub(super) fn with_s3_endpoint(network: &str, value: &str) -> Option<String> {
    const MODE: &str = "networkModeConfig";
    const MEMBER: &str = "requireServiceS3Endpoint";
    let mut outer: Document = serde_json::from_str(network).ok()?;
    if outer.get("networkMode")?.get() != "\"VPC\"" {
        return None;
    }
    let mut inner: Document = serde_json::from_str(outer.get(MODE)?.get()).ok()?;
    if inner.contains_key(MEMBER) {
        return None;
    }
    inner.insert(MEMBER.to_owned(), raw(value));
    let inner = serde_json::to_string(&inner).expect("raw members are JSON");
    outer.insert(MODE.to_owned(), raw(&inner));
    Some(serde_json::to_string(&outer).expect("raw members are JSON"))
}

/// The document and the client token in a request body. No token is the empty one.
fn parse(body: &str) -> Result<(Document, String), Refusal> {
    let parsed = serde_json::from_str::<Document>(body);
    let mut document = parsed.map_err(|error| {
        let message = format!("The request body is not a valid JSON document: {error}");
        Refusal::new(400, "SerializationException", message)
    })?;
    // In this protocol a null member is one that was not sent.
    document.retain(|_, value| value.get() != "null");
    let Some(token) = document.remove("clientToken") else {
        return Ok((document, String::new()));
    };
    match serde_json::from_str::<String>(token.get()) {
        Ok(token) if is_client_token(&token) => Ok((document, token)),
        _ => Err(constraint(
            "clientToken",
            "Member must have length between 33 and 256 and satisfy [a-zA-Z0-9](-*[a-zA-Z0-9])*",
        )),
    }
}

pub(super) fn is_client_token(token: &str) -> bool {
    let allowed = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
    (33..=256).contains(&token.len())
        && token.bytes().all(allowed)
        && !token.starts_with('-')
        && !token.ends_with('-')
}

fn check(runtime: &Runtime, document: &Document) -> Result<(), Refusal> {
    if runtime.id.starts_with("harness_") {
        return Err(Refusal::validation(
            "The agent runtime belongs to a harness: use UpdateHarness",
        ));
    }
    check_members(document)?;
    if at(document, "metadataConfiguration", "/requireMMDSV2") == Some(Value::Bool(false)) {
        return Err(Refusal::validation("requireMMDSV2 cannot be set to false"));
    }
    if runtime.s3_endpoint_is_fixed() && at(document, NETWORK, S3_ENDPOINT).is_some() {
        return Err(Refusal::validation(
            "Agents created after 2026-06-11T00:00:00Z cannot modify requireServiceS3Endpoint",
        ));
    }
    if runtime.is_in_transition() {
        let status = &runtime.status;
        let message = format!("The agent runtime cannot be updated while it is {status}");
        return Err(Refusal::conflict(message));
    }
    Ok(())
}

fn check_members(document: &Document) -> Result<(), Refusal> {
    let mut required = REQUIRED_MEMBERS.iter();
    if let Some(missing) = required.find(|member| !document.contains_key(**member)) {
        return Err(constraint(missing, "Member must not be null"));
    }
    let mut owned = OWNED_BY_RESPONSES.iter();
    if let Some(owned) = owned.find(|member| document.contains_key(**member)) {
        return Err(constraint(owned, "Member is not part of this request"));
    }
    if at(document, AUTHORIZER, "") == Some(json!({})) {
        return Err(constraint(AUTHORIZER, "Member must have exactly one member"));
    }
    for (member, pointer) in NEVER_EMPTY {
        if at(document, member, pointer).as_ref().is_some_and(is_empty) {
            let path = format!("{member}{}", pointer.replace('/', "."));
            return Err(constraint(&path, "Member must have length at least 1"));
        }
    }
    Ok(())
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

pub(super) fn constraint(member: &str, rule: &str) -> Refusal {
    Refusal::validation(format!(
        "1 validation error detected: Value at '{member}' failed to satisfy constraint: {rule}"
    ))
}

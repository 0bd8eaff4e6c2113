//! Bedrock AgentCore runtimes: what one is.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};
use serde_json::{Value, value::RawValue};
use tokio::time::Instant;

use crate::{endpoint::Endpoint, refusal::Refusal, update::Accepted, world::ACCOUNT};

/// The configuration members of a runtime, each byte for byte as it was written.
pub type Document = BTreeMap<String, Box<RawValue>>;

/// Runtimes created from here on have a fixed `requireServiceS3Endpoint`.
const S3_ENDPOINT_FIXED_SINCE: &str = "2026-06-11T00:00:00Z";

/// One AgentCore runtime.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// The Region that it is in.
    pub region: String,
    /// `agentRuntimeId`.
    pub id: String,
    /// The configuration members only: nothing that AWS adds to its answers.
    pub document: Document,
    /// The number of the present version.
    pub version: u32,
    /// AWS's own word, such as `READY` or `UPDATE_FAILED`.
    pub status: String,
    /// `failureReason`, if the last update failed.
    pub failure_reason: Option<String>,
    /// An ISO 8601 time.
    pub created_at: String,
    /// An ISO 8601 time.
    pub updated_at: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Every version by number. What `document` holds wins for the present one.
    pub versions: BTreeMap<u32, Document>,
    /// How many reads show UPDATING after an update. 2 by default.
    pub settle_polls: u32,
    /// How many more reads show the present status if it is a transitional one.
    /// `u32::MAX` means for good.
    pub polls_left: u32,
    /// How long an update takes. Reads do not count then.
    pub settles_in: Option<Duration>,
    /// How many more reads still show the version before the present one, at rest.
    pub reads_behind: u32,
    /// The next update is accepted, takes effect, then ends as `UPDATE_FAILED` for this reason.
    pub next_update_fails: Option<String>,
    /// Members that every update loses, whatever it sends.
    pub loses_on_update: Vec<String>,
    /// Members that every update turns into this JSON, whatever it sends.
    pub changes_on_update: BTreeMap<String, String>,
    /// An update that carries `requireServiceS3Endpoint` is refused, whatever the creation time.
    pub refuses_s3_endpoint: bool,
    /// Its endpoints by name, without `DEFAULT`, which is always there and, unless it is put here,
    /// on the present version.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// When the transition under way ends, if it does not end with reads.
    pub(super) settles_at: Option<Instant>,
    /// Why the update under way will fail.
    pub(super) fails_with: Option<String>,
    /// The updates accepted so far, by client token.
    pub(super) accepted: BTreeMap<String, Accepted>,
}

impl Runtime {
    #[track_caller]
    pub(super) fn new(region: &str, id: &str, document: &str) -> Self {
        let document: Document =
            serde_json::from_str(document).expect("the document must be a JSON object");
        let created_at = "2026-01-10T08:00:00Z";
        Self {
            region: region.to_owned(),
            id: id.to_owned(),
            versions: BTreeMap::from([(1, document.clone())]),
            document,
            version: 1,
            status: "READY".to_owned(),
            failure_reason: None,
            created_at: created_at.to_owned(),
            updated_at: created_at.to_owned(),
            tags: BTreeMap::new(),
            settle_polls: 2,
            polls_left: 0,
            settles_in: None,
            settles_at: None,
            reads_behind: 0,
            next_update_fails: None,
            loses_on_update: Vec::new(),
            changes_on_update: BTreeMap::new(),
            refuses_s3_endpoint: false,
            endpoints: BTreeMap::new(),
            fails_with: None,
            accepted: BTreeMap::new(),
        }
    }

    /// The JSON text of one configuration member.
    pub fn member(&self, name: &str) -> Option<&str> {
        self.document.get(name).map(|value| value.get())
    }

    /// Sets one configuration member to this JSON text, in the present version.
    #[track_caller]
    pub fn set(&mut self, name: &str, raw_json: &str) -> &mut Self {
        let value = raw(raw_json);
        self.document.insert(name.to_owned(), value.clone());
        let version = self.versions.entry(self.version).or_default();
        version.insert(name.to_owned(), value);
        self
    }

    /// Sets the time of creation, ISO 8601, and of the last update with it.
    pub fn created_at(&mut self, time: &str) -> &mut Self {
        time.clone_into(&mut self.created_at);
        time.clone_into(&mut self.updated_at);
        self
    }

    /// Sets one tag.
    pub fn tag(&mut self, key: &str, value: &str) -> &mut Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Adds a READY endpoint that is pinned to this version.
    pub fn endpoint(&mut self, name: &str, version: u32) -> &mut Endpoint {
        let endpoint = Endpoint::new(version, &self.created_at);
        self.endpoints.insert(name.to_owned(), endpoint);
        self.endpoints.get_mut(name).expect("just added")
    }

    /// The endpoint of that name, which must exist.
    #[track_caller]
    pub fn endpoint_mut(&mut self, name: &str) -> &mut Endpoint {
        let endpoint = self.endpoints.get_mut(name);
        endpoint.unwrap_or_else(|| panic!("the runtime has no endpoint {name}"))
    }

    /// The present configuration with these members set, as the next version, READY at once.
    #[track_caller]
    pub fn publish(&mut self, members: &[(&str, &str)]) -> &mut Self {
        self.versions.insert(self.version, self.document.clone());
        self.version += 1;
        self.versions.insert(self.version, self.document.clone());
        members.iter().for_each(|(name, json)| _ = self.set(name, json));
        self
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        format!("{}{}", arn_prefix(&self.region), self.id)
    }

    /// The name the runtime was created with: the id without its random end.
    pub fn name(&self) -> &str {
        let parts = self.id.rsplit_once('-');
        parts.map_or(self.id.as_str(), |(name, _)| name)
    }

    /// Whether the present version requires MMDSv2.
    pub fn requires_mmdsv2(&self) -> bool {
        let required = at(&self.document, "metadataConfiguration", "/requireMMDSV2");
        required == Some(Value::Bool(true))
    }

    /// The configuration of one version.
    pub fn configuration(&self, version: u32) -> Option<&Document> {
        if version == self.version {
            return Some(&self.document);
        }
        self.versions.get(&version)
    }

    /// Whether an update may not carry `requireServiceS3Endpoint`.
    pub(super) fn s3_endpoint_is_fixed(&self) -> bool {
        let time = |text: &str| text.parse::<DateTime<Utc>>().expect("an ISO 8601 time");
        self.refuses_s3_endpoint || time(&self.created_at) >= time(S3_ENDPOINT_FIXED_SINCE)
    }
}

/// What the ARN of every runtime of a Region begins with.
pub(super) fn arn_prefix(region: &str) -> String {
    format!("arn:aws:bedrock-agentcore:{region}:{ACCOUNT}:runtime/")
}

/// A piece of JSON as text.
#[track_caller]
pub(super) fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("valid JSON")
}

/// The value at a JSON pointer inside one member, to look at. Never written back.
pub(super) fn at(document: &Document, member: &str, pointer: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(document.get(member)?.get()).ok()?;
    value.pointer(pointer).cloned()
}

/// AgentCore's refusal because of a runtime or version that does not exist.
pub(super) fn not_found(what: &str) -> Refusal {
    let message = format!("Agent runtime '{what}' was not found");
    Refusal::new(404, "ResourceNotFoundException", message)
}

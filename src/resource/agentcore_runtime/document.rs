//! A runtime as GetAgentRuntime returned it, and the update that changes one member of it and loses
//! none.
//!
//! UpdateAgentRuntime replaces the whole configuration, and the SDK's types drop what they do not
//! know. So the update is built from the bytes that were read, member by member.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::{
    client_token::client_token,
    raw_json::{MAX_DEPTH, NotAnObject, RawObject, depth, is_empty, is_empty_object},
    settings::Authorizer,
    target::Target,
};

mod artifact;
mod redaction;

pub use artifact::Artifact;
pub use redaction::redact;

/// Members of GetAgentRuntime's answer that UpdateAgentRuntime does not take: AWS owns them.
const OWNED_BY_AWS: [&str; 9] = [
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
/// UpdateAgentRuntime is refused without these, and the SDK would fill in an empty text.
const REQUIRED: [&str; 2] = ["agentRuntimeArtifact", "roleArn"];
/// Members that AWS may return empty but refuses to take empty.
const NEVER_EMPTY: [&[&str]; 8] = [
    &["allowedPorts"],
    &["authorizerConfiguration", "customJWTAuthorizer", "allowedAudience"],
    &["authorizerConfiguration", "customJWTAuthorizer", "allowedClients"],
    &["authorizerConfiguration", "customJWTAuthorizer", "allowedScopes"],
    &["authorizerConfiguration", "customJWTAuthorizer", "customClaims"],
    &["description"],
    &["requestHeaderConfiguration", "requestHeaderAllowlist"],
    // A union with no member left.
    &["requestHeaderConfiguration"],
];
const AUTHORIZER: [&str; 1] = ["authorizerConfiguration"];
const REQUIRE_MMDSV2: [&str; 2] = ["metadataConfiguration", "requireMMDSV2"];
const S3_ENDPOINT: [&str; 3] =
    ["networkConfiguration", "networkModeConfig", "requireServiceS3Endpoint"];
/// Runtimes created at or after this moment refuse `requireServiceS3Endpoint` in an update,
/// whatever its value.
const S3_ENDPOINT_FIXED_SINCE: &str = "2026-06-11T00:00:00Z";

/// Runtimes created at or after this moment cannot have a version without MMDSv2. AWS requires it of
/// those created after 2026-02-15, and names no hour: by this moment that day is over everywhere.
const MMDSV2_ALWAYS_REQUIRED_SINCE: &str = "2026-02-17T00:00:00Z";
/// The version that a runtime is created with.
const FIRST_VERSION: &str = "1";

/// A runtime as AWS returned it.
#[derive(Clone, Debug)]
pub struct Document {
    whole: RawObject,
    configuration: RawObject,
    /// The authorizer that the update is to set because the runtime has none.
    authorizer: Option<Authorizer>,
}

/// Why an update cannot be built without losing or inventing something. Names members, never
/// values.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UnsafeToSend {
    /// AWS did not return a member that an update needs.
    #[error("GetAgentRuntime did not return {0}, which an update needs")]
    Missing(&'static str),
    /// A member is not what the service model says.
    #[error(transparent)]
    Shape(#[from] NotAnObject),
}

/// What to do with `requireServiceS3Endpoint`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum S3Endpoint {
    /// Send back what was read. Leaving out a `false` re-provisions the gateway.
    Keep,
    /// Leave it out, because AWS refuses it.
    Omit,
}

/// The body of an UpdateAgentRuntime request.
#[derive(Clone, Eq, PartialEq)]
pub struct UpdateBody {
    /// The token is the same for the same runtime, version and configuration, so a retry is the
    /// same request to AWS.
    pub client_token: String,
    /// The JSON, with the client token in it.
    pub json: String,
}

impl fmt::Debug for UpdateBody {
    /// Leaves out the JSON, which holds secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UpdateBody")
            .field("client_token", &self.client_token)
            .finish_non_exhaustive()
    }
}

impl Document {
    /// Reads the body of GetAgentRuntime's answer; `None` if it is not a JSON object, or is nested
    /// too deep to be one of AWS's.
    pub fn parse(body: &[u8]) -> Option<Self> {
        let whole = RawObject::parse(body).filter(|_| depth(body) <= MAX_DEPTH)?;
        let mut configuration = whole.clone();
        for owned in OWNED_BY_AWS {
            configuration.remove(&[owned]);
        }
        for path in NEVER_EMPTY {
            if configuration.get(path).is_some_and(|json| is_empty(&json)) {
                configuration.remove(path);
            }
        }
        // Only an empty object. Anything empty in another shape counts as an authorizer, and AWS
        // may refuse it.
        if configuration.get(&AUTHORIZER).is_some_and(|json| is_empty_object(&json)) {
            configuration.remove(&AUTHORIZER);
        }
        Some(Self { whole, configuration, authorizer: None })
    }

    /// Whether it is the runtime that was asked for.
    pub fn is_of(&self, target: &Target) -> bool {
        self.text(&["agentRuntimeId"]).as_deref() == Some(target.id())
    }

    /// `metadataConfiguration.requireMMDSV2`; `None` if it is absent, null or not a boolean.
    pub fn requires_mmdsv2(&self) -> Option<bool> {
        self.whole.get_as(&REQUIRE_MMDSV2)
    }

    /// `agentRuntimeVersion`; `None` if it is absent or not a number.
    pub fn version(&self) -> Option<u64> {
        self.text(&["agentRuntimeVersion"])?.parse().ok()
    }

    /// A text member, by its path.
    pub fn text(&self, path: &[&str]) -> Option<String> {
        self.whole.get_as(path)
    }

    /// Whether a member is present and neither null nor an empty text, array or object.
    pub fn has(&self, path: &[&str]) -> bool {
        self.whole.get(path).is_some_and(|json| json != "null" && !is_empty(&json))
    }

    /// Whether it has no authorizer: `authorizerConfiguration` is absent, null or an object without
    /// members. Anything else there is an authorizer, whether or not anybody knows its shape.
    pub fn lacks_authorizer(&self) -> bool {
        let is_none = |json: &str| json == "null" || is_empty_object(json);
        self.whole.get(&AUTHORIZER).is_none_or(|json| is_none(&json))
    }

    /// The same runtime, with an update that is to set this authorizer if the runtime has none. An
    /// existing authorizer is never touched. From here on it is sent, verified and kept out of
    /// messages like every other member.
    pub fn with_authorizer(self, authorizer: &Authorizer) -> Self {
        let authorizer = self.lacks_authorizer().then(|| authorizer.clone());
        Self { authorizer, ..self }
    }

    /// Whether the update that requires MMDSv2 also sets an authorizer.
    pub fn gets_authorizer(&self) -> bool {
        self.authorizer.is_some()
    }

    /// Whether `requireServiceS3Endpoint` can be sent back. It can only for runtimes older than the
    /// rule against it. If the age is unknown it is sent back: AWS's refusal is loud, but a lost
    /// member is silent.
    pub fn s3_endpoint(&self) -> S3Endpoint {
        if self.is_created_since(S3_ENDPOINT_FIXED_SINCE) {
            S3Endpoint::Omit
        } else {
            S3Endpoint::Keep
        }
    }

    /// Whether every version of the runtime is known to require MMDSv2, not only this one.
    pub fn has_always_required_mmdsv2(&self) -> bool {
        let has_no_older = self.text(&["agentRuntimeVersion"]).as_deref() == Some(FIRST_VERSION);
        self.requires_mmdsv2() == Some(true)
            && (has_no_older || self.is_created_since(MMDSV2_ALWAYS_REQUIRED_SINCE))
    }

    /// The update that requires MMDSv2 and carries every other member of the configuration as it
    /// was read.
    ///
    /// # Errors
    /// It cannot be built without losing or inventing something.
    pub fn update(&self, id: &str, s3_endpoint: S3Endpoint) -> Result<UpdateBody, UnsafeToSend> {
        for required in REQUIRED {
            if !self.has(&[required]) {
                return Err(UnsafeToSend::Missing(required));
            }
        }
        let mut body = self.to_send();
        body.set(&REQUIRE_MMDSV2, &true)?;
        if s3_endpoint == S3Endpoint::Omit {
            body.remove(&S3_ENDPOINT);
        }
        let version = self.text(&["agentRuntimeVersion"]).unwrap_or_default();
        let client_token = client_token(&[id, &version, &body.to_json()]);
        body.set(&["clientToken"], &client_token)?;
        Ok(UpdateBody { client_token, json: body.to_json() })
    }

    /// The paths of the members of the configuration that differ between this runtime as it is to
    /// be sent and another one as it was read. `requireMMDSV2` does not count.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let setting = REQUIRE_MMDSV2.join(".");
        let mut found =
            comparable(self.to_send()).differences(&comparable(other.configuration.clone()));
        found.retain(|path| *path != setting);
        found
    }

    /// What AWS says about the runtime, with every configuration value replaced by the name of its
    /// member.
    pub fn redact(&self, said: &str) -> String {
        redact(said, &self.to_send().values())
    }

    /// The configuration as it is to be sent, apart from the setting.
    fn to_send(&self) -> RawObject {
        let mut configuration = self.configuration.clone();
        if let Some(authorizer) = &self.authorizer {
            // Setting a single name cannot meet anything on the way.
            let _ = configuration.set(&AUTHORIZER, authorizer.configuration());
        }
        configuration
    }

    /// Whether it was created at or after a moment. If either is unknown, it was not.
    fn is_created_since(&self, moment: &str) -> bool {
        let since = moment.parse::<DateTime<Utc>>().ok();
        self.created_at().zip(since).is_some_and(|(created, since)| created >= since)
    }

    /// AWS's JSON writes times as text. Its other format is seconds since 1970.
    fn created_at(&self) -> Option<DateTime<Utc>> {
        let path = ["createdAt"];
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds are enough")]
        let from_seconds = |seconds: f64| DateTime::from_timestamp(seconds as i64, 0);
        match self.text(&path) {
            Some(text) => text.parse().ok(),
            None => from_seconds(self.whole.get_as(&path)?),
        }
    }
}

/// The configuration with the setting in place, so that an absent `metadataConfiguration` does not
/// count as a difference.
fn comparable(mut configuration: RawObject) -> RawObject {
    // A configuration in which the setting cannot be set is compared as it is.
    let _ = configuration.set(&REQUIRE_MMDSV2, &true);
    configuration
}

//! An endpoint as AWS shows it: in a listing, and with all its members. Pure.

use aws_sdk_bedrockagentcorecontrol::types::AgentRuntimeEndpoint;

use crate::raw_json::RawObject;

/// AWS moves this endpoint to every new version.
const FOLLOWS: &str = "DEFAULT";
/// Members that a move changes.
const CHANGED_BY_A_MOVE: [&str; 5] =
    ["failureReason", "lastUpdatedAt", "liveVersion", "status", "targetVersion"];
/// Members that AWS owns, and `description`, which a move sends back.
const OTHERS: [&str; 6] =
    ["agentRuntimeArn", "agentRuntimeEndpointArn", "createdAt", "description", "id", "name"];

/// An endpoint as the listing shows it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its name, unique in its runtime.
    pub name: String,
    /// Its Amazon Resource Name.
    pub arn: String,
    /// The version it serves.
    pub live_version: Option<String>,
    /// The version AWS is moving it to.
    pub target_version: Option<String>,
    /// AWS's status.
    pub status: String,
}

impl Listed {
    /// Whether AWS moves it to every new version.
    pub fn follows(&self) -> bool {
        self.name == FOLLOWS
    }

    /// Whether it serves one version and is not on its way to another.
    pub fn rests(&self) -> bool {
        self.status == "READY" && self.live_version.is_some() && self.on_its_way_to().is_none()
    }

    /// Whether AWS is changing it, and so will soon be done with it.
    pub fn is_changing(&self) -> bool {
        ["CREATING", "UPDATING"].contains(&self.status.as_str()) || self.on_its_way_to().is_some()
    }

    /// Whether it is about to go.
    pub fn is_leaving(&self) -> bool {
        self.status == "DELETING"
    }

    /// The version it will be on, then the one it is on.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        [self.on_its_way_to(), self.live_version.as_deref()].into_iter().flatten()
    }

    /// After a failed move it is not on its way anywhere.
    fn on_its_way_to(&self) -> Option<&str> {
        let has_failed = self.status.ends_with("_FAILED");
        let target = self.target_version.as_deref();
        target.filter(|target| !has_failed && Some(*target) != self.live_version.as_deref())
    }
}

impl From<AgentRuntimeEndpoint> for Listed {
    fn from(endpoint: AgentRuntimeEndpoint) -> Self {
        Self {
            name: endpoint.name,
            arn: endpoint.agent_runtime_endpoint_arn,
            live_version: endpoint.live_version,
            target_version: endpoint.target_version,
            status: endpoint.status.as_str().to_owned(),
        }
    }
}

/// An endpoint as GetAgentRuntimeEndpoint returned it. A move must not lose a member that the SDK
/// does not know.
#[derive(Clone)]
pub(super) struct EndpointDocument(RawObject);

impl EndpointDocument {
    /// Reads the body of GetAgentRuntimeEndpoint's answer; `None` if it is not a JSON object that
    /// shows this endpoint.
    pub fn parse(body: &[u8], name: &str) -> Option<Self> {
        let endpoint = RawObject::parse(body).map(Self);
        endpoint.filter(|endpoint| endpoint.text("name").as_deref() == Some(name))
    }

    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get_as(&[name])
    }

    /// Whether it rests on a version: READY, and not on its way to another.
    pub fn rests_on(&self, version: &str) -> bool {
        let target = self.text("targetVersion");
        self.text("status").as_deref() == Some("READY")
            && self.text("liveVersion").as_deref() == Some(version)
            && target.is_none_or(|target| target == version)
    }

    /// Whether AWS is moving it to a version.
    pub fn is_on_its_way_to(&self, version: &str) -> bool {
        self.text("status").as_deref() == Some("UPDATING")
            && self.text("targetVersion").as_deref() == Some(version)
    }

    /// The names of members that this version of the guardrail cannot send back.
    pub fn unknown_members(&self) -> Vec<String> {
        let mut known = RawObject::default();
        for name in CHANGED_BY_A_MOVE.into_iter().chain(OTHERS) {
            let is_carried = name != "description" || self.text(name).is_some();
            if is_carried && let Some(json) = self.0.get(&[name]) {
                // Setting a single name cannot meet anything on the way.
                let _ = known.set(&[name], &serde_json::value::RawValue::from_string(json).ok());
            }
        }
        known.differences(&self.0)
    }

    /// The names of members that differ between the two, except those that a move changes.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        self.fixed().differences(&other.fixed())
    }

    fn fixed(&self) -> RawObject {
        let mut fixed = self.0.clone();
        CHANGED_BY_A_MOVE.into_iter().for_each(|name| fixed.remove(&[name]));
        fixed
    }
}

//! An endpoint as GetAgentRuntimeEndpoint returned it: a move must not lose a member that the SDK does not know. Pure.

use crate::raw_json::RawObject;

/// Members that a move changes.
const CHANGED_BY_A_MOVE: [&str; 5] = ["failureReason", "lastUpdatedAt", "liveVersion", "status", "targetVersion"];
/// Members that AWS owns, and the one that a move sends back.
const OTHERS: [&str; 6] = ["agentRuntimeArn", "agentRuntimeEndpointArn", "createdAt", "description", "id", "name"];

/// An endpoint as AWS returned it.
pub(super) struct EndpointDocument(RawObject);

impl EndpointDocument {
    /// Reads the body of GetAgentRuntimeEndpoint's answer; `None` if it is not this endpoint as a JSON object.
    pub(super) fn parse(body: &[u8], name: &str) -> Option<Self> {
        let endpoint = RawObject::parse(body).map(Self);
        endpoint.filter(|endpoint| endpoint.text("name").as_deref() == Some(name))
    }

    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get_as(&[name])
    }

    /// Whether it rests on a version: READY, and on its way to no other one.
    pub(super) fn rests_on(&self, version: &str) -> bool {
        let target = self.text("targetVersion");
        self.text("status").as_deref() == Some("READY")
            && self.text("liveVersion").as_deref() == Some(version)
            && target.is_none_or(|target| target == version)
    }

    /// Whether AWS is at work on moving it to a version.
    pub(super) fn is_on_its_way_to(&self, version: &str) -> bool {
        self.text("status").as_deref() == Some("UPDATING") && self.text("targetVersion").as_deref() == Some(version)
    }

    /// The names of members that this version of the guardrail cannot send back.
    pub(super) fn unknown_members(&self) -> Vec<String> {
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

    /// The names of members, those aside that a move changes, that are not the same in both.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        self.fixed().differences(&other.fixed())
    }

    fn fixed(&self) -> RawObject {
        let mut fixed = self.0.clone();
        CHANGED_BY_A_MOVE.into_iter().for_each(|name| fixed.remove(&[name]));
        fixed
    }
}

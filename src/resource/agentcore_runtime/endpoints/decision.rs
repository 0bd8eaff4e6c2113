//! What is to be done about an endpoint that is on a version without MMDSv2. Pure.

use super::observe::Listed;
use crate::{
    observed::Hold,
    outcome::{Outcome, State, Verdict},
    resource::agentcore_runtime::document::{Artifact, Document},
    text::listed,
};

/// The runtime, as its outcome shows it.
#[derive(Debug)]
pub(super) struct Runtime {
    /// Its version.
    pub version: Option<String>,
    /// Whether that version requires MMDSv2.
    pub requires_mmdsv2: bool,
    /// How its outcome ended.
    result: Verdict,
}

impl Runtime {
    /// `None` where nothing is known of it, where it goes, and where a retry is to come all the same.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        let State::Runtime { require_mmdsv2, version } = outcome.after.as_ref().or(outcome.before.as_ref())? else {
            return None;
        };
        let is_left = matches!(outcome.result, Verdict::Failed | Verdict::Gone);
        let (requires_mmdsv2, version) = (*require_mmdsv2 == Some(true), version.clone());
        (!is_left).then_some(Self { version, requires_mmdsv2, result: outcome.result })
    }

    /// Whether nothing is left to be done to the runtime itself, so that its endpoints are next.
    pub fn is_done(&self) -> bool {
        self.why_first().is_none()
    }

    /// Whether it has required MMDSv2 for long enough that an endpoint that follows it does so, too.
    pub fn is_followed(&self) -> bool {
        self.result == Verdict::Compliant
    }

    /// Why the runtime comes before its endpoints; `None` where it does not.
    pub fn why_first(&self) -> Option<&'static str> {
        match self.result {
            Verdict::Compliant | Verdict::Enforced => None,
            Verdict::Exempt => Some("its runtime is exempt, so that it is not moved"),
            Verdict::WouldEnforce => Some("the runtime itself has to require MMDSv2 first"),
            Verdict::Held | Verdict::Deferred | Verdict::Failed | Verdict::Gone => {
                Some("the runtime itself has to be in order first")
            }
        }
    }
}

/// An endpoint on a version without MMDSv2.
#[derive(Debug)]
pub(super) struct Pinned {
    /// The endpoint.
    pub endpoint: Listed,
    /// The version.
    pub version: String,
}

impl Pinned {
    /// Whether AWS is at work on it and will leave it on that version.
    pub fn may_come_to_rest(&self) -> bool {
        self.endpoint.is_changing() && self.endpoint.target.as_ref().is_none_or(|target| *target == self.version)
    }
}

/// Why an endpoint is nobody's to move but the owner's of its runtime.
pub(super) fn why_held(hold: &Hold) -> &'static str {
    match hold {
        Hold::Harness => "its runtime belongs to a harness, which alone updates it",
        Hold::InstancesCompute => "its runtime runs on Instances compute, for which AWS does not document MMDSv2",
        Hold::Operator(_) => "its runtime is managed for somebody else",
        Hold::MutableArtifact => "its artifact has a name that can come to mean something else",
    }
}

/// Why an endpoint that AWS is at work on is not moved now.
pub(super) fn why_not_yet(endpoint: &Listed) -> String {
    format!(
        "its status is {} and its target version {}, so that it is not moved; its next event or the next sweep looks \
         again",
        endpoint.status,
        endpoint.target.as_deref().unwrap_or("not given")
    )
}

/// Why an endpoint, once AWS is done with it, cannot be moved to the version `to` without changing more than MMDSv2;
/// `None` where it can.
pub(super) fn why_it_stays(endpoint: &Listed, pinned: &Document, now: &Document, to: &str) -> Option<String> {
    if endpoint.follows() {
        return Some(format!("AWS should have moved it to version {to} by itself; ask AWS Support why it has not"));
    }
    if !endpoint.rests() && !endpoint.is_changing() {
        return Some(format!(
            "its status is {}, so that the guardrail does not move it; move it yourself, or make it anew",
            endpoint.status
        ));
    }
    if now.requires_mmdsv2() != Some(true) || now.text(&["status"]).as_deref() != Some("READY") {
        return Some(format!("version {to} is not READY with MMDSv2, so that it is not moved there"));
    }
    let differences = pinned.differences(now);
    if !differences.is_empty() {
        return Some(format!(
            "version {to} differs from it in other members, too ({}), so that it is not moved; see whether its callers \
             can use version {to} and move it yourself",
            listed(&differences)
        ));
    }
    let artifact = match Artifact::of(now) {
        Artifact::Fixed => return None,
        Artifact::Mutable => "has a name that can come to mean something else",
        Artifact::Unknown => "is of a kind that this version of the guardrail does not know",
    };
    Some(format!(
        "its artifact {artifact}, so that version {to} may run other code; move it yourself if that is what it shall \
         run"
    ))
}

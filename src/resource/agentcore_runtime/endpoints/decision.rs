//! Decides what to do about an endpoint on a version without MMDSv2. Pure.

use super::observed::{EndpointExemption, Known, Now, Runtime};
use crate::{
    resource::agentcore_runtime::{PartOf, document::Artifact},
    verdict::Verdict,
};

/// What to do next about a pinned endpoint.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Read this first, then decide again.
    Read(Missing),
    /// Look again later: AWS is changing it.
    Wait,
    /// A move was sent, its answer was lost, and AWS is working on it: look again.
    WaitForMove,
    /// A move was sent, its answer was lost, and the endpoint is on this version: verify it.
    Verify {
        /// The version.
        to: String,
    },
    /// Move it.
    Repoint {
        /// The version it is to be on.
        to: String,
    },
    /// Leave it where it is.
    Keep(Keep),
}

/// What has to be read before more can be decided, in this order.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Missing {
    /// Its runtime.
    Runtime,
    /// The version it is on.
    Version,
    /// The tags of its runtime and its own. Nobody has read them yet, because a runtime that
    /// requires MMDSv2 is compliant whatever its tags.
    Tags,
    /// The endpoint itself, just before it is moved.
    Endpoint,
}

/// Why an endpoint is left on its version, with everything there is to say about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Keep {
    /// Its runtime is exempt.
    RuntimeIsExempt,
    /// Its runtime has to require MMDSv2 first.
    RuntimeAllowsV1,
    /// Its runtime has to be in order first.
    RuntimeIsNotInOrder,
    /// AWS does not show the runtime's current version.
    NoCurrentVersion,
    /// Its runtime is part of something that the guardrail must not write.
    PartOf(PartOf),
    /// AWS should have moved it by itself.
    ShouldFollow {
        /// The current version.
        to: String,
    },
    /// Its status is not one in which it can be moved.
    Status(String),
    /// The current version is not READY with MMDSv2.
    NotReady {
        /// The current version.
        to: String,
    },
    /// The current version differs in more than MMDSv2.
    Differs {
        /// The current version.
        to: String,
        /// The members that differ.
        members: Vec<String>,
    },
    /// The current version may run other code, because its artifact's name can come to mean
    /// something else.
    MutableArtifact {
        /// The current version.
        to: String,
    },
    /// The same, because its artifact is of a kind that this version of the guardrail does not
    /// know.
    UnknownArtifact {
        /// The current version.
        to: String,
    },
    /// A tag of its runtime exempts it.
    ExemptByRuntime,
    /// A tag of its own exempts it.
    ExemptByEndpoint,
    /// The tags that might exempt it could not be read. That is not a failure if nothing is to be
    /// written.
    TagsUnreadable(String),
    /// AWS is changing it.
    StillChanging {
        /// AWS's status.
        status: String,
        /// The version AWS is moving it to.
        target_version: Option<String>,
    },
    /// It would be moved if endpoints were to be moved.
    WouldRepoint {
        /// The current version.
        to: String,
    },
    /// It was changed since it was listed.
    Changed,
    /// It has members that cannot be sent back.
    UnknownMembers(Vec<String>),
}

/// Decides what to do about a pinned endpoint. A move needs all of these: a runtime that is in
/// order, is part of nothing else and is READY with MMDSv2; a current version that differs in
/// nothing else and runs the same code; no exemption; and an endpoint at rest whose members are all
/// known. Anything that costs a request is asked for only once nothing known so far rules out a
/// move.
pub fn decide(known: &Known<'_>) -> Decision {
    if let Some(keep) = comes_first(known.runtime) {
        return Decision::Keep(keep);
    }
    let Some(current) = &known.current else { return Decision::Read(Missing::Runtime) };
    let Some(to) = &current.version else { return Decision::Keep(Keep::NoCurrentVersion) };
    let endpoint = &known.pinned.endpoint;
    let keep = match (current.part_of, &known.differences, current.artifact) {
        (Some(part_of), _, _) => Keep::PartOf(part_of),
        _ if endpoint.follows() => Keep::ShouldFollow { to: to.clone() },
        _ if !endpoint.rests() && !endpoint.is_changing() => Keep::Status(endpoint.status.clone()),
        _ if !current.is_ready => Keep::NotReady { to: to.clone() },
        (None, None, _) => return Decision::Read(Missing::Version),
        (None, Some(members), _) if !members.is_empty() => {
            Keep::Differs { to: to.clone(), members: members.clone() }
        }
        (None, Some(_), Artifact::Mutable) => Keep::MutableArtifact { to: to.clone() },
        (None, Some(_), Artifact::Unknown) => Keep::UnknownArtifact { to: to.clone() },
        (None, Some(_), Artifact::Fixed) => return by_tags(known, to),
    };
    Decision::Keep(keep)
}

/// What its tags and its status say about an endpoint that could be moved to the version `to`.
fn by_tags(known: &Known<'_>, to: &str) -> Decision {
    let is_changing = known.pinned.endpoint.is_changing();
    let keep = match (&known.exempt, &known.now) {
        (None, _) => return Decision::Read(Missing::Tags),
        (Some(EndpointExemption::ByRuntime), _) => Keep::ExemptByRuntime,
        (Some(EndpointExemption::ByEndpoint), _) => Keep::ExemptByEndpoint,
        (Some(EndpointExemption::Unreadable(why)), _) => Keep::TagsUnreadable(why.clone()),
        (Some(EndpointExemption::No), _) if is_changing => return Decision::Wait,
        (Some(EndpointExemption::No), _) if !known.may_write => {
            Keep::WouldRepoint { to: to.to_owned() }
        }
        (Some(EndpointExemption::No), None) => return Decision::Read(Missing::Endpoint),
        (Some(EndpointExemption::No), Some(now)) => return just_before(now, known.was_sent, to),
    };
    Decision::Keep(keep)
}

/// What the endpoint itself says, just before it would be moved to the version `to`.
fn just_before(now: &Now, was_sent: bool, to: &str) -> Decision {
    match now {
        Now { rests_on_new: true, .. } if was_sent => Decision::Verify { to: to.to_owned() },
        Now { is_on_its_way: true, .. } if was_sent => Decision::WaitForMove,
        Now { rests_on_old: false, .. } => Decision::Keep(Keep::Changed),
        Now { unknown_members, .. } if !unknown_members.is_empty() => {
            Decision::Keep(Keep::UnknownMembers(unknown_members.clone()))
        }
        Now { .. } => Decision::Repoint { to: to.to_owned() },
    }
}

/// Whether the runtime itself needs nothing more, so its endpoints are next.
pub fn is_done(runtime: &Runtime) -> bool {
    comes_first(runtime).is_none()
}

/// Why the runtime comes before its endpoints; `None` if it does not.
fn comes_first(runtime: &Runtime) -> Option<Keep> {
    match runtime.verdict {
        Verdict::Compliant(_) | Verdict::Enforced(_) => None,
        Verdict::Exempt => Some(Keep::RuntimeIsExempt),
        Verdict::WouldEnforce => Some(Keep::RuntimeAllowsV1),
        Verdict::Held(_) | Verdict::Deferred(_) | Verdict::Failed(_) | Verdict::Gone(_) => {
            Some(Keep::RuntimeIsNotInOrder)
        }
    }
}

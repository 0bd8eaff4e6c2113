//! What to do about an endpoint that is on a version without MMDSv2. Pure.

use super::document::Listed;
use crate::{
    outcome::{Outcome, State},
    resource::agentcore_runtime::{
        PartOf,
        document::{Artifact, Document},
    },
    target::Target,
    verdict::Verdict,
};

/// The runtime, as its outcome shows it.
#[derive(Clone, Debug)]
pub struct Runtime {
    /// Its version.
    pub version: Option<String>,
    /// Whether that version requires MMDSv2.
    pub requires_mmdsv2: bool,
    /// How it ended, and why.
    pub verdict: Verdict,
}

impl Runtime {
    /// `None` if nothing is known of the runtime, if it is about to go, or if a retry will come
    /// anyway.
    pub fn of(outcome: &Outcome) -> Option<Self> {
        let State::Runtime { require_mmdsv2, version } = outcome.after.as_ref().or(outcome.before.as_ref())? else {
            return None;
        };
        let is_left = matches!(outcome.verdict, Verdict::Failed(_) | Verdict::Gone(_));
        let (requires_mmdsv2, version) = (*require_mmdsv2 == Some(true), version.clone());
        (!is_left).then_some(Self { version, requires_mmdsv2, verdict: outcome.verdict })
    }

    /// Whether the runtime itself needs nothing more, so its endpoints are next.
    pub fn is_done(&self) -> bool {
        self.comes_first().is_none()
    }

    /// Whether it has required MMDSv2 for long enough that an endpoint following it should have
    /// caught up.
    pub fn is_followed(&self) -> bool {
        matches!(self.verdict, Verdict::Compliant(_))
    }

    /// Why the runtime comes before its endpoints; `None` if it does not.
    fn comes_first(&self) -> Option<Keep> {
        match self.verdict {
            Verdict::Compliant(_) | Verdict::Enforced(_) => None,
            Verdict::Exempt => Some(Keep::RuntimeIsExempt),
            Verdict::WouldEnforce => Some(Keep::RuntimeAllowsV1),
            Verdict::Held(_) | Verdict::Deferred(_) | Verdict::Failed(_) | Verdict::Gone(_) => {
                Some(Keep::RuntimeIsNotInOrder)
            }
        }
    }
}

/// An endpoint on a version without MMDSv2.
#[derive(Clone, Debug)]
pub struct Pinned {
    /// The endpoint.
    pub endpoint: Listed,
    /// The version.
    pub version: String,
}

impl Pinned {
    /// Whether AWS is changing it and will leave it on that version.
    pub fn may_come_to_rest(&self) -> bool {
        let target = self.endpoint.target_version.as_ref();
        self.endpoint.is_changing() && target.is_none_or(|target| *target == self.version)
    }
}

/// What is known about a pinned endpoint. `None` means not read yet.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The endpoint, as the listing showed it.
    pub pinned: &'a Pinned,
    /// Its runtime's outcome.
    pub runtime: &'a Runtime,
    /// Its runtime as it is now.
    pub current: Option<Current>,
    /// The members in which its version differs from the current one, apart from `requireMMDSV2`.
    pub differences: Option<Vec<String>>,
    /// What its own tags and its runtime's say.
    pub exempt: Option<Exempt>,
    /// The endpoint as it is now, just before it may be moved.
    pub now: Option<Now>,
    /// Whether endpoints are to be moved.
    pub may_write: bool,
    /// Whether a move was sent and its answer was lost.
    pub was_sent: bool,
}

/// The runtime as it is now, as far as a move depends on it.
#[derive(Clone, Debug)]
pub struct Current {
    /// Its version; `None` if AWS does not show it.
    pub version: Option<String>,
    /// Whether it is READY and requires MMDSv2.
    pub is_ready: bool,
    /// What it is part of, if anything.
    pub part_of: Option<PartOf>,
    /// Whether what its artifact stands for can change.
    pub artifact: Artifact,
}

impl Current {
    /// The runtime as it was read.
    pub fn of(target: &Target, document: &Document) -> Self {
        Self {
            version: document.text(&["agentRuntimeVersion"]).filter(|version| !version.is_empty()),
            is_ready: document.requires_mmdsv2() == Some(true)
                && document.text(&["status"]).as_deref() == Some("READY"),
            part_of: PartOf::of(target, document),
            artifact: Artifact::of(document),
        }
    }
}

/// Whether a tag exempts an endpoint.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Exempt {
    /// No tag does.
    No,
    /// A tag of its runtime.
    ByRuntime,
    /// A tag of its own.
    ByEndpoint,
    /// The tags could not be read, for this reason.
    Unreadable(String),
}

/// An endpoint just before it may be moved.
#[derive(Clone, Debug)]
pub struct Now {
    /// Whether it rests on the version it is to leave.
    pub rests_on_old: bool,
    /// Whether it rests on the version it is to be moved to.
    pub rests_on_new: bool,
    /// Whether AWS is moving it to that version.
    pub is_on_its_way: bool,
    /// The names of members that cannot be sent back.
    pub unknown_members: Vec<String>,
}

/// What to do next about a pinned endpoint.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Read its runtime.
    ReadRuntime,
    /// Read the version it is on.
    ReadVersion,
    /// Read the tags of its runtime and its own. Nobody has read them yet, because a runtime that
    /// requires MMDSv2 is compliant whatever its tags.
    ReadTags,
    /// Read the endpoint itself, last of all, to move it to this version.
    ReadEndpoint {
        /// The version.
        to: String,
    },
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
        target: Option<String>,
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
pub fn decide(facts: &Facts<'_>) -> Decision {
    use Decision::{ReadEndpoint, ReadRuntime, ReadTags, ReadVersion, Repoint, Verify, Wait, WaitForMove};

    let endpoint = &facts.pinned.endpoint;
    let keep = if let Some(keep) = facts.runtime.comes_first() {
        keep
    } else {
        let Some(current) = &facts.current else { return ReadRuntime };
        let Some(to) = current.version.clone() else { return Decision::Keep(Keep::NoCurrentVersion) };
        match (current, &facts.differences, &facts.exempt, &facts.now) {
            (Current { part_of: Some(part_of), .. }, _, _, _) => Keep::PartOf(*part_of),
            _ if endpoint.follows() => Keep::ShouldFollow { to },
            _ if !endpoint.rests() && !endpoint.is_changing() => Keep::Status(endpoint.status.clone()),
            (Current { is_ready: false, .. }, _, _, _) => Keep::NotReady { to },
            (_, None, _, _) => return ReadVersion,
            (_, Some(members), _, _) if !members.is_empty() => Keep::Differs { to, members: members.clone() },
            (Current { artifact: Artifact::Mutable, .. }, _, _, _) => Keep::MutableArtifact { to },
            (Current { artifact: Artifact::Unknown, .. }, _, _, _) => Keep::UnknownArtifact { to },
            (_, _, None, _) => return ReadTags,
            (_, _, Some(Exempt::ByRuntime), _) => Keep::ExemptByRuntime,
            (_, _, Some(Exempt::ByEndpoint), _) => Keep::ExemptByEndpoint,
            (_, _, Some(Exempt::Unreadable(why)), _) => Keep::TagsUnreadable(why.clone()),
            (_, _, Some(Exempt::No), _) if endpoint.is_changing() => return Wait,
            (_, _, Some(Exempt::No), _) if !facts.may_write => Keep::WouldRepoint { to },
            (_, _, Some(Exempt::No), None) => return ReadEndpoint { to },
            (_, _, Some(Exempt::No), Some(now)) => match now {
                Now { rests_on_new: true, .. } if facts.was_sent => return Verify { to },
                Now { is_on_its_way: true, .. } if facts.was_sent => return WaitForMove,
                Now { rests_on_old: false, .. } => Keep::Changed,
                Now { unknown_members, .. } if !unknown_members.is_empty() => {
                    Keep::UnknownMembers(unknown_members.clone())
                }
                Now { .. } => return Repoint { to },
            },
        }
    };
    Decision::Keep(keep)
}

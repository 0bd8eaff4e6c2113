//! What is known of an endpoint on a version without MMDSv2. Pure.

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
        let State::Runtime { require_mmdsv2, version } =
            outcome.after.as_ref().or(outcome.before.as_ref())?
        else {
            return None;
        };
        let is_left = matches!(outcome.verdict, Verdict::Failed(_) | Verdict::Gone(_));
        let (requires_mmdsv2, version) = (*require_mmdsv2 == Some(true), version.clone());
        (!is_left).then_some(Self { version, requires_mmdsv2, verdict: outcome.verdict })
    }

    /// Whether it required MMDSv2 before the guardrail looked. An endpoint that follows it should
    /// have caught up.
    pub fn was_compliant(&self) -> bool {
        matches!(self.verdict, Verdict::Compliant(_))
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
pub struct Known<'a> {
    /// The endpoint, as the listing showed it.
    pub pinned: &'a Pinned,
    /// Its runtime's outcome.
    pub runtime: &'a Runtime,
    /// Its runtime as it is now.
    pub current: Option<Current>,
    /// The members in which its version differs from the current one, apart from `requireMMDSV2`.
    pub differences: Option<Vec<String>>,
    /// What its own tags and its runtime's say.
    pub exempt: Option<EndpointExemption>,
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
pub enum EndpointExemption {
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

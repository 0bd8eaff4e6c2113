//! What AWS shows of one target: the facts that all kinds of resources share.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    outcome::{Finding, Imdsv1Use, LaunchedBy, State},
    target::Target,
    verdict::{Deferred, Gone, Held},
};

/// The tags of a resource, by key.
pub type TagMap = BTreeMap<String, String>;

/// What AWS shows of one target. `D` is what its kind needs for a write, such as a runtime's
/// configuration.
#[derive(Debug)]
pub enum Observation<D> {
    /// AWS does not know it.
    NotFound,
    /// AWS knows it.
    Found(Box<Observed<D>>),
}

impl<D> Observation<D> {
    /// The facts, if AWS knows the resource.
    pub fn found(&self) -> Option<&Observed<D>> {
        match self {
            Self::NotFound => None,
            Self::Found(observed) => Some(observed),
        }
    }

    /// Its tags, as far as they are known.
    pub fn tags(&self) -> Option<&TagMap> {
        self.found().and_then(|facts| facts.tags.known())
    }

    /// Replaces its tags with those that were read with a separate request.
    pub fn confirm_tags(&mut self, tags: TagMap) {
        if let Self::Found(observed) = self {
            observed.tags = Tags::Confirmed(tags);
        }
    }

    /// Records what was read about the use of version 1.
    pub fn learn_usage(&mut self, usage: Usage) {
        if let Self::Found(observed) = self {
            observed.usage = usage;
        }
    }
}

/// The facts of one resource at one moment.
#[derive(Debug)]
pub struct Observed<D> {
    /// The resource.
    pub target: Target,
    /// Whether it can be written in its present state.
    pub phase: Phase,
    /// Whether version 1 of its metadata service can be reached.
    pub access: MetadataAccess,
    /// Its tags, as far as they are known.
    pub tags: Tags,
    /// Why the guardrail must not write it, whatever its tags say.
    pub hold: Option<Hold>,
    /// When the resource was created, if that is known and its use of version 1 matters.
    pub created: Option<DateTime<Utc>>,
    /// How much version 1 of its metadata service is used, if that is known and matters.
    pub usage: Usage,
    /// The setting, for the outcome.
    pub state: State,
    /// What launched it, if that is known.
    pub launched_by: Option<LaunchedBy>,
    /// What was noticed.
    pub findings: Vec<Finding>,
    /// What its kind needs for a write.
    pub document: D,
}

/// Why the guardrail must not write a resource that allows version 1.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Hold {
    /// AWS manages the instance for this service principal.
    Operator(String),
    /// The runtime is the backing of a harness, and only the harness updates it.
    Harness,
    /// The runtime runs on Instances compute, for which AWS does not document MMDS.
    InstancesCompute,
    /// Sending the runtime's configuration again may deploy other code, and the guardrail was told
    /// to hold such runtimes.
    MutableArtifact,
}

impl Hold {
    /// The reason, for programs.
    pub fn reason(&self) -> Held {
        match self {
            Self::Operator(_) => Held::ManagedByOperator,
            Self::Harness => Held::ManagedByHarness,
            Self::InstancesCompute => Held::InstancesCompute,
            Self::MutableArtifact => Held::MutableArtifact,
        }
    }
}

/// How the metadata service can be reached.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MetadataAccess {
    /// Without a session token, so version 1 is allowed. Whatever is unknown counts as this.
    V1Allowed,
    /// Only with a session token, so version 2 is required.
    V2Required,
    /// Not at all: the endpoint is turned off.
    Disabled,
}

/// How much version 1 of a metadata service is used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Usage {
    /// Not read, because it makes no difference.
    NotAsked,
    /// It must be known before a write, and is not known yet.
    Unread,
    /// There is no data: the resource is new, was stopped all the time, or nothing was counted.
    NoData,
    /// Calls without a session token were counted. The count may be zero.
    Calls {
        /// How many.
        number: u64,
        /// Counted since the beginning of this day, in UTC.
        since: NaiveDate,
    },
}

impl Usage {
    /// What was read of it, for the outcome; `None` if nothing was.
    pub fn read(self) -> Option<Imdsv1Use> {
        match self {
            Self::NotAsked | Self::Unread => None,
            Self::NoData => Some(Imdsv1Use::NoData),
            Self::Calls { number: calls, since } => Some(Imdsv1Use::Counted { calls, since }),
        }
    }
}

/// Whether a resource can be written now, in words that all kinds share.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Phase {
    /// It is at rest in a state in which AWS takes the write.
    Settled,
    /// AWS is creating it with the configuration shown, and will finish soon enough to wait for.
    /// Holds AWS's status.
    Creating(String),
    /// AWS is changing it, and what it shows may not stay. It will finish soon enough to wait for.
    /// Holds AWS's status.
    Changing(String),
    /// It is in a state that a later event will end.
    Passing(Passing),
    /// A person has to repair it.
    Broken {
        /// The reason, for programs.
        reason: Broken,
        /// AWS's status.
        status: String,
        /// What AWS says about it, without any value of the configuration.
        said: Option<String>,
    },
    /// It is about to go, or has gone.
    Ending(Gone),
}

/// Why a person has to repair a resource.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Broken {
    /// AWS could not apply an update.
    UpdateFailed,
    /// AWS could not create it.
    CreateFailed,
    /// AWS could not delete it.
    DeleteFailed,
    /// It has a status this version does not know.
    UnknownStatus,
}

impl From<Broken> for Held {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::UpdateFailed => Self::UpdateFailed,
            Broken::CreateFailed => Self::CreateFailed,
            Broken::DeleteFailed => Self::DeleteFailed,
            Broken::UnknownStatus => Self::UnknownStatus,
        }
    }
}

/// A state that a later event will end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Passing {
    /// The instance is pending.
    Pending,
    /// The instance is stopping.
    Stopping,
}

impl From<Passing> for Deferred {
    fn from(passing: Passing) -> Self {
        match passing {
            Passing::Pending => Self::Pending,
            Passing::Stopping => Self::Stopping,
        }
    }
}

/// How much is known of the tags of a resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tags {
    /// Nothing.
    Unread,
    /// They came with the resource itself, and a young resource's tags can be missing there.
    Unconfirmed(TagMap),
    /// They were read with a separate request.
    Confirmed(TagMap),
}

impl Tags {
    /// The tags, as far as they are known.
    pub fn known(&self) -> Option<&TagMap> {
        match self {
            Self::Unread => None,
            Self::Unconfirmed(tags) | Self::Confirmed(tags) => Some(tags),
        }
    }

    /// Whether the absence of a tag is certain enough for a write.
    pub fn are_confirmed(&self) -> bool {
        matches!(self, Self::Confirmed(_))
    }
}

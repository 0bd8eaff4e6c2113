//! What a look at AWS shows of one target: the facts both kinds of resources share.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    outcome::{Finding, LaunchedBy, Reason, State},
    target::Target,
};

/// The tags of a resource, by key.
pub type TagMap = BTreeMap<String, String>;

/// What a look at one target shows. `D` is what its kind needs for a write, such as a runtime's configuration.
#[derive(Debug)]
pub enum Observation<D> {
    /// AWS does not know it.
    NotFound,
    /// AWS knows it.
    Found(Box<Observed<D>>),
}

impl<D> Observation<D> {
    /// The facts, where AWS knows the resource.
    pub fn found(&self) -> Option<&Observed<D>> {
        match self {
            Self::NotFound => None,
            Self::Found(observed) => Some(observed),
        }
    }

    /// Takes in tags that were read with a request of their own.
    pub fn confirm_tags(&mut self, tags: TagMap) {
        if let Self::Found(observed) = self {
            observed.tags = Tags::Confirmed(tags);
        }
    }

    /// Takes in what was read of the use of version 1.
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
    /// Whether it may be written in its present state.
    pub phase: Phase,
    /// Whether version 1 of its metadata service can be reached.
    pub access: MetadataAccess,
    /// Its tags, as far as they are known.
    pub tags: Tags,
    /// Why it is not the guardrail's to write, whatever its tags say.
    pub hold: Option<Hold>,
    /// When the resource came to be, where that is known and its use of version 1 matters.
    pub created: Option<DateTime<Utc>>,
    /// How much version 1 of its metadata service is used, as far as that is known and matters.
    pub usage: Usage,
    /// The setting, for the outcome.
    pub state: State,
    /// What launched it, where that is known.
    pub launched_by: Option<LaunchedBy>,
    /// What was noticed.
    pub findings: Vec<Finding>,
    /// What matters only if it is enforced.
    pub findings_if_enforced: Vec<Finding>,
    /// What its kind needs for a write.
    pub document: D,
}

/// Why something that allows version 1 is not the guardrail's to write.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Hold {
    /// AWS manages the instance for this service principal.
    Operator(String),
    /// The runtime is the backing of a harness, which alone updates it.
    Harness,
    /// The runtime runs on Instances compute, for which MMDS is not documented.
    InstancesCompute,
    /// Sending the runtime's configuration again may deploy other code, and the guardrail was told to hold it then.
    MutableArtifact,
}

impl Hold {
    /// The same as a word.
    pub fn reason(&self) -> Reason {
        match self {
            Self::Operator(_) => Reason::ManagedByOperator,
            Self::Harness => Reason::ManagedByHarness,
            Self::InstancesCompute => Reason::InstancesCompute,
            Self::MutableArtifact => Reason::MutableArtifact,
        }
    }
}

/// Who can reach the metadata service how.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MetadataAccess {
    /// Without a session token: version 1. Whatever is unknown counts as this.
    V1Allowed,
    /// With a session token only: version 2.
    V2Required,
    /// Nobody can: the endpoint is turned off.
    Disabled,
}

/// How much version 1 of a metadata service is used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Usage {
    /// It makes no difference.
    NotAsked,
    /// It has to be known before a write, and is not known yet.
    Unread,
    /// There is no data: the resource is new, or was stopped all the time, or nothing was counted.
    NoData,
    /// Calls without a session token were counted, if only zero.
    Calls {
        /// How many.
        number: u64,
        /// Since the beginning of this day, in UTC.
        since: NaiveDate,
    },
}

/// Whether a resource can be written now, in words both kinds share.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Phase {
    /// It rests in a state in which AWS takes the write.
    Settled,
    /// AWS makes it as it shows it and will be done soon enough to wait; with AWS's word for the status.
    Creating(String),
    /// AWS changes it, into what is not certain yet, and will be done soon enough to wait; with AWS's word for the
    /// status.
    Changing(String),
    /// It passes through a state that a later event will end.
    Passing(Reason),
    /// A person has to look; with AWS's word for the status and its reason.
    Broken {
        /// What a program shall know.
        reason: Reason,
        /// AWS's word for the status.
        status: String,
        /// What AWS says about it, without any configuration value.
        said: Option<String>,
    },
    /// It is about to go, or has gone.
    Ending(Reason),
}

/// How much is known of the tags of a resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Tags {
    /// Nothing.
    Unread,
    /// They came with the resource itself, where a young resource's tags can be missing.
    Unconfirmed(TagMap),
    /// They were read with a request of their own.
    Confirmed(TagMap),
}

impl Tags {
    /// The value of a tag, as far as is known.
    pub fn value(&self, key: &str) -> Option<&str> {
        match self {
            Self::Unread => None,
            Self::Unconfirmed(tags) | Self::Confirmed(tags) => tags.get(key).map(String::as_str),
        }
    }

    /// Whether the absence of a tag is certain enough for a write.
    pub fn are_confirmed(&self) -> bool {
        matches!(self, Self::Confirmed(_))
    }
}

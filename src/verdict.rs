//! How a target ended, and why. The vocabulary is closed: alarms, queries and other programs may
//! rely on it.
//!
//! Each reason is nested in the verdict it belongs to, so no other pair can be expressed. Each has
//! one word, in snake case, and one level in the log: `failed` is an error, `held` is a warning,
//! and the rest is information.

use serde::{Serialize, Serializer, ser::SerializeStruct};
use strum::{IntoStaticStr, VariantNames};

/// How a target ended, and why. In JSON these are the two members `result` and `reason`.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// Something went wrong. Its event fails with it, so it comes back.
    Failed(Failed),
    /// A person has to look at it, and a retry would not help. What is held was not written, as far
    /// as is known.
    Held(Held),
    /// It was changed, and the change was verified.
    Enforced(Enforced),
    /// Version 1 is allowed, and the guardrail is in report mode: it would have been changed.
    WouldEnforce,
    /// It cannot be changed in its present state. Another look finishes it.
    Deferred(Deferred),
    /// The exception tag forbids changing it.
    Exempt,
    /// It no longer exists, or is about to go.
    Gone(Gone),
    /// Version 1 is not allowed on it.
    Compliant(Compliant),
}

impl Verdict {
    /// How it ended, as a word: `held`.
    pub fn result(self) -> &'static str {
        self.into()
    }

    /// Why, as a word: `imdsv1_in_use`.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Failed(reason) => reason.into(),
            Self::Held(reason) => reason.into(),
            Self::Enforced(reason) => reason.into(),
            Self::WouldEnforce => Enforced::V1Allowed.into(),
            Self::Deferred(reason) => reason.into(),
            Self::Exempt => "exception_tag",
            Self::Gone(reason) => reason.into(),
            Self::Compliant(reason) => reason.into(),
        }
    }

    /// Its place in a response: what a person has to look at comes first.
    pub fn rank(self) -> u8 {
        match self {
            Self::Failed(_) => 0,
            Self::Held(_) => 1,
            Self::Enforced(_) => 2,
            Self::WouldEnforce => 3,
            Self::Deferred(_) => 4,
            Self::Exempt => 5,
            Self::Gone(_) => 6,
            Self::Compliant(_) => 7,
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Verdict", 2)?;
        members.serialize_field("result", self.result())?;
        members.serialize_field("reason", self.reason())?;
        members.end()
    }
}

/// Why a target failed.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Failed {
    /// AWS does not know it yet: the event is younger than five minutes.
    NotFoundYet,
    /// The resource could not be read.
    ReadFailed,
    /// The tags could not be read, so it was not written.
    TagsUnreadable,
    /// Whether IMDSv1 is in use could not be read, so nothing was written.
    UsageUnreadable,
    /// The runtime requires version 2, and its endpoints or their versions could not be read.
    EndpointsUnreadable,
    /// The resource was still being created or updated when time ran out.
    StillChanging,
    /// What AWS returned cannot be sent back without losing something.
    UnsafeToSend,
    /// AWS never accepted the write, as far as is known, or the role lacks the permission for it.
    WriteFailed,
    /// The write was accepted, or its answer was lost, and its result could not be seen.
    NotVerified,
    /// The runtime requires version 2, but the move of an endpoint could not be seen, or more than
    /// its version changed.
    EndpointNotVerified,
    /// AWS accepted the update of the runtime but could not apply it.
    UpdateFailed,
    /// After the write, some configuration is not as it was sent.
    ConfigurationChanged,
    /// The version grew by more than the guardrail's own update.
    ConcurrentUpdate,
    /// The invocation's time ran out.
    OutOfTime,
}

impl Failed {
    /// Whether it can only follow a write that AWS accepted or may have accepted. Two others may
    /// come before or after a write, and show it in another way: `still_changing` by what was read
    /// after the write, and a lost answer by `write_is_open`.
    pub fn follows_a_write(self) -> bool {
        match self {
            Self::NotVerified
            | Self::EndpointNotVerified
            | Self::UpdateFailed
            | Self::ConfigurationChanged
            | Self::ConcurrentUpdate => true,
            Self::NotFoundYet
            | Self::ReadFailed
            | Self::TagsUnreadable
            | Self::UsageUnreadable
            | Self::EndpointsUnreadable
            | Self::StillChanging
            | Self::UnsafeToSend
            | Self::WriteFailed
            | Self::OutOfTime => false,
        }
    }
}

/// Why a person has to look at a target.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Held {
    /// AWS manages the instance for an operator.
    ManagedByOperator,
    /// The runtime belongs to a harness, and only the harness updates it.
    ManagedByHarness,
    /// The runtime runs on Instances compute, for which AWS does not document MMDS.
    InstancesCompute,
    /// Sending the runtime's configuration again may deploy other code, and `MUTABLE_ARTIFACTS` is
    /// `hold`.
    MutableArtifact,
    /// AWS refuses the write, and no retry changes that.
    Refused,
    /// Software on the instance uses IMDSv1.
    Imdsv1InUse,
    /// CloudWatch has no data about the instance's use of IMDSv1, and the instance is not new.
    Imdsv1UseUnknown,
    /// A declarative policy sets the account defaults.
    ManagedByPolicy,
    /// The account defaults are managed by somebody whom this version of the guardrail does not
    /// know.
    UnknownManager,
    /// AWS could not apply an update of the runtime.
    UpdateFailed,
    /// AWS could not create the runtime.
    CreateFailed,
    /// AWS could not delete the runtime.
    DeleteFailed,
    /// Its status is one that this version of the guardrail does not know.
    UnknownStatus,
}

/// Why a target was changed.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Enforced {
    /// Version 1 was allowed.
    V1Allowed,
    /// The runtime already required version 2, but an endpoint was on a version of it that does
    /// not.
    PinnedEndpoint,
}

/// Why a target is left to another look.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Deferred {
    /// The instance is pending.
    Pending,
    /// The instance is stopping.
    Stopping,
    /// AWS is still changing it, and that is not worth waiting for: its message comes back, or
    /// another sweep.
    StillChanging,
}

/// Why a target no longer needs anything.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Gone {
    /// The instance is shutting down.
    ShuttingDown,
    /// The instance is terminated.
    Terminated,
    /// The runtime is being deleted.
    Deleting,
    /// AWS does not know it.
    NotFound,
}

/// Why nothing has to be done about a target.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Compliant {
    /// Version 2 is required already.
    V2Required,
    /// The metadata endpoint is disabled and stays so.
    EndpointDisabled,
}

//! What became of one target: the one value that is returned, logged, counted and printed.

use serde::Serialize;
use strum::IntoStaticStr;

use crate::target::Kind;

/// The outcome of one target. Its JSON is a contract: other programs parse it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// What kind of resource it is.
    pub kind: Kind,
    /// The id AWS gave it.
    pub id: String,
    /// Its Amazon Resource Name.
    pub arn: String,
    /// How it ended.
    pub result: Verdict,
    /// Why, as a word for programs.
    pub reason: Reason,
    /// Why, as a sentence for a person, with what to do next where there is something to do.
    pub detail: String,
    /// The setting as it was read; `None` where nothing could be read.
    pub before: Option<State>,
    /// The setting as it was read after a write; `None` where there was none, or nothing could be read back.
    pub after: Option<State>,
    /// What else was noticed, without a further call to AWS.
    pub findings: Vec<Finding>,
    /// What launched an instance; `None` where its tags do not say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launched_by: Option<LaunchedBy>,
    /// Whether a write was sent of which nobody knows whether it happened; for the metrics.
    #[serde(skip)]
    pub write_is_open: bool,
}

/// What launched an instance, from the tags that AWS puts on it: there the cause is mended.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct LaunchedBy {
    /// The launch template.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_template: Option<LaunchTemplate>,
    /// The name of the Auto Scaling group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scaling_group: Option<String>,
}

/// A version of a launch template.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct LaunchTemplate {
    /// Its id, such as `lt-0a1b2c3d4e5f60001`.
    pub id: String,
    /// Its version; `None` where the tag is missing.
    pub version: Option<String>,
}

impl Outcome {
    /// Whether a write was accepted, or may have been, and what came of it is not what was asked for, or is not known. A
    /// retry may find the target compliant, so that this is seen once or never.
    pub fn is_unverified_write(&self) -> bool {
        let after_the_write = match self.reason {
            Reason::NotVerified
            | Reason::ConfigurationChanged
            | Reason::ConcurrentUpdate
            | Reason::UpdateFailed
            | Reason::EndpointNotVerified => true,
            Reason::StillChanging => self.after.is_some(),
            _ => false,
        };
        self.write_is_open || (self.result == Verdict::Failed && after_the_write)
    }
}

/// How a target ended.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Verdict {
    /// Something went wrong; the invocation fails, so that Lambda retries it.
    Failed,
    /// A person has to look; nothing was written and a retry would not help.
    Held,
    /// It was changed and the change was verified.
    Enforced,
    /// It would have been changed; the guardrail is in report mode.
    WouldEnforce,
    /// A later event finishes it: it cannot be changed in its present state.
    Deferred,
    /// The exception tag forbids to touch it.
    Exempt,
    /// It does not exist any more, or is about to go.
    Gone,
    /// Version 1 is not allowed on it.
    Compliant,
}

/// Why a target ended as it did. The vocabulary is closed: alarms and queries may rely on it.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// Compliant: version 2 is required already.
    V2Required,
    /// Compliant: the metadata endpoint is disabled, and stays so.
    EndpointDisabled,
    /// Enforced, or would be: version 1 was allowed.
    V1Allowed,
    /// Enforced: the runtime requires version 2 already, and an endpoint was on a version of it that does not.
    PinnedEndpoint,
    /// Exempt: the exception tag is set.
    ExceptionTag,
    /// Held: AWS manages the instance for an operator.
    ManagedByOperator,
    /// Held: the runtime belongs to a harness, which alone updates it.
    ManagedByHarness,
    /// Held: the runtime runs on Instances compute, for which MMDS is not documented.
    InstancesCompute,
    /// Held: sending the runtime's configuration again may deploy other code, and `MUTABLE_ARTIFACTS` is `hold`.
    MutableArtifact,
    /// Held: AWS refuses the write, and no retry mends that.
    Refused,
    /// Held: software on the instance uses IMDSv1.
    Imdsv1InUse,
    /// Held: CloudWatch has no data about the instance's use of IMDSv1, and the instance is not new.
    Imdsv1UseUnknown,
    /// Held: a declarative policy sets the account defaults.
    ManagedByPolicy,
    /// Held: the account defaults are managed by somebody this version does not know.
    UnknownManager,
    /// Held or failed: AWS could not apply an update of the runtime.
    UpdateFailed,
    /// Held: AWS could not create the runtime.
    CreateFailed,
    /// Held: AWS could not delete the runtime.
    DeleteFailed,
    /// Held: a status this version does not know.
    UnknownStatus,
    /// Deferred: the instance is pending.
    Pending,
    /// Deferred: the instance is stopping.
    Stopping,
    /// Gone: the instance is shutting down.
    ShuttingDown,
    /// Gone: the instance is terminated.
    Terminated,
    /// Gone: the runtime is being deleted.
    Deleting,
    /// Gone: AWS does not know it.
    NotFound,
    /// Failed: AWS does not know it yet; the event is younger than five minutes.
    NotFoundYet,
    /// Failed: the resource could not be read.
    ReadFailed,
    /// Failed: the tags could not be read, so it was not written.
    TagsUnreadable,
    /// Failed: whether IMDSv1 is in use could not be read, so nothing was written.
    UsageUnreadable,
    /// Failed: the runtime requires version 2, and its endpoints or their versions could not be read.
    EndpointsUnreadable,
    /// Failed: the runtime was still being created or updated when time ran out. Deferred: a sweep does not wait for it.
    StillChanging,
    /// Failed: what AWS returned cannot be sent back without losing something.
    UnsafeToSend,
    /// Failed: AWS never accepted the write, as far as is known, or the role lacks the permission for it.
    WriteFailed,
    /// Failed: the write was accepted, or its answer was lost, and then it could not be seen.
    NotVerified,
    /// Failed: the runtime requires version 2, and the move of an endpoint could not be seen, or more has changed.
    EndpointNotVerified,
    /// Failed: after the write, configuration is not as it was sent.
    ConfigurationChanged,
    /// Failed: the version grew by more than the guardrail's own update.
    ConcurrentUpdate,
    /// Failed: the invocation's time ran out.
    OutOfTime,
    /// Not listed: the service is not offered in this Region.
    NotOffered,
}

/// What was noticed beside the one setting.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Finding {
    /// The runtime had no authorizer of its own, and was given one in the update that requires version 2.
    AuthorizerSet,
    /// An endpoint was on a version of the runtime that does not require version 2, and was moved to the current one.
    EndpointMoved,
    /// The runtime's endpoints could not be read, which fails nothing unless they are to be moved.
    EndpointsUnread,
    /// The exception had an end, and it has passed.
    ExceptionExpired,
    /// The exception begins like a date and is none, so it has no end.
    ExceptionMalformed,
    /// The instance is, or would be, enforced with a hop limit of 1: its containers may lose the metadata service. Of
    /// account defaults: so are new instances.
    #[serde(rename = "hop_limit_1")]
    #[strum(serialize = "hop_limit_1")]
    HopLimit1,
    /// The runtime's artifact is an image without a digest or an S3 object without a version.
    MutableArtifact,
    /// The runtime has no authorizer of its own; callers sign with SigV4.
    NoAuthorizer,
    /// An endpoint of the runtime is on a version that does not require version 2, so that it cannot be invoked.
    PinnedEndpoint,
    /// The runtime's network mode is `PUBLIC`.
    PublicNetwork,
}

/// The setting of a resource at one moment.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum State {
    /// Of an EC2 instance.
    Instance {
        /// `HttpTokens`: `optional` or `required`; `None` where EC2 did not say.
        http_tokens: Option<String>,
        /// `HttpPutResponseHopLimit`: how many network hops a token's answer may travel, 1 to 64.
        hop_limit: Option<i32>,
    },
    /// Of an AgentCore runtime.
    Runtime {
        /// `metadataConfiguration.requireMMDSV2`; `None` where it is absent or null.
        require_mmdsv2: Option<bool>,
        /// `agentRuntimeVersion`, as AWS writes it.
        version: Option<String>,
    },
    /// Of the account defaults of a Region; `None` is no preference.
    AccountDefaults {
        /// `HttpTokens`: `optional` or `required`.
        http_tokens: Option<String>,
        /// `HttpTokensEnforced`: `enabled` or `disabled`.
        http_tokens_enforced: Option<String>,
        /// `HttpPutResponseHopLimit`, 1 to 64.
        hop_limit: Option<i32>,
        /// `ManagedBy`: `account` or `declarative-policy`; `None` where EC2 did not say.
        managed_by: Option<String>,
    },
}

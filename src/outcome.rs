//! What became of one target: the one value that is returned, logged, counted and printed.

use chrono::NaiveDate;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::{
    obstacle::Obstacle,
    place::Place,
    target::Kind,
    verdict::{Deferred, Failed, Verdict},
};

/// The outcome of one target. Its JSON is a contract: other programs parse it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// What kind of resource it is.
    pub kind: Kind,
    /// The id AWS gave it.
    pub id: String,
    /// Where it is, as the members `account` and `region`.
    #[serde(flatten)]
    pub place: Place,
    /// Its Amazon Resource Name.
    pub arn: String,
    /// How it ended and why, as two words for programs.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why, as a sentence for a person. It says what to do next if there is something to do.
    pub detail: String,
    /// The setting as it was read; `None` if nothing could be read.
    pub before: Option<State>,
    /// The setting as it was read after a write; `None` if there was no write or nothing could be
    /// read back.
    pub after: Option<State>,
    /// What else was noticed.
    pub findings: Vec<Finding>,
    /// The last day of its exemption, in UTC; `None` if it is not exempt, or without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempt_until: Option<NaiveDate>,
    /// How much IMDSv1 is used on an instance; `None` if that was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imdsv1_use: Option<Imdsv1Use>,
    /// What launched an instance; `None` if its tags do not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launched_by: Option<LaunchedBy>,
    /// Whether a write was sent and nobody knows if it happened. For the metrics.
    #[serde(skip)]
    pub write_is_open: bool,
    /// What kept a request about it from its answer; `None` unless that is why it failed.
    #[serde(skip)]
    pub obstacle: Option<Obstacle>,
    /// Whether AWS is still changing something that belongs to it, so it has to be looked at again.
    #[serde(skip)]
    pub is_unfinished: bool,
}

/// How much IMDSv1 is used on an instance. In JSON it is the word `no_data`, or an object with the
/// members `calls` and `since`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Imdsv1Use {
    /// CloudWatch has no data about it, which is not the same as no calls.
    NoData,
    /// Calls without a session token were counted. The count may be zero.
    #[serde(untagged)]
    Counted {
        /// How many.
        calls: u64,
        /// Counted since the beginning of this day, in UTC.
        since: NaiveDate,
    },
}

/// What launched an instance, from the tags that AWS puts on it. That is the place to fix the
/// cause.
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
    /// Its version; `None` if the tag is missing.
    pub version: Option<String>,
}

impl Outcome {
    /// Whether nothing more has to be done about it, or a later event brings it back. Nothing but
    /// another look finishes what failed, and what AWS is still changing.
    pub fn is_finished(&self) -> bool {
        let is_finished = match self.verdict {
            Verdict::Failed(_) | Verdict::Deferred(Deferred::StillChanging) => false,
            Verdict::Deferred(Deferred::Pending | Deferred::Stopping)
            | Verdict::Held(_)
            | Verdict::Enforced(_)
            | Verdict::WouldEnforce
            | Verdict::Exempt
            | Verdict::Gone(_)
            | Verdict::Compliant(_) => true,
        };
        is_finished && !self.is_unfinished
    }

    /// Whether a write was accepted, or may have been, and its result is wrong or unknown. A retry
    /// may find the target compliant, so this is seen once or never.
    pub fn is_unverified_write(&self) -> bool {
        let follows_a_write = match self.verdict {
            Verdict::Failed(Failed::StillChanging) => self.after.is_some(),
            Verdict::Failed(reason) => reason.follows_a_write(),
            Verdict::Held(_)
            | Verdict::Enforced(_)
            | Verdict::WouldEnforce
            | Verdict::Deferred(_)
            | Verdict::Exempt
            | Verdict::Gone(_)
            | Verdict::Compliant(_) => false,
        };
        self.write_is_open || follows_a_write
    }
}

/// What was noticed besides the one setting.
#[derive(
    Clone, Copy, Debug, Eq, IntoStaticStr, Ord, PartialEq, PartialOrd, Serialize, VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Finding {
    /// The runtime had no authorizer of its own, and the update that requires version 2 gave it
    /// one.
    AuthorizerSet,
    /// An endpoint was on a version of the runtime that does not require version 2, and was moved
    /// to the current version.
    EndpointMoved,
    /// The runtime's endpoints could not be read. That fails nothing unless they are to be moved.
    EndpointsUnread,
    /// The exception that exempts it ends within 14 days.
    ExceptionEndsSoon,
    /// The exception had an end date, which has passed.
    ExceptionExpired,
    /// The exception looks like a date but is not a valid one, so it never expires.
    ExceptionMalformed,
    /// The instance is, or would be, enforced with a hop limit of 1, so its containers may lose the
    /// metadata service. For account defaults, the same holds for new instances.
    #[serde(rename = "hop_limit_1")]
    #[strum(serialize = "hop_limit_1")]
    HopLimit1,
    /// The runtime's artifact is an image without a digest or an S3 object without a version.
    MutableArtifact,
    /// The runtime has no authorizer of its own; callers sign with SigV4.
    NoAuthorizer,
    /// An endpoint of the runtime is on a version that does not require version 2, so it cannot be
    /// invoked.
    PinnedEndpoint,
    /// The runtime's network mode is `PUBLIC`.
    PublicNetwork,
}

/// The setting of a resource at one moment.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum State {
    /// The setting of an EC2 instance.
    Instance {
        /// `HttpTokens`: `optional` or `required`; `None` if EC2 did not say.
        http_tokens: Option<String>,
        /// `HttpPutResponseHopLimit`: how many network hops the answer with a token may travel, 1
        /// to 64.
        hop_limit: Option<i32>,
    },
    /// The setting of an AgentCore runtime.
    Runtime {
        /// `metadataConfiguration.requireMMDSV2`; `None` if it is absent or null.
        require_mmdsv2: Option<bool>,
        /// `agentRuntimeVersion`, as AWS writes it.
        version: Option<String>,
    },
    /// The account defaults of a Region. `None` means no preference.
    AccountDefaults {
        /// `HttpTokens`: `optional` or `required`.
        http_tokens: Option<String>,
        /// `HttpTokensEnforced`: `enabled` or `disabled`.
        http_tokens_enforced: Option<String>,
        /// `HttpPutResponseHopLimit`, 1 to 64.
        hop_limit: Option<i32>,
        /// `ManagedBy`: `account` or `declarative-policy`; `None` if EC2 did not say.
        managed_by: Option<String>,
    },
}

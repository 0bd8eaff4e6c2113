//! Every event that may trigger the guardrail, and which targets it names. Pure: reads the event
//! and nothing else.
//!
//! The readers are narrow on purpose. CloudTrail may add members at any time, and a new one must
//! never keep an instance from being enforced. Only ids are taken from an event, never
//! configuration.

#![allow(
    clippy::indexing_slicing,
    reason = "indexing a JSON value by a missing name yields null and does not panic"
)]

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use strum::{IntoStaticStr, VariantNames};

use crate::{
    place::{Deployment, Place},
    settings::{AgentCore, Mode, Settings},
    target::{Kind, Target, read_all},
};

mod agentcore;
mod ec2;
mod envelope;
mod record;
mod sweep;

pub use envelope::envelope;
pub use sweep::{SOURCE, sweep_for};

/// What an event asks for, and where.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ask {
    /// Where it happened, and where there is something to do.
    pub place: Place,
    /// What happened.
    pub cause: Cause,
    /// What is to be done.
    pub work: Work,
    /// When it happened, if the event says so. A record's own time counts more than that of the
    /// envelope, which changes when an event is forwarded.
    pub time: Option<DateTime<Utc>>,
    /// The id by which a duplicate can be known: the record's own, or else the envelope's.
    pub id: Option<String>,
    /// What else it names: texts that are not ids of a known form.
    pub unknown_ids: Vec<String>,
}

/// What is to be done.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Work {
    /// Look at these targets. Never empty, and no target appears twice.
    Targets(Vec<Target>),
    /// Something of this kind happened, but the event does not say to what: everything of the kind
    /// has to be looked at.
    Unnamed(Kind),
    /// Sweep these kinds. A mode given here may soften the function's own mode, never harden it.
    Sweep(&'static [Kind], Option<Mode>),
}

/// Everything that may trigger the guardrail.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Cause {
    /// EC2 StartInstances.
    InstancesStarted,
    /// EC2 RunInstances.
    InstancesLaunched,
    /// EC2 Instance State-change Notification, `running`.
    InstanceRunning,
    /// EC2 ModifyInstanceMetadataOptions that did not require version 2.
    MetadataOptionsModified,
    /// EC2 DeleteTags or AgentCore UntagResource of the exception tag.
    ExceptionTagRemoved,
    /// AgentCore CreateAgentRuntime.
    RuntimeCreated,
    /// AgentCore UpdateAgentRuntime that did not require version 2.
    RuntimeUpdated,
    /// AgentCore CreateAgentRuntimeEndpoint.
    EndpointCreated,
    /// AgentCore UpdateAgentRuntimeEndpoint that was not the guardrail's own.
    EndpointUpdated,
    /// The schedule or a person asks for a sweep.
    SweepDue,
}

/// Why an event asks for nothing.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, Serialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Ignored {
    /// It happened in an account other than the function's.
    OtherAccount,
    /// It happened in a Region other than the function's.
    OtherRegion,
    /// Its envelope and its record name different accounts or Regions.
    PlaceMismatch,
    /// It comes from a service the guardrail does not know.
    OtherService,
    /// It comes from a known service, but cannot have allowed version 1.
    OtherEvent,
    /// A call that only asked whether it would be allowed.
    DryRun,
    /// A call that AWS refused.
    FailedCall,
    /// A call that changed nothing.
    ReadOnly,
    /// The instance is not `running`, so it needs nothing yet or nothing any more.
    NotRunning,
    /// The call itself required version 2: the guardrail's own echo, or somebody else's good work.
    AlreadyRequired,
    /// A call of the guardrail itself, recognised by its session if its request is left out, or by
    /// its client token.
    OwnEcho,
    /// It comes from AgentCore, which the settings leave out.
    AgentcoreDisabled,
    /// The tags that were removed are not the exception tag.
    OtherTag,
    /// Its record is complete and names no instance.
    NoIds,
    /// Its record is complete and names something other than a runtime of this account and Region.
    InvalidIds,
    /// A sweep whose detail has something else than a `mode` and a `kind` that exist.
    InvalidMode,
}

/// Reads an event. It may ask for several things.
///
/// # Errors
/// Why the event asks for nothing.
pub fn read(
    event: &EventBridgeEvent<Value>,
    deployment: &Deployment,
    settings: &Settings,
) -> Result<Vec<Ask>, Ignored> {
    let place = &deployment.place;
    if (event.source.as_str(), event.detail_type.as_str()) == (sweep::SOURCE, sweep::DETAIL_TYPE) {
        return Ok(vec![sweep::read(event, place)?]);
    }
    check_place(event.account.as_deref(), event.region.as_deref(), place)?;
    let service = Service::of_source(&event.source).ok_or(Ignored::OtherService)?;
    let ask = match (service, event.detail_type.as_str()) {
        (Service::AgentCore, _) if settings.agentcore == AgentCore::Disabled => {
            return Err(Ignored::AgentcoreDisabled);
        }
        (Service::Ec2, "EC2 Instance State-change Notification") => {
            let (cause, named) = ec2::state_change(&event.detail)?;
            named.ask(cause, place)
        }
        (_, "AWS API Call via CloudTrail") => {
            if Service::of_record(&event.detail).is_some_and(|of_record| of_record != service) {
                return Err(Ignored::OtherService);
            }
            record::read(&event.detail, deployment, settings)?
        }
        (Service::Ec2 | Service::AgentCore, _) => return Err(Ignored::OtherEvent),
    };
    Ok(vec![Ask { time: ask.time.or(event.time), id: ask.id.or(event.id.clone()), ..ask }])
}

/// Whether something happened in the one place that is guarded.
fn check_place(account: Option<&str>, region: Option<&str>, place: &Place) -> Result<(), Ignored> {
    if account != Some(&place.account) {
        return Err(Ignored::OtherAccount);
    }
    if region != Some(&place.region) {
        return Err(Ignored::OtherRegion);
    }
    Ok(())
}

/// A service whose events are read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Service {
    Ec2,
    AgentCore,
}

impl Service {
    /// The service that sends events of this source. AWS documents management events of AgentCore
    /// under the first of two names. The second is the control plane's own name.
    fn of_source(source: &str) -> Option<Self> {
        match source {
            "aws.ec2" => Some(Self::Ec2),
            "aws.bedrock-agentcore" | "aws.bedrock-agentcore-control" => Some(Self::AgentCore),
            _ => None,
        }
    }

    /// The service that a record of CloudTrail is about, under the same two names.
    fn of_record(record: &Value) -> Option<Self> {
        match record["eventSource"].as_str()? {
            "ec2.amazonaws.com" => Some(Self::Ec2),
            "bedrock-agentcore.amazonaws.com" | "bedrock-agentcore-control.amazonaws.com" => {
                Some(Self::AgentCore)
            }
            _ => None,
        }
    }
}

/// What an event names, as it is written there. Empty if the event does not say: CloudTrail leaves
/// out requests and responses larger than 100 KB.
enum Named {
    Instances(Vec<String>),
    Runtimes(Vec<String>),
    RuntimeArn(String),
}

impl Named {
    /// What is asked for. When it happened is not known yet.
    fn ask(self, cause: Cause, place: &Place) -> Ask {
        let (work, unknown_ids) = self.work(place);
        Ask { place: place.clone(), cause, work, time: None, id: None, unknown_ids }
    }

    /// The work, and the texts that are not ids of a known form.
    fn work(self, place: &Place) -> (Work, Vec<String>) {
        let (kind, (mut targets, unknown)) = match self {
            Self::Instances(ids) => {
                (Kind::Ec2Instance, read_all(ids, |id| Target::instance(place, id)))
            }
            Self::Runtimes(ids) => {
                (Kind::AgentcoreRuntime, read_all(ids, |id| Target::runtime(place, id)))
            }
            Self::RuntimeArn(arn) => (
                Kind::AgentcoreRuntime,
                read_all(vec![arn], |arn| Target::runtime_by_arn(place, arn)),
            ),
        };
        // CloudTrail may name an instance in both the request and the response.
        targets.sort();
        targets.dedup();
        // The event still happened.
        let work = if targets.is_empty() { Work::Unnamed(kind) } else { Work::Targets(targets) };
        (work, unknown)
    }
}

/// The texts under `member` in the `items` of a CloudTrail list, with an empty text for anything
/// else.
fn items<'a>(list: &'a Value, member: &'a str) -> impl Iterator<Item = &'a str> {
    let items = list["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(move |item| item[member].as_str().unwrap_or_default())
}

//! Everything that may wake the guardrail, and whom it is about. Pure: it reads the event and nothing else.
//!
//! The readers are narrow on purpose: CloudTrail adds members at any time, and a new one must never keep an
//! instance from being enforced. Configuration is never taken from an event, only ids.

#![allow(clippy::indexing_slicing, reason = "a JSON value indexed by a name it has not gives null and does not panic")]

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use strum::IntoStaticStr;

use crate::{
    exception::ExceptionTag,
    settings::Mode,
    target::{Home, Kind, Target},
};

mod agentcore;
mod ec2;

/// An event that asks for something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Event {
    /// What happened.
    pub cause: Cause,
    /// What it asks for.
    pub work: Work,
    /// When, where the event says so.
    pub time: Option<DateTime<Utc>>,
}

/// What an event asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Work {
    /// A look at these targets; never empty, no target twice.
    Targets(Vec<Target>),
    /// A sweep of these kinds. A mode that is given may soften the function's own, never harden it.
    Sweep(&'static [Kind], Option<Mode>),
}

/// Everything that may wake the guardrail.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq)]
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
    /// EC2 RunInstances of so many instances that CloudTrail left their ids out.
    LaunchWithoutIds,
    /// The schedule, or a person, asks for a sweep.
    SweepDue,
}

/// Why an event asks for nothing.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Ignored {
    /// It happened in another account than the function's.
    OtherAccount,
    /// It happened in another Region than the function's.
    OtherRegion,
    /// It is of a service the guardrail does not know.
    OtherService,
    /// It is of a known service, but nothing that may have allowed version 1.
    OtherEvent,
    /// A call that only asked whether it would be allowed.
    DryRun,
    /// A call that AWS refused.
    FailedCall,
    /// A call that changed nothing.
    ReadOnly,
    /// The instance is on its way to a state in which it needs nothing.
    NotRunning,
    /// The call itself required version 2: our own echo, or somebody's good deed.
    AlreadyRequired,
    /// The guardrail's own move of an endpoint.
    OwnEcho,
    /// The tags that were removed are not the exception tag.
    OtherTag,
    /// It names no instance and no runtime.
    NoIds,
    /// It names something, but nothing that has the form of an id.
    InvalidIds,
    /// A sweep whose detail is anything but `{}` or a `mode` that exists.
    InvalidMode,
}

/// Reads an event.
///
/// # Errors
/// The reason why the event asks for nothing.
pub fn read(event: &EventBridgeEvent<Value>, home: &Home, exception: &ExceptionTag) -> Result<Event, Ignored> {
    if (event.source.as_str(), event.detail_type.as_str()) == (OWN_SOURCE, OWN_DETAIL_TYPE) {
        return sweep(event, home);
    }
    if event.account.as_deref() != Some(&home.account) {
        return Err(Ignored::OtherAccount);
    }
    if event.region.as_deref() != Some(&home.region) {
        return Err(Ignored::OtherRegion);
    }
    let detail = &event.detail;
    let (cause, named) = match (event.source.as_str(), event.detail_type.as_str()) {
        ("aws.ec2", "EC2 Instance State-change Notification") => ec2::state_change(detail)?,
        ("aws.ec2", CLOUDTRAIL) => ec2::call(successful(detail)?, exception)?,
        (AGENTCORE | AGENTCORE_CONTROL, CLOUDTRAIL) => agentcore::call(successful(detail)?, exception)?,
        ("aws.ec2" | AGENTCORE | AGENTCORE_CONTROL, _) => return Err(Ignored::OtherEvent),
        _ => return Err(Ignored::OtherService),
    };
    let work = match (cause, named.targets(home)) {
        (Cause::InstancesLaunched, Err(Ignored::NoIds)) => {
            let work = Work::Sweep(&[Kind::Ec2Instance], None);
            return Ok(Event { cause: Cause::LaunchWithoutIds, work, time: event.time });
        }
        (_, targets) => Work::Targets(targets?),
    };
    Ok(Event { cause, work, time: event.time })
}

/// An event of our own. The schedule's is written by hand and names no account and no Region.
fn sweep(event: &EventBridgeEvent<Value>, home: &Home) -> Result<Event, Ignored> {
    if event.account.as_ref().is_some_and(|account| *account != home.account) {
        return Err(Ignored::OtherAccount);
    }
    if event.region.as_ref().is_some_and(|region| *region != home.region) {
        return Err(Ignored::OtherRegion);
    }
    // Whoever writes anything else may mean report mode, and must not get a sweep that writes.
    let mode = match &event.detail {
        Value::Object(members) if members.is_empty() => None,
        Value::Object(members) if members.len() == 1 => {
            let mode = members.get("mode").and_then(Value::as_str).ok_or(Ignored::InvalidMode)?;
            Some(mode.parse().map_err(|_| Ignored::InvalidMode)?)
        }
        _ => return Err(Ignored::InvalidMode),
    };
    let work = Work::Sweep(&[Kind::AgentcoreRuntime, Kind::Ec2Instance, Kind::AccountDefaults], mode);
    Ok(Event { cause: Cause::SweepDue, work, time: event.time })
}

const OWN_SOURCE: &str = "metadata-guardrail";
const OWN_DETAIL_TYPE: &str = "Guardrail Sweep";
/// The documented source of AgentCore's management events, and the control plane's own name.
const AGENTCORE: &str = "aws.bedrock-agentcore";
const AGENTCORE_CONTROL: &str = "aws.bedrock-agentcore-control";
const CLOUDTRAIL: &str = "AWS API Call via CloudTrail";

/// What an event is about, as it is written there.
enum Named {
    Instances(Vec<String>),
    Runtimes(Vec<String>),
    RuntimeArn(String),
}

impl Named {
    fn targets(self, home: &Home) -> Result<Vec<Target>, Ignored> {
        let (texts, target): (_, fn(&Home, &str) -> Option<Target>) = match self {
            Self::Instances(ids) => (ids, Target::instance),
            Self::Runtimes(ids) => (ids, Target::runtime),
            Self::RuntimeArn(arn) => (vec![arn], Target::runtime_by_arn),
        };
        if texts.is_empty() {
            return Err(Ignored::NoIds);
        }
        let mut targets: Vec<_> = texts.iter().filter_map(|text| target(home, text)).collect();
        targets.sort();
        targets.dedup();
        if targets.is_empty() { Err(Ignored::InvalidIds) } else { Ok(targets) }
    }
}

/// The CloudTrail record, if its call succeeded and changed something.
fn successful(record: &Value) -> Result<&Value, Ignored> {
    match &record["errorCode"] {
        Value::Null => {}
        Value::String(code) if code.ends_with("DryRunOperation") => return Err(Ignored::DryRun),
        _ => return Err(Ignored::FailedCall),
    }
    if record["readOnly"] == true { Err(Ignored::ReadOnly) } else { Ok(record) }
}

/// The texts under `member` in the `items` of a CloudTrail list.
fn items<'a>(list: &'a Value, member: &'a str) -> impl Iterator<Item = &'a str> {
    let items = list["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(move |item| item[member].as_str())
}

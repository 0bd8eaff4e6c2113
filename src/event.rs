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
use strum::{IntoStaticStr, VariantArray, VariantNames};

use crate::{
    settings::{AgentCore, Mode, Settings},
    target::{Home, Kind, Target, read_all},
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
    /// When it happened, if the event says so.
    pub time: Option<DateTime<Utc>>,
    /// What else it names: texts that are not ids of a known form.
    pub unknown_ids: Vec<String>,
}

/// What an event asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Work {
    /// Look at these targets. Never empty, and no target appears twice.
    Targets(Vec<Target>),
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
    /// A sweep whose detail is neither `{}` nor a single `mode` that exists.
    InvalidMode,
}

/// Reads an event. One that a rule delivered and that names no readable target asks for a sweep of
/// its kind.
///
/// # Errors
/// Why the event asks for nothing.
pub fn read(
    event: &EventBridgeEvent<Value>,
    home: &Home,
    settings: &Settings,
) -> Result<Event, Ignored> {
    if (event.source.as_str(), event.detail_type.as_str()) == (OWN_SOURCE, OWN_DETAIL_TYPE) {
        return sweep(event, home);
    }
    if event.account.as_deref() != Some(&home.account) {
        return Err(Ignored::OtherAccount);
    }
    if event.region.as_deref() != Some(&home.region) {
        return Err(Ignored::OtherRegion);
    }
    let (detail, exception) = (&event.detail, &settings.exception);
    let (cause, named) = match (event.source.as_str(), event.detail_type.as_str()) {
        (AGENTCORE | AGENTCORE_CONTROL, _) if settings.agentcore == AgentCore::Disabled => {
            return Err(Ignored::AgentcoreDisabled);
        }
        ("aws.ec2", "EC2 Instance State-change Notification") => ec2::state_change(detail)?,
        ("aws.ec2", CLOUDTRAIL) => ec2::call(by_somebody_else(detail, home)?, exception)?,
        (AGENTCORE | AGENTCORE_CONTROL, CLOUDTRAIL) => {
            agentcore::call(by_somebody_else(detail, home)?, home, exception)?
        }
        ("aws.ec2" | AGENTCORE | AGENTCORE_CONTROL, _) => return Err(Ignored::OtherEvent),
        _ => return Err(Ignored::OtherService),
    };
    let (work, unknown_ids) = named.work(home);
    Ok(Event { cause, work, time: event.time, unknown_ids })
}

/// An event of our own. The schedule's event is written by hand and names neither account nor
/// Region.
fn sweep(event: &EventBridgeEvent<Value>, home: &Home) -> Result<Event, Ignored> {
    if event.account.as_ref().is_some_and(|account| *account != home.account) {
        return Err(Ignored::OtherAccount);
    }
    if event.region.as_ref().is_some_and(|region| *region != home.region) {
        return Err(Ignored::OtherRegion);
    }
    // Whoever writes anything else may mean report mode and must not get a sweep that writes.
    let mode = match &event.detail {
        Value::Object(members) if members.is_empty() => None,
        Value::Object(members) if members.len() == 1 => {
            let mode = members.get("mode").and_then(Value::as_str).ok_or(Ignored::InvalidMode)?;
            Some(mode.parse().map_err(|_| Ignored::InvalidMode)?)
        }
        _ => return Err(Ignored::InvalidMode),
    };
    let work = Work::Sweep(Kind::VARIANTS, mode);
    Ok(Event { cause: Cause::SweepDue, work, time: event.time, unknown_ids: Vec::new() })
}

const OWN_SOURCE: &str = "metadata-guardrail";
const OWN_DETAIL_TYPE: &str = "Guardrail Sweep";
/// The documented source of AgentCore's management events, and the control plane's own name.
const AGENTCORE: &str = "aws.bedrock-agentcore";
const AGENTCORE_CONTROL: &str = "aws.bedrock-agentcore-control";
const CLOUDTRAIL: &str = "AWS API Call via CloudTrail";

/// What an event names, as it is written there. Empty if the event does not say: CloudTrail leaves
/// out requests and responses larger than 100 KB.
enum Named {
    Instances(Vec<String>),
    Runtimes(Vec<String>),
    RuntimeArn(String),
}

impl Named {
    /// The work, and the texts that are not ids of a known form.
    fn work(self, home: &Home) -> (Work, Vec<String>) {
        let (kinds, (mut targets, unknown)): (&'static [Kind], _) = match self {
            Self::Instances(ids) => {
                (&[Kind::Ec2Instance], read_all(ids, |id| Target::instance(home, id)))
            }
            Self::Runtimes(ids) => {
                (&[Kind::AgentcoreRuntime], read_all(ids, |id| Target::runtime(home, id)))
            }
            Self::RuntimeArn(arn) => (
                &[Kind::AgentcoreRuntime],
                read_all(vec![arn], |arn| Target::runtime_by_arn(home, arn)),
            ),
        };
        // CloudTrail may name an instance in both the request and the response.
        targets.sort();
        targets.dedup();
        // The event still happened, so a sweep has to find what it does not name.
        let work =
            if targets.is_empty() { Work::Sweep(kinds, None) } else { Work::Targets(targets) };
        (work, unknown)
    }
}

/// Returns the CloudTrail record if its call succeeded, changed something and is not the
/// guardrail's own.
fn by_somebody_else<'a>(record: &'a Value, home: &Home) -> Result<&'a Value, Ignored> {
    match &record["errorCode"] {
        Value::Null => {}
        Value::String(code) if code.ends_with("DryRunOperation") => return Err(Ignored::DryRun),
        _ => return Err(Ignored::FailedCall),
    }
    if record["readOnly"] == true {
        return Err(Ignored::ReadOnly);
    }
    if is_own(record, home) { Err(Ignored::OwnEcho) } else { Ok(record) }
}

/// Whether the guardrail itself made a call whose request is left out. Lambda names the session of
/// a function's role after the function. A request that is there speaks for itself, because
/// somebody else may use the same session name.
fn is_own(record: &Value, home: &Home) -> bool {
    let (request, identity) = (&record["requestParameters"], &record["userIdentity"]);
    if request.is_object() && request["omitted"].is_null() {
        return false;
    }
    let (account, session) =
        (format!("::{}:assumed-role/", home.account), format!("/{}", home.function));
    identity["arn"]
        .as_str()
        .is_some_and(|arn| arn.contains(&account) && arn.ends_with(&session))
}

/// The texts under `member` in the `items` of a CloudTrail list, with an empty text for anything
/// else.
fn items<'a>(list: &'a Value, member: &'a str) -> impl Iterator<Item = &'a str> {
    let items = list["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().map(move |item| item[member].as_str().unwrap_or_default())
}

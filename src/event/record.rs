//! A record of CloudTrail, wherever it comes from.

use serde_json::Value;

use super::{Ask, Ignored, Service, agentcore, ec2};
use crate::{
    place::{Deployment, Place},
    settings::{AgentCore, Settings},
};

/// Reads a record of the deployment's place.
pub(super) fn read(
    record: &Value,
    deployment: &Deployment,
    settings: &Settings,
) -> Result<Ask, Ignored> {
    let place = &deployment.place;
    if !agrees(record, place) {
        return Err(Ignored::PlaceMismatch);
    }
    check_call(record, deployment)?;
    let (cause, named) = match Service::of_record(record).ok_or(Ignored::OtherService)? {
        Service::Ec2 => ec2::call(record, &settings.exception)?,
        Service::AgentCore if settings.agentcore == AgentCore::Disabled => {
            return Err(Ignored::AgentcoreDisabled);
        }
        Service::AgentCore => agentcore::call(record, place, &settings.exception)?,
    };
    let time = record["eventTime"].as_str().and_then(|time| time.parse().ok());
    let id = record["eventID"].as_str().map(str::to_owned);
    Ok(Ask { time, id, ..named.ask(cause, place) })
}

/// Whether a record says nothing else about the account and the Region it is about.
fn agrees(record: &Value, place: &Place) -> bool {
    [("recipientAccountId", &place.account), ("awsRegion", &place.region)]
        .into_iter()
        .all(|(member, value)| record[member].is_null() || record[member] == value.as_str())
}

/// Checks that the call succeeded, changed something and is not the guardrail's own.
fn check_call(record: &Value, deployment: &Deployment) -> Result<(), Ignored> {
    match &record["errorCode"] {
        Value::Null => {}
        Value::String(code) if code.ends_with("DryRunOperation") => return Err(Ignored::DryRun),
        _ => return Err(Ignored::FailedCall),
    }
    if record["readOnly"] == true {
        return Err(Ignored::ReadOnly);
    }
    if is_own(record, deployment) { Err(Ignored::OwnEcho) } else { Ok(()) }
}

/// Whether the guardrail itself made a call whose request is left out. Lambda names the session of
/// a function's role after the function. A request that is there speaks for itself, because
/// somebody else may use the same session name.
fn is_own(record: &Value, deployment: &Deployment) -> bool {
    let (request, identity) = (&record["requestParameters"], &record["userIdentity"]);
    if request.is_object() && request["omitted"].is_null() {
        return false;
    }
    let Deployment { place, function } = deployment;
    let (role, session) = (format!("::{}:assumed-role/", place.account), format!("/{function}"));
    identity["arn"]
        .as_str()
        .is_some_and(|arn| arn.contains(&role) && arn.ends_with(&session))
}

//! Events of EC2.

use serde_json::Value;

use super::{Cause, Ignored, Named, items};
use crate::exception::ExceptionTag;

/// `EC2 Instance State-change Notification`: needs no trail, and covers every launch path and every
/// start.
pub(super) fn state_change(detail: &Value) -> Result<(Cause, Named), Ignored> {
    if detail["state"] != "running" {
        return Err(Ignored::NotRunning);
    }
    let ids = detail["instance-id"].as_str().map(str::to_owned);
    Ok((Cause::InstanceRunning, Named::Instances(ids.into_iter().collect())))
}

/// A call that CloudTrail recorded.
pub(super) fn call(record: &Value, exception: &ExceptionTag) -> Result<(Cause, Named), Ignored> {
    let (cause, ids) = match record["eventName"].as_str() {
        Some("StartInstances") => (Cause::InstancesStarted, started(record)),
        Some("RunInstances") => (Cause::InstancesLaunched, launched(record)?),
        Some("ModifyInstanceMetadataOptions") => {
            (Cause::MetadataOptionsModified, modified(record)?)
        }
        Some("DeleteTags") => (Cause::ExceptionTagRemoved, untagged(record, exception)?),
        _ => return Err(Ignored::OtherEvent),
    };
    Ok((cause, Named::Instances(ids)))
}

/// The ids are in the request and again in the response. Either may have been too large for the
/// record.
fn started(record: &Value) -> Vec<String> {
    ["requestParameters", "responseElements"]
        .into_iter()
        .flat_map(|half| items(&record[half]["instancesSet"], "instanceId"))
        .map(str::to_owned)
        .collect()
}

/// Instances launched with version 2 required need no look.
fn launched(record: &Value) -> Result<Vec<String>, Ignored> {
    let instances = &record["responseElements"]["instancesSet"]["items"];
    let instances = instances.as_array().map(Vec::as_slice).unwrap_or_default();
    let open: Vec<_> = instances
        .iter()
        .filter(|instance| instance["metadataOptions"]["httpTokens"] != "required")
        .collect();
    if open.is_empty() && !instances.is_empty() {
        return Err(Ignored::AlreadyRequired);
    }
    Ok(open
        .into_iter()
        .map(|instance| instance["instanceId"].as_str().unwrap_or_default().to_owned())
        .collect())
}

/// CloudTrail writes the parameters of this call nested and in PascalCase. Flat camelCase has been
/// seen too.
fn modified(record: &Value) -> Result<Vec<String>, Ignored> {
    let flat = &record["requestParameters"];
    let nested = &flat["ModifyInstanceMetadataOptionsRequest"];
    if nested["HttpTokens"] == "required" || flat["httpTokens"] == "required" {
        return Err(Ignored::AlreadyRequired);
    }
    let response = &record["responseElements"]["ModifyInstanceMetadataOptionsResponse"];
    let id = nested["InstanceId"]
        .as_str()
        .or(flat["instanceId"].as_str())
        .or(response["instanceId"].as_str());
    Ok(id.map(str::to_owned).into_iter().collect())
}

/// DeleteTags without a key removes every tag of its resources.
fn untagged(record: &Value, exception: &ExceptionTag) -> Result<Vec<String>, Ignored> {
    let request = &record["requestParameters"];
    let mut keys = items(&request["tagSet"], "key").peekable();
    if keys.peek().is_some() && !keys.any(|key| key == exception.key()) {
        return Err(Ignored::OtherTag);
    }
    let all: Vec<_> = items(&request["resourcesSet"], "resourceId").collect();
    let instances = all.iter().filter(|id| id.is_empty() || id.starts_with("i-"));
    let instances: Vec<_> = instances.map(|id| (*id).to_owned()).collect();
    if instances.is_empty() && !all.is_empty() { Err(Ignored::NoIds) } else { Ok(instances) }
}

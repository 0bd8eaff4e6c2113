//! Events of Bedrock AgentCore.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Cause, Ignored, Named};
use crate::{client_token, exception::ExceptionTag, place::Place};

/// A call that CloudTrail recorded.
pub(super) fn call(
    record: &Value,
    place: &Place,
    exception: &ExceptionTag,
) -> Result<(Cause, Named), Ignored> {
    match record["eventName"].as_str() {
        Some("CreateAgentRuntime") => Ok((Cause::RuntimeCreated, runtime(record))),
        Some("UpdateAgentRuntime") => updated(record),
        Some("CreateAgentRuntimeEndpoint") => Ok((Cause::EndpointCreated, runtime(record))),
        Some("UpdateAgentRuntimeEndpoint") => endpoint_updated(record),
        Some("UntagResource") => untagged(record, place, exception),
        _ => Err(Ignored::OtherEvent),
    }
}

/// The id is in the response, beside the ARN. An update also names it in its path.
fn runtime(record: &Value) -> Named {
    let (response, request) = (&record["responseElements"], &record["requestParameters"]);
    let id = response["agentRuntimeId"].as_str().or(request["agentRuntimeId"].as_str());
    match (id, response["agentRuntimeArn"].as_str()) {
        (None, Some(arn)) => Named::RuntimeArn(arn.to_owned()),
        (id, _) => Named::Runtimes(id.map(str::to_owned).into_iter().collect()),
    }
}

fn updated(record: &Value) -> Result<(Cause, Named), Ignored> {
    if record["requestParameters"]["metadataConfiguration"]["requireMMDSV2"] == true {
        return Err(Ignored::AlreadyRequired);
    }
    Ok((Cause::RuntimeUpdated, runtime(record)))
}

/// The guardrail has already verified its own moves. It recognises them by their client token.
fn endpoint_updated(record: &Value) -> Result<(Cause, Named), Ignored> {
    let token = record["requestParameters"]["clientToken"].as_str();
    if token.is_some_and(|token| token.starts_with(client_token::PREFIX)) {
        return Err(Ignored::OwnEcho);
    }
    Ok((Cause::EndpointUpdated, runtime(record)))
}

/// Gateways, browsers and other resources of the service can be untagged too. Their ARNs are no
/// targets.
fn untagged(
    record: &Value,
    place: &Place,
    exception: &ExceptionTag,
) -> Result<(Cause, Named), Ignored> {
    let request = &record["requestParameters"];
    if request["tagKeys"]
        .as_array()
        .is_some_and(|keys| keys.iter().all(|key| key != exception.key()))
    {
        return Err(Ignored::OtherTag);
    }
    let Some(arn) = request["resourceArn"].as_str() else {
        return Ok((Cause::ExceptionTagRemoved, Named::Runtimes(Vec::new())));
    };
    // The ARN is part of the request's path, and CloudTrail may keep it in encoded form.
    let arn = percent_decode_str(arn).decode_utf8_lossy();
    if !arn.starts_with(&place.runtime_arns()) {
        return Err(Ignored::InvalidIds);
    }
    Ok((Cause::ExceptionTagRemoved, Named::RuntimeArn(of_runtime(&arn).to_owned())))
}

/// Endpoints are looked at together with their runtime.
fn of_runtime(arn: &str) -> &str {
    arn.split_once("/runtime-endpoint/").map_or(arn, |(runtime, _)| runtime)
}

//! The façade of Lambda's mappings: REST paths and JSON.

use axum::http::{Method, Uri};
use serde_json::{Value, json};

use crate::{
    call::{self, Call},
    refusal::Refusal,
    stack::{Mapping, no_such_mapping},
    world::{ACCOUNT, World},
};

const PATH: &str = "/2015-03-31/event-source-mappings";

/// What a request asks for. Its resource is the mapping's UUID.
pub(super) fn call(method: &Method, uri: &Uri, body: String) -> Call {
    // Clients differ in whether the path of all mappings ends with a slash.
    let uuid = uri.path().strip_prefix(PATH).map(|rest| rest.trim_matches('/'));
    let operation = match (method.as_str(), uuid) {
        ("GET", Some("")) => "ListEventSourceMappings".to_owned(),
        ("GET", Some(_)) => "GetEventSourceMapping".to_owned(),
        ("PUT", Some(_)) => "UpdateEventSourceMapping".to_owned(),
        _ => format!("{method} {}", uri.path()),
    };
    let resource = uuid.filter(|uuid| !uuid.is_empty()).map(str::to_owned);
    let parameters = call::parameters(uri.query().unwrap_or_default());
    Call { operation, resource, body, parameters, ..Call::default() }
}

/// Carries the call out and gives status and JSON of the answer.
pub(super) fn answer(world: &mut World, call: &Call) -> Result<(u16, String), Refusal> {
    let uuid = call.resource.as_deref().unwrap_or_default();
    let (status, answer) = match call.operation.as_str() {
        "ListEventSourceMappings" => (200, list_event_source_mappings(world, call)?),
        "GetEventSourceMapping" => {
            let mapping = world.stack.mappings.get(uuid);
            (200, shown(world, uuid, mapping.ok_or_else(|| no_such_mapping(uuid))?))
        }
        "UpdateEventSourceMapping" => (202, update_event_source_mapping(world, uuid, &call.body)?),
        other => {
            let message = format!("No operation matches {other}");
            return Err(Refusal::new(404, "UnknownOperationException", message));
        }
    };
    Ok((status, answer.to_string()))
}

fn list_event_source_mappings(world: &World, call: &Call) -> Result<Value, Refusal> {
    let function = call.parameter("FunctionName");
    if function.is_some_and(|name| ![FUNCTION, &function_arn(world)].contains(&name)) {
        let message = "Function not found.";
        return Err(Refusal::new(404, "ResourceNotFoundException", message));
    }
    let mappings = world.stack.mappings.iter();
    let mappings: Vec<_> = mappings.map(|(uuid, mapping)| shown(world, uuid, mapping)).collect();
    Ok(json!({"EventSourceMappings": mappings}))
}

fn update_event_source_mapping(
    world: &mut World,
    uuid: &str,
    body: &str,
) -> Result<Value, Refusal> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let is_enabled = body["Enabled"].as_bool().ok_or_else(|| {
        let message = "The stand-in changes nothing of a mapping but Enabled.";
        Refusal::new(400, "InvalidParameterValueException", message)
    })?;
    let mapping = world.switch(uuid, is_enabled)?;
    Ok(shown(world, uuid, &mapping))
}

fn shown(world: &World, uuid: &str, mapping: &Mapping) -> Value {
    json!({
        "UUID": uuid,
        "EventSourceArn": format!("arn:aws:sqs:{}:{ACCOUNT}:{}", world.region, mapping.queue),
        "FunctionArn": function_arn(world),
        "State": mapping.state(world.clock.elapsed()),
        "StateTransitionReason": "USER_INITIATED",
        "LastProcessingResult": "OK",
    })
}

/// The one function that there is.
const FUNCTION: &str = "metadata-guardrail";

fn function_arn(world: &World) -> String {
    let region = &world.region;
    format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{FUNCTION}")
}

/// The JSON of an error answer.
pub(super) fn error(refusal: &Refusal) -> String {
    json!({"Type": "User", "Message": refusal.message}).to_string()
}

//! The EventBridge façade: AWS JSON 1.1 on the path that EC2 has too; the header tells them apart.

use axum::http::{Method, request::Parts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    call::{self, Call},
    event_bus::Entry,
    refusal::Refusal,
    world::World,
};

pub(super) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const TARGET: &str = "AWSEvents.";

/// `PutEvents`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PutEvents {
    entries: Vec<RequestEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RequestEntry {
    event_bus_name: Option<String>,
    source: Option<String>,
    detail_type: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    resources: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    failed_entry_count: usize,
    entries: Vec<Value>,
}

pub(super) fn is_addressed(head: &Parts) -> bool {
    head.method == Method::POST && call::target(head, TARGET).is_some()
}

/// What a request asks for. Its resource is the bus of its first entry.
pub(super) fn call(head: &Parts, body: String) -> Call {
    let operation = call::target(head, TARGET).unwrap_or_default().to_owned();
    let members: Value = serde_json::from_str(&body).unwrap_or_default();
    let resource = members["Entries"][0]["EventBusName"].as_str().map(str::to_owned);
    Call { operation, resource, body, ..Call::default() }
}

/// Carries the call out and gives the JSON of the answer.
pub(super) fn answer(world: &mut World, call: &Call) -> Result<String, Refusal> {
    match call.operation.as_str() {
        "PutEvents" => put_events(world, &call.body),
        other => {
            let message = format!("The action {other} is not valid for this endpoint.");
            Err(Refusal::new(400, "UnknownOperationException", message))
        }
    }
}

fn put_events(world: &mut World, body: &str) -> Result<String, Refusal> {
    let request: PutEvents = serde_json::from_str(body)
        .map_err(|error| Refusal::new(400, "SerializationException", error.to_string()))?;
    let entries: Vec<_> = request.entries.into_iter().map(Entry::from).collect();
    let results = world.put_events(&entries)?;
    let answer = Answer {
        failed_entry_count: results.iter().filter(|result| result.is_err()).count(),
        entries: results.into_iter().map(entry).collect(),
    };
    Ok(serde_json::to_string(&answer).expect("the shapes are valid JSON"))
}

impl From<RequestEntry> for Entry {
    fn from(entry: RequestEntry) -> Self {
        let RequestEntry { event_bus_name, source, detail_type, detail, resources } = entry;
        Self { bus: event_bus_name, source, detail_type, detail, resources }
    }
}

fn entry(result: Result<String, Refusal>) -> Value {
    match result {
        Ok(id) => json!({"EventId": id}),
        Err(Refusal { code, message, .. }) => json!({"ErrorCode": code, "ErrorMessage": message}),
    }
}

/// The JSON of an error answer.
pub(super) fn error(refusal: &Refusal) -> String {
    json!({"__type": refusal.code, "message": refusal.message}).to_string()
}

//! The SQS façade: AWS JSON 1.0 on the path that EC2 has too; the header tells them apart.

use axum::http::{Method, request::Parts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    call::{self, Call},
    queue::{Message, Outgoing, no_such_queue},
    refusal::Refusal,
    world::{ACCOUNT, World},
};

pub(super) const CONTENT_TYPE: &str = "application/x-amz-json-1.0";
const TARGET: &str = "AmazonSQS.";

/// `SendMessage`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage {
    queue_url: String,
    message_body: String,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    md5_of_body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_number: Option<String>,
}

pub(super) fn is_addressed(head: &Parts) -> bool {
    head.method == Method::POST && call::target(head, TARGET).is_some()
}

/// What a request asks for. Its resource is the queue's name.
pub(super) fn call(head: &Parts, body: String) -> Call {
    let operation = call::target(head, TARGET).unwrap_or_default().to_owned();
    let members: Value = serde_json::from_str(&body).unwrap_or_default();
    let named = members["QueueUrl"].as_str().or(members["QueueName"].as_str());
    let resource = named.map(|url| name(url).to_owned());
    Call { operation, resource, body, ..Call::default() }
}

/// The queue's name, with which its URL ends.
fn name(url: &str) -> &str {
    url.rsplit_once('/').map_or(url, |(_, name)| name)
}

/// Carries the call out and gives the JSON of the answer.
pub(super) fn answer(world: &mut World, call: &Call) -> Result<String, Refusal> {
    match call.operation.as_str() {
        "GetQueueUrl" => get_queue_url(world, call.resource.as_deref().unwrap_or_default()),
        "SendMessage" => send_message(world, &call.body),
        other => Err(Refusal::new(
            400,
            "UnknownOperationException",
            format!("The action {other} is not valid for this endpoint."),
        )),
    }
}

fn get_queue_url(world: &World, name: &str) -> Result<String, Refusal> {
    if !world.queues.contains_key(name) {
        return Err(no_such_queue());
    }
    let region = &world.region;
    let url = format!("https://sqs.{region}.amazonaws.com/{ACCOUNT}/{name}");
    Ok(json!({"QueueUrl": url}).to_string())
}

fn send_message(world: &mut World, body: &str) -> Result<String, Refusal> {
    let request: SendMessage = serde_json::from_str(body)
        .map_err(|error| Refusal::new(400, "MissingParameter", error.to_string()))?;
    let SendMessage { queue_url, message_body, message_group_id, message_deduplication_id } =
        request;
    let outgoing = Outgoing {
        body: message_body,
        group: message_group_id,
        deduplication_id: message_deduplication_id,
    };
    let sent: Message = world.send(name(&queue_url), outgoing)?;
    let is_fifo = world.queue(name(&queue_url)).is_fifo;
    let answer = Sent {
        md5_of_body: sent.md5_of_body(),
        sequence_number: is_fifo.then(|| format!("{:020}", sent.sequence)),
        message_id: sent.id,
    };
    Ok(serde_json::to_string(&answer).expect("the shapes are valid JSON"))
}

/// The header with the code that the error had in the older protocol, for clients that know it.
pub(super) fn older_code(refusal: &Refusal) -> Option<(&'static str, String)> {
    (refusal.code == "QueueDoesNotExist").then(|| {
        ("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender".to_owned())
    })
}

/// The JSON of an error answer.
pub(super) fn error(refusal: &Refusal) -> String {
    let of_service = ["QueueDoesNotExist", "RequestThrottled"].contains(&refusal.code.as_str());
    let space = if of_service { "com.amazonaws.sqs" } else { "com.amazon.coral.service" };
    json!({"__type": format!("{space}#{}", refusal.code), "message": refusal.message}).to_string()
}

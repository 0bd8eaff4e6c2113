//! Stories of AgentCore runtimes, through the guardrail itself and the real SDK. First those in
//! which nothing may be called or written.

mod nothing_is_written;

mod a_retry_is_the_same_request;
mod an_answer_is_lost;
mod aws_quotes_the_secret;
mod findings_travel_with_the_outcome;
mod it_is_written;
mod the_s3_endpoint_rule;
mod the_update_is_lossless;
mod the_write_is_decided_anew;
mod the_write_is_verified;
mod what_is_not_the_guardrails_to_write;

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::{Call, Document, Runtime};

use crate::support::{
    harness::{Scene, agentcore_call, document, runtime_created},
    names::{CANARY, GET_RUNTIME, LIST_TAGS, RUNTIME, UPDATE_RUNTIME},
};

const S3_ENDPOINT_REFUSED: &str =
    "Agents created after 2026-06-11T00:00:00Z cannot modify requireServiceS3Endpoint";

/// What is called until a write is sent.
const UP_TO_THE_UPDATE: [&str; 4] = [GET_RUNTIME, LIST_TAGS, GET_RUNTIME, UPDATE_RUNTIME];
/// How often the target of an event is tried.
const TRIES: usize = 20;

/// A pause for which no invocation has the time.
const LONGER_THAN_LEFT: Duration = Duration::from_secs(3600);

/// A scene with one runtime that allows MMDSv1, as `arrange` leaves it.
async fn scene_with(arrange: impl FnOnce(&mut Runtime)) -> Scene {
    let scene = Scene::new().await;
    arrange(scene.aws.world().add_runtime(RUNTIME, &document()));
    scene
}

/// A scene with one runtime that allows MMDSv1.
async fn scene() -> Scene {
    scene_with(|_| ()).await
}

fn created() -> Value {
    runtime_created(RUNTIME)
}

fn updated(request: Value) -> Value {
    agentcore_call(UPDATE_RUNTIME, request, json!({"agentRuntimeId": RUNTIME}))
}

/// The members of a request's body, each byte for byte.
fn members(call: &Call) -> Document {
    serde_json::from_str(&call.body).expect("the body is a whole JSON object")
}

fn sent<'a>(members: &'a Document, name: &str) -> Option<&'a str> {
    members.get(name).map(|json| json.get())
}

/// A member that is a text somewhere in a request's body, by its JSON pointer.
fn at(call: &Call, pointer: &str) -> Option<Value> {
    let body: Value = serde_json::from_str(&call.body).expect("the body is JSON");
    body.pointer(pointer).cloned()
}

fn client_token(call: &Call) -> String {
    let token = at(call, "/clientToken").expect("a client token");
    token.as_str().expect("a text").to_owned()
}

/// Neither the outcome nor the log holds eight characters of the secret in a row.
#[track_caller]
fn assert_no_piece_of_the_secret(scene: &Scene, outcome: &Value) {
    let said = format!("{outcome} {:?}", scene.log_lines());
    for start in 0..=CANARY.len() - 8 {
        let piece = &CANARY[start..start + 8];
        assert!(!said.contains(piece), "{piece:?} of the secret is in {said}");
    }
}

//! A built binary as Lambda runs it: settings from the environment, events through the Lambda
//! Runtime API.

#![allow(dead_code, reason = "each test target uses a part of it")]

use std::{
    ffi::OsStr,
    process::Stdio,
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::HeaderMap,
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::{Value, json};
use stand_in::{ACCOUNT, REGION};
use tokio::{
    net::TcpListener,
    process::Command,
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
};

/// The binary in the environment that Lambda gives it.
pub fn binary(path: impl AsRef<OsStr>, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(path);
    command
        .env_clear()
        .envs([
            ("AWS_LAMBDA_FUNCTION_NAME", "metadata-guardrail"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "not-a-secret"),
        ])
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// The Lambda Runtime API with some events to hand out.
pub struct RuntimeApi {
    /// What `AWS_LAMBDA_RUNTIME_API` says.
    pub address: String,
    /// One for each time that the function asked for an event, as it asks.
    pub requests: UnboundedReceiver<()>,
    /// What the function answered, as it comes.
    pub replies: UnboundedReceiver<Reply>,
    events: UnboundedSender<(String, Value)>,
    invoked: usize,
}

/// What the function answered to one invocation.
pub struct Reply {
    pub request_id: String,
    /// `response` or `error`.
    pub kind: String,
    pub body: Value,
}

impl RuntimeApi {
    /// Starts on a free port of 127.0.0.1. Lambda ends each invocation after `remaining`.
    pub async fn start(events: impl IntoIterator<Item = Value>, remaining: Duration) -> Self {
        let (events_sender, waiting) = unbounded_channel();
        let (requests_sender, requests) = unbounded_channel();
        let (replies_sender, replies) = unbounded_channel();
        let shared = Shared {
            events: Arc::new(Mutex::new(waiting)),
            remaining,
            requests: requests_sender,
            replies: replies_sender,
        };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(reply))
            .with_state(shared);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async { axum::serve(listener, router).await });
        let mut api = Self { address, requests, replies, events: events_sender, invoked: 0 };
        events.into_iter().for_each(|event| api.send(event));
        api
    }

    /// Invokes the function, as soon as it asks, and waits for its answer.
    pub async fn invoke(&mut self, event: Value) -> Reply {
        self.send(event);
        self.replies.recv().await.expect("the function answers")
    }

    fn send(&mut self, event: Value) {
        self.invoked += 1;
        let waiting = self.events.send((format!("request-{}", self.invoked), event));
        waiting.expect("the API is there as long as its function");
    }
}

#[derive(Clone)]
struct Shared {
    events: Arc<Mutex<UnboundedReceiver<(String, Value)>>>,
    remaining: Duration,
    requests: UnboundedSender<()>,
    replies: UnboundedSender<Reply>,
}

async fn next(State(api): State<Shared>) -> impl IntoResponse {
    // Here and below, whoever listens may have heard enough.
    let _ = api.requests.send(());
    let next = api.events.lock().await.recv().await;
    let Some((request_id, event)) = next else { return std::future::pending().await };
    #[expect(clippy::disallowed_methods, reason = "Lambda gives the deadline as a time of day")]
    let deadline = SystemTime::now() + api.remaining;
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", request_id),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:metadata-guardrail"),
        ),
    ];
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(name, value.parse().expect("a header value"));
    }
    (map, Json(event))
}

async fn reply(
    State(api): State<Shared>,
    Path((request_id, kind)): Path<(String, String)>,
    body: String,
) -> Json<Value> {
    let body = serde_json::from_str(&body).expect("a reply is JSON");
    let _ = api.replies.send(Reply { request_id, kind, body });
    Json(json!({"status": "OK"}))
}

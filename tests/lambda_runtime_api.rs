//! The real binary, as Lambda runs it: settings from the environment, events through the Lambda Runtime API.

use std::{
    collections::VecDeque,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
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
use tokio::{
    net::TcpListener,
    process::Command,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use crate::{
    harness::{CANARY, document, due, running, runtime_created},
    stand_in::{ACCOUNT, Fault, REGION, StandIn},
};

const INSTANCE: &str = "i-0a1b2c3d4e5f60001";
const RUNTIME: &str = "claims_agent-Xy12Ab34Cd";

#[tokio::test]
async fn two_invocations_one_of_which_fails() {
    let aws = StandIn::start().await;
    aws.world().add_instance(INSTANCE);
    aws.world().add_runtime(RUNTIME, &document());
    let quote = format!("Value '{CANARY}' at 'environmentVariables.DATABASE_PASSWORD' is not allowed");
    let refused = Fault::Refused { code: "ValidationException", message: quote, status: 400 };
    aws.world().fault("UpdateAgentRuntime", refused, 1);
    let (api, mut replies) = serve([runtime_created(RUNTIME), running(INSTANCE)]).await;

    let mut lambda =
        binary(&[("AWS_LAMBDA_RUNTIME_API", &api), ("AWS_ENDPOINT_URL", &aws.url())]).spawn().expect("it starts");
    let failed = replies.recv().await.expect("a first reply");
    let succeeded = replies.recv().await.expect("a second reply");
    lambda.start_kill().expect("it still runs");
    let output = lambda.wait_with_output().await.expect("its output");

    assert_eq!((failed.request_id.as_str(), failed.kind.as_str()), ("request-1", "error"));
    assert_eq!(failed.body["errorType"], "RemediationFailed");
    let response: Value = serde_json::from_str(failed.body["errorMessage"].as_str().unwrap()).unwrap();
    assert_eq!(response["counts"], json!({"failed": 1}));
    assert_eq!(response["outcomes"][0]["reason"], "write_failed");
    assert_eq!((succeeded.request_id.as_str(), succeeded.kind.as_str()), ("request-2", "response"));
    assert_eq!(succeeded.body["counts"], json!({"enforced": 1}));
    assert_eq!(aws.world().instance(INSTANCE).http_tokens, "required");
    assert_what_it_wrote(&String::from_utf8(output.stdout).expect("UTF-8"));
    let unseen =
        [failed.body.to_string(), succeeded.body.to_string(), String::from_utf8_lossy(&output.stderr).into_owned()];
    assert!(unseen.iter().all(|text| !text.contains(CANARY)), "{unseen:?}");
}

fn assert_what_it_wrote(stdout: &str) {
    assert!(!stdout.contains(CANARY), "the secret is in the log or the metrics");
    let lines: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect();
    assert_eq!(stdout.matches("A retry will not help").count(), 1, "a failed outcome is logged once: {stdout}");
    let logged: Vec<_> = lines.iter().filter(|line| line["kind"].is_string()).collect();
    assert_eq!((&logged[0]["request_id"], &logged[0]["level"]), (&json!("request-1"), &json!("ERROR")));
    assert_eq!((&logged[1]["request_id"], &logged[1]["level"]), (&json!("request-2"), &json!("INFO")));
    let counted = |kind: &str, result: &str| {
        lines
            .iter()
            .filter(|line| line["Kind"] == kind && line["Result"] == result)
            .map(|line| line["Outcomes"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(counted("agentcore_runtime", "failed"), [json!(1)]);
    assert_eq!(counted("ec2_instance", "enforced"), [json!(1)]);
    let metrics: Vec<_> = lines.iter().filter(|line| line["_aws"].is_object()).collect();
    assert!(metrics.iter().all(|line| line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "MetadataGuardrail"));
    assert_eq!(metrics.iter().filter(|line| line["Failures"] == 1).count(), 1);
    assert_eq!(metrics.iter().filter(|line| line["Duration"].is_array()).count(), 2);
}

#[tokio::test]
async fn what_alarms_watch_is_counted() {
    let aws = StandIn::start().await;
    aws.world().add_runtime(RUNTIME, &document()).loses_on_update.push("lifecycleConfiguration".to_owned());
    aws.world().fault("ListAgentRuntimes", Fault::AccessDenied, usize::MAX);
    let (api, mut replies) = serve([runtime_created(RUNTIME), due()]).await;

    let mut lambda =
        binary(&[("AWS_LAMBDA_RUNTIME_API", &api), ("AWS_ENDPOINT_URL", &aws.url())]).spawn().expect("it starts");
    for _ in 0..2 {
        assert_eq!(replies.recv().await.expect("a reply").kind, "error");
    }
    lambda.start_kill().expect("it still runs");
    let output = lambda.wait_with_output().await.expect("its output");

    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    for metric in ["UnverifiedWrites", "IncompleteSweeps"] {
        let lines = stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect("every line is JSON"));
        assert_eq!(lines.filter(|line| line[metric] == 1).count(), 1, "{metric}: {stdout}");
    }
}

#[tokio::test]
async fn with_wrong_settings_it_does_not_start_and_says_all_that_is_wrong() {
    let output = binary(&[("GUARDRAIL_MODE", "audit"), ("EXCEPTION_TAG", "")]).output().await.expect("it starts");

    assert!(!output.status.success());
    let line: Value = serde_json::from_slice(&output.stdout).expect("one JSON line");
    let message = line["message"].as_str().expect("a message");
    assert!(message.contains("GUARDRAIL_MODE is \"audit\"") && message.contains("EXCEPTION_TAG is \"\""), "{message}");
}

/// The binary in the environment that Lambda gives it.
fn binary(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_metadata-guardrail"));
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

/// What the function answered to one invocation.
struct Reply {
    request_id: String,
    /// `response` or `error`.
    kind: String,
    body: Value,
}

#[derive(Clone)]
struct RuntimeApi {
    events: Arc<Mutex<VecDeque<(String, Value)>>>,
    replies: UnboundedSender<Reply>,
}

/// The Lambda Runtime API with some events to hand out; its address, and the replies as they come.
async fn serve(events: impl IntoIterator<Item = Value>) -> (String, UnboundedReceiver<Reply>) {
    let events = events.into_iter().enumerate().map(|(at, event)| (format!("request-{}", at + 1), event)).collect();
    let (sender, receiver) = unbounded_channel();
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/{kind}", post(reply))
        .with_state(RuntimeApi { events: Arc::new(Mutex::new(events)), replies: sender });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async { axum::serve(listener, router).await });
    (address, receiver)
}

async fn next(State(api): State<RuntimeApi>) -> impl IntoResponse {
    let next = api.events.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let Some((request_id, event)) = next else { return std::future::pending().await };
    #[expect(clippy::disallowed_methods, reason = "Lambda gives the deadline as a time of day")]
    let deadline = SystemTime::now() + Duration::from_secs(300);
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
    State(api): State<RuntimeApi>,
    Path((request_id, kind)): Path<(String, String)>,
    body: String,
) -> Json<Value> {
    let body = serde_json::from_str(&body).expect("a reply is JSON");
    // The test may be over, and nobody wait for this reply any more.
    let _ = api.replies.send(Reply { request_id, kind, body });
    Json(json!({"status": "OK"}))
}

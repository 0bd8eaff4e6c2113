//! The guardrail itself and the real AWS SDK, pointed at the stand-in. Every invocation also watches
//! for the secret that runtimes of these tests carry: it must not come out anywhere.

mod clock;
mod events;
mod outcomes;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};
use lambda_runtime::Diagnostic;
use metadata_guardrail::{
    guardrail::Guardrail,
    invocation::{Call, answer},
    outcome_events::OutcomeBus,
    pacer::WriteRate,
    patience::Pace,
    place::{Deployment, Place},
    response::{Answer, InvocationError, Response},
    settings::{
        AccountDefaults, AgentCore, Mode, MutableArtifacts, OutcomeBusName, PinnedEndpoints,
        RuntimeAuthorizer, Settings, SweepMargin, SweepsQueueUrl, UsageDays,
    },
    sweeps_queue::SweepsQueue,
    telemetry,
};
use serde_json::{Value, json};
use stand_in::{ACCOUNT, Call as SentCall, Fault, PutEvent, REGION, StandIn, World};

use self::outcomes::only_outcome;
pub use self::{
    clock::{config, days_ago, time_passes},
    events::{
        agentcore_call, due, ec2_call, just_now, running, runtime_created, sample, sample_names,
        started,
    },
    outcomes::{
        assert_ended, assert_found, assert_says, assert_says_nothing_of, by_id, count, detail,
        only_write,
    },
};
use crate::support::names::{CANARY, GET_RUNTIME, LIST_TAGS, PUT_EVENTS};

/// Sweeps of these tests need not be slow.
const AT_ONCE: WriteRate = WriteRate { burst: 100_000, per_second: 1_000 };

/// What AWS has not taken, or may not have taken.
pub const NOT_TAKEN: [Fault; 4] =
    [Fault::Throttled, Fault::Internal, Fault::ConnectionReset, Fault::Garbage];

/// A guardrail beside the stand-in it works on.
pub struct Scene {
    pub aws: StandIn,
    settings: Settings,
    now: Option<DateTime<Utc>>,
    remaining: Duration,
    pace: Pace,
    write_rate: WriteRate,
    function_arn: String,
    agentcore_url: Option<String>,
    logs: Logs,
}

impl Scene {
    /// In enforce mode, with the default exception tag and five minutes for each invocation. Sweeps
    /// leave the account defaults out, unless asked to: one outcome of each would be theirs.
    pub async fn new() -> Self {
        Self {
            aws: StandIn::start().await,
            settings: Settings { account_defaults: AccountDefaults::Off, ..Settings::default() },
            now: None,
            remaining: Duration::from_secs(300),
            pace: Pace { first: Duration::from_millis(1), longest: Duration::from_millis(2) },
            write_rate: AT_ONCE,
            function_arn: function_arn(),
            agentcore_url: None,
            logs: Logs::default(),
        }
    }

    /// At this time of day. Otherwise it is the real one.
    pub fn at(mut self, now: &str) -> Self {
        self.set_time(now.parse().expect("a time"));
        self
    }

    /// From now on it is this time of day.
    pub fn set_time(&mut self, now: DateTime<Utc>) {
        self.now = Some(now);
    }

    pub fn in_report_mode(mut self) -> Self {
        self.settings.mode = Mode::Report;
        self
    }

    pub fn with_exception_tag(mut self, tag: &str) -> Self {
        self.settings.exception = tag.parse().expect("a valid exception tag");
        self
    }

    pub fn with_runtime_authorizer(mut self, setting: RuntimeAuthorizer) -> Self {
        self.settings.runtime_authorizer = setting;
        self
    }

    /// Lambda ends the invocation after this long.
    pub fn with_remaining(mut self, remaining: Duration) -> Self {
        self.remaining = remaining;
        self
    }

    /// A sweep begins nothing new when less than this is left.
    pub fn with_sweep_margin(mut self, margin: Duration) -> Self {
        self.settings.sweep_margin = SweepMargin(margin);
        self
    }

    /// The guardrail pauses like this between two looks.
    pub fn with_pace(mut self, first: Duration, longest: Duration) -> Self {
        self.pace = Pace { first, longest };
        self
    }

    /// Sweeps write at this rate.
    pub fn with_write_rate(mut self, write_rate: WriteRate) -> Self {
        self.write_rate = write_rate;
        self
    }

    /// As in a Region that does not offer AgentCore: its endpoint's name is not known.
    pub fn without_agentcore_endpoint(mut self) -> Self {
        self.agentcore_url = Some("http://bedrock-agentcore-control.invalid".to_owned());
        self
    }

    pub fn with_agentcore_disabled(mut self) -> Self {
        self.settings.agentcore = AgentCore::Disabled;
        self
    }

    pub fn with_account_defaults(mut self, setting: AccountDefaults) -> Self {
        self.settings.account_defaults = setting;
        self
    }

    pub fn with_usage_days(mut self, days: u8) -> Self {
        self.settings.imdsv1_usage_days = UsageDays(days);
        self
    }

    pub fn with_endpoints_moved(self) -> Self {
        self.with_pinned_endpoints(PinnedEndpoints::Repoint)
    }

    pub fn with_pinned_endpoints(mut self, setting: PinnedEndpoints) -> Self {
        self.settings.pinned_endpoints = setting;
        self
    }

    pub fn with_mutable_artifacts_held(mut self) -> Self {
        self.settings.mutable_artifacts = MutableArtifacts::Hold;
        self
    }

    /// The function puts sweeps into the queue of this URL.
    pub fn with_sweeps_queue(mut self, url: &str) -> Self {
        self.settings.sweeps_queue = SweepsQueueUrl(Some(url.to_owned()));
        self
    }

    pub fn without_sweeps_queue(mut self) -> Self {
        self.settings.sweeps_queue = SweepsQueueUrl(None);
        self
    }

    /// Outcomes are told on the account's own event bus.
    pub fn with_outcome_bus(mut self) -> Self {
        self.settings.outcome_bus = OutcomeBusName(Some("default".to_owned()));
        self
    }

    /// Lambda says that it invoked this function.
    pub fn with_function_arn(mut self, arn: &str) -> Self {
        arn.clone_into(&mut self.function_arn);
        self
    }

    /// Lets the guardrail handle an event; its response, or the error that Lambda gets, as JSON.
    pub async fn invoke(&self, event: Value) -> Result<Value, Diagnostic> {
        let result = self.answer(event).await;
        let result = result.map(|answer| serde_json::to_value(answer).expect("an answer is JSON"));
        let result = result.map_err(Diagnostic::from);
        assert!(!format!("{result:?}").contains(CANARY), "the secret is in the result");
        result
    }

    /// The same as the library gives it.
    pub async fn handle(&self, event: Value) -> Result<Response, InvocationError> {
        match self.answer(event).await? {
            Answer::Event(response) => Ok(*response),
            Answer::Batch(_) => panic!("the answer to an event is not one to a batch"),
        }
    }

    /// The answer to any payload.
    pub async fn answer(&self, payload: Value) -> Result<Answer, InvocationError> {
        let config = config(&self.aws.url(), self.agentcore_url.as_deref()).await;
        let queue = self.settings.sweeps_queue.0.clone();
        let sweeps = queue.map(|url| SweepsQueue::new(&config, url));
        let bus = self.settings.outcome_bus.0.clone();
        let bus = bus.map(|name| OutcomeBus::new(&config, name));
        let guardrail = Guardrail::new(self.settings.clone(), config)
            .with_pace(self.pace)
            .with_write_rate(self.write_rate);
        let logs = self.logs.clone();
        let _logging =
            tracing::subscriber::set_default(telemetry::subscriber(move || logs.clone()));
        let (sweeps, bus) = (sweeps.as_ref(), bus.as_ref());
        let answer = answer(&guardrail, sweeps, bus, payload, &self.call()).await;
        assert!(!self.logs.text().contains(CANARY), "the secret is in the log");
        let sent = self.calls_of(PUT_EVENTS).iter().any(|call| call.body.contains(CANARY));
        assert!(!sent, "the secret is in an event");
        answer
    }

    /// Lets the guardrail handle a batch of messages, each with an event; which of them come back.
    pub async fn deliver(&self, events: impl IntoIterator<Item = Value>) -> Vec<usize> {
        let bodies: Vec<_> = events.into_iter().map(|event| event.to_string()).collect();
        self.deliver_texts(bodies.iter().map(String::as_str)).await
    }

    /// The same with messages that hold any text.
    pub async fn deliver_texts<'a>(&self, bodies: impl IntoIterator<Item = &'a str>) -> Vec<usize> {
        self.deliver_from("events", bodies).await
    }

    /// The same from another queue than that of the events.
    pub async fn deliver_from<'a>(
        &self,
        queue: &str,
        bodies: impl IntoIterator<Item = &'a str>,
    ) -> Vec<usize> {
        let records: Vec<_> = bodies
            .into_iter()
            .enumerate()
            .map(|(number, body)| message(number, queue, body))
            .collect();
        let answer = self.invoke(json!({"Records": records})).await.expect("an answer");
        let failures = answer["batchItemFailures"].as_array().expect("a batch's answer");
        let numbers = failures.iter().map(|failure| {
            let id = failure["itemIdentifier"].as_str().expect("an id");
            id.trim_start_matches("message-").parse().expect("a number")
        });
        numbers.collect()
    }

    /// The one outcome of an event that must succeed.
    pub async fn outcome(&self, event: Value) -> Value {
        let response = self.invoke(event).await.expect("the invocation succeeds");
        only_outcome(&response)
    }

    /// The one outcome of an event that must fail.
    pub async fn failed_outcome(&self, event: Value) -> Value {
        only_outcome(&self.failed_response(event).await)
    }

    /// The response to an event that must fail.
    pub async fn failed_response(&self, event: Value) -> Value {
        let error = self.invoke(event).await.expect_err("the invocation fails");
        assert_eq!(error.error_type, "RemediationFailed");
        serde_json::from_str(&error.error_message).expect("the message is the response")
    }

    /// The calls of one operation so far.
    pub fn calls_of(&self, operation: &str) -> Vec<SentCall> {
        let mut calls = self.aws.calls();
        calls.retain(|call| call.operation == operation);
        calls
    }

    /// What was told on the account's own event bus so far.
    pub fn told(&self) -> Vec<PutEvent> {
        self.aws.world().bus_mut("default").events.clone()
    }

    /// Somebody acts between the last look at a runtime and its update.
    pub fn just_before_the_update(&self, change: impl FnOnce(&mut World) + Send + 'static) {
        self.aws.world().after(LIST_TAGS, |world| world.after(GET_RUNTIME, change));
    }

    /// The log lines of outcomes and of ignored events so far.
    pub fn results_logged(&self) -> Vec<Value> {
        let mut lines = self.log_lines();
        lines.retain(|line| line["cause"].is_null());
        lines
    }

    /// The last line about the outcome of this resource.
    pub fn logged(&self, id: &str) -> Value {
        let lines = self.log_lines();
        let line = lines.into_iter().rfind(|line| line["id"] == id);
        line.unwrap_or_else(|| panic!("no line is about {id}"))
    }

    /// The log lines so far.
    pub fn log_lines(&self) -> Vec<Value> {
        self.logs
            .text()
            .lines()
            .map(|line| serde_json::from_str(line).expect("a log line is JSON"))
            .collect()
    }

    fn call(&self) -> Call {
        Call {
            request_id: "8d2f4c1a-request".to_owned(),
            function_arn: self.function_arn.clone(),
            now: self.now.unwrap_or_else(real_time),
            remaining: self.remaining,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the guardrail is told the real time")]
fn real_time() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// A message with this event, as Lambda hands it over when it is received for the `attempt`th time.
pub fn received(attempt: u32, queue: &str, event: &Value) -> Value {
    let mut message = message(attempt as usize, queue, &event.to_string());
    message["attributes"]["ApproximateReceiveCount"] = json!(attempt.to_string());
    message
}

/// A message as Lambda hands it over.
fn message(number: usize, queue: &str, body: &str) -> Value {
    json!({
        "messageId": format!("message-{number}"), "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCg",
        "body": body, "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183"},
        "messageAttributes": {"ERROR_CODE": {"stringValue": "NO_PERMISSIONS", "dataType": "String"}},
        "eventSource": "aws:sqs", "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"),
        "awsRegion": REGION
    })
}

/// The ARN that Lambda invokes the guardrail by.
pub fn function_arn() -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:metadata-guardrail")
}

/// The guardrail of these tests as it is deployed.
pub fn deployment() -> Deployment {
    Deployment::from_function_arn(&function_arn()).expect("a function's ARN")
}

/// Where it runs.
pub fn place() -> Place {
    deployment().place
}

/// The configuration of a runtime that allows MMDSv1, with a secret.
pub fn document() -> String {
    json!({
        "agentRuntimeArtifact": {"containerConfiguration": {
            "containerUri": format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/agent@sha256:0a1b2c3d4e5f")
        }},
        "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/agents/claims"),
        "networkConfiguration": {"networkMode": "VPC", "networkModeConfig": {
            "securityGroups": ["sg-0a1b2c3d4e5f60001"], "subnets": ["subnet-0a1b2c3d4e5f60001"]
        }},
        "authorizerConfiguration": {"customJWTAuthorizer": {
            "discoveryUrl": "https://id.example.com/.well-known/openid-configuration", "allowedClients": ["claims-web"]
        }},
        "environmentVariables": {"DATABASE_PASSWORD": CANARY},
        "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800}
    })
    .to_string()
}

/// An artifact of code in S3.
pub fn s3_artifact(s3: &Value) -> String {
    let code = json!({"code": {"s3": s3}, "runtime": "PYTHON_3_13", "entryPoint": ["main.py"]});
    json!({"codeConfiguration": code}).to_string()
}

/// Log lines, kept in memory.
#[derive(Clone, Default)]
pub struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

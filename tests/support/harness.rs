//! The real handler and the real AWS SDK, pointed at the stand-in. Every invocation also watches for the secret that
//! runtimes of these tests carry: it must not come out anywhere.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use aws_config::{
    BehaviorVersion, Region, stalled_stream_protection::StalledStreamProtectionConfig, timeout::TimeoutConfig,
};
use aws_credential_types::Credentials;
use aws_sdk_bedrockagentcorecontrol as agentcore;
use aws_sdk_cloudwatch as cloudwatch;
use aws_sdk_ec2::{
    Client,
    config::{AsyncSleep, Builder, Sleep, retry::RetryPartition},
};
use aws_smithy_async::time::TimeSource;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use metadata_guardrail::{
    aws::{self, Clients},
    guardrail::Guardrail,
    pacer::WriteRate,
    patience::Pace,
    response::{InvocationError, Response},
    settings::{
        AccountDefaults, AgentCore, Mode, MutableArtifacts, PinnedEndpoints, RuntimeAuthorizer, Settings, SweepMargin,
        UsageDays,
    },
    target::Home,
    telemetry,
};
use serde_json::{Value, json};

use crate::support::stand_in::{ACCOUNT, Call, REGION, StandIn};

/// The secret in the environment variables of every runtime here.
pub const CANARY: &str = "canary-9f3b6c1e-must-not-be-seen";
/// The exception tag's key by default.
pub const EXEMPT: &str = "metadata-guardrail:exempt";

/// Sweeps of these tests need not be slow.
const AT_ONCE: WriteRate = WriteRate { burst: 100_000, per_second: 1_000 };

/// A guardrail beside the stand-in it works on.
pub struct Scene {
    pub aws: StandIn,
    settings: Settings,
    remaining: Duration,
    pace: Pace,
    write_rate: WriteRate,
    function_arn: String,
    agentcore_url: Option<String>,
    logs: Logs,
}

impl Scene {
    /// In enforce mode, with the default exception tag and five minutes for each invocation. Sweeps leave the account
    /// defaults out, unless asked to: one outcome of each would be theirs.
    pub async fn new() -> Self {
        Self {
            aws: StandIn::start().await,
            settings: Settings { account_defaults: AccountDefaults::Off, ..Settings::default() },
            remaining: Duration::from_secs(300),
            pace: Pace { first: Duration::from_millis(1), longest: Duration::from_millis(2) },
            write_rate: AT_ONCE,
            function_arn: function_arn(),
            agentcore_url: None,
            logs: Logs::default(),
        }
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

    /// Lambda says that it invoked this function.
    pub fn with_function_arn(mut self, arn: &str) -> Self {
        arn.clone_into(&mut self.function_arn);
        self
    }

    /// Lets the guardrail handle an event; its response, or the error that Lambda gets, as JSON.
    pub async fn invoke(&self, event: Value) -> Result<Value, Diagnostic> {
        let result = self.handle(event).await;
        let result = result.map(|response| serde_json::to_value(response).expect("a response is JSON"));
        let result = result.map_err(Diagnostic::from);
        assert!(!format!("{result:?}").contains(CANARY), "the secret is in the result");
        assert!(!self.logs.text().contains(CANARY), "the secret is in the log");
        result
    }

    /// The same as the library gives it.
    pub async fn handle(&self, event: Value) -> Result<Response, InvocationError> {
        let mut clients = clients(&self.aws.url()).await;
        if let Some(url) = &self.agentcore_url {
            let config = clients.agentcore.config().to_builder().endpoint_url(url).build();
            clients.agentcore = agentcore::Client::from_conf(config);
        }
        let guardrail =
            Guardrail::new(self.settings.clone(), clients).with_pace(self.pace).with_write_rate(self.write_rate);
        let logs = self.logs.clone();
        let _logging = tracing::subscriber::set_default(telemetry::subscriber(move || logs.clone()));
        guardrail.handle(LambdaEvent::new(event, self.context())).await
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

    /// The log lines of outcomes and of ignored events so far.
    pub fn results_logged(&self) -> Vec<Value> {
        let mut lines = self.log_lines();
        lines.retain(|line| line["cause"].is_null());
        lines
    }

    /// The log lines so far.
    pub fn log_lines(&self) -> Vec<Value> {
        self.logs.text().lines().map(|line| serde_json::from_str(line).expect("a log line is JSON")).collect()
    }

    fn context(&self) -> Context {
        #[expect(clippy::disallowed_methods, reason = "Lambda gives the deadline as a time of day")]
        let deadline = SystemTime::now() + self.remaining;
        let mut context = Context::default();
        context.request_id = "8d2f4c1a-request".to_owned();
        let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis();
        context.deadline = u64::try_from(deadline).expect("before the year 500,000,000");
        context.invoked_function_arn = self.function_arn.clone();
        context
    }
}

/// The ARN that Lambda invokes the guardrail by.
pub fn function_arn() -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:metadata-guardrail")
}

/// Where the guardrail of these tests runs.
pub fn home() -> Home {
    Home::from_function_arn(&function_arn()).expect("a function's ARN")
}

/// The guardrail's own clients, with the stand-in as AWS, in a time of their own.
pub async fn clients(url: &str) -> Clients {
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::for_tests());
    let config = aws::load(loader).await;
    let clock = Clock::before(config.timeout_config().expect("set by the guardrail"));
    // That protection measures throughput by pauses, and here pauses take no time.
    let unprotected = StalledStreamProtectionConfig::disabled();
    let config = config.into_builder().sleep_impl(clock.clone()).time_source(clock);
    let config = config.stalled_stream_protection(unprotected).build();
    // Clients of one partition share what they learned of throttling, and tests must not learn from each other.
    let partition = RetryPartition::custom(url.to_owned()).build();
    Clients {
        ec2: Client::from_conf(Builder::from(&config).retry_partition(partition.clone()).build()),
        agentcore: agentcore::Client::from_conf(
            agentcore::config::Builder::from(&config).retry_partition(partition.clone()).build(),
        ),
        cloudwatch: cloudwatch::Client::from_conf(
            cloudwatch::config::Builder::from(&config).retry_partition(partition).build(),
        ),
    }
}

/// The SDK never pauses longer before a retry; what is longer is a timeout of its own.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A clock that pauses move on at once, such as those before a retry. Only timeouts take their time.
#[derive(Clone, Debug)]
struct Clock {
    timeouts: Vec<Duration>,
    paused: Arc<Mutex<Duration>>,
}

impl Clock {
    fn before(timeouts: &TimeoutConfig) -> Self {
        let timeouts = [timeouts.connect_timeout(), timeouts.operation_attempt_timeout(), timeouts.operation_timeout()];
        Self { timeouts: timeouts.into_iter().flatten().collect(), paused: Arc::default() }
    }

    fn paused(&self) -> MutexGuard<'_, Duration> {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncSleep for Clock {
    fn sleep(&self, pause: Duration) -> Sleep {
        if self.timeouts.contains(&pause) || pause > LONGEST_PAUSE {
            return Sleep::new(tokio::time::sleep(pause));
        }
        *self.paused() += pause;
        Sleep::new(std::future::ready(()))
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        #[expect(clippy::disallowed_methods, reason = "requests are signed with the time of day")]
        let now = SystemTime::now();
        now + *self.paused()
    }
}

#[track_caller]
fn only_outcome(response: &Value) -> Value {
    let [outcome] = response["outcomes"].as_array().expect("outcomes").as_slice() else {
        panic!("there is not one outcome in {response}")
    };
    outcome.clone()
}

/// The outcomes of a response by id.
pub fn by_id(response: &Value) -> BTreeMap<String, Value> {
    let outcomes = response["outcomes"].as_array().expect("outcomes");
    outcomes.iter().map(|outcome| (outcome["id"].as_str().expect("an id").to_owned(), outcome.clone())).collect()
}

/// What an outcome, or a listing that could not be read, says to a person.
pub fn detail(outcome: &Value) -> &str {
    outcome["detail"].as_str().expect("a detail")
}

#[track_caller]
pub fn assert_ended(outcome: &Value, result: &str, reason: &str) {
    let ended = (&outcome["result"], &outcome["reason"]);
    assert_eq!(ended, (&json!(result), &json!(reason)), "{}", outcome["detail"]);
}

#[track_caller]
pub fn assert_says(outcome: &Value, words: &str) {
    let detail = detail(outcome);
    assert!(detail.contains(words), "{words:?} is not in {detail:?}");
}

#[track_caller]
pub fn only_write(scene: &Scene) -> Call {
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 1, "there must be exactly one write");
    writes.into_iter().next().expect("one write")
}

/// How often an operation was called.
pub fn count(scene: &Scene, operation: &str) -> usize {
    scene.aws.operations().iter().filter(|name| *name == operation).count()
}

/// So many days before now.
pub fn days_ago(days: i64) -> DateTime<Utc> {
    #[expect(clippy::disallowed_methods, reason = "the guardrail asks about the days before the real time")]
    let now = DateTime::<Utc>::from(SystemTime::now());
    now - TimeDelta::days(days)
}

/// Time passes, all of it at once, for whoever looks at tokio's clock. What waits for less ends.
pub fn time_passes(time: Duration) {
    tokio::time::pause();
    // The clock is set before the first point at which this waits.
    let _ = tokio::time::advance(time).now_or_never();
    tokio::time::resume();
}

/// The schedule asks for a sweep.
pub fn due() -> Value {
    sample("guardrail-sweep-due.json")
}

/// A file of `events/`.
pub fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("events").join(name);
    serde_json::from_slice(&fs::read(path).expect("the sample exists")).expect("the sample is JSON")
}

/// The names of all files of `events/`, in order.
pub fn sample_names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    let entries = fs::read_dir(folder).expect("the folder exists");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("readable").file_name().into_string().expect("a plain name")).collect();
    names.sort();
    names
}

/// The notification that an instance is running, long enough ago that EC2 knows all about it.
pub fn running(id: &str) -> Value {
    json!({
        "source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification",
        "account": ACCOUNT, "region": REGION, "time": "2026-01-15T12:00:00Z",
        "detail": {"instance-id": id, "state": "running"}
    })
}

/// StartInstances of several instances.
pub fn started<'a>(ids: impl IntoIterator<Item = &'a str>) -> Value {
    let items: Vec<_> = ids.into_iter().map(|id| json!({"instanceId": id})).collect();
    ec2_call("StartInstances", json!({}), json!({"instancesSet": {"items": items}}))
}

/// A call to EC2 as CloudTrail records it.
pub fn ec2_call(name: &str, request: Value, response: Value) -> Value {
    call("aws.ec2", "ec2.amazonaws.com", name, request, response)
}

/// A call to AgentCore as CloudTrail records it.
pub fn agentcore_call(name: &str, request: Value, response: Value) -> Value {
    call("aws.bedrock-agentcore", "bedrock-agentcore.amazonaws.com", name, request, response)
}

/// CreateAgentRuntime of this runtime.
pub fn runtime_created(id: &str) -> Value {
    agentcore_call("CreateAgentRuntime", json!({}), json!({"agentRuntimeId": id}))
}

fn call(source: &str, event_source: &str, name: &str, request: Value, response: Value) -> Value {
    json!({
        "source": source, "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT, "region": REGION, "time": "2026-01-15T12:00:00Z",
        "detail": {
            "eventSource": event_source, "eventName": name, "readOnly": false,
            "requestParameters": request, "responseElements": response
        }
    })
}

/// The same event, as if it had happened a moment ago.
pub fn just_now(mut event: Value) -> Value {
    // However fast the clock of the machine that runs this test is.
    event["time"] = json!("2999-01-01T00:00:00Z");
    event
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

/// Log lines, kept in memory.
#[derive(Clone, Default)]
struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    fn text(&self) -> String {
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

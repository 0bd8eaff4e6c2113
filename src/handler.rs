//! One invocation: from a Lambda event to a response, or to an error that makes Lambda retry. The only place that
//! reads the time of day.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::Value;
use thiserror::Error;
use tracing::Instrument;

use crate::{
    aws::Clients,
    decision::Moment,
    event::{self, Event, Work},
    invocation::Invocation,
    pacer::{Pacer, WriteRate},
    patience::{Pace, Patience, Stopwatch},
    resource::{
        account_defaults::{EnforceDefaults, ObserveDefaults},
        agentcore_runtime::{
            EnforceRuntimes, ObserveRuntimes,
            endpoints::{MoveEndpoints, ObserveEndpoints},
        },
        ec2_instance::{EnforceInstances, ObserveInstances, ReadUsage},
    },
    response::Response,
    settings::{AccountDefaults, Mode, PinnedEndpoints, Settings},
    target::Home,
    telemetry,
};

/// The guardrail, ready for invocations. In report mode it holds nothing that can write.
pub struct Guardrail {
    pub(crate) settings: Settings,
    pub(crate) observe_instances: ObserveInstances,
    pub(crate) observe_runtimes: ObserveRuntimes,
    pub(crate) enforce_instances: Option<EnforceInstances>,
    pub(crate) enforce_runtimes: Option<EnforceRuntimes>,
    pub(crate) observe_endpoints: Option<ObserveEndpoints>,
    pub(crate) move_endpoints: Option<MoveEndpoints>,
    pub(crate) observe_defaults: Option<ObserveDefaults>,
    pub(crate) enforce_defaults: Option<EnforceDefaults>,
    pub(crate) pacer: Pacer,
    pace: Pace,
}

/// Why an invocation fails. Lambda retries it twice and then hands it to the failure destination, with this as the
/// reason; `errorType` is the variant's name.
#[derive(Error)]
pub enum InvocationError {
    /// At least one target of an event failed, or a whole sweep; the message is the response as compact JSON.
    #[error("{}", .0.to_json())]
    RemediationFailed(Box<Response>),
    /// The payload is no event of EventBridge.
    #[error(
        "The payload is not an EventBridge event: {0}. Expected an object with source, detail-type, account, region \
         and detail, as a rule's target receives it without an input transformer."
    )]
    NotAnEvent(String),
    /// The context does not say where the function runs.
    #[error("The invoked function ARN {0:?} does not name a partition, Region and account.")]
    NoHome(String),
}

impl fmt::Debug for InvocationError {
    /// The Lambda runtime logs this form of every error; the outcomes have log lines of their own.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RemediationFailed(response) => write!(formatter, "RemediationFailed: {:?}", response.counts),
            Self::NotAnEvent(_) | Self::NoHome(_) => write!(formatter, "{self}"),
        }
    }
}

impl From<InvocationError> for Diagnostic {
    /// The response is cut to what fits into a queue together with the event.
    fn from(error: InvocationError) -> Self {
        let (error_type, error_message) = match error {
            InvocationError::RemediationFailed(response) => ("RemediationFailed", response.fitted().to_json()),
            InvocationError::NotAnEvent(_) => ("NotAnEvent", error.to_string()),
            InvocationError::NoHome(_) => ("NoHome", error.to_string()),
        };
        Self { error_type: error_type.to_owned(), error_message }
    }
}

impl Guardrail {
    /// A guardrail that works through these clients; it is built once, for all invocations.
    pub fn new(settings: Settings, clients: Clients) -> Self {
        let Clients { ec2, agentcore, cloudwatch } = clients;
        let may_write = settings.mode == Mode::Enforce;
        let authorizer = settings.runtime_authorizer.clone();
        let usage = ReadUsage::over(settings.imdsv1_usage_days, cloudwatch);
        let reads_defaults = settings.account_defaults != AccountDefaults::Off;
        let writes_defaults = may_write && settings.account_defaults == AccountDefaults::Enforce;
        let reads_endpoints = settings.pinned_endpoints != PinnedEndpoints::Off;
        let moves_endpoints = may_write && settings.pinned_endpoints == PinnedEndpoints::Repoint;
        Self {
            pace: Pace::default(),
            pacer: Pacer::new(WriteRate::default()),
            enforce_instances: may_write.then(|| EnforceInstances::new(ec2.clone())),
            enforce_runtimes: may_write.then(|| EnforceRuntimes::new(agentcore.clone(), authorizer.to_set().cloned())),
            enforce_defaults: writes_defaults.then(|| EnforceDefaults::new(ec2.clone())),
            move_endpoints: moves_endpoints.then(|| MoveEndpoints::new(agentcore.clone())),
            observe_defaults: reads_defaults.then(|| ObserveDefaults::new(ec2.clone())),
            observe_instances: ObserveInstances::new(ec2, usage),
            observe_endpoints: reads_endpoints.then(|| ObserveEndpoints::new(agentcore.clone())),
            observe_runtimes: ObserveRuntimes::new(agentcore, authorizer, settings.mutable_artifacts),
            settings,
        }
    }

    /// The same with other pauses between two looks at a resource that AWS is still changing.
    pub fn with_pace(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// The same with another rate of writes in sweeps.
    pub fn with_write_rate(self, rate: WriteRate) -> Self {
        Self { pacer: Pacer::new(rate), ..self }
    }

    /// Handles one invocation: every target is finished before it ends.
    ///
    /// # Errors
    /// The payload is no event, the function's own ARN cannot be read, or at least one target failed.
    pub async fn handle(&self, invocation: LambdaEvent<Value>) -> Result<Response, InvocationError> {
        let LambdaEvent { payload, context } = invocation;
        let span = tracing::info_span!("invocation", request_id = context.request_id);
        async {
            let stopwatch = Stopwatch::start();
            let result = self.respond(payload, &context).await;
            telemetry::report(&context.request_id, stopwatch.elapsed(), &result);
            result.map(Response::fitted)
        }
        .instrument(span)
        .await
    }

    async fn respond(&self, payload: Value, context: &Context) -> Result<Response, InvocationError> {
        let home = Home::from_function_arn(&context.invoked_function_arn)
            .ok_or_else(|| InvocationError::NoHome(context.invoked_function_arn.clone()))?;
        let envelope = envelope(payload)?;
        let response = match event::read(&envelope, &home, &self.settings) {
            Ok(event) => {
                telemetry::woken(&context.request_id, envelope.id.as_deref(), &event);
                self.work(&event, &home, context).await
            }
            Err(reason) => Response::ignored(self.settings.mode, reason),
        };
        if response.has_failed() {
            return Err(InvocationError::RemediationFailed(Box::new(response)));
        }
        Ok(response)
    }

    async fn work(&self, event: &Event, home: &Home, context: &Context) -> Response {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the time of day")]
        let now = SystemTime::now();
        let remaining = context.deadline().duration_since(now).unwrap_or(Duration::ZERO);
        let (mode, happened) = match &event.work {
            Work::Targets(_) => (self.settings.mode, event.time),
            Work::Sweep(_, Some(Mode::Report)) => (Mode::Report, None),
            // What a listing shows is not too young for AWS to know it.
            Work::Sweep(..) => (self.settings.mode, None),
        };
        let invocation = Invocation {
            guardrail: self,
            home,
            mode,
            request_id: &context.request_id,
            moment: Moment { now: now.into(), event: happened },
            patience: Patience::new(self.pace, remaining),
        };
        // In a box, because the compiler follows futures inside each other only so deep.
        Box::pin(invocation.run(&event.work)).await
    }
}

/// Reads the payload as an event. What is wrong is said without the payload itself, which can be anything.
fn envelope(payload: Value) -> Result<EventBridgeEvent<Value>, InvocationError> {
    let wrong = |why: &str| InvocationError::NotAnEvent(why.to_owned());
    let Value::Object(members) = &payload else {
        return Err(wrong("it is not a JSON object"));
    };
    for (name, is_optional) in [("source", false), ("detail-type", false), ("account", true), ("region", true)] {
        match members.get(name) {
            Some(Value::String(_)) => {}
            None | Some(Value::Null) if is_optional => {}
            Some(_) => return Err(wrong(&format!("its {name} is not a text"))),
            None => return Err(wrong(&format!("it has no {name}"))),
        }
    }
    if !members.contains_key("detail") {
        return Err(wrong("it has no detail"));
    }
    serde_json::from_value(payload)
        .map_err(|_| wrong("its version, id, time or resources have not the form EventBridge gives them"))
}

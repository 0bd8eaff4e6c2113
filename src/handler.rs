//! What Lambda calls. The only place that reads the time of day.

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use lambda_runtime::{Context as LambdaContext, Diagnostic, LambdaEvent};
use serde_json::Value;
use tracing::Instrument;

use crate::{
    guardrail::Guardrail,
    invocation::{Call, answer},
    outcome_events::OutcomeBus,
    response::{Answer, InvocationError},
    settings::Settings,
    sweeps_queue::SweepsQueue,
};

/// The deployed function: the guardrail, the queue of its sweeps, and the bus of its outcomes.
pub struct Handler {
    guardrail: Guardrail,
    sweeps: Option<SweepsQueue>,
    bus: Option<OutcomeBus>,
}

impl Handler {
    /// The function with these settings, which reaches AWS with this configuration. It is built
    /// once, for all invocations.
    pub fn new(settings: Settings, config: SdkConfig) -> Self {
        let url = settings.sweeps_queue.0.clone();
        let sweeps = url.map(|url| SweepsQueue::new(&config, url));
        let bus = settings.outcome_bus.0.clone();
        let bus = bus.map(|name| OutcomeBus::new(&config, name));
        Self { guardrail: Guardrail::new(settings, config), sweeps, bus }
    }

    /// Handles one invocation.
    ///
    /// # Errors
    /// See [`answer`].
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Answer, InvocationError> {
        let LambdaEvent { payload, context } = event;
        let span = tracing::info_span!("invocation", request_id = context.request_id);
        let call = call(&context);
        // Boxed: the nested futures exceed the compiler's recursion limit.
        let (sweeps, bus) = (self.sweeps.as_ref(), self.bus.as_ref());
        let answer = Box::pin(answer(&self.guardrail, sweeps, bus, payload, &call));
        answer.instrument(span).await
    }
}

fn call(context: &LambdaContext) -> Call {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time of day")]
    let now = SystemTime::now();
    Call {
        request_id: context.request_id.clone(),
        function_arn: context.invoked_function_arn.clone(),
        now: now.into(),
        remaining: context.deadline().duration_since(now).unwrap_or(Duration::ZERO),
    }
}

impl From<InvocationError> for Diagnostic {
    /// Cuts the response to [`MAX_BYTES`](crate::response::MAX_BYTES).
    fn from(error: InvocationError) -> Self {
        let (error_type, error_message) = match error {
            InvocationError::RemediationFailed(response) => {
                ("RemediationFailed", response.fitted().to_json())
            }
            InvocationError::NotAnEvent(_) => ("NotAnEvent", error.to_string()),
            InvocationError::NoHome(_) => ("NoHome", error.to_string()),
        };
        Self { error_type: error_type.to_owned(), error_message }
    }
}

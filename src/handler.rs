//! One invocation: from a Lambda event to a response, or to an error that makes Lambda retry. The
//! only place that reads the time of day.

use std::time::{Duration, SystemTime};

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use lambda_runtime::{Context as LambdaContext, Diagnostic, LambdaEvent};
use serde_json::Value;
use tracing::Instrument;

use crate::{
    decision::Moment,
    event::{self, Event, Work},
    guardrail::Guardrail,
    invocation::Invocation,
    patience::{Patience, Stopwatch},
    response::{InvocationError, Response},
    settings::Mode,
    target::Home,
    telemetry,
};

impl From<InvocationError> for Diagnostic {
    /// Cuts the response to what fits into a queue together with the event.
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

impl Guardrail {
    /// Handles one invocation. Every target whose turn comes has its outcome before it ends.
    ///
    /// # Errors
    /// The payload is not an event, the function's own ARN cannot be read, or too much failed
    /// ([`Response::has_failed`]).
    pub async fn handle(
        &self,
        invocation: LambdaEvent<Value>,
    ) -> Result<Response, InvocationError> {
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

    async fn respond(
        &self,
        payload: Value,
        context: &LambdaContext,
    ) -> Result<Response, InvocationError> {
        let home = Home::from_function_arn(&context.invoked_function_arn)
            .ok_or_else(|| InvocationError::NoHome(context.invoked_function_arn.clone()))?;
        let envelope = envelope(payload)?;
        let response = match event::read(&envelope, &home, &self.settings) {
            Ok(event) => {
                telemetry::report_event(&context.request_id, envelope.id.as_deref(), &event);
                self.work(&event, &home, context).await
            }
            Err(reason) => Response::ignored(self.settings.mode, reason),
        };
        if response.has_failed() {
            return Err(InvocationError::RemediationFailed(Box::new(response)));
        }
        Ok(response)
    }

    async fn work(&self, event: &Event, home: &Home, context: &LambdaContext) -> Response {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the time of day")]
        let now = SystemTime::now();
        let remaining = context.deadline().duration_since(now).unwrap_or(Duration::ZERO);
        let (mode, happened) = match &event.work {
            Work::Targets(_) => (self.settings.mode, event.time),
            Work::Sweep(_, Some(Mode::Report)) => (Mode::Report, None),
            // AWS knows what it lists, so a target that is not found is gone and not too young.
            Work::Sweep(_, Some(Mode::Enforce) | None) => (self.settings.mode, None),
        };
        let invocation = Invocation {
            guardrail: self,
            home,
            mode,
            request_id: &context.request_id,
            moment: Moment { now: now.into(), event: happened },
            patience: Patience::new(self.pace, remaining),
        };
        // Boxed: the nested futures exceed the compiler's recursion limit.
        Box::pin(invocation.run(&event.work)).await
    }
}

/// Reads the payload as an event. An error says what is wrong without the payload, which can be
/// anything.
fn envelope(payload: Value) -> Result<EventBridgeEvent<Value>, InvocationError> {
    let wrong = |why: &str| InvocationError::NotAnEvent(why.to_owned());
    let Value::Object(members) = &payload else {
        return Err(wrong("it is not a JSON object"));
    };
    for (name, is_optional) in
        [("source", false), ("detail-type", false), ("account", true), ("region", true)]
    {
        match members.get(name) {
            Some(Value::String(_)) => {}
            None | Some(Value::Null) if is_optional => {}
            Some(_) => return Err(wrong(&format!("its {name} is not a string"))),
            None => return Err(wrong(&format!("it has no {name}"))),
        }
    }
    if !members.contains_key("detail") {
        return Err(wrong("it has no detail"));
    }
    serde_json::from_value(payload).map_err(|_| {
        wrong("its version, id, time or resources are not in the form EventBridge gives them")
    })
}

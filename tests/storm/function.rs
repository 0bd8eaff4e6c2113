//! The guardrail as Lambda runs it: one execution environment for each of the mapping's pollers.
//! The one place that knows how the guardrail is called.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, Region, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_credential_types::Credentials;
use metadata_guardrail::{
    aws,
    guardrail::Guardrail,
    invocation::{Call, answer},
    settings::Settings,
    sweeps_queue::SweepsQueue,
};
use serde_json::Value;
use stand_in::{ACCOUNT, REGION, StandIn};

use super::{stack::SWEEPS, time::TimeOfDay};
use crate::support::harness::function_arn;

/// The function, warm.
pub struct Function {
    environments: Vec<(Guardrail, SweepsQueue)>,
    time: TimeOfDay,
    timeout: Duration,
}

impl Function {
    /// With so many environments, each with a process' state of its own. Their callers are
    /// `NAME 0`, `NAME 1` and so on.
    pub async fn new(
        name: &str,
        environments: usize,
        timeout: Duration,
        aws: &StandIn,
        settings: &Settings,
    ) -> Self {
        let time = TimeOfDay(aws.world().clock);
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .endpoint_url(aws.url())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::for_tests())
            .time_source(time)
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        let config = aws::load(loader).await;
        let environments = (0..environments).map(|number| {
            let transport = aws.transport(&format!("{name} {number}"));
            let config = config.clone().into_builder().http_client(transport).build();
            let sweeps = SweepsQueue::new(&config, format!("{}/{ACCOUNT}/{SWEEPS}", aws.url()));
            (Guardrail::new(settings.clone(), config), sweeps)
        });
        Self { environments: environments.collect(), time, timeout }
    }

    /// One invocation with a batch of messages, in one of the environments.
    pub async fn invoke(&self, environment: usize, payload: Value) -> Result<Value, String> {
        let (guardrail, sweeps) = &self.environments[environment];
        let call = Call {
            request_id: request_id(environment),
            function_arn: function_arn(),
            now: self.time.now(),
            remaining: self.timeout,
        };
        let answer = answer(guardrail, Some(sweeps), None, payload, &call).await;
        let answer = answer.map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(answer).expect("an answer is JSON"))
    }
}

/// What the invocations of an environment are called.
pub fn request_id(environment: usize) -> String {
    format!("environment-{environment}")
}

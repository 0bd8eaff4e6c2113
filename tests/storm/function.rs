//! The guardrail as Lambda runs it: one execution environment for each of the mapping's pollers.
//! The one place that knows how the guardrail is called.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::{Duration, SystemTime},
};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_credential_types::Credentials;
use aws_sdk_bedrockagentcorecontrol as agentcore;
use aws_sdk_cloudwatch as cloudwatch;
use aws_sdk_ec2::{self as ec2, config::retry::RetryPartition};
use futures_util::future::join_all;
use lambda_runtime::{Context, LambdaEvent};
use metadata_guardrail::{
    aws::{self, Clients},
    guardrail::Guardrail,
    settings::Settings,
};
use serde_json::{Value, json};

use super::time::TimeOfDay;
use crate::support::{
    harness::function_arn,
    stand_in::{REGION, StandIn},
};

/// The function, warm.
pub struct Function {
    environments: Vec<Guardrail>,
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
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .endpoint_url(aws.url())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::for_tests())
            .time_source(TimeOfDay(aws.world().clock))
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        let config = aws::load(loader).await;
        let environments = (0..environments).map(|number| {
            let transport = aws.transport(&format!("{name} {number}"));
            let config = config.clone().into_builder().http_client(transport).build();
            Guardrail::new(settings.clone(), clients(&config))
        });
        Self { environments: environments.collect(), timeout }
    }

    /// One invocation with a batch of messages, in one of the environments.
    pub async fn invoke(&self, environment: usize, payload: Value) -> Result<Value, String> {
        let guardrail = &self.environments[environment];
        let records = payload["Records"].as_array().ok_or("there are no records")?;
        let failures = join_all(records.iter().map(async |record| {
            let event = serde_json::from_str(record["body"].as_str()?).ok()?;
            let result = guardrail.handle(LambdaEvent::new(event, self.context())).await;
            result.err().map(|_| json!({"itemIdentifier": record["messageId"]}))
        }));
        let failures: Vec<_> = failures.await.into_iter().flatten().collect();
        Ok(json!({"batchItemFailures": failures}))
    }

    fn context(&self) -> Context {
        #[expect(clippy::disallowed_methods, reason = "Lambda gives the deadline as a time of day")]
        let deadline = SystemTime::now() + self.timeout;
        let deadline =
            deadline.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis();
        let mut context = Context::default();
        context.deadline = u64::try_from(deadline).expect("before the year 500,000,000");
        context.invoked_function_arn = function_arn();
        context
    }
}

/// Clients that share what they learn of throttling with nobody: neither with another environment
/// nor with another run of the same seed.
fn clients(config: &SdkConfig) -> Clients {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("storm-{}", NEXT.fetch_add(1, Relaxed));
    let partition = RetryPartition::custom(name).build();
    let ec2 = ec2::config::Builder::from(config).retry_partition(partition.clone());
    let agentcore = agentcore::config::Builder::from(config).retry_partition(partition.clone());
    let cloudwatch = cloudwatch::config::Builder::from(config).retry_partition(partition);
    Clients {
        ec2: ec2::Client::from_conf(ec2.build()),
        agentcore: agentcore::Client::from_conf(agentcore.build()),
        cloudwatch: cloudwatch::Client::from_conf(cloudwatch.build()),
    }
}

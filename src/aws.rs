//! How the guardrail talks to AWS: patiently enough to get through a throttle, but never so long
//! that the invocation ends first.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, ConfigLoader, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_sdk_ec2::config::retry::RetryPartition;
use aws_smithy_runtime_api::client::{
    interceptors::context::InterceptorContext,
    orchestrator::OrchestratorError,
    retries::classifiers::{ClassifyRetry, RetryAction, RetryClassifierPriority},
};

use crate::{failure::is_unknown_host, offered, place::Place};

/// Clients for the services of one place.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Amazon EC2.
    pub ec2: aws_sdk_ec2::Client,
    /// The control plane of Bedrock AgentCore.
    pub agentcore: aws_sdk_bedrockagentcorecontrol::Client,
    /// Amazon CloudWatch.
    pub cloudwatch: aws_sdk_cloudwatch::Client,
}

impl Clients {
    /// Builds every client for the Region of a place. No request is made.
    pub fn new(config: &SdkConfig, place: &Place) -> Self {
        let region = Region::new(place.region.clone());
        let config = config.clone().into_builder().region(region).build();
        // What one client learns of throttling slows down no other.
        let partition = |service| RetryPartition::custom(format!("{service} {place}")).build();
        let agentcore = aws_sdk_bedrockagentcorecontrol::config::Builder::from(&config)
            .retry_partition(partition("agentcore"));
        // Where AWS documents it, its name must exist: not to find it is a fault that may pass.
        let agentcore = if offered::is_documented(&place.region) {
            agentcore
        } else {
            agentcore.retry_classifier(NoSuchHost)
        };
        Self {
            ec2: aws_sdk_ec2::Client::from_conf(
                aws_sdk_ec2::config::Builder::from(&config)
                    .retry_partition(partition("ec2"))
                    .build(),
            ),
            agentcore: aws_sdk_bedrockagentcorecontrol::Client::from_conf(agentcore.build()),
            cloudwatch: aws_sdk_cloudwatch::Client::from_conf(
                aws_sdk_cloudwatch::config::Builder::from(&config)
                    .retry_partition(partition("cloudwatch"))
                    .build(),
            ),
        }
    }
}

/// A host name that does not exist will not exist after a pause either. Where a Region does not
/// offer AgentCore, the SDK would otherwise ask for it for some 15 seconds.
#[derive(Clone, Copy, Debug)]
pub struct NoSuchHost;

impl ClassifyRetry for NoSuchHost {
    fn name(&self) -> &'static str {
        "no such host"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::transient_error_classifier())
    }

    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = context.output_or_error().and_then(Result::err);
        let unconnected = failed.and_then(OrchestratorError::as_connector_error);
        if unconnected.is_some_and(|error| is_unknown_host(error)) {
            RetryAction::RetryForbidden
        } else {
            RetryAction::NoActionIndicated
        }
    }
}

/// The configuration of every client, from the environment and with the guardrail's own timeouts
/// and retries.
pub async fn config() -> SdkConfig {
    load(aws_config::defaults(BehaviorVersion::v2026_01_12())).await
}

/// How many times a read is sent before it fails. Many clients share AWS's limit, so one of them
/// may be throttled several times in a row.
pub const MAX_READ_ATTEMPTS: u32 = 8;
/// The longest pause between two attempts at a read.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// The same on top of what `loader` says, such as an endpoint or credentials.
///
/// The standard mode pauses only the request that AWS throttled. The adaptive mode would slow down
/// all the others too, each by seconds: in a fresh process it takes the rate of the first requests
/// for all that AWS allows. The number of attempts ends a request. A timeout over all of them would
/// hide what AWS answered last.
pub async fn load(loader: ConfigLoader) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(10))
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(MAX_READ_ATTEMPTS)
        .with_initial_backoff(Duration::from_millis(500))
        .with_max_backoff(MAX_BACKOFF);
    loader.retry_config(retries).timeout_config(timeouts).load().await
}

/// The configuration of a write to EC2, which the SDK sends only once.
///
/// Between two of the SDK's attempts somebody may deploy or set the exception tag, and the second
/// attempt would still send what was decided before. So a write that AWS does not take is decided
/// afresh.
pub fn ec2_write() -> aws_sdk_ec2::config::Builder {
    aws_sdk_ec2::config::Builder::new().retry_config(RetryConfig::disabled())
}

/// The same for AgentCore.
pub fn agentcore_write() -> aws_sdk_bedrockagentcorecontrol::config::Builder {
    aws_sdk_bedrockagentcorecontrol::config::Builder::new().retry_config(RetryConfig::disabled())
}

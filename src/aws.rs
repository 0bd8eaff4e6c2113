//! How the guardrail talks to AWS: patiently enough to get through a throttle, never so long that the invocation
//! ends first.

use std::time::Duration;

use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};

/// The clients of the services the guardrail works on.
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
    /// Builds every client. No request is made.
    pub fn new(config: &SdkConfig) -> Self {
        Self {
            ec2: aws_sdk_ec2::Client::new(config),
            agentcore: aws_sdk_bedrockagentcorecontrol::Client::new(config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(config),
        }
    }
}

/// The configuration of every client, from the environment and with the guardrail's own timeouts and retries.
pub async fn config() -> SdkConfig {
    load(aws_config::defaults(BehaviorVersion::v2026_01_12())).await
}

/// How often a request is sent before it fails. Where many share what AWS allows, one of them may be throttled several
/// times in a row; how long that may take is limited by time.
pub const ATTEMPTS: u32 = 8;

/// The same on top of what `loader` says, such as an endpoint or credentials.
///
/// The adaptive mode slows all requests of a client down once AWS throttles one of them.
pub async fn load(loader: ConfigLoader) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(10))
        .operation_timeout(Duration::from_secs(25))
        .build();
    loader.retry_config(RetryConfig::adaptive().with_max_attempts(ATTEMPTS)).timeout_config(timeouts).load().await
}

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

/// How often a read is sent before it fails. Where many share what AWS allows, one of them may be throttled several
/// times in a row.
pub const ATTEMPTS: u32 = 8;
/// No pause between two attempts at a read is longer.
const MAX_BACKOFF: Duration = Duration::from_secs(5);

/// The same on top of what `loader` says, such as an endpoint or credentials.
///
/// The standard mode pauses for the one request that AWS throttled. The adaptive mode would slow all others down, too,
/// by seconds each: in a fresh process it takes the first requests for all that AWS allows. The number of attempts is
/// what ends a request: a timeout over all of them would hide what AWS answered last.
pub async fn load(loader: ConfigLoader) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(3))
        .operation_attempt_timeout(Duration::from_secs(10))
        .build();
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(Duration::from_millis(500))
        .with_max_backoff(MAX_BACKOFF);
    loader.retry_config(retries).timeout_config(timeouts).load().await
}

/// What a write to EC2 is sent with: it is sent once.
///
/// Between two attempts of the SDK somebody may deploy or set the exception tag, and the second would still send what
/// was decided before. So a write that AWS does not take is decided anew.
pub fn ec2_write() -> aws_sdk_ec2::config::Builder {
    aws_sdk_ec2::config::Builder::new().retry_config(RetryConfig::disabled())
}

/// The same for AgentCore.
pub fn agentcore_write() -> aws_sdk_bedrockagentcorecontrol::config::Builder {
    aws_sdk_bedrockagentcorecontrol::config::Builder::new().retry_config(RetryConfig::disabled())
}

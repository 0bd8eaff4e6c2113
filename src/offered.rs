//! Where AgentCore is offered, as far as AWS documents it. Pure.

/// The Regions for which AWS documents AgentCore Runtime ([supported Regions]), as read on
/// 2026-11-28. There may be more by now.
///
/// [supported Regions]:
/// https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-regions.html
const DOCUMENTED: [&str; 22] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-5",
    "ap-southeast-7",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Whether a Region is documented to offer AgentCore. If its host name does not exist there all the
/// same, something is wrong between here and AWS.
pub fn is_documented(region: &str) -> bool {
    DOCUMENTED.contains(&region)
}

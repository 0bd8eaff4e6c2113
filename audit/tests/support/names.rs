//! What stories call things. One name means one thing in all of them.

// What AWS is asked.
pub const DESCRIBE_INSTANCES: &str = "DescribeInstances";
pub const DESCRIBE_REGIONS: &str = "DescribeRegions";
pub const DESCRIBE_TAGS: &str = "DescribeTags";
pub const GET_CALLER: &str = "GetCallerIdentity";
pub const GET_DEFAULTS: &str = "GetInstanceMetadataDefaults";
pub const GET_METRIC_DATA: &str = "GetMetricData";
pub const GET_RUNTIME: &str = "GetAgentRuntime";
pub const LIST_ENDPOINTS: &str = "ListAgentRuntimeEndpoints";
pub const LIST_RUNTIMES: &str = "ListAgentRuntimes";
pub const LIST_TAGS: &str = "ListTagsForResource";

/// A Region beside the home Region.
pub const NORTH: &str = "eu-north-1";
/// A Region for which AWS documents no AgentCore.
pub const OSAKA: &str = "ap-northeast-3";

/// The instance and the runtime of most stories, and others beside them.
pub const INSTANCE: &str = "i-0a1b2c3d4e5f60001";
pub const NEIGHBOUR: &str = "i-0a1b2c3d4e5f60002";
pub const THIRD: &str = "i-0a1b2c3d4e5f60003";
pub const FOURTH: &str = "i-0a1b2c3d4e5f60004";
pub const RUNTIME: &str = "claims_agent-Xy12Ab34Cd";
pub const OTHER_RUNTIME: &str = "quotes_agent-Qw56Er78Ty";
/// A runtime that belongs to a harness, as its name says.
pub const HARNESS_RUNTIME: &str = "harness_support-a1B2c3D4e5";

/// The tags that AWS puts on what it launches.
pub const TEMPLATE_ID: &str = "aws:ec2launchtemplate:id";
pub const TEMPLATE_VERSION: &str = "aws:ec2launchtemplate:version";
pub const GROUP_NAME: &str = "aws:autoscaling:groupName";

/// The member with which a runtime requires MMDSv2.
pub const REQUIRED: (&str, &str) = ("metadataConfiguration", r#"{"requireMMDSV2":true}"#);

/// The secret in the environment variables of every runtime here.
pub const CANARY: &str = "canary-9f3b6c1e-must-not-be-seen";

/// The configuration of a runtime that allows MMDSv1, with a secret and nothing to find fault with
/// besides.
pub fn document() -> String {
    r#"{
        "agentRuntimeArtifact": {"containerConfiguration": {"containerUri":
            "111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent@sha256:0a1b2c3d4e5f"}},
        "roleArn": "arn:aws:iam::111122223333:role/agents/claims",
        "networkConfiguration": {"networkMode": "VPC", "networkModeConfig": {
            "securityGroups": ["sg-0a1b2c3d4e5f60001"], "subnets": ["subnet-0a1b2c3d4e5f60001"]}},
        "authorizerConfiguration": {"customJWTAuthorizer": {
            "discoveryUrl": "https://id.example.com/.well-known/openid-configuration",
            "allowedClients": ["claims-web"]}},
        "environmentVariables": {"DATABASE_PASSWORD": "CANARY"}
    }"#
    .replace("CANARY", CANARY)
}

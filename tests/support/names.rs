//! What stories call things. One name means one thing in all of them.

// What EC2 and CloudWatch are asked.
pub const DESCRIBE_INSTANCES: &str = "DescribeInstances";
pub const DESCRIBE_TAGS: &str = "DescribeTags";
pub const MODIFY_INSTANCE: &str = "ModifyInstanceMetadataOptions";
pub const GET_DEFAULTS: &str = "GetInstanceMetadataDefaults";
pub const MODIFY_DEFAULTS: &str = "ModifyInstanceMetadataDefaults";
pub const GET_METRIC_DATA: &str = "GetMetricData";

// What EventBridge is asked.
pub const PUT_EVENTS: &str = "PutEvents";

// What AgentCore is asked.
pub const LIST_RUNTIMES: &str = "ListAgentRuntimes";
pub const GET_RUNTIME: &str = "GetAgentRuntime";
pub const UPDATE_RUNTIME: &str = "UpdateAgentRuntime";
pub const LIST_ENDPOINTS: &str = "ListAgentRuntimeEndpoints";
pub const GET_ENDPOINT: &str = "GetAgentRuntimeEndpoint";
pub const UPDATE_ENDPOINT: &str = "UpdateAgentRuntimeEndpoint";
pub const LIST_TAGS: &str = "ListTagsForResource";

/// The instance and the runtime of most stories, and others beside them.
pub const INSTANCE: &str = "i-0a1b2c3d4e5f60001";
pub const NEIGHBOUR: &str = "i-0a1b2c3d4e5f60002";
pub const THIRD: &str = "i-0a1b2c3d4e5f60003";
pub const RUNTIME: &str = "claims_agent-Xy12Ab34Cd";
pub const OTHER_RUNTIME: &str = "quotes_agent-Qw56Er78Ty";
/// A runtime that belongs to a harness, as its name says.
pub const HARNESS_RUNTIME: &str = "harness_support-a1B2c3D4e5";

/// Members of a runtime's configuration.
pub const AUTHORIZER: &str = "authorizerConfiguration";
pub const METADATA: &str = "metadataConfiguration";
/// The member with which a runtime requires MMDSv2.
pub const REQUIRED: (&str, &str) = (METADATA, r#"{"requireMMDSV2":true}"#);

/// The exception tag's key by default.
pub const EXEMPT: &str = "metadata-guardrail:exempt";
/// The secret in the environment variables of every runtime here.
pub const CANARY: &str = "canary-9f3b6c1e-must-not-be-seen";

//! The IAM policy that an audit needs. Pure.

use metadata_guardrail::target::Kind;
use serde_json::{Value, json};

/// What an audit of these kinds calls, as actions of IAM policies, in alphabetical order.
/// `reads_usage` says whether the use of IMDSv1 is read.
///
/// Everybody may call GetCallerIdentity, so it is not among them.
pub fn actions(kinds: &[Kind], reads_usage: bool) -> Vec<&'static str> {
    let mut actions = vec!["ec2:DescribeRegions"];
    for kind in kinds {
        match kind {
            Kind::Ec2Instance => {
                actions.extend(["ec2:DescribeInstances", "ec2:DescribeTags"]);
                actions.extend(reads_usage.then_some("cloudwatch:GetMetricData"));
            }
            Kind::AgentcoreRuntime => actions.extend([
                "bedrock-agentcore:GetAgentRuntime",
                "bedrock-agentcore:ListAgentRuntimeEndpoints",
                "bedrock-agentcore:ListAgentRuntimes",
                "bedrock-agentcore:ListTagsForResource",
            ]),
            Kind::AccountDefaults => actions.push("ec2:GetInstanceMetadataDefaults"),
        }
    }
    actions.sort_unstable();
    actions
}

/// The policy that allows these actions. Nearly all of them take no resource, and an audit looks at
/// all of them anyway.
pub fn policy(actions: &[&str]) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "MetadataGuardrailAudit",
            "Effect": "Allow",
            "Action": actions,
            "Resource": "*",
        }],
    })
}

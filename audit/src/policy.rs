//! The IAM policy that an audit needs. Pure.

use metadata_guardrail::target::Kind;
use serde::Serialize;

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

/// An IAM policy.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Policy {
    version: &'static str,
    statement: [Statement; 1],
}

/// Its one statement.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    sid: &'static str,
    effect: &'static str,
    action: Vec<&'static str>,
    resource: &'static str,
}

impl Policy {
    /// The policy that allows these actions. Most of them take no resource, and an audit looks at
    /// all resources anyway.
    pub fn allowing(action: Vec<&'static str>) -> Self {
        let (sid, effect, resource) = ("MetadataGuardrailAudit", "Allow", "*");
        Self { version: "2012-10-17", statement: [Statement { sid, effect, action, resource }] }
    }
}

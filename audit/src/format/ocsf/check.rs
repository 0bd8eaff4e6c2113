//! What is checked, for each kind of resource.

use metadata_guardrail::target::Kind;

use crate::control::{self, Control};

/// What is checked of the resources of one kind.
pub struct Check {
    /// Its name, which never changes.
    pub name: &'static str,
    /// What should be so.
    pub title: &'static str,
    /// Why.
    pub description: &'static str,
    /// Where AWS says how.
    pub documentation: &'static str,
    /// The type of the resource, as CloudFormation and Security Hub call it.
    pub resource_type: &'static str,
    kind: Kind,
}

const INSTANCE: Check = Check {
    name: "ec2_instance_requires_imdsv2",
    title: "EC2 instances should require IMDSv2",
    description: "IMDSv1 gives the credentials of an instance's role to whoever makes the instance \
                  send a simple request, as a server-side request forgery does. IMDSv2 asks for a \
                  session token first.",
    documentation: "https://docs.aws.amazon.com/AWSEC2/latest/\
                    UserGuide/configuring-instance-metadata-service.html",
    resource_type: "AWS::EC2::Instance",
    kind: Kind::Ec2Instance,
};

const RUNTIME: Check = Check {
    name: "agentcore_runtime_requires_mmdsv2",
    title: "Bedrock AgentCore runtimes should require MMDSv2",
    description: "MMDSv1 gives the credentials of a runtime's role to whoever makes the runtime \
                  send a simple request, as a server-side request forgery does. MMDSv2 asks for a \
                  session token first.",
    documentation: "https://docs.aws.amazon.com/bedrock-agentcore-control/latest/\
                    APIReference/API_UpdateAgentRuntime.html",
    resource_type: "AWS::BedrockAgentCore::Runtime",
    kind: Kind::AgentcoreRuntime,
};

const ACCOUNT_DEFAULTS: Check = Check {
    name: "account_defaults_require_imdsv2",
    title: "The account defaults of EC2 should require IMDSv2",
    description: "An instance that says nothing about its metadata service gets the account's \
                  default of its Region. Without one, it may allow IMDSv1.",
    documentation: "https://docs.aws.amazon.com/AWSEC2/latest/\
                    UserGuide/configuring-IMDS-new-instances.html",
    resource_type: "AWS::::Account",
    kind: Kind::AccountDefaults,
};

impl Check {
    /// What is checked of a kind.
    pub fn of(kind: Kind) -> &'static Self {
        match kind {
            Kind::Ec2Instance => &INSTANCE,
            Kind::AgentcoreRuntime => &RUNTIME,
            Kind::AccountDefaults => &ACCOUNT_DEFAULTS,
        }
    }

    /// The controls of benchmarks that it answers.
    pub fn controls(&self) -> &'static [Control] {
        control::of_kind(self.kind)
    }
}

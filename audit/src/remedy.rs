//! The command with which a person mends a resource by hand. Pure.

use metadata_guardrail::{
    outcome::Outcome,
    target::Kind,
    verdict::{Deferred, Held, Verdict},
};
use serde_json::json;

/// The members that GetAgentRuntime shows and UpdateAgentRuntime does not take.
const NOT_TAKEN: &str = ".agentRuntimeArn, .agentRuntimeName, .agentRuntimeVersion, .createdAt, \
                         .lastUpdatedAt, .status, .failureReason, .workloadIdentityDetails";

/// What the commands of one person depend on.
#[derive(Clone, Copy, Debug)]
pub struct Hand<'a> {
    /// The key of the exception tag.
    pub exception_key: &'a str,
    /// The profile that the person named, whose account the commands are for.
    pub profile: Option<&'a str>,
}

/// The command that requires version 2 on the resource of an outcome, on one line. What is exempt
/// loses its exception first.
///
/// `None` if there is nothing to mend, or no command does: software uses version 1, the resource is
/// somebody else's to change, AWS is changing it, or it has to be repaired first.
pub fn of(outcome: &Outcome, hand: Hand<'_>) -> Option<String> {
    match outcome.verdict {
        Verdict::WouldEnforce
        | Verdict::Deferred(Deferred::Pending | Deferred::Stopping)
        | Verdict::Held(Held::Imdsv1UseUnknown) => Some(require_version_2(outcome, hand)),
        Verdict::Exempt => {
            let end = end_exception(outcome, hand)?;
            Some(format!("{end} && {}", require_version_2(outcome, hand)))
        }
        Verdict::Held(
            Held::Imdsv1InUse
            | Held::ManagedByOperator
            | Held::ManagedByHarness
            | Held::InstancesCompute
            | Held::MutableArtifact
            | Held::Refused
            | Held::ManagedByPolicy
            | Held::UnknownManager
            | Held::UpdateFailed
            | Held::CreateFailed
            | Held::DeleteFailed
            | Held::UnknownStatus,
        )
        | Verdict::Deferred(Deferred::StillChanging)
        | Verdict::Failed(_)
        | Verdict::Enforced(_)
        | Verdict::Gone(_)
        | Verdict::Compliant(_) => None,
    }
}

impl Hand<'_> {
    /// How every command begins.
    fn aws(&self) -> String {
        match self.profile {
            Some(profile) => format!("aws --profile {}", quoted(profile)),
            None => "aws".to_owned(),
        }
    }
}

fn require_version_2(outcome: &Outcome, hand: Hand<'_>) -> String {
    let (region, id, aws) = (&outcome.place.region, &outcome.id, hand.aws());
    match outcome.kind {
        Kind::Ec2Instance => format!(
            "{aws} ec2 modify-instance-metadata-options --region {region} --instance-id {id} \
             --http-tokens required"
        ),
        // The AWS CLI reads this input twice, so it cannot come through a pipe
        // (https://github.com/aws/aws-cli/issues/7850). What was read holds secrets: the file is
        // its caller's alone, and goes however the command ends.
        Kind::AgentcoreRuntime => format!(
            "(file=$(mktemp) && trap 'rm -f \"$file\"' EXIT && {aws} bedrock-agentcore-control \
             get-agent-runtime --region {region} --output json --agent-runtime-id {id} | \
             jq 'del({NOT_TAKEN}) | .metadataConfiguration.requireMMDSV2 = true' > \"$file\" && \
             {aws} bedrock-agentcore-control update-agent-runtime --region {region} \
             --cli-input-json \"file://$file\")"
        ),
        Kind::AccountDefaults => format!(
            "{aws} ec2 modify-instance-metadata-defaults --region {region} --http-tokens required"
        ),
    }
}

fn end_exception(outcome: &Outcome, hand: Hand<'_>) -> Option<String> {
    let (region, id, arn) = (&outcome.place.region, &outcome.id, &outcome.arn);
    let (key, aws) = (hand.exception_key, hand.aws());
    match outcome.kind {
        Kind::Ec2Instance => {
            let tag = tag(key);
            Some(format!("{aws} ec2 delete-tags --region {region} --resources {id} --tags {tag}"))
        }
        Kind::AgentcoreRuntime => {
            let key = quoted(key);
            Some(format!(
                "{aws} bedrock-agentcore-control untag-resource --region {region} --resource-arn \
                 {arn} --tag-keys {key}"
            ))
        }
        Kind::AccountDefaults => None,
    }
}

/// A tag by its key. In the short form the AWS CLI would read commas, quotes and brackets as its
/// own.
fn tag(key: &str) -> String {
    if is_plain(key) { format!("Key={key}") } else { quoted(&json!([{"Key": key}]).to_string()) }
}

/// A word that a shell takes as it is.
fn quoted(word: &str) -> String {
    if is_plain(word) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn is_plain(word: &str) -> bool {
    word.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "-_=:/.@+".contains(letter))
}

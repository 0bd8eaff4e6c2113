//! Only the named roles set or remove the exception tag.

use super::call::{
    BREAK_GLASS, Call, EXCEPTIONS_BOARD, INSTANCE, Launch, OWNER, Row, TAG, allowed, refused,
};

const RUNTIME: &str =
    "arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/quotes_agent-Qw56Er78Ty";
const CARRIES_IT: (&str, &str) = ("aws:ResourceTag/metadata-guardrail:exempt", "2027-02-22");

pub fn rows() -> Vec<Row> {
    let tagged = Launch { tokens: Some("optional"), tag: Some(TAG), ..Launch::default() };
    let with = |by, action, resource, tag| Call::new(by, action, resource, &[("aws:TagKeys", tag)]);
    let all_tags = |by, keys: &[_]| Call::new(by, "ec2:DeleteTags", INSTANCE, keys);
    vec![
        refused("an owner tags an instance", with(OWNER, "ec2:CreateTags", INSTANCE, TAG)),
        refused(
            "an owner tags an instance with other tags beside it",
            Call::new(
                OWNER,
                "ec2:CreateTags",
                INSTANCE,
                &[("aws:TagKeys", "Name"), ("aws:TagKeys", TAG)],
            ),
        ),
        refused(
            "a key in other letters would keep the guardrail from writing, too",
            with(OWNER, "ec2:CreateTags", INSTANCE, "Metadata-Guardrail:Exempt"),
        ),
        refused("an owner tags an instance at its launch", tagged.by(OWNER)),
        refused("an owner removes the tag", with(OWNER, "ec2:DeleteTags", INSTANCE, TAG)),
        refused("an owner removes all tags of an exempt instance", all_tags(OWNER, &[CARRIES_IT])),
        allowed("an owner removes all tags of another instance", all_tags(OWNER, &[])),
        allowed(
            "an owner removes another tag of an exempt instance",
            all_tags(OWNER, &[CARRIES_IT, ("aws:TagKeys", "cost-centre")]),
        ),
        allowed(
            "an owner sets another tag",
            with(OWNER, "ec2:CreateTags", INSTANCE, "cost-centre"),
        ),
        allowed(
            "an owner launches with another tag",
            Launch { tag: Some("cost-centre"), ..tagged }.by(OWNER),
        ),
        allowed(
            "the tag means nothing on a volume",
            with(
                OWNER,
                "ec2:CreateTags",
                "arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a1b2c3d4e5f60011",
                TAG,
            ),
        ),
        allowed("a named role tags an instance at its launch", tagged.by(EXCEPTIONS_BOARD)),
        allowed(
            "a named role removes the tag",
            with(EXCEPTIONS_BOARD, "ec2:DeleteTags", INSTANCE, TAG),
        ),
        allowed(
            "a named role removes all tags of an exempt instance",
            all_tags(EXCEPTIONS_BOARD, &[CARRIES_IT]),
        ),
        allowed("break-glass tags an instance", with(BREAK_GLASS, "ec2:CreateTags", INSTANCE, TAG)),
        allowed("break-glass removes all tags", all_tags(BREAK_GLASS, &[CARRIES_IT])),
        refused(
            "a role of the same name in another account is another role",
            with(
                "arn:aws:iam::444455556666:role/exceptions-board",
                "ec2:CreateTags",
                INSTANCE,
                TAG,
            ),
        ),
        refused(
            "an owner makes a group that tags its instances",
            with(OWNER, "autoscaling:CreateAutoScalingGroup", "*", TAG),
        ),
        refused(
            "an owner tags a group, which tags its next instances",
            with(OWNER, "autoscaling:CreateOrUpdateTags", "*", TAG),
        ),
        allowed(
            "an owner tags a group with another tag",
            with(OWNER, "autoscaling:CreateOrUpdateTags", "*", "cost-centre"),
        ),
        refused(
            "an owner creates an exempt runtime",
            with(OWNER, "bedrock-agentcore:CreateAgentRuntime", "*", TAG),
        ),
        refused(
            "an owner creates an exempt endpoint",
            with(OWNER, "bedrock-agentcore:CreateAgentRuntimeEndpoint", RUNTIME, TAG),
        ),
        refused(
            "an owner tags a runtime",
            with(OWNER, "bedrock-agentcore:TagResource", RUNTIME, TAG),
        ),
        refused(
            "an owner removes the tag of a runtime",
            with(OWNER, "bedrock-agentcore:UntagResource", RUNTIME, TAG),
        ),
        allowed(
            "an owner creates a runtime without tags",
            Call::new(OWNER, "bedrock-agentcore:CreateAgentRuntime", "*", &[]),
        ),
        allowed(
            "a named role tags a runtime",
            with(EXCEPTIONS_BOARD, "bedrock-agentcore:TagResource", RUNTIME, TAG),
        ),
        allowed(
            "break-glass removes the tag of a runtime",
            with(BREAK_GLASS, "bedrock-agentcore:UntagResource", RUNTIME, TAG),
        ),
    ]
}

//! Why an endpoint is left where it is, in words. Each is the end of a sentence about the endpoint.

use super::decision::Keep;
use crate::{resource::agentcore_runtime::PartOf, text::listed};

/// Why it is left, for an exception tag with this key.
pub(super) fn why_kept(keep: &Keep, exception_key: &str) -> String {
    match keep {
        Keep::RuntimeIsExempt => "its runtime is exempt, so that it is not moved".to_owned(),
        Keep::RuntimeAllowsV1 => "the runtime itself has to require MMDSv2 first".to_owned(),
        Keep::RuntimeIsNotInOrder => "the runtime itself has to be in order first".to_owned(),
        Keep::NoCurrentVersion => "AWS does not show the runtime's current version, so it is not moved".to_owned(),
        Keep::PartOf(PartOf::Harness) => "its runtime belongs to a harness, which alone updates it".to_owned(),
        Keep::PartOf(PartOf::InstancesCompute) => {
            "its runtime runs on Instances compute, for which AWS does not document MMDSv2".to_owned()
        }
        Keep::ShouldFollow { to } => {
            format!("AWS should have moved it to version {to} by itself; ask AWS Support why it has not")
        }
        Keep::Status(status) => {
            format!("its status is {status}, so that the guardrail does not move it; move it yourself, or make it anew")
        }
        Keep::NotReady { to } => format!("version {to} is not READY with MMDSv2, so that it is not moved there"),
        Keep::Differs { to, members } => format!(
            "version {to} differs from it in other members, too ({}), so that it is not moved; see whether its callers \
             can use version {to} and move it yourself",
            listed(members)
        ),
        Keep::MutableArtifact { to } => may_run_other_code(to, "has a name that can come to mean something else"),
        Keep::UnknownArtifact { to } => {
            may_run_other_code(to, "is of a kind that this version of the guardrail does not know")
        }
        Keep::ExemptByRuntime => format!("the tag {exception_key} exempts the runtime, so that it is not moved"),
        Keep::ExemptByEndpoint => format!("the tag {exception_key} exempts it, so that it is not moved"),
        Keep::TagsUnreadable(why) => format!(
            "whether a tag exempts it could not be read, without which the guardrail moves nothing. {}",
            why.trim_end_matches('.')
        ),
        Keep::StillChanging { status, target } => format!(
            "its status is {status} and its target version {}, so that it is not moved; its next event or the next \
             sweep looks again",
            target.as_deref().unwrap_or("not given")
        ),
        Keep::WouldRepoint { to } => format!(
            "version {to} differs from it in requireMMDSV2 only, so the guardrail would move it with \
             PINNED_ENDPOINTS=repoint in enforce mode"
        ),
        Keep::Changed => "it was changed in between; its next event or the next sweep looks again".to_owned(),
        Keep::UnknownMembers(members) => {
            let members = listed(members);
            format!("this version of the guardrail cannot carry its members {members}; move it yourself")
        }
    }
}

fn may_run_other_code(to: &str, artifact: &str) -> String {
    format!(
        "its artifact {artifact}, so that version {to} may run other code; move it yourself if that is what it shall \
         run"
    )
}

//! What is said of endpoints. Their sentences follow those of their runtime's outcome.

use super::decision::Keep;
use crate::{
    failure::{Failure, RETRY},
    resource::agentcore_runtime::PartOf,
    text::listed,
    verdict::Failed,
};

/// An endpoint is pinned to a version without MMDSv2, and was left there for this reason.
pub fn kept(name: &str, version: &str, why: &str) -> String {
    pinned(name, version, &format!(": {why}."))
}

/// An endpoint is pinned to a version without MMDSv2, and nothing else became of it.
pub fn unexplained(name: &str, version: &str) -> String {
    pinned(name, version, ".")
}

/// An endpoint is pinned to a version without MMDSv2, and could not be moved for this reason, in
/// sentences.
pub fn not_moved(name: &str, version: &str, why: &str) -> String {
    pinned(name, version, &format!(". {why}"))
}

fn pinned(name: &str, version: &str, more: &str) -> String {
    format!(
        "The endpoint {name} is pinned to version {version}, which does not require MMDSv2{more}"
    )
}

/// An endpoint was moved.
pub fn moved(name: &str, from: &str, to: &str) -> String {
    format!(
        "The endpoint {name} was moved from version {from} to version {to}, which differs from it \
         only in requireMMDSV2."
    )
}

/// The answer to a move was lost.
pub fn in_doubt(name: &str) -> String {
    format!(
        "The answer to a move of the endpoint {name} was lost, so it may have been moved. Check \
         which version it is on."
    )
}

/// So many remarks are left out.
pub fn more_remarks(number: usize) -> String {
    format!("There are {number} more such remarks.")
}

/// Why an endpoint is left where it is, for an exception tag with this key. It is the end of a
/// sentence.
pub fn why_kept(keep: &Keep, exception_key: &str) -> String {
    match keep {
        Keep::RuntimeIsExempt => "its runtime is exempt, so it is not moved".to_owned(),
        Keep::RuntimeAllowsV1 => "the runtime itself has to require MMDSv2 first".to_owned(),
        Keep::RuntimeIsNotInOrder => "the runtime itself has to be in order first".to_owned(),
        Keep::NoCurrentVersion => {
            "AWS does not show the runtime's current version, so it is not moved".to_owned()
        }
        Keep::PartOf(PartOf::Harness) => {
            "its runtime belongs to a harness, and only the harness can update it".to_owned()
        }
        Keep::PartOf(PartOf::InstancesCompute) => {
            "its runtime runs on Instances compute, for which AWS does not document MMDSv2"
                .to_owned()
        }
        Keep::ShouldFollow { to } => {
            format!(
                "AWS should have moved it to version {to} by itself; ask AWS Support why it has not"
            )
        }
        Keep::Status(status) => {
            format!(
                "its status is {status}, so the guardrail does not move it; move it yourself or \
                 recreate it"
            )
        }
        Keep::NotReady { to } => {
            format!("version {to} is not READY with MMDSv2, so it is not moved there")
        }
        Keep::Differs { to, members } => format!(
            "version {to} also differs in other members ({}), so it is not moved; check whether \
             its callers can use version {to}, and move it yourself",
            listed(members)
        ),
        Keep::MutableArtifact { to } => {
            may_run_other_code(to, "has a name that can come to mean something else")
        }
        Keep::UnknownArtifact { to } => {
            may_run_other_code(to, "is of a kind that this version of the guardrail does not know")
        }
        Keep::ExemptByRuntime => {
            format!("the tag {exception_key} exempts the runtime, so it is not moved")
        }
        Keep::ExemptByEndpoint => format!("the tag {exception_key} exempts it, so it is not moved"),
        Keep::TagsUnreadable(why) => {
            format!("its tags could not be read, so it is not moved. {}", why.trim_end_matches('.'))
        }
        Keep::StillChanging { status, target_version } => {
            let target = target_version.as_ref().map_or_else(
                || "AWS shows no target version".to_owned(),
                |version| format!("its target version {version}"),
            );
            format!(
                "its status is {status} and {target}, so it is not moved now; its next event or \
                 the next sweep will look at it again"
            )
        }
        Keep::WouldRepoint { to } => format!(
            "version {to} differs from it only in requireMMDSV2, so the guardrail would move it \
             with PINNED_ENDPOINTS=repoint in enforce mode"
        ),
        Keep::Changed => {
            "it was changed in the meantime; its next event or the next sweep will look at it again"
                .to_owned()
        }
        Keep::UnknownMembers(members) => {
            let members = listed(members);
            format!(
                "this version of the guardrail cannot send back its members {members}; move it \
                 yourself"
            )
        }
    }
}

fn may_run_other_code(to: &str, artifact: &str) -> String {
    format!(
        "the artifact of version {to} {artifact}, so it may run other code; move the endpoint \
         yourself if that is what it should run"
    )
}

/// AWS does not show a version that an endpoint is on.
pub fn version_not_shown(version: &str) -> Failure {
    let detail = format!("AWS does not show version {version}, which an endpoint is on. {RETRY}");
    Failure::new(Failed::EndpointsUnreadable, detail)
}

/// The version that an endpoint is on could not be read.
pub fn version_unread(name: &str, why: Failure) -> Failure {
    let detail = format!("The version of the endpoint {name} could not be read. {}", why.detail);
    Failure { detail, ..why }
}

/// Why a move that was sent could not be verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unverified<'a> {
    /// AWS does not know the endpoint any more.
    Gone,
    /// It could not be read, in a sentence.
    Unread(&'a str),
    /// AWS shows it in this state.
    State {
        /// AWS's status.
        status: &'a str,
        /// The version it serves.
        live_version: &'a str,
    },
    /// These members are not as they were before.
    Differs(&'a [String]),
}

/// A move was sent and could not be verified.
pub fn not_verified(why: Unverified<'_>) -> Failure {
    let shown = match why {
        Unverified::Gone => format!("AWS no longer knows the endpoint. {RETRY}"),
        Unverified::Unread(why) => why.to_owned(),
        Unverified::State { status, live_version } => {
            format!("Its status is {status}, on version {live_version}. {RETRY}")
        }
        Unverified::Differs(members) => {
            format!("Afterwards these members are different: {}. {RETRY}", listed(members))
        }
    };
    let detail = format!("A move was sent but could not be verified. {shown}");
    Failure::new(Failed::EndpointNotVerified, detail)
}

/// The invocation's time ran out before the endpoints of a runtime were finished.
pub fn out_of_time(write_is_open: bool) -> Failure {
    let written =
        if write_is_open { "one may or may not have been moved" } else { "none was moved" };
    let detail = format!(
        "The invocation ran out of time before the runtime's endpoints were finished; {written}. \
         {RETRY}"
    );
    Failure { write_is_open, ..Failure::new(Failed::OutOfTime, detail) }
}

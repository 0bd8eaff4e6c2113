//! What is said of endpoints and of account defaults, which are looked after beside the two kinds.

use metadata_guardrail::resource::{
    account_defaults::{Defaults, Leave, wording as of_defaults},
    agentcore_runtime::{
        PartOf,
        endpoints::{
            decision::Keep,
            wording::{
                Unverified, in_doubt, kept as kept_because, more_remarks, moved, not_moved,
                not_verified, out_of_time, unexplained, version_not_shown, version_unread,
                why_kept,
            },
        },
    },
};

use super::outcomes::failed;
use crate::support::{harness::place, names::EXEMPT};

/// Why the account defaults can be left.
pub const LEAVES_OF_DEFAULTS: [Leave; 3] =
    [Leave::Compliant, Leave::ManagedByPolicy, Leave::UnknownManager];

/// Why an endpoint can be left. Whoever adds a reason adds it here, because this does not compile
/// without it.
pub fn keeps() -> Vec<Keep> {
    let to = || "3".to_owned();
    let all = vec![
        Keep::RuntimeIsExempt,
        Keep::RuntimeAllowsV1,
        Keep::RuntimeIsNotInOrder,
        Keep::NoCurrentVersion,
        Keep::PartOf(PartOf::Harness),
        Keep::PartOf(PartOf::InstancesCompute),
        Keep::ShouldFollow { to: to() },
        Keep::Status("UPDATE_FAILED".to_owned()),
        Keep::NotReady { to: to() },
        Keep::Differs {
            to: to(),
            members: vec!["description".to_owned(), "futureMember".to_owned()],
        },
        Keep::MutableArtifact { to: to() },
        Keep::UnknownArtifact { to: to() },
        Keep::ExemptByRuntime,
        Keep::ExemptByEndpoint,
        Keep::TagsUnreadable("[Why they could not be read]".to_owned()),
        Keep::StillChanging { status: "UPDATING".to_owned(), target_version: Some("2".to_owned()) },
        Keep::StillChanging { status: "CREATING".to_owned(), target_version: None },
        Keep::WouldRepoint { to: to() },
        Keep::Changed,
        Keep::UnknownMembers(vec!["trafficShaping".to_owned()]),
    ];
    for keep in &all {
        match keep {
            Keep::RuntimeIsExempt
            | Keep::RuntimeAllowsV1
            | Keep::RuntimeIsNotInOrder
            | Keep::NoCurrentVersion
            | Keep::PartOf(PartOf::Harness | PartOf::InstancesCompute)
            | Keep::ShouldFollow { .. }
            | Keep::Status(_)
            | Keep::NotReady { .. }
            | Keep::Differs { .. }
            | Keep::MutableArtifact { .. }
            | Keep::UnknownArtifact { .. }
            | Keep::ExemptByRuntime
            | Keep::ExemptByEndpoint
            | Keep::TagsUnreadable(_)
            | Keep::StillChanging { .. }
            | Keep::WouldRepoint { .. }
            | Keep::Changed
            | Keep::UnknownMembers(_) => {}
        }
    }
    all
}

pub fn kept(keep: &Keep) -> String {
    kept_because("prod", "1", &why_kept(keep, EXEMPT))
}

pub fn about_endpoints() -> Vec<String> {
    let differing = ["description".to_owned()];
    let unverified = [
        Unverified::Gone,
        Unverified::Unread("[Why it could not be read.]"),
        Unverified::State { status: "UPDATE_FAILED", live_version: "1" },
        Unverified::Differs(&differing),
    ];
    let failures = [
        version_not_shown("7"),
        version_unread("prod", failed()),
        out_of_time(false),
        out_of_time(true),
    ];
    let failures = failures
        .into_iter()
        .chain(unverified.map(not_verified))
        .map(|failure| failure.detail);
    let said = [
        moved("prod", "1", "2"),
        unexplained("prod", "1"),
        not_moved("prod", "1", "[What AWS answered.]"),
        in_doubt("prod"),
        more_remarks(3),
    ];
    said.into_iter().chain(failures).collect()
}

pub fn about_defaults() -> Vec<String> {
    let place = place();
    let wording = of_defaults::Wording { place: &place };
    let account =
        Defaults { managed_by: Some("account".to_owned()), are_shown: true, ..Defaults::default() };
    let policy = Defaults {
        managed_by: Some("declarative-policy".to_owned()),
        policy_message: Some("Ask the cloud platform team.".to_owned()),
        ..account.clone()
    };
    let unknown = Defaults { managed_by: Some("organization-unit".to_owned()), ..account.clone() };
    let unnamed = Defaults { managed_by: None, ..account.clone() };
    let enforced = Defaults {
        http_tokens_enforced: Some("enabled".to_owned()),
        hop_limit: Some(1),
        ..account.clone()
    };
    let outcomes = [
        wording.left(&account, Leave::Compliant),
        wording.left(&policy, Leave::ManagedByPolicy),
        wording.left(&unknown, Leave::UnknownManager),
        wording.left(&unnamed, Leave::UnknownManager),
        wording.would_enforce(&account),
        wording.enforced(&account, &account),
        wording.enforced(&enforced, &enforced),
        wording.refused(&account, &failed()),
    ];
    let failures = [
        of_defaults::not_read_back("[Why they could not be read.]"),
        of_defaults::not_verified(Some("optional")),
        of_defaults::not_verified(None),
        of_defaults::others_changed(&["HttpPutResponseHopLimit", "HttpEndpoint"]),
    ];
    let unread = [
        of_defaults::unread(of_defaults::NOT_OFFERED),
        of_defaults::unread("[What AWS answered.]"),
    ];
    let failures = failures.into_iter().map(|failure| failure.detail);
    outcomes
        .into_iter()
        .map(|outcome| outcome.detail)
        .chain(failures)
        .chain(unread)
        .collect()
}

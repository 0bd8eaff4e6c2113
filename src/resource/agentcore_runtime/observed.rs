//! What AWS's answer says about a runtime. Pure.

use super::{
    document::{Artifact, Document, redact},
    hold::hold,
};
use crate::{
    observed::{Broken, MetadataAccess, Observed, Phase, Tags, Usage},
    outcome::{Finding, State},
    settings::{MutableArtifacts, RuntimeAuthorizer},
    target::Target,
    text::{holding, shortened},
    verdict::Gone,
};

/// The facts about a runtime. The settings say what to notice about authorizers and artifacts.
pub(super) fn observed(
    target: &Target,
    document: Document,
    authorizer: &RuntimeAuthorizer,
    artifacts: MutableArtifacts,
) -> Observed<Document> {
    Observed {
        target: target.clone(),
        phase: without_authorizer(phase(&document), authorizer),
        access: match document.requires_mmdsv2() {
            Some(true) => MetadataAccess::V2Required,
            Some(false) | None => MetadataAccess::V1Allowed,
        },
        // Tags need a separate request. It is only sent for a runtime that is due for a write.
        tags: Tags::Unread,
        hold: hold(target, &document, artifacts),
        created: None,
        usage: Usage::NotAsked,
        state: state(&document),
        launched_by: None,
        findings: findings(&document, authorizer),
        document: match authorizer.to_set() {
            Some(authorizer) => document.with_authorizer(authorizer),
            None => document,
        },
    }
}

/// The setting and the version of a runtime.
pub(super) fn state(document: &Document) -> State {
    State::Runtime {
        require_mmdsv2: document.requires_mmdsv2(),
        version: document.text(&["agentRuntimeVersion"]),
    }
}

/// Keeps the authorizer to be set out of AWS's words about a failed update: they may quote it even
/// if the runtime does not show it.
fn without_authorizer(mut phase: Phase, authorizer: &RuntimeAuthorizer) -> Phase {
    if let (Phase::Broken { said: Some(said), .. }, Some(authorizer)) =
        (&mut phase, authorizer.to_set())
    {
        *said = redact(said, &authorizer.values());
    }
    phase
}

/// After UPDATE_FAILED the service shows the configuration that failed, so it must not be sent
/// again.
pub(super) fn phase(document: &Document) -> Phase {
    let status = document.text(&["status"]).unwrap_or_else(|| "not given".to_owned());
    let broken = |reason| Phase::Broken {
        reason,
        status: status.clone(),
        said: document.text(&["failureReason"]).map(|said| shortened(&document.redact(&said))),
    };
    match status.as_str() {
        "READY" => Phase::Settled,
        "CREATING" => Phase::Creating(status),
        "UPDATING" => Phase::Changing(status),
        "DELETING" => Phase::Ending(Gone::Deleting),
        "CREATE_FAILED" => broken(Broken::CreateFailed),
        "UPDATE_FAILED" => broken(Broken::UpdateFailed),
        "DELETE_FAILED" => broken(Broken::DeleteFailed),
        _ => broken(Broken::UnknownStatus),
    }
}

fn findings(document: &Document, authorizer: &RuntimeAuthorizer) -> Vec<Finding> {
    let noticed = [
        (Artifact::of(document) == Artifact::Mutable, Finding::MutableArtifact),
        (
            *authorizer != RuntimeAuthorizer::Off && document.lacks_authorizer(),
            Finding::NoAuthorizer,
        ),
        (
            document.text(&["networkConfiguration", "networkMode"]).as_deref() == Some("PUBLIC"),
            Finding::PublicNetwork,
        ),
    ];
    holding(noticed).collect()
}

//! After an update: waits until AWS has finished, and proves that nothing was lost.

use aws_sdk_bedrockagentcorecontrol::Client;

use super::{
    document::Document,
    observe::read,
    observed::{phase, state},
    wording::{
        Unverified, Versions, concurrent_update, configuration_changed, not_verified, update_failed,
    },
};
use crate::{
    failure::Failure,
    observed::Phase,
    outcome::State,
    patience::{Patience, Progress},
    resource::Refusal,
    target::Target,
};

/// How much is known about a write that was sent and not refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sent {
    /// AWS accepted it.
    Accepted,
    /// AWS may have accepted it: the answer was lost.
    Unclear,
}

impl Sent {
    /// How many reads in a row may fail or lag behind the write before the last one counts as the
    /// truth. After a lost answer there are few: the same write may be sent again, and AWS
    /// recognises it by its client token.
    pub(super) fn max_fruitless_reads(self) -> usize {
        match self {
            Self::Accepted => 7,
            Self::Unclear => 3,
        }
    }
}

/// Waits until AWS has finished and shows the update, and returns the runtime as it is then. After
/// a lost answer it does not wait for somebody else's update.
pub(super) async fn wait_until_settled(
    client: &Client,
    target: &Target,
    before: &Document,
    sent: Sent,
    patience: &Patience,
) -> Result<Document, Refusal> {
    patience
        .watch(sent.max_fruitless_reads(), async || match read(client, target).await {
            Ok(Some(now)) => progress(sent, before, now),
            Ok(None) => Progress::Ended(Err(Refusal::Unclear(not_verified(Unverified::Gone)))),
            Err(failure) => Progress::Behind(Err(Refusal::Failed(not_verified(
                Unverified::Unread(&failure.detail),
            )))),
        })
        .await
}

fn progress(sent: Sent, before: &Document, now: Document) -> Progress<Result<Document, Refusal>> {
    match phase(&now) {
        Phase::Ending(_) => {
            Progress::Ended(Err(Refusal::Unclear(not_verified(Unverified::Deleting))))
        }
        // Waiting for somebody else's update would not tell what became of ours.
        _ if sent == Sent::Unclear && is_anothers(before, &now) => Progress::Ended(Ok(now)),
        Phase::Settled if is_newer(before, &now) => Progress::Ended(Ok(now)),
        // An unchanged version at rest: AWS may simply not show the update yet.
        Phase::Settled | Phase::Passing(_) => Progress::Behind(Ok(now)),
        Phase::Creating(status) | Phase::Changing(status) => {
            Progress::Working(Err(Refusal::Failed(shown(&now, Failure::still_changing(&status)))))
        }
        Phase::Broken { .. } => {
            Progress::Ended(Err(Refusal::Failed(shown(&now, failed(before, &now)))))
        }
    }
}

/// Whether the runtime shows an update that is not the guardrail's own.
pub(super) fn is_anothers(before: &Document, now: &Document) -> bool {
    is_newer(before, now) && !may_be_ours(before, now)
}

/// Whether the runtime shows an update that may be the guardrail's own. A newer version without the
/// requirement is somebody else's.
pub(super) fn may_be_ours(before: &Document, now: &Document) -> bool {
    is_newer(before, now) && now.requires_mmdsv2() == Some(true)
}

/// Whether the current version was made after the one that the update was built from.
fn is_newer(before: &Document, now: &Document) -> bool {
    now.version() > before.version()
}

/// Checks that what was asked for is there, that nothing else changed, and that no other update
/// came in between.
pub(super) fn verified(before: &Document, now: &Document) -> Result<State, Failure> {
    // In this order, because another update in between explains the other two problems.
    let problem = [wrong_version(before, now), lost_configuration(before, now), still_v1(now)]
        .into_iter()
        .flatten()
        .next();
    match problem {
        None => Ok(state(now)),
        Some(failure) => Err(shown(now, failure)),
    }
}

fn wrong_version(before: &Document, now: &Document) -> Option<Failure> {
    if now.version().is_some()
        && now.version() == before.version().and_then(|version| version.checked_add(1))
    {
        return None;
    }
    let (old, new) = (version(before), version(now));
    if is_newer(before, now) {
        return Some(concurrent_update(
            Versions { before: &old, now: &new },
            &before.differences(now),
        ));
    }
    Some(not_verified(Unverified::OldVersion(&new)))
}

fn lost_configuration(before: &Document, now: &Document) -> Option<Failure> {
    let changed = before.differences(now);
    let (old, new) = (version(before), version(now));
    (!changed.is_empty())
        .then(|| configuration_changed(Versions { before: &old, now: &new }, &changed))
}

fn still_v1(now: &Document) -> Option<Failure> {
    (now.requires_mmdsv2() != Some(true)).then(|| not_verified(Unverified::V1Allowed))
}

/// AWS's reason may quote what was sent, and what is there now may have lost it: `before` still
/// knows it.
fn failed(before: &Document, now: &Document) -> Failure {
    let status = now.text(&["status"]).unwrap_or_else(|| "unknown".to_owned());
    let said = now.text(&["failureReason"]).map(|said| before.redact(&now.redact(&said)));
    update_failed(&status, said.as_deref())
}

/// A failure with the runtime as it was read after the write.
fn shown(now: &Document, failure: Failure) -> Failure {
    Failure { after: Some(state(now)), ..failure }
}

fn version(document: &Document) -> String {
    document
        .version()
        .map_or_else(|| "unknown".to_owned(), |version| version.to_string())
}

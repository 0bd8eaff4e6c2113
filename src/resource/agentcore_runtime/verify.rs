//! After an update: waiting until AWS has done its work, and the proof that nothing was lost.

use aws_sdk_bedrockagentcorecontrol::Client;

use super::{
    document::Document,
    observe::{phase, read, state},
};
use crate::{
    failure::Failure,
    observed::Phase,
    outcome::State,
    patience::{Patience, Progress},
    resource::Refusal,
    target::Target,
    text::{listed, quoted, shortened},
    verdict::Failed,
};

/// What became of a write that was sent and not refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sent {
    /// AWS accepted it.
    Accepted,
    /// It may have been accepted: the answer was lost.
    Unclear,
}

impl Sent {
    /// How many reads may fail or lag behind the write before the last one counts as the truth. They are few if the
    /// answer was lost: the same write may be sent again, and AWS knows it by its client token.
    pub(super) fn max_fruitless_reads(self) -> usize {
        match self {
            Self::Accepted => 7,
            Self::Unclear => 3,
        }
    }
}

/// Waits until AWS has done its work and shows it, and returns the runtime as it is then. Does not wait for somebody
/// else's update.
pub(super) async fn settled(
    client: &Client,
    target: &Target,
    before: &Document,
    sent: Sent,
    patience: &Patience,
) -> Result<Document, Refusal> {
    patience
        .watch(sent.max_fruitless_reads(), async || match read(client, target).await {
            Ok(Some(now)) => progress(sent, before, now),
            Ok(None) => Progress::Ended(Err(Refusal::Unclear(not_verified("AWS does not know the runtime any more.")))),
            Err(failure) => Progress::Behind(Err(Refusal::Failed(not_verified(&failure.detail)))),
        })
        .await
}

fn progress(sent: Sent, before: &Document, now: Document) -> Progress<Result<Document, Refusal>> {
    match phase(&now) {
        Phase::Ending(_) => Progress::Ended(Err(Refusal::Unclear(not_verified("The runtime is being deleted.")))),
        _ if sent == Sent::Unclear && is_anothers(before, &now) => Progress::Ended(Ok(now)),
        Phase::Settled if is_newer(before, &now) => Progress::Ended(Ok(now)),
        Phase::Settled | Phase::Passing(_) => Progress::Behind(Ok(now)),
        Phase::Creating(status) | Phase::Changing(status) => {
            Progress::Working(Err(Refusal::Failed(shown(&now, Failure::still_changing(&status)))))
        }
        Phase::Broken { .. } => Progress::Ended(Err(Refusal::Failed(shown(&now, update_failed(before, &now))))),
    }
}

/// Whether the runtime shows an update that is not the guardrail's own.
pub(super) fn is_anothers(before: &Document, now: &Document) -> bool {
    is_newer(before, now) && !may_be_ours(before, now)
}

/// A newer version without the requirement is somebody else's.
pub(super) fn may_be_ours(before: &Document, now: &Document) -> bool {
    is_newer(before, now) && now.requires_mmdsv2() == Some(true)
}

/// Whether a version was made after the update was built.
fn is_newer(before: &Document, now: &Document) -> bool {
    now.version() > before.version()
}

/// What was asked for is there, nothing else changed, and nobody else's update came in between.
pub(super) fn verified(before: &Document, now: &Document) -> Result<State, Failure> {
    let problem =
        [wrong_version(before, now), lost_configuration(before, now), still_v1(now)].into_iter().flatten().next();
    match problem {
        None => Ok(state(now)),
        Some(failure) => Err(shown(now, failure)),
    }
}

fn wrong_version(before: &Document, now: &Document) -> Option<Failure> {
    if now.version().is_some() && now.version() == before.version().and_then(|version| version.checked_add(1)) {
        return None;
    }
    if is_newer(before, now) {
        return Some(concurrent_update(before, now));
    }
    Some(not_verified(&format!("AWS still shows version {}.", version(now))))
}

fn concurrent_update(before: &Document, now: &Document) -> Failure {
    let changed = match before.differences(now) {
        changed if changed.is_empty() => {
            "No member differs; what a version in between has of its own was overwritten".to_owned()
        }
        changed => format!("These members differ: {}", listed(&changed)),
    };
    let detail = format!(
        "Somebody else's update came in between: the guardrail's own update makes one version, and now there are \
         {}. {changed}. Check whose configuration is the right one.",
        versions(before, now)
    );
    Failure::new(Failed::ConcurrentUpdate, detail)
}

fn lost_configuration(before: &Document, now: &Document) -> Option<Failure> {
    let (changed, versions) = (before.differences(now), versions(before, now));
    let detail = || {
        format!(
            "After the update these members are not as they were sent: {}. Compare {versions} and restore them.",
            listed(&changed)
        )
    };
    (!changed.is_empty()).then(|| Failure::new(Failed::ConfigurationChanged, detail()))
}

fn still_v1(now: &Document) -> Option<Failure> {
    (now.requires_mmdsv2() != Some(true)).then(|| not_verified("The runtime still does not require MMDSv2."))
}

fn not_verified(why: &str) -> Failure {
    Failure::new(Failed::NotVerified, format!("An update was sent and could not be verified. {why}"))
}

/// AWS's reason may quote what was sent, and what is there now may have lost it: `before` knows it still.
fn update_failed(before: &Document, now: &Document) -> Failure {
    let status = now.text(&["status"]).unwrap_or_else(|| "one without a name".to_owned());
    let why = match now.text(&["failureReason"]) {
        Some(said) => quoted(&shortened(&before.redact(&now.redact(&said)))),
        None => ", for which AWS gives no reason".to_owned(),
    };
    let detail = format!(
        "After the update the runtime's status became {status}{why}. Its configuration may have changed all the same; \
         a person has to repair it."
    );
    Failure::new(Failed::UpdateFailed, detail)
}

/// A failure with the runtime as it was read after the write.
fn shown(now: &Document, failure: Failure) -> Failure {
    Failure { after: Some(state(now)), ..failure }
}

fn versions(before: &Document, now: &Document) -> String {
    format!("version {} (before) and version {} (now)", version(before), version(now))
}

fn version(document: &Document) -> String {
    document.version().map_or_else(|| "unknown".to_owned(), |version| version.to_string())
}

//! The one write to a runtime: its whole configuration with `requireMMDSV2`, and with an authorizer where it has none
//! and one is to be set; then the proof that nothing was lost.

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::http::HttpRequest,
    error::{ProvideErrorMetadata, SdkError},
    operation::update_agent_runtime::UpdateAgentRuntimeError,
};
use aws_smithy_types::body::SdkBody;

use super::{
    authorizer::Authorizer,
    document::{Document, S3Endpoint, UpdateBody},
    observe::{phase, state},
    reading::read,
};
use crate::{
    failure::{Failure, shortened},
    observed::{Observed, Phase},
    outcome::{Reason, State},
    patience::Patience,
    resource::{Enforce, Refusal},
    target::Target,
};

const OPERATION: &str = "UpdateAgentRuntime";
/// How AWS refuses `requireServiceS3Endpoint` for a runtime that it counts as newer than we did.
const S3_ENDPOINT_REFUSED: &str = "Agents created after 2026-06-11T00:00:00Z cannot modify requireServiceS3Endpoint";

/// Requires MMDSv2 on runtimes.
#[derive(Clone, Debug)]
pub struct EnforceRuntimes {
    client: Client,
    authorizer: Option<Authorizer>,
}

impl EnforceRuntimes {
    /// Writes through this client. The authorizer is set in the same update, on runtimes that have none.
    pub fn new(client: Client, authorizer: Option<Authorizer>) -> Self {
        Self { client, authorizer }
    }

    async fn update(&self, target: &Target, document: &Document, s3_endpoint: S3Endpoint) -> Result<Sent, Refusal> {
        let body = document.update(target.id(), s3_endpoint).map_err(unsafe_to_send)?;
        match self.send(target, body).await {
            Ok(()) => Ok(Sent::Accepted),
            Err(error) if s3_endpoint == S3Endpoint::Keep && refuses_s3_endpoint(&error) => {
                Box::pin(self.update(target, document, S3Endpoint::Omit)).await
            }
            Err(SdkError::ServiceError(refusal)) => Err(refused(&SdkError::ServiceError(refusal), document)),
            Err(error) => Ok(Sent::Unclear(Failure::of_request(Reason::WriteFailed, OPERATION, &error, None))),
        }
    }

    /// Sends the prepared bytes in the place of the SDK's own body. `content-length` goes with them: without it the
    /// body would be cut to the old length, and the call would still succeed.
    async fn send(&self, target: &Target, body: UpdateBody) -> Result<(), SdkError<UpdateAgentRuntimeError>> {
        let UpdateBody { client_token, json } = body;
        let replace_body = move |request: &mut HttpRequest| {
            request.headers_mut().insert("content-length", json.len().to_string());
            *request.body_mut() = SdkBody::from(json.as_str());
        };
        let call = self.client.update_agent_runtime().agent_runtime_id(target.id()).client_token(client_token);
        call.customize().mutate_request(replace_body).send().await.map(|_| ())
    }

    /// Waits until AWS has done its work and shows it; the runtime as it is then.
    async fn settled(&self, target: &Target, before: &Document, patience: &Patience) -> Result<Document, Refusal> {
        let mut pauses = patience.pauses();
        let mut reads_behind = 0;
        loop {
            let document = read(&self.client, target).await.map_err(not_verified)?;
            let document = document.ok_or_else(|| not_verified(Failure::new(Reason::NotVerified, VANISHED)))?;
            match phase(&document) {
                Phase::Settled if is_newer(before, &document) || reads_behind == MOST_READS_BEHIND => {
                    return Ok(document);
                }
                Phase::Settled if !pauses.pause().await => return Ok(document),
                Phase::Settled => reads_behind += 1,
                Phase::Creating(status) | Phase::Changing(status) if !pauses.pause().await => {
                    return Err(Refusal::Failed(after(&document, Failure::still_changing(&status))));
                }
                Phase::Creating(_) | Phase::Changing(_) => {}
                _ => return Err(Refusal::Failed(after(&document, update_failed(before, &document)))),
            }
        }
    }
}

/// What became of an update that was sent.
enum Sent {
    /// AWS accepted it.
    Accepted,
    /// There was no answer that says so; it may have been accepted all the same.
    Unclear(Failure),
}

/// A read may lag behind the update. After this many it counts as the truth.
const MOST_READS_BEHIND: usize = 4;
const VANISHED: &str = "The update was accepted, but AWS does not know the runtime any more.";

impl Enforce for EnforceRuntimes {
    type Document = Document;

    async fn enforce(&self, observed: &Observed<Document>, patience: &Patience) -> Result<State, Refusal> {
        let target = &observed.target;
        if patience.is_short() {
            return Err(Refusal::Failed(Failure::too_late()));
        }
        // From here on an authorizer that is to be set counts as one that was there: it is sent, verified and kept out
        // of messages like every other member.
        let with_authorizer = self.authorizer.as_ref().and_then(|one| observed.document.with_authorizer(one));
        let before = with_authorizer.as_ref().unwrap_or(&observed.document);
        let sent = self.update(target, before, before.s3_endpoint()).await?;
        let now = self.settled(target, before, patience).await?;
        match sent {
            Sent::Unclear(failure) if !is_newer(before, &now) => Err(Refusal::Failed(after(&now, failure))),
            Sent::Unclear(_) | Sent::Accepted => verified(before, &now),
        }
    }
}

/// What was asked for is there, nothing else changed, and nobody else's update came in between.
fn verified(before: &Document, now: &Document) -> Result<State, Refusal> {
    let problem =
        [wrong_version(before, now), lost_configuration(before, now), still_v1(now)].into_iter().flatten().next();
    match problem {
        None => Ok(state(now)),
        Some(failure) => Err(Refusal::Failed(after(now, failure))),
    }
}

fn still_v1(now: &Document) -> Option<Failure> {
    let detail = "The update was accepted, but the runtime still does not require MMDSv2. A retry looks again.";
    (now.requires_mmdsv2() != Some(true)).then(|| Failure::new(Reason::NotVerified, detail))
}

fn lost_configuration(before: &Document, now: &Document) -> Option<Failure> {
    let (changed, versions) = (before.differences(now), versions(before, now));
    let detail = || {
        format!(
            "After the update these members are not as they were sent: {}. Compare {versions} and restore them.",
            listed(&changed)
        )
    };
    (!changed.is_empty()).then(|| Failure::new(Reason::ConfigurationChanged, detail()))
}

fn wrong_version(before: &Document, now: &Document) -> Option<Failure> {
    if now.version().is_some() && now.version() == before.version().and_then(|version| version.checked_add(1)) {
        return None;
    }
    if is_newer(before, now) {
        return Some(concurrent_update(before, now));
    }
    let detail = format!("The update was accepted, but AWS still shows version {}. A retry looks again.", version(now));
    Some(Failure::new(Reason::NotVerified, detail))
}

fn is_newer(before: &Document, now: &Document) -> bool {
    now.version() > before.version()
}

fn concurrent_update(before: &Document, now: &Document) -> Failure {
    let changed = match before.differences(now) {
        changed if changed.is_empty() => "No member differs".to_owned(),
        changed => format!("These members differ: {}", listed(&changed)),
    };
    let detail = format!(
        "Somebody else's update came in between: the guardrail's own update makes one version, and now there are \
         {}. {changed}. Check whose configuration is the right one.",
        versions(before, now)
    );
    Failure::new(Reason::ConcurrentUpdate, detail)
}

/// An outcome must stay small, however much is different.
fn listed(members: &[String]) -> String {
    const MOST: usize = 20;
    match members.len().checked_sub(MOST) {
        Some(more @ 1..) => format!("{} and {more} more", members.get(..MOST).unwrap_or_default().join(", ")),
        _ => members.join(", "),
    }
}

fn versions(before: &Document, now: &Document) -> String {
    format!("version {} (before) and version {} (now)", version(before), version(now))
}

fn version(document: &Document) -> String {
    document.version().map_or_else(|| "unknown".to_owned(), |version| version.to_string())
}

fn after(document: &Document, failure: Failure) -> Failure {
    Failure { after: Some(state(document)), ..failure }
}

fn not_verified(failure: Failure) -> Refusal {
    let detail = format!("An update was sent and could not be verified. {}", failure.detail);
    Refusal::Failed(Failure::new(Reason::NotVerified, detail))
}

/// AWS's reason may quote what was sent, and what is there now may have lost it: `before` knows it still.
/// AWS's reason may quote what was sent, even where the runtime has lost it now.
fn update_failed(before: &Document, now: &Document) -> Failure {
    let status = now.text(&["status"]).unwrap_or_else(|| "one without a name".to_owned());
    let why = match now.text(&["failureReason"]) {
        Some(said) => format!(" (\u{201c}{}\u{201d})", shortened(&before.redact(&now.redact(&said)))),
        None => ", for which AWS gives no reason".to_owned(),
    };
    let detail = format!(
        "The update was accepted, but the runtime's status became {status}{why}. Its configuration may have changed \
         all the same; a person has to repair it."
    );
    Failure::new(Reason::UpdateFailed, detail)
}

fn unsafe_to_send(why: super::document::UnsafeToSend) -> Refusal {
    let detail = format!("{why}; nothing was written. A person has to look at this runtime.");
    Refusal::Failed(Failure::new(Reason::UnsafeToSend, detail))
}

fn refuses_s3_endpoint(error: &SdkError<UpdateAgentRuntimeError>) -> bool {
    error.code() == Some("ValidationException") && error.message() == Some(S3_ENDPOINT_REFUSED)
}

fn refused(error: &SdkError<UpdateAgentRuntimeError>, document: &Document) -> Refusal {
    let said = error.message().map(|said| document.redact(said));
    let failure = Failure::of_request(Reason::WriteFailed, OPERATION, error, said.as_deref());
    match error.code() {
        Some("ConflictException") => Refusal::Busy(failure),
        Some("ResourceNotFoundException") => Refusal::Moved(failure),
        _ => Refusal::Failed(failure),
    }
}

//! The one write to a runtime: its whole configuration with `requireMMDSV2`, then the proof that nothing was lost.

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::http::HttpRequest,
    error::{ProvideErrorMetadata, SdkError},
    operation::update_agent_runtime::UpdateAgentRuntimeError,
};
use aws_smithy_types::body::SdkBody;

use super::{
    document::{Document, S3Endpoint, UpdateBody},
    observe::{phase, state},
    reading::read,
};
use crate::{
    failure::Failure,
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
}

impl EnforceRuntimes {
    /// Writes through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn update(&self, target: &Target, document: &Document, s3_endpoint: S3Endpoint) -> Result<(), Refusal> {
        let body = document.update(target.id(), s3_endpoint).map_err(unsafe_to_send)?;
        match self.send(target, body).await {
            Ok(()) => Ok(()),
            Err(error) if s3_endpoint == S3Endpoint::Keep && refuses_s3_endpoint(&error) => {
                Box::pin(self.update(target, document, S3Endpoint::Omit)).await
            }
            Err(error) => Err(refused(&error, document)),
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

    /// Waits until AWS has done its work; the runtime as it is then.
    async fn settled(&self, target: &Target, before: &Document, patience: &Patience) -> Result<Document, Refusal> {
        let mut pauses = patience.pauses();
        loop {
            let document = read(&self.client, target).await.map_err(not_verified)?;
            let document = document.ok_or_else(|| not_verified(Failure::new(Reason::NotVerified, VANISHED)))?;
            match phase(&document) {
                Phase::Settled => return Ok(document),
                Phase::Creating(status) | Phase::Changing(status) if !pauses.pause().await => {
                    return Err(Refusal::Failed(after(&document, Failure::still_changing(&status))));
                }
                Phase::Creating(_) | Phase::Changing(_) => {}
                other => return Err(Refusal::Failed(after(&document, update_failed(before, &other)))),
            }
        }
    }
}

const VANISHED: &str = "The update was accepted, but AWS does not know the runtime any more.";

impl Enforce for EnforceRuntimes {
    type Document = Document;

    async fn enforce(&self, observed: &Observed<Document>, patience: &Patience) -> Result<State, Refusal> {
        let (target, before) = (&observed.target, &observed.document);
        self.update(target, before, before.s3_endpoint()).await?;
        let after = self.settled(target, before, patience).await?;
        verified(before, &after)
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
            "After the update these members are not what they were: {}. Compare {versions} and restore them.",
            changed.join(", ")
        )
    };
    (!changed.is_empty()).then(|| Failure::new(Reason::ConfigurationChanged, detail()))
}

fn wrong_version(before: &Document, now: &Document) -> Option<Failure> {
    let number = |document: &Document| document.text(&["agentRuntimeVersion"])?.parse::<u64>().ok();
    match (number(before), number(now)) {
        (Some(before), Some(now)) if now == before + 1 => None,
        (Some(before), Some(now)) if now <= before => {
            let detail = format!("The update was accepted, but AWS still shows version {now}. A retry looks again.");
            Some(Failure::new(Reason::NotVerified, detail))
        }
        _ => Some(concurrent_update(before, now)),
    }
}

fn concurrent_update(before: &Document, now: &Document) -> Failure {
    let changed = match before.differences(now) {
        changed if changed.is_empty() => "No member differs".to_owned(),
        changed => format!("These members differ: {}", changed.join(", ")),
    };
    let detail = format!(
        "Somebody else's update came in between: the guardrail's own update makes one version, and now there are \
         {}. {changed}. Check whose configuration is the right one.",
        versions(before, now)
    );
    Failure::new(Reason::ConcurrentUpdate, detail)
}

fn versions(before: &Document, now: &Document) -> String {
    let version = |document: &Document| document.text(&["agentRuntimeVersion"]).unwrap_or_else(|| "unknown".to_owned());
    format!("version {} (before) and version {} (now)", version(before), version(now))
}

fn after(document: &Document, failure: Failure) -> Failure {
    Failure { after: Some(state(document)), ..failure }
}

fn not_verified(failure: Failure) -> Refusal {
    let detail = format!("The update was accepted and could not be verified. {}", failure.detail);
    Refusal::Failed(Failure::new(Reason::NotVerified, detail))
}

/// AWS's reason may quote what was sent, and what is there now may have lost it: `before` knows it still.
fn update_failed(before: &Document, phase: &Phase) -> Failure {
    let detail = match phase {
        Phase::Broken { status, said: Some(said), .. } => {
            format!("{status} (\u{201c}{}\u{201d})", before.redact(said))
        }
        Phase::Broken { status, said: None, .. } => format!("{status}, for which AWS gives no reason"),
        _ => "one that comes before its end".to_owned(),
    };
    let detail = format!(
        "The update was accepted, but the runtime's status became {detail}. Its configuration may have changed all \
         the same; a person has to repair it."
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

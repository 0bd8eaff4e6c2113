//! The one write to a runtime: its whole configuration with `requireMMDSV2`, and with an authorizer where it has none
//! and one is to be set.

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::http::HttpRequest,
    error::{ProvideErrorMetadata, SdkError},
    operation::update_agent_runtime::UpdateAgentRuntimeError,
};
use aws_smithy_types::body::SdkBody;

use super::{
    authorizer::Authorizer,
    document::{Document, S3Endpoint, UnsafeToSend, UpdateBody},
    verify::{is_newer, settled, shown, verified},
};
use crate::{
    failure::Failure,
    observed::Observed,
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

type Reply = Result<(), SdkError<UpdateAgentRuntimeError>>;

impl EnforceRuntimes {
    /// Writes through this client. The authorizer is set in the same update, on runtimes that have none.
    pub fn new(client: Client, authorizer: Option<Authorizer>) -> Self {
        Self { client, authorizer }
    }

    async fn update(&self, target: &Target, before: &Document) -> Result<Sent, Refusal> {
        let s3_endpoint = before.s3_endpoint();
        let mut reply = self.send(target, before.update(target.id(), s3_endpoint).map_err(unsafe_to_send)?).await;
        if s3_endpoint == S3Endpoint::Keep && reply.as_ref().is_err_and(refuses_s3_endpoint) {
            reply = self.send(target, before.update(target.id(), S3Endpoint::Omit).map_err(unsafe_to_send)?).await;
        }
        match reply {
            Ok(()) => Ok(Sent::Accepted),
            Err(error) => unless_refused(&error, before),
        }
    }

    /// Sends the prepared bytes in the place of the SDK's own body. `content-length` goes with them: without it the
    /// body would be cut to the old length, and the call would still succeed.
    async fn send(&self, target: &Target, body: UpdateBody) -> Reply {
        let UpdateBody { client_token, json } = body;
        let replace_body = move |request: &mut HttpRequest| {
            request.headers_mut().insert("content-length", json.len().to_string());
            *request.body_mut() = SdkBody::from(json.as_str());
        };
        let call = self.client.update_agent_runtime().agent_runtime_id(target.id()).client_token(client_token);
        call.customize().mutate_request(replace_body).send().await.map(|_| ())
    }
}

/// What became of an update that was sent and not refused for good.
enum Sent {
    /// AWS accepted it.
    Accepted,
    /// There was no answer that says so; it may have been accepted all the same.
    Unclear(Failure),
    /// Another update is under way, which may be this one, sent before by an attempt whose answer was lost.
    Conflict(Failure),
}

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
        let sent = self.update(target, before).await?;
        let now = settled(&self.client, target, before, patience).await;
        match sent {
            Sent::Accepted => verified(before, &now?),
            Sent::Unclear(failure) => match now? {
                now if is_newer(before, &now) => verified(before, &now),
                now => Err(Refusal::Failed(shown(&now, failure))),
            },
            Sent::Conflict(failure) => now.and_then(|now| verified(before, &now)).map_err(|_| Refusal::Busy(failure)),
        }
    }
}

fn unless_refused(error: &SdkError<UpdateAgentRuntimeError>, before: &Document) -> Result<Sent, Refusal> {
    let said = error.message().map(|said| before.redact(said));
    let failure = Failure::of_request(Reason::WriteFailed, OPERATION, error, said.as_deref());
    let failed_itself = error.raw_response().is_some_and(|reply| reply.status().is_server_error());
    match error.code() {
        Some("ConflictException") => Ok(Sent::Conflict(failure)),
        Some("ResourceNotFoundException") => Err(Refusal::Moved(failure)),
        _ if failed_itself || error.as_service_error().is_none() => Ok(Sent::Unclear(failure)),
        _ => Err(Refusal::Failed(failure)),
    }
}

fn unsafe_to_send(why: UnsafeToSend) -> Refusal {
    let detail = format!("{why}; nothing was written. A person has to look at this runtime.");
    Refusal::Failed(Failure::new(Reason::UnsafeToSend, detail))
}

fn refuses_s3_endpoint(error: &SdkError<UpdateAgentRuntimeError>) -> bool {
    error.code() == Some("ValidationException") && error.message() == Some(S3_ENDPOINT_REFUSED)
}

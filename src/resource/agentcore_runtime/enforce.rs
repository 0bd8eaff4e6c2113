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
    lost_answer::LostAnswer,
    verify::{Sent, may_be_ours, settled, verified},
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
        let lost_answer = LostAnswer::default();
        let body = before.update(target.id(), s3_endpoint).map_err(unsafe_to_send)?;
        let mut reply = self.send(target, body, &lost_answer).await;
        if s3_endpoint == S3Endpoint::Keep && reply.as_ref().is_err_and(refuses_s3_endpoint) {
            let body = before.update(target.id(), S3Endpoint::Omit).map_err(unsafe_to_send)?;
            reply = self.send(target, body, &lost_answer).await;
        }
        match reply {
            Ok(()) => Ok(Sent::Accepted),
            Err(error) if lost_answer.is_possible() => Ok(Sent::Unclear(refusal(&error, before))),
            Err(error) => Err(refusal(&error, before)),
        }
    }

    /// Sends the prepared bytes in the place of the SDK's own body. `content-length` goes with them: without it the
    /// body would be cut to the old length, and the call would still succeed.
    async fn send(&self, target: &Target, body: UpdateBody, lost_answer: &LostAnswer) -> Reply {
        let UpdateBody { client_token, json } = body;
        let replace_body = move |request: &mut HttpRequest| {
            request.headers_mut().insert("content-length", json.len().to_string());
            *request.body_mut() = SdkBody::from(json.as_str());
        };
        let call = self.client.update_agent_runtime().agent_runtime_id(target.id()).client_token(client_token);
        let call = call.customize().mutate_request(replace_body).interceptor(lost_answer.clone());
        call.send().await.map(|_| ())
    }
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
        let settled = settled(&self.client, target, before, &sent, patience).await;
        match sent {
            Sent::Accepted => verified(before, &settled?),
            Sent::Unclear(refusal) => unclear(before, refusal, settled),
        }
    }
}

/// What came of an update whose answer was lost: AWS's refusal counts unless the runtime shows that it happened.
fn unclear(before: &Document, refusal: Refusal, settled: Result<Document, Refusal>) -> Result<State, Refusal> {
    let doubt = format!(
        "{} An answer to the update was lost, so that what was seen then may be its work or somebody else's deployment; \
         find out which before you restore anything.",
        detail(&refusal)
    );
    let seen = match settled {
        Ok(now) if !may_be_ours(before, &now) => return Err(refusal),
        settled => settled.and_then(|now| verified(before, &now)),
    };
    seen.map_err(|seen| preceded_by(&doubt, seen))
}

fn detail(refusal: &Refusal) -> &str {
    let (Refusal::Moved(failure) | Refusal::Busy(failure) | Refusal::Failed(failure)) = refusal;
    &failure.detail
}

fn preceded_by(earlier: &str, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Moved(failure) => Refusal::Moved(failure.preceded_by(earlier)),
        Refusal::Busy(failure) => Refusal::Busy(failure.preceded_by(earlier)),
        Refusal::Failed(failure) => Refusal::Failed(failure.preceded_by(earlier)),
    }
}

/// What to do about an update that AWS has refused.
fn refusal(error: &SdkError<UpdateAgentRuntimeError>, before: &Document) -> Refusal {
    let said = error.message().map(|said| before.redact(said));
    let failure = Failure::of_request(Reason::WriteFailed, OPERATION, error, said.as_deref());
    match error.code() {
        Some("ConflictException") => Refusal::Busy(failure),
        Some("ResourceNotFoundException") => Refusal::Moved(failure),
        _ => Refusal::Failed(failure),
    }
}

fn unsafe_to_send(why: UnsafeToSend) -> Refusal {
    let detail = format!("{why}; nothing was written. A person has to look at this runtime.");
    Refusal::Failed(Failure::new(Reason::UnsafeToSend, detail))
}

fn refuses_s3_endpoint(error: &SdkError<UpdateAgentRuntimeError>) -> bool {
    error.code() == Some("ValidationException") && error.message() == Some(S3_ENDPOINT_REFUSED)
}

//! The one write to a runtime: its whole configuration with `requireMMDSV2`, and with an authorizer
//! if it has none and one is to be set.

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::http::HttpRequest,
    error::{ProvideErrorMetadata, SdkError},
    operation::update_agent_runtime::UpdateAgentRuntimeError,
};
use aws_smithy_types::body::SdkBody;

use super::{
    document::{Document, S3Endpoint, UpdateBody},
    verify::{Sent, is_anothers, may_be_ours, verified, wait_until_settled},
    wording::{doubted, unsafe_to_send},
};
use crate::{
    aws::agentcore_write,
    failure::Failure,
    observed::Observed,
    outcome::State,
    patience::Patience,
    resource::{Enforce, Form, Refusal},
    target::Target,
    verdict::Failed,
};

const OPERATION: &str = "UpdateAgentRuntime";
/// AWS's message if it refuses `requireServiceS3Endpoint` for a runtime that seemed older to the
/// guardrail.
const S3_ENDPOINT_REFUSED: &str =
    "Agents created after 2026-06-11T00:00:00Z cannot modify requireServiceS3Endpoint";

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

    /// Sends the prepared bytes in place of the SDK's own body, with their own `content-length`.
    /// Without it the body would be cut to the old length, and the call would still succeed.
    async fn send(&self, target: &Target, before: &Document, form: Form) -> Result<(), Refusal> {
        let s3_endpoint = match form {
            Form::Plain => before.s3_endpoint(),
            Form::AsDemanded => S3Endpoint::Omit,
        };
        let UpdateBody { client_token, json } = before
            .update(target.id(), s3_endpoint)
            .map_err(|why| Refusal::Failed(unsafe_to_send(&why)))?;
        let replace_body = move |request: &mut HttpRequest| {
            request.headers_mut().insert("content-length", json.len().to_string());
            *request.body_mut() = SdkBody::from(json.as_str());
        };
        let call = self
            .client
            .update_agent_runtime()
            .agent_runtime_id(target.id())
            .client_token(client_token);
        let reply = call
            .customize()
            .config_override(agentcore_write())
            .mutate_request(replace_body)
            .send()
            .await;
        reply.map(|_| ()).map_err(|error| refusal(&error, before, s3_endpoint))
    }

    /// What became of an update whose answer was lost, as far as the runtime shows that it
    /// happened.
    async fn unclear(
        &self,
        target: &Target,
        before: &Document,
        lost: Failure,
        patience: &Patience,
    ) -> Result<State, Refusal> {
        let after_loss = |failure: Failure| doubted(failure).preceded_by(&lost.detail);
        match wait_until_settled(&self.client, target, before, Sent::Unclear, patience).await {
            Ok(now) if is_anothers(before, &now) => Err(Refusal::NotTaken(lost)),
            Ok(now) if !may_be_ours(before, &now) => Err(Refusal::Unclear(lost)),
            Ok(now) => {
                verified(before, &now).map_err(|failure| Refusal::Failed(after_loss(failure)))
            }
            Err(Refusal::Unclear(failure)) => Err(Refusal::Unclear(after_loss(failure))),
            Err(Refusal::Failed(failure)) => Err(Refusal::Failed(after_loss(failure))),
            Err(refusal) => Err(refusal),
        }
    }
}

impl Enforce for EnforceRuntimes {
    type Document = Document;
    const SENDS_ALL_BACK: bool = true;

    async fn enforce(
        &self,
        observed: &Observed<Document>,
        form: Form,
        patience: &Patience,
    ) -> Result<State, Refusal> {
        let (target, before) = (&observed.target, &observed.document);
        if patience.is_short() {
            return Err(Refusal::Failed(Failure::too_late()));
        }
        match self.send(target, before, form).await {
            Ok(()) => {
                let now =
                    wait_until_settled(&self.client, target, before, Sent::Accepted, patience)
                        .await?;
                verified(before, &now).map_err(Refusal::Failed)
            }
            Err(Refusal::Unclear(lost)) => self.unclear(target, before, lost, patience).await,
            Err(refusal) => Err(refusal),
        }
    }

    fn verify(
        &self,
        sent: &Observed<Document>,
        now: &Observed<Document>,
    ) -> Result<State, Failure> {
        verified(&sent.document, &now.document).map_err(doubted)
    }
}

/// What to do about an update that AWS did not accept.
fn refusal(
    error: &SdkError<UpdateAgentRuntimeError>,
    before: &Document,
    s3_endpoint: S3Endpoint,
) -> Refusal {
    let said = error.message().map(|said| before.redact(said));
    let failure =
        || Failure::of_request_saying(Failed::WriteFailed, OPERATION, error, said.as_deref());
    match error.code() {
        Some("ConflictException") => Refusal::Busy(failure()),
        Some("ResourceNotFoundException") => Refusal::Changed(failure()),
        Some("ValidationException")
            if s3_endpoint == S3Endpoint::Keep && error.message() == Some(S3_ENDPOINT_REFUSED) =>
        {
            Refusal::Demanded(failure())
        }
        _ => Refusal::of(OPERATION, error, said.as_deref()),
    }
}

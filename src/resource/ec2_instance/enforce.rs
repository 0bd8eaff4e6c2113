//! The one write to an instance: `HttpTokens=required`, and nothing else.

use aws_sdk_ec2::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::modify_instance_metadata_options::{
        ModifyInstanceMetadataOptionsError, ModifyInstanceMetadataOptionsOutput,
    },
    types::{HttpTokensState, InstanceMetadataEndpointState},
};

use super::observe::describe;
use crate::{
    failure::Failure,
    observed::Observed,
    outcome::{Reason, State},
    patience::Patience,
    resource::{Enforce, Refusal},
    target::Target,
};

const OPERATION: &str = "ModifyInstanceMetadataOptions";
/// How EC2 refused `HttpTokens` that came without `HttpEndpoint`, as recorded in 2019.
const ENDPOINT_DEMANDED: &str = "The HttpEndpoint is not set to 'enabled' in this request";

/// Requires IMDSv2 on instances.
#[derive(Clone, Debug)]
pub struct EnforceInstances {
    client: Client,
}

type Reply = Result<ModifyInstanceMetadataOptionsOutput, SdkError<ModifyInstanceMetadataOptionsError>>;

impl EnforceInstances {
    /// Writes through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    async fn require_v2(&self, target: &Target, endpoint: Option<InstanceMetadataEndpointState>) -> Reply {
        self.client
            .modify_instance_metadata_options()
            .instance_id(target.id())
            .http_tokens(HttpTokensState::Required)
            .set_http_endpoint(endpoint)
            .send()
            .await
    }

    async fn has_endpoint_enabled(&self, target: &Target) -> Result<bool, Failure> {
        let found = describe(&self.client, &[target]).await?;
        let options = found.get(target.id()).and_then(|instance| instance.metadata_options.as_ref());
        let endpoint = options.and_then(|options| options.http_endpoint.as_ref());
        Ok(endpoint == Some(&InstanceMetadataEndpointState::Enabled))
    }
}

impl Enforce for EnforceInstances {
    type Document = ();

    /// The write takes effect at once, so that there is nothing to wait for.
    async fn enforce(&self, observed: &Observed<()>, _: &Patience) -> Result<State, Refusal> {
        let target = &observed.target;
        let mut reply = self.require_v2(target, None).await;
        if let Err(error) = &reply
            && demands_endpoint(error)
        {
            // It may have been disabled since the look, and then it stays so.
            let refused = write_failed(error);
            let is_enabled = self.has_endpoint_enabled(target).await;
            if !is_enabled.map_err(|unseen| Refusal::Failed(unseen.preceded_by(&refused.detail)))? {
                return Err(Refusal::Moved(refused));
            }
            reply = self.require_v2(target, Some(InstanceMetadataEndpointState::Enabled)).await;
        }
        verified(&reply.map_err(|error| refused(&error))?)
    }
}

fn demands_endpoint(error: &SdkError<ModifyInstanceMetadataOptionsError>) -> bool {
    error.code() == Some("InvalidParameterValue")
        && error.message().is_some_and(|message| message.starts_with(ENDPOINT_DEMANDED))
}

fn write_failed(error: &SdkError<ModifyInstanceMetadataOptionsError>) -> Failure {
    Failure::of_request(Reason::WriteFailed, OPERATION, error, error.message())
}

fn refused(error: &SdkError<ModifyInstanceMetadataOptionsError>) -> Refusal {
    let failure = write_failed(error);
    match error.code() {
        Some("IncorrectInstanceState" | "InvalidInstanceID.NotFound") => Refusal::Moved(failure),
        _ => Refusal::Failed(failure),
    }
}

/// The reply shows the options as they are now; only what it shows is believed.
fn verified(reply: &ModifyInstanceMetadataOptionsOutput) -> Result<State, Refusal> {
    let options = reply.instance_metadata_options.as_ref();
    let tokens = options.and_then(|options| options.http_tokens.as_ref());
    let state = State::Instance {
        http_tokens: tokens.map(|tokens| tokens.as_str().to_owned()),
        hop_limit: options.and_then(|options| options.http_put_response_hop_limit),
    };
    if tokens == Some(&HttpTokensState::Required) {
        return Ok(state);
    }
    let shown = tokens.map_or("no HttpTokens", |tokens| tokens.as_str());
    let detail =
        format!("EC2 accepted the change, but its answer shows {shown} instead of required. A retry looks again.");
    Err(Refusal::Failed(Failure { after: Some(state), ..Failure::new(Reason::NotVerified, detail) }))
}

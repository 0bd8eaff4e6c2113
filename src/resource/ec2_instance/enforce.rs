//! The one write to an instance: `HttpTokens=required`, and nothing else.

use aws_sdk_ec2::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::modify_instance_metadata_options::{
        ModifyInstanceMetadataOptionsError, ModifyInstanceMetadataOptionsOutput,
    },
    types::{HttpTokensState, InstanceMetadataEndpointState},
};

use super::{
    observed::Options,
    wording::{endpoint_unknown, not_verified},
};
use crate::{
    aws::ec2_write,
    failure::Failure,
    observed::Observed,
    outcome::State,
    patience::Patience,
    resource::{Enforce, Form, Refusal},
    verdict::Failed,
};

const OPERATION: &str = "ModifyInstanceMetadataOptions";
/// The start of the message with which EC2 refused `HttpTokens` without `HttpEndpoint`, as recorded
/// in 2019.
const ENDPOINT_DEMANDED: &str = "The HttpEndpoint is not set to 'enabled' in this request";

/// Requires IMDSv2 on instances.
#[derive(Clone, Debug)]
pub struct EnforceInstances {
    client: Client,
}

impl EnforceInstances {
    /// Writes through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Enforce for EnforceInstances {
    type Document = Options;
    const SENDS_ALL_BACK: bool = false;

    /// The write takes effect at once, so there is nothing to wait for. The form that EC2 is known
    /// to demand also names the endpoint. It is only sent if EC2 shows the endpoint enabled,
    /// because a disabled one must stay disabled.
    async fn enforce(
        &self,
        observed: &Observed<Options>,
        form: Form,
        _: &Patience,
    ) -> Result<State, Refusal> {
        let endpoint = match form {
            Form::Plain => None,
            Form::AsDemanded if observed.document.endpoint_is_enabled => {
                Some(InstanceMetadataEndpointState::Enabled)
            }
            Form::AsDemanded => return Err(Refusal::ForGood(endpoint_unknown())),
        };
        let call = self.client.modify_instance_metadata_options().instance_id(observed.target.id());
        let call = call.http_tokens(HttpTokensState::Required).set_http_endpoint(endpoint);
        let reply = call.customize().config_override(ec2_write()).send().await;
        verified(&reply.map_err(|error| refusal(&error))?)
    }

    /// Nothing but `HttpTokens` was sent.
    fn verify(&self, _: &Observed<Options>, now: &Observed<Options>) -> Result<State, Failure> {
        Ok(now.state.clone())
    }
}

fn refusal(error: &SdkError<ModifyInstanceMetadataOptionsError>) -> Refusal {
    let failure = || Failure::of_request(Failed::WriteFailed, OPERATION, error);
    match error.code() {
        Some("InvalidParameterValue")
            if error.message().is_some_and(|said| said.starts_with(ENDPOINT_DEMANDED)) =>
        {
            Refusal::Demanded(failure())
        }
        Some("IncorrectInstanceState" | "InvalidInstanceID.NotFound") => {
            Refusal::Changed(failure())
        }
        _ => Refusal::of(OPERATION, error, error.message()),
    }
}

/// The reply shows the options as they are now. Only what it shows is believed.
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
    let failure = not_verified(tokens.map(HttpTokensState::as_str));
    Err(Refusal::Failed(Failure { after: Some(state), ..failure }))
}

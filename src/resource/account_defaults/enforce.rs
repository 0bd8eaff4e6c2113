//! The one write to the account defaults: `HttpTokens=required`, and nothing else.

use aws_sdk_ec2::{Client, error::ProvideErrorMetadata, types::MetadataDefaultHttpTokensState};

use super::{
    Defaults,
    observe::read,
    wording::{not_read_back, not_verified, others_changed},
};
use crate::{
    aws::ec2_write,
    failure::Failure,
    patience::{Patience, Progress},
    resource::Refusal,
};

/// How many reads after the write may still not show it: EC2 is eventually consistent.
const MAX_FRUITLESS_READS: usize = 5;

/// Requires IMDSv2 in the account defaults.
#[derive(Clone, Debug)]
pub struct EnforceDefaults {
    client: Client,
}

impl EnforceDefaults {
    /// Writes through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Sets `HttpTokens=required`, reads the defaults again and returns them.
    ///
    /// # Errors
    /// Why it could not be done or could not be verified.
    pub async fn enforce(
        &self,
        before: &Defaults,
        patience: &Patience,
    ) -> Result<Defaults, Refusal> {
        if patience.is_short() {
            return Err(Refusal::Failed(Failure::too_late()));
        }
        let required = MetadataDefaultHttpTokensState::Required;
        let call = self.client.modify_instance_metadata_defaults().http_tokens(required);
        let reply = call.customize().config_override(ec2_write()).send().await;
        reply.map_err(|error| {
            Refusal::of("ModifyInstanceMetadataDefaults", &error, error.message())
        })?;
        let now = self.read_back(patience).await.map_err(Refusal::Failed)?;
        verified(before, now).map_err(Refusal::Failed)
    }

    async fn read_back(&self, patience: &Patience) -> Result<Defaults, Failure> {
        patience
            .watch(MAX_FRUITLESS_READS, async || match read(&self.client).await {
                Ok(now) if !now.require_v2() => Progress::Behind(Ok(now)),
                shown => Progress::Ended(shown.map_err(|why| not_read_back(why.detail()))),
            })
            .await
    }
}

/// Only what the defaults show is believed.
pub(super) fn verified(before: &Defaults, now: Defaults) -> Result<Defaults, Failure> {
    let changed = before.others_unlike(&now);
    let failure = if !now.require_v2() {
        not_verified(now.http_tokens.as_deref())
    } else if !changed.is_empty() {
        others_changed(&changed)
    } else {
        return Ok(now);
    };
    Err(Failure { after: Some(now.state()), ..failure })
}

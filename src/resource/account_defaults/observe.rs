//! Reads the account defaults.

use aws_sdk_ec2::{Client, error::ProvideErrorMetadata};

use super::{
    Defaults,
    wording::{NOT_OFFERED, unread},
};
use crate::{
    failure::{Failure, Unlisted},
    verdict::Failed,
};

const OPERATION: &str = "GetInstanceMetadataDefaults";

/// Reads the account defaults. It cannot write.
#[derive(Clone, Debug)]
pub struct ObserveDefaults {
    client: Client,
}

impl ObserveDefaults {
    /// Reads through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Reads the defaults of the client's Region.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn observe(&self) -> Result<Defaults, Unlisted> {
        read(&self.client).await.map_err(|why| match why {
            Unlisted::NotOffered(detail) => Unlisted::NotOffered(unread(&detail)),
            Unlisted::Failed(why) => Failure { detail: unread(&why.detail), ..why }.into(),
        })
    }
}

pub(super) async fn read(client: &Client) -> Result<Defaults, Unlisted> {
    let reply =
        client.get_instance_metadata_defaults().send().await.map_err(|error| {
            match error.code() {
                Some("InvalidAction" | "UnsupportedOperation") => {
                    Unlisted::NotOffered(NOT_OFFERED.to_owned())
                }
                _ => Failure::of_request(Failed::ReadFailed, OPERATION, &error).into(),
            }
        })?;
    Ok(reply.account_level.map(Defaults::from).unwrap_or_default())
}

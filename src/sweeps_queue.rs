//! The queue of sweeps, as the function writes to it. Lambda reads it.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;

use crate::{failure::Failure, place::Place, verdict::Failed};

/// A FIFO queue whose message group is the place, so no two sweeps of one place run at once.
pub struct SweepsQueue {
    client: Client,
    url: String,
}

impl SweepsQueue {
    /// The queue of this URL. No request is made.
    pub fn new(config: &SdkConfig, url: String) -> Self {
        Self { client: Client::new(config), url }
    }

    /// Whether this is the queue's ARN.
    pub fn has_arn(&self, arn: &str) -> bool {
        let name = |text: &str, separator| text.rsplit(separator).next().map(str::to_owned);
        name(arn, ':') == name(&self.url, '/')
    }

    /// Puts a sweep of a place into the queue. `body` is the event that asks for it. The queue drops
    /// a second one with the same `id` for five minutes, so sending it again does no harm.
    ///
    /// # Errors
    /// A sentence that says why it could not be put there.
    pub async fn put(&self, place: &Place, body: String, id: &str) -> Result<(), String> {
        let message = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(place.to_string())
            .message_deduplication_id(id)
            .message_body(body);
        match message.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(Failure::of_request(Failed::ReadFailed, "SendMessage", &error).detail)
            }
        }
    }
}

//! The queue of sweeps, as the function writes to it. Lambda reads it.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;

use crate::{event::sweep_for, failure::Failure, place::Place, target::Kind, verdict::Failed};

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

    /// Puts a sweep of one kind into the queue, because an event does not say what it is about. The
    /// queue drops a second one with the same `event_id` for five minutes, so sending it again does
    /// no harm.
    ///
    /// # Errors
    /// A sentence that says why it could not be put there.
    pub async fn put(&self, place: &Place, kind: Kind, event_id: &str) -> Result<(), String> {
        let message = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_group_id(place.to_string())
            .message_deduplication_id(format!("{}:{event_id}", kind.name()))
            .message_body(sweep_for(place, kind).to_string());
        match message.send().await {
            Ok(_) => Ok(()),
            Err(error) => {
                Err(Failure::of_request(Failed::ReadFailed, "SendMessage", &error).detail)
            }
        }
    }
}

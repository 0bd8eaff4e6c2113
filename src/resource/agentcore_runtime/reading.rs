//! Answers, read by their bytes: the SDK's types drop what they do not know.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_bedrockagentcorecontrol::{
    Client,
    config::{ConfigBag, Intercept, RuntimeComponents, interceptors::AfterDeserializationInterceptorContextRef},
    error::{BoxError, ProvideErrorMetadata},
};

use super::document::Document;
use crate::{failure::Failure, outcome::Reason, target::Target};

const OPERATION: &str = "GetAgentRuntime";

/// The present runtime; `None` where AWS does not know it.
pub(super) async fn read(client: &Client, target: &Target) -> Result<Option<Document>, Failure> {
    read_version(client, target, None).await
}

/// One version of the runtime, or the present one; `None` where AWS does not know it.
pub(super) async fn read_version(
    client: &Client,
    target: &Target,
    version: Option<&str>,
) -> Result<Option<Document>, Failure> {
    let body = SuccessfulBody::default();
    let call = client.get_agent_runtime().agent_runtime_id(target.id());
    let call = call.set_agent_runtime_version(version.map(str::to_owned));
    let reply = call.customize().interceptor(body.clone()).send().await;
    match (body.take(), reply) {
        // Even where the SDK could not read its own types from it.
        (Some(bytes), _) => {
            let document = Document::parse(&bytes).filter(|document| document.is_of(target));
            document.map(Some).ok_or_else(unreadable)
        }
        (None, Ok(_)) => Err(unreadable()),
        (None, Err(error)) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        (None, Err(error)) => Err(Failure::of_request(Reason::ReadFailed, OPERATION, &error, error.message())),
    }
}

fn unreadable() -> Failure {
    Failure::new(
        Reason::ReadFailed,
        "The answer to GetAgentRuntime is not this runtime as a JSON object. A retry looks again.",
    )
}

/// Keeps the body of the last answer, if that was a success.
#[derive(Clone, Default)]
pub(super) struct SuccessfulBody(Arc<Mutex<Option<Vec<u8>>>>);

impl SuccessfulBody {
    pub(super) fn take(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for SuccessfulBody {
    /// The SDK may log its interceptors, and the body holds secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Intercept for SuccessfulBody {
    fn name(&self) -> &'static str {
        "SuccessfulBody"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        let bytes = response.body().bytes().filter(|_| response.status().is_success());
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes.map(<[u8]>::to_vec);
        Ok(())
    }
}

//! Reads answers by their bytes: the SDK's types drop what they do not know.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_bedrockagentcorecontrol::{
    config::{
        ConfigBag, Intercept, RuntimeComponents,
        interceptors::AfterDeserializationInterceptorContextRef,
    },
    error::{BoxError, ProvideErrorMetadata, SdkError},
};

use super::wording::unreadable;
use crate::{failure::Failure, verdict::Failed};

/// Keeps the body of the last answer, if it was a success.
#[derive(Clone, Default)]
pub(super) struct BodyTap(Arc<Mutex<Option<Vec<u8>>>>);

impl BodyTap {
    /// What was read with the request `operation`, which was sent with this tap and answered with
    /// `reply`. `None` if AWS does not know what was asked for. `parse` reads the body even if the
    /// SDK could not read its own types from it.
    ///
    /// # Errors
    /// The request failed, or its body is not what was asked for. Both are failures for `reason`.
    pub fn read<T, O, E: ProvideErrorMetadata>(
        &self,
        reason: Failed,
        operation: &str,
        reply: Result<O, SdkError<E>>,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (body, reply) {
            (Some(bytes), _) => {
                parse(&bytes).map(Some).ok_or_else(|| unreadable(reason, operation))
            }
            (None, Ok(_)) => Err(unreadable(reason, operation)),
            (None, Err(error)) if error.code() == Some("ResourceNotFoundException") => Ok(None),
            (None, Err(error)) => Err(Failure::of_request(reason, operation, &error)),
        }
    }
}

impl fmt::Debug for BodyTap {
    /// The SDK may log its interceptors, and the body holds secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Intercept for BodyTap {
    fn name(&self) -> &'static str {
        "BodyTap"
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

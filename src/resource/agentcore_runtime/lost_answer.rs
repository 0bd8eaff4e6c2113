//! Whether a write that did not succeed may have happened all the same.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use aws_sdk_bedrockagentcorecontrol::config::{
    ConfigBag, Intercept, RuntimeComponents, interceptors::FinalizerInterceptorContextRef,
};
use aws_sdk_bedrockagentcorecontrol::error::BoxError;

/// Remembers whether one of a call's attempts ended without AWS having refused it. The SDK shows the error of the last
/// attempt only, and an earlier one may have been accepted. A call that succeeded has lost nothing, whatever this says.
#[derive(Clone, Debug, Default)]
pub(super) struct LostAnswer(Arc<AtomicBool>);

impl LostAnswer {
    /// Whether there was such an attempt.
    pub(super) fn is_possible(&self) -> bool {
        self.0.load(Relaxed)
    }
}

impl Intercept for LostAnswer {
    fn name(&self) -> &'static str {
        "LostAnswer"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let was_refused = context.response().is_some_and(|response| response.status().is_client_error());
        self.0.fetch_or(!was_refused, Relaxed);
        Ok(())
    }
}

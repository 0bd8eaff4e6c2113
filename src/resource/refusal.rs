//! Why a write did not end as it should, and so what to do next. The same for every kind of
//! resource.

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};

use crate::{
    failure::{FOR_GOOD, Failure},
    obstacle::Obstacle,
    verdict::Failed,
};

/// Why a write did not end as it should.
#[derive(Debug)]
pub enum Refusal {
    /// There were too many requests, and nothing was written. A look after a pause shows whether a
    /// write is still due.
    Throttled(Failure),
    /// Nothing was written, for another reason that may pass, such as somebody else's write that
    /// came first.
    NotTaken(Failure),
    /// AWS failed, its answer was lost, or what it accepted does not show: the write may have
    /// happened. A look after a pause shows whether it did.
    Unclear(Failure),
    /// The resource is in a different state than when it was observed: one more look shows what to
    /// do.
    Changed(Failure),
    /// AWS is still changing the resource: look again after a pause, as long as there is time.
    Busy(Failure),
    /// AWS wants the write in its other form: look again and send that.
    Demanded(Failure),
    /// The role's own Deny on exempt resources refused it. Some more looks show whether this one is
    /// exempt, because a tag may show late.
    Denied(Failure),
    /// The role may not do it, and AWS does not say which policy forbids it. One more look shows
    /// whether the resource is exempt.
    NotAllowed(Failure),
    /// AWS refuses it for good, and no retry mends that.
    ForGood(Failure),
    /// Nothing more can be done in this invocation.
    Failed(Failure),
}

/// AWS's words for a refusal by the role's own policies (IAM user guide, "Troubleshoot access
/// denied error messages").
const OWN_DENY: &str = "with an explicit deny in an identity-based policy";
/// The same for the organisation's policies.
const DENIED_BY_ORGANISATION: [&str; 2] = [
    "with an explicit deny in a service control policy",
    "with an explicit deny in a resource control policy",
];

impl Refusal {
    /// What there is to say about it.
    pub fn failure(&self) -> &Failure {
        let (Self::Throttled(failure)
        | Self::NotTaken(failure)
        | Self::NotAllowed(failure)
        | Self::Unclear(failure)
        | Self::Changed(failure)
        | Self::Busy(failure)
        | Self::Demanded(failure)
        | Self::Denied(failure)
        | Self::ForGood(failure)
        | Self::Failed(failure)) = self;
        failure
    }

    /// What the answer to a write means, apart from what only its kind knows. `said` is AWS's
    /// message, if it may be repeated.
    pub fn of<E>(operation: &str, error: &SdkError<E>, said: Option<&str>) -> Self
    where
        E: ProvideErrorMetadata,
    {
        let failure = Failure::of_request_saying(Failed::WriteFailed, operation, error, said);
        let message = error.message().unwrap_or_default();
        let is_not_authorized = Obstacle::of(error) == Obstacle::Denied;
        match (error, error.code()) {
            (_, Some(code)) if THROTTLING_ERRORS.contains(&code) => Self::Throttled(failure),
            (SdkError::ConstructionFailure(_), _) => Self::Failed(failure),
            (SdkError::ServiceError(answer), _) if answer.raw().status().as_u16() == 429 => {
                Self::Throttled(failure)
            }
            (SdkError::ServiceError(answer), _) if !answer.raw().status().is_client_error() => {
                Self::Unclear(failure)
            }
            (SdkError::ServiceError(_), Some(code)) if TRANSIENT_ERRORS.contains(&code) => {
                Self::Unclear(failure)
            }
            (SdkError::ServiceError(_), Some(code)) if FOR_GOOD.contains(&code) => {
                Self::ForGood(failure)
            }
            (SdkError::ServiceError(_), _) if is_not_authorized && message.contains(OWN_DENY) => {
                Self::Denied(failure)
            }
            (SdkError::ServiceError(_), _)
                if is_not_authorized
                    && DENIED_BY_ORGANISATION.iter().any(|words| message.contains(words)) =>
            {
                Self::ForGood(failure)
            }
            (SdkError::ServiceError(_), _) if is_not_authorized => Self::NotAllowed(failure),
            (SdkError::ServiceError(_), _) => Self::Failed(failure),
            _ => Self::Unclear(failure),
        }
    }
}

//! What kept a request from its answer, as far as it matters to whoever reads many places. Pure.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};

/// Error codes of EC2 and AgentCore for a call that the policies do not allow.
const NOT_AUTHORIZED: [&str; 3] =
    ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"];
/// Error codes of all services for credentials that are not accepted.
const NOT_ACCEPTED: [&str; 8] = [
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "OptInRequired",
    "RequestExpired",
    "UnrecognizedClient",
    "UnrecognizedClientException",
];

/// What kept a request from its answer, as far as it matters to whoever reads many places.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Obstacle {
    /// A policy does not allow it.
    Denied,
    /// AWS does not accept the credentials: they have expired, or the Region is not enabled.
    CredentialsRejected,
    /// AWS was not reached, or did not answer in time.
    NotReached,
    /// Anything else.
    Other,
}

impl Obstacle {
    /// What kept this request from its answer.
    pub fn of<E>(error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata,
    {
        match error {
            SdkError::DispatchFailure(_) | SdkError::TimeoutError(_) => Self::NotReached,
            SdkError::ServiceError(refusal) => match refusal.err().code() {
                Some(code) if NOT_AUTHORIZED.contains(&code) => Self::Denied,
                Some(code) if NOT_ACCEPTED.contains(&code) => Self::CredentialsRejected,
                Some(_) | None => Self::Other,
            },
            _ => Self::Other,
        }
    }
}

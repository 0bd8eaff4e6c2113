//! Why a target could not be finished, in words for the person on call.

use std::{error::Error, fmt, iter};

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{
    obstacle::Obstacle,
    outcome::State,
    text::{quoted, shortened},
    verdict::Failed,
};

/// What kept a target from being finished.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Failure {
    /// Why, for programs.
    pub reason: Failed,
    /// Why, as sentences.
    pub detail: String,
    /// The setting as it was read after the write, if there was one and it could be read.
    pub after: Option<State>,
    /// Whether a write was sent and nobody knows if it happened.
    pub write_is_open: bool,
    /// What kept a request from its answer; `None` if it is something else that failed.
    pub obstacle: Option<Obstacle>,
}

/// What becomes of most failures.
pub(crate) const RETRY: &str = "A retry will look again.";
const BUG: &str = "This is a bug in the guardrail; please report it.";

/// Error codes for a fault in the request or the resource, whoever sends the request.
pub(crate) const FOR_GOOD: [&str; 4] = [
    "ValidationException",
    "InvalidParameterValue",
    "UnsupportedOperation",
    "OperationNotPermitted",
];
impl Failure {
    /// A failure after which nothing was read back.
    pub fn new(reason: Failed, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { reason, detail, after: None, write_is_open: false, obstacle: None }
    }

    /// The same failure, with an earlier one told first.
    pub fn preceded_by(self, earlier: &str) -> Self {
        Self { detail: format!("{earlier} {}", self.detail), ..self }
    }

    /// The same failure of a write that the guardrail's own role denies, although the guardrail
    /// sees no tag that exempts.
    pub fn of_own_deny(self, exception_key: &str) -> Self {
        let detail = format!(
            "{} The guardrail's own role denies this write (statement KeepExemptions, unless \
             somebody added another one), but no tag {exception_key} exempts it. IAM ignores case \
             in tag keys: look for the tag in another spelling and correct it.",
            self.detail
        );
        Self { detail, ..self }
    }

    /// AWS was still changing the resource when time ran out. `status` is AWS's own word.
    pub fn still_changing(status: &str) -> Self {
        Self::new(
            Failed::StillChanging,
            format!("Its status was still {status} when the time to wait ran out. {RETRY}"),
        )
    }

    /// The invocation's time ran out before its work was done.
    pub fn out_of_time(write_is_open: bool) -> Self {
        let written = if write_is_open {
            "a write may or may not have happened"
        } else {
            "nothing was written"
        };
        let detail =
            format!("The invocation ran out of time before this was finished; {written}. {RETRY}");
        Self { write_is_open, ..Self::new(Failed::OutOfTime, detail) }
    }

    /// By the time everything needed for a write was read, it was too old.
    pub fn outdated() -> Self {
        let detail = format!(
            "AWS answered so slowly that what was read was too old to act on, so no write was \
             sent. {RETRY}"
        );
        Self::new(Failed::ReadFailed, detail)
    }

    /// A write would come too late to be verified.
    pub fn too_late() -> Self {
        let detail =
            format!("Too little time was left to verify a write, so none was sent. {RETRY}");
        Self::new(Failed::OutOfTime, detail)
    }

    /// A reader returned no answer for a target, which would be a defect.
    pub fn unanswered() -> Self {
        Self::new(Failed::ReadFailed, format!("The guardrail got no answer about it. {BUG}"))
    }

    /// A listing shows ids that are not in the form AWS documents.
    pub fn unknown_ids(operation: &str, number: usize, first: &str) -> Self {
        let detail = format!(
            "{operation} shows ids in a form that this version does not know: {number}, such as \
             {:?}. The resources they name were not looked at. Update the guardrail.",
            shortened(first)
        );
        Self::new(Failed::ReadFailed, detail)
    }

    /// A page of a listing leads back to one that was already read, so the rest cannot be reached.
    pub fn repeated_page(reason: Failed, operation: &str) -> Self {
        let detail = format!(
            "{operation} returned a page that had already been read, so the rest could not be \
             listed. A retry lists it from the beginning; if that fails as well, tell AWS Support."
        );
        Self::new(reason, detail)
    }

    /// The failure of one request, with AWS's own message.
    pub fn of_request<E>(reason: Failed, operation: &str, error: &SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata,
    {
        Self::of_request_saying(reason, operation, error, error.message())
    }

    /// The same, with as much of AWS's message as may be repeated.
    pub fn of_request_saying<E>(
        reason: Failed,
        operation: &str,
        error: &SdkError<E>,
        said: Option<&str>,
    ) -> Self
    where
        E: ProvideErrorMetadata,
    {
        let obstacle = Some(Obstacle::of(error));
        Self { obstacle, ..Self::new(reason, describe(operation, error, said)) }
    }
}

/// Why something could not be listed or read as a whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unlisted {
    /// The Region does not offer it, which is not a failure. Holds a sentence that says so.
    NotOffered(String),
    /// The request failed.
    Failed(Failure),
}

impl Unlisted {
    /// Why, as a word. Only `not_offered` is not a failure.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotOffered(_) => "not_offered",
            Self::Failed(failure) => failure.reason.into(),
        }
    }

    /// Whether it is a failure.
    pub fn is_failure(&self) -> bool {
        match self {
            Self::NotOffered(_) => false,
            Self::Failed(_) => true,
        }
    }

    /// Why, as a sentence.
    pub fn detail(&self) -> &str {
        match self {
            Self::NotOffered(detail) => detail,
            Self::Failed(failure) => &failure.detail,
        }
    }
}

impl Serialize for Unlisted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Unlisted", 2)?;
        members.serialize_field("reason", self.reason())?;
        members.serialize_field("detail", self.detail())?;
        members.end()
    }
}

impl From<Failure> for Unlisted {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Whether a request failed because its host name does not exist, as happens where a service is not
/// offered. A lookup that fails only for the moment does not count.
pub fn is_unresolvable<E, R>(error: &SdkError<E, R>) -> bool
where
    E: Error + 'static,
    R: fmt::Debug,
{
    matches!(error, SdkError::DispatchFailure(_)) && error.source().is_some_and(is_unknown_host)
}

/// Whether an error, or what caused it, is that a host name does not exist.
pub fn is_unknown_host(error: &(dyn Error + 'static)) -> bool {
    let causes: Vec<_> = iter::successors(Some(error), |error| (*error).source())
        .map(ToString::to_string)
        .collect();
    let any = |words: &str| causes.iter().any(|cause| cause.contains(words));
    any("dns error") && !any("Temporary failure")
}

/// Says what happened to a request, and what a person can do about it.
fn describe<E>(operation: &str, error: &SdkError<E>, said: Option<&str>) -> String
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ServiceError(answer) if answer.raw().status().is_success() => {
            unreadable(operation)
        }
        SdkError::ServiceError(refusal) => {
            let code = refusal.err().code().unwrap_or("an error without a code");
            let said = said.map(|said| quoted(&shortened(said))).unwrap_or_default();
            let request = refusal.err().meta().extra("aws_request_id").unwrap_or("unknown");
            format!(
                "AWS answered {operation} with {code}{said}, request id {request}. {}",
                advice(Obstacle::of(error), code)
            )
        }
        SdkError::TimeoutError(_) => format!("{operation} timed out. {RETRY}"),
        SdkError::DispatchFailure(_) => {
            format!("{operation} did not reach AWS, or its answer was lost. {RETRY}")
        }
        SdkError::ResponseError(_) => unreadable(operation),
        _ => format!("{operation} could not be sent because of how it was built. {BUG}"),
    }
}

fn unreadable(operation: &str) -> String {
    format!("The answer to {operation} could not be read. {RETRY}")
}

fn advice(obstacle: Obstacle, code: &str) -> &'static str {
    match obstacle {
        Obstacle::Denied => {
            "Check the caller's role and the organisation's service control policies."
        }
        Obstacle::CredentialsRejected => {
            "Check that the credentials have not expired, and that the Region is enabled."
        }
        Obstacle::NotReached | Obstacle::Other if FOR_GOOD.contains(&code) => {
            "A retry will not help; a person has to look at this resource."
        }
        Obstacle::NotReached | Obstacle::Other => RETRY,
    }
}

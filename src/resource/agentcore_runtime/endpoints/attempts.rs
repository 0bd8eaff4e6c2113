//! The attempts at one move: after each that AWS did not take, all is read and decided anew.

use super::document::EndpointDocument;
use crate::{
    failure::Failure,
    outcome::Reason,
    patience::Pauses,
    resource::{MAX_LOOKS_FOR_TAG, Refusal},
};

/// The attempts so far.
pub(super) struct Attempts {
    pauses: Pauses,
    /// How the move was denied, and how many more looks there may be for the tag that explains it.
    denied: Option<(Refusal, usize)>,
    /// The endpoint before a move whose answer was lost.
    pub sent: Option<EndpointDocument>,
}

impl Attempts {
    /// None so far; `pauses` are those between two of them.
    pub fn new(pauses: Pauses) -> Self {
        Self { pauses, denied: None, sent: None }
    }

    /// Pauses for another attempt.
    ///
    /// # Errors
    /// There is none: AWS refuses the move in a way that another look does not change, or no time is left.
    pub async fn again_after(&mut self, refusal: Refusal, before: EndpointDocument) -> Result<(), Failure> {
        match refusal {
            Refusal::Throttled(failure) | Refusal::NotTaken(failure) => self.again(failure).await,
            Refusal::Unclear(failure) => {
                self.sent = Some(before);
                self.again(failure).await
            }
            Refusal::Denied(_) => {
                self.denied = Some((refusal, MAX_LOOKS_FOR_TAG));
                Ok(())
            }
            Refusal::NotAllowed(_) => {
                self.denied = Some((refusal, 0));
                Ok(())
            }
            Refusal::ForGood(failure) => Err(Failure { reason: Reason::Refused, ..failure }),
            Refusal::Changed(failure)
            | Refusal::Busy(failure)
            | Refusal::Demanded(failure)
            | Refusal::Failed(failure) => Err(failure),
        }
    }

    /// Whether the move may be sent, now that another look has found nothing against it; if not, all is to be looked at
    /// once more.
    ///
    /// # Errors
    /// It was denied, and no look explains why.
    pub async fn may_go_on(&mut self, exception_key: &str) -> Result<bool, Failure> {
        let Some((refusal, looks_left)) = self.denied.take() else { return Ok(true) };
        if looks_left > 0 && self.pauses.pause().await {
            self.denied = Some((refusal, looks_left - 1));
            return Ok(false);
        }
        Err(match refusal {
            Refusal::Denied(failure) => Failure { reason: Reason::Refused, ..failure.of_own_deny(exception_key) },
            refusal => refusal.failure().clone(),
        })
    }

    /// Pauses because of this failure, which is what remains if no time is left.
    ///
    /// # Errors
    /// No time is left.
    pub async fn again(&mut self, failure: Failure) -> Result<(), Failure> {
        if self.pauses.pause().await { Ok(()) } else { Err(failure) }
    }
}

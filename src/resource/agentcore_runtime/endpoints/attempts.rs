//! The attempts at one move: after each that AWS did not take, all is read and decided anew.

use super::reading::Endpoint;
use crate::{failure::Failure, outcome::Reason, patience::Pauses, resource::Refusal};

/// The attempts so far.
pub(super) struct Attempts {
    pauses: Pauses,
    was_denied: bool,
    /// The endpoint before a move whose answer was lost.
    pub sent: Option<Endpoint>,
}

impl Attempts {
    /// None so far; `pauses` are those between two of them.
    pub fn new(pauses: Pauses) -> Self {
        Self { pauses, was_denied: false, sent: None }
    }

    /// Pauses for another attempt.
    ///
    /// # Errors
    /// There is none: AWS refuses the move in a way that another look does not change, or no time is left.
    pub async fn again_after(&mut self, refusal: Refusal, before: Endpoint) -> Result<(), Failure> {
        match refusal {
            Refusal::Throttled(failure) => self.again(failure).await,
            Refusal::Unclear(failure) => {
                self.sent = Some(before);
                self.again(failure).await
            }
            Refusal::Denied(failure) if !self.was_denied => {
                self.was_denied = true;
                self.again(failure).await
            }
            Refusal::Denied(failure) | Refusal::ForGood(failure) => Err(Failure { reason: Reason::Refused, ..failure }),
            Refusal::Moved(failure)
            | Refusal::Busy(failure)
            | Refusal::Demanded(failure)
            | Refusal::Failed(failure) => Err(failure),
        }
    }

    /// Pauses because of this failure, which is what remains if no time is left.
    ///
    /// # Errors
    /// No time is left.
    pub async fn again(&mut self, failure: Failure) -> Result<(), Failure> {
        if self.pauses.pause().await { Ok(()) } else { Err(failure) }
    }
}

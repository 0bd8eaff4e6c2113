//! The attempts at one move: after each that AWS did not take, all is read and decided anew.

use super::reading::Endpoint;
use crate::{failure::Failure, outcome::Reason, patience::Pauses, resource::Refusal};

/// The attempts so far.
pub(super) struct Attempts {
    pauses: Pauses,
    /// How the role's own Deny has refused the move.
    denied: Option<Failure>,
    /// The endpoint before a move whose answer was lost.
    pub sent: Option<Endpoint>,
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
    pub async fn again_after(&mut self, refusal: Refusal, before: Endpoint) -> Result<(), Failure> {
        match refusal {
            Refusal::Throttled(failure) => self.again(failure).await,
            Refusal::Unclear(failure) => {
                self.sent = Some(before);
                self.again(failure).await
            }
            Refusal::Denied(failure) => {
                self.denied = Some(failure);
                Ok(())
            }
            Refusal::ForGood(failure) => Err(Failure { reason: Reason::Refused, ..failure }),
            Refusal::Moved(failure)
            | Refusal::Busy(failure)
            | Refusal::Demanded(failure)
            | Refusal::Failed(failure) => Err(failure),
        }
    }

    /// Whether the move may be sent once more, now that another look has found nothing against it.
    ///
    /// # Errors
    /// The role's own Deny has refused it, and that look does not explain why.
    pub fn may_go_on(&mut self, exception_key: &str) -> Result<(), Failure> {
        let denied = self.denied.take().map(|failure| failure.of_own_deny(exception_key));
        denied.map_or(Ok(()), |failure| Err(Failure { reason: Reason::Refused, ..failure }))
    }

    /// Pauses because of this failure, which is what remains if no time is left.
    ///
    /// # Errors
    /// No time is left.
    pub async fn again(&mut self, failure: Failure) -> Result<(), Failure> {
        if self.pauses.pause().await { Ok(()) } else { Err(failure) }
    }
}

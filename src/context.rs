//! What holds for all targets of one flow: the exception tag, the time, how much may still be
//! spent, and the occasion.

use std::time::Duration;

use crate::{
    decision::Moment,
    exception::{ExceptionTag, Exemption},
    observed::TagMap,
    patience::{Patience, Pauses},
};

/// How many attempts an event's target gets if there is time. The pauses between so many attempts
/// add up to more than an invocation lasts.
const EVENT_ATTEMPTS: usize = 20;
/// How many attempts a target gets while others wait. In a sweep too, because the next sweep tries
/// again.
const FEW_ATTEMPTS: usize = 5;

/// What holds for all targets of one flow, and for the endpoints of a runtime among them.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The tag that exempts.
    pub exception: &'a ExceptionTag,
    /// The time, as far as decisions depend on it.
    pub moment: Moment,
    /// How much the invocation may still spend.
    pub patience: Patience,
    /// Why these targets are looked at.
    pub occasion: Occasion,
}

/// Why targets are looked at. It decides how much trouble each of them is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Occasion {
    /// An event names them. They are written at once, and the flow waits for what AWS is still
    /// changing.
    Event,
    /// A sweep lists them, and so will the next one. Writes are paced and nothing is waited for,
    /// because a few waiting resources would hold up all the others.
    Sweep {
        /// No other target's turn comes once no more than this is left of the invocation.
        margin: Duration,
    },
}

impl Context<'_> {
    /// Whether to wait for what AWS is still changing.
    pub fn waits(&self) -> bool {
        self.occasion == Occasion::Event
    }

    /// The pauses between the attempts at one write.
    pub fn retries(&self) -> Pauses {
        self.patience
            .pauses_between(if self.waits() { EVENT_ATTEMPTS } else { FEW_ATTEMPTS })
    }

    /// Fewer of these pauses, because others wait.
    pub fn few_retries(&self) -> Pauses {
        self.patience.pauses_between(FEW_ATTEMPTS)
    }

    /// Whether another target's turn may come.
    pub fn goes_on(&self) -> bool {
        match self.occasion {
            Occasion::Event => true,
            Occasion::Sweep { margin } => self.patience.left() > margin,
        }
    }

    /// What these tags say about an exemption now. `None` means that they were not read.
    pub fn exemption(&self, tags: Option<&TagMap>) -> Exemption {
        let value = tags.and_then(|tags| tags.get(self.exception.key())).map(String::as_str);
        self.exception.exemption(value, self.moment.now.date_naive())
    }
}

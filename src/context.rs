//! What holds for all targets of one flow: the exception tag, the time, what may still be spent, and the occasion.

use std::time::Duration;

use crate::{
    decision::Moment,
    exception::{ExceptionTag, Exemption},
    observed::TagMap,
    patience::{Patience, Pauses},
};

/// How many times an event's target is tried, if there is time: all pauses in between take longer than an invocation
/// lasts.
const EVENT_TRIES: usize = 20;
/// How many times a target is tried while others wait, and in a sweep, because the next sweep tries again.
const FEW_TRIES: usize = 5;

/// What holds for all targets of one flow, and for the endpoints of a runtime among them.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The tag that exempts.
    pub exception: &'a ExceptionTag,
    /// The time, as far as decisions depend on it.
    pub moment: Moment,
    /// What the invocation may still spend.
    pub patience: Patience,
    /// Why these targets are looked at.
    pub occasion: Occasion,
}

/// Why targets are looked at, which says how much trouble each of them is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Occasion {
    /// An event names them: they are written at once, and what AWS is at work on is waited for.
    Event,
    /// A sweep lists them, and so will the next one: writes are paced, and nothing is waited for, because a few waiting
    /// resources would hold up all the others.
    Sweep {
        /// No target's turn comes when less than this is left of the invocation.
        margin: Duration,
    },
}

impl Context<'_> {
    /// Whether to wait for what AWS is at work on.
    pub fn waits(&self) -> bool {
        self.occasion == Occasion::Event
    }

    /// The pauses between the tries at one write.
    pub fn retries(&self) -> Pauses {
        self.patience.pauses_between(if self.waits() { EVENT_TRIES } else { FEW_TRIES })
    }

    /// Fewer of them, because others wait.
    pub fn few_retries(&self) -> Pauses {
        self.patience.pauses_between(FEW_TRIES)
    }

    /// Whether another target's turn may come.
    pub fn goes_on(&self) -> bool {
        match self.occasion {
            Occasion::Event => true,
            Occasion::Sweep { margin } => self.patience.left() > margin,
        }
    }

    /// What these tags say about an exemption, now. `None` if they were not read.
    pub fn exemption(&self, tags: Option<&TagMap>) -> Exemption {
        let value = tags.and_then(|tags| tags.get(self.exception.key())).map(String::as_str);
        self.exception.exemption(value, self.moment.now.date_naive())
    }
}

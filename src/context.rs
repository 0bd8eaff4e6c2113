//! What holds for all targets of one flow, and for what belongs to them.

use std::time::Duration;

use crate::{
    decision::Moment,
    exception::{ExceptionTag, Exemption},
    observed::TagMap,
    patience::{Patience, Pauses},
};

/// How often an event's target is tried, if there is time: all pauses in between take longer than an invocation lasts.
const EVENT_TRIES: usize = 20;
/// How often a target is tried while others wait, and in a sweep at all, because the next one tries again.
const FEW_TRIES: usize = 5;

/// What holds for all targets of one flow, and for what belongs to them.
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
    /// A sweep lists them, and the next one will again: writes are paced, and nothing is waited for, because a few such
    /// resources would stop all others.
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

    /// Whether what carries these tags is exempt.
    pub fn is_exempt(&self, tags: &TagMap) -> bool {
        let value = tags.get(self.exception.key()).map(String::as_str);
        matches!(self.exception.exemption(value, self.moment.now.date_naive()), Exemption::Exempt { .. })
    }
}

//! What holds for all targets of one flow: the exception tag, the time, how much may still be
//! spent, and the occasion.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, Utc};

use crate::{
    decision::Moment,
    exception::{ExceptionTag, Exemption},
    observed::TagMap,
    patience::{Patience, Pauses},
    target::Target,
};

/// How many attempts an event's target gets if there is time. The pauses between so many attempts
/// add up to more than an invocation lasts.
const EVENT_ATTEMPTS: usize = 20;
/// How many attempts a target gets while others wait. In a sweep too, because the next sweep tries
/// again.
const FEW_ATTEMPTS: usize = 5;

/// Targets that events name, each with the time of the latest event if it is known.
pub type Asked = BTreeMap<Target, Option<DateTime<Utc>>>;

/// What holds for all targets of one flow, and for the endpoints of a runtime among them.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The tag that exempts.
    pub exception: &'a ExceptionTag,
    /// The time of day.
    pub now: DateTime<Utc>,
    /// The targets that events name.
    pub asked: &'a Asked,
    /// How much time is left.
    pub patience: Patience,
    /// Why these targets are looked at.
    pub occasion: Occasion,
}

/// Why targets are looked at. It decides how much trouble each of them is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Occasion {
    /// Events name them. They are written at once.
    Events {
        /// How long the flow waits for what AWS is still changing, before it writes. What takes
        /// longer is deferred. With `None` it waits as long as there is time, and what takes longer
        /// fails.
        longest_wait: Option<Duration>,
    },
    /// A sweep lists them, and so will the next one. Writes are paced and nothing is waited for,
    /// because a few waiting resources would hold up all the others.
    Sweep {
        /// No other target's turn comes once no more than this is left of the invocation.
        margin: Duration,
    },
}

impl Context<'_> {
    /// Whether this is a sweep: the next one finds again what this one leaves.
    pub fn is_sweep(&self) -> bool {
        matches!(self.occasion, Occasion::Sweep { .. })
    }

    /// How long to wait, before a write, for what AWS is still changing. `None` means as long as
    /// there is time.
    pub fn longest_wait(&self) -> Option<Duration> {
        match self.occasion {
            Occasion::Events { longest_wait } => longest_wait,
            Occasion::Sweep { .. } => Some(Duration::ZERO),
        }
    }

    /// The pauses between two looks at what AWS is still changing.
    pub fn waits(&self) -> Pauses {
        self.patience.pauses_within(self.longest_wait().unwrap_or(Duration::MAX))
    }

    /// The time, as far as a decision about this target depends on it.
    pub fn moment(&self, target: &Target) -> Moment {
        Moment { now: self.now, event: self.asked.get(target).copied().flatten() }
    }

    /// The pauses between the attempts at one write.
    pub fn retries(&self) -> Pauses {
        self.patience
            .pauses_between(if self.is_sweep() { FEW_ATTEMPTS } else { EVENT_ATTEMPTS })
    }

    /// Fewer of these pauses, because others wait.
    pub fn few_retries(&self) -> Pauses {
        self.patience.pauses_between(FEW_ATTEMPTS)
    }

    /// Whether another target's turn may come.
    pub fn goes_on(&self) -> bool {
        match self.occasion {
            Occasion::Events { .. } => true,
            Occasion::Sweep { margin } => self.patience.left() > margin,
        }
    }

    /// What these tags say about an exemption now. `None` means that they were not read.
    pub fn exemption(&self, tags: Option<&TagMap>) -> Exemption {
        let value = tags.and_then(|tags| tags.get(self.exception.key())).map(String::as_str);
        self.exception.exemption(value, self.now.date_naive())
    }
}

//! The two halves of a resource kind: one looks, the other writes. A third kind is one more folder here, its words in
//! `target`, `outcome` and `wording`, and a flow in `invocation`. [`account_defaults`] are no resource of a kind and
//! have two halves and a small flow of their own.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::Stream;

use crate::{
    failure::Failure,
    observed::{Observation, Observed, TagMap, Usage},
    outcome::{Outcome, State},
    patience::Patience,
    settings::Mode,
    target::{Home, Target},
};

pub mod account_defaults;
pub mod agentcore_runtime;
pub mod ec2_instance;
pub mod pages;
mod refusal;

pub use refusal::Refusal;

/// How many requests to AWS are under way at once. So many instances are also looked at together, just before they are
/// written.
pub const CONCURRENCY: usize = 8;

/// How many more times something is looked at whose write the role's own Deny has refused: AWS may show a tag late.
pub const MAX_LOOKS_FOR_TAG: usize = 3;

/// The two halves that look after one kind of thing.
#[derive(Clone, Debug)]
pub struct Halves<O, E> {
    /// The reading half.
    pub observe: O,
    /// The writing half; `None` if nothing may be written.
    pub enforce: Option<E>,
}

impl<O, E> Halves<O, E> {
    /// The writing half, for an invocation in this mode: in report mode nothing has one.
    pub fn writing(&self, mode: Mode) -> Option<&E> {
        self.enforce.as_ref().filter(|_| mode == Mode::Enforce)
    }
}

/// An answer for each of several targets, in no particular order.
pub type PerTarget<T> = Vec<(Target, Result<T, Failure>)>;

/// The reading half of a kind. It cannot write.
#[expect(async_fn_in_trait, reason = "the runtime has a single thread, so that nothing needs to be Send")]
pub trait Observe {
    /// What a look finds for the other half, such as a runtime's configuration.
    type Document;
    /// How many targets that are about to be written are looked at together: few enough to be written before what was
    /// read is old.
    const TOGETHER: usize;

    /// Looks at targets; one target's failure costs no other. What AWS does not know is
    /// [`Observation::NotFound`], not a failure.
    async fn observe(&self, targets: &[Target]) -> PerTarget<Observation<Self::Document>>;

    /// Reads, with a request of its own, the tag `key` of targets that are about to be written; other tags may be
    /// missing from the answer.
    async fn confirm(&self, targets: &[Target], key: &str) -> PerTarget<Confirmed<Self::Document>>;

    /// Reads how much version 1 of targets was used until now; only of a kind whose looks say that it is unread.
    async fn usage(&self, _targets: &[Target], _now: DateTime<Utc>) -> PerTarget<Usage> {
        PerTarget::new()
    }
}

/// What was read last before a write.
#[derive(Debug)]
pub enum Confirmed<D> {
    /// The tags of what was observed before.
    Tags(TagMap),
    /// The tags, and after them the whole target once more: its write sends back all that was read.
    Anew(Observation<D>),
}

/// The listing of a kind, for the sweep. It cannot write.
pub trait List: Observe {
    /// How many batches are worked on at once.
    const BATCHES_AT_ONCE: usize;
    /// A target's turn comes only when more than this is left of an invocation.
    const TIME_TO_FINISH: Duration;

    /// Everything of this account and Region that may need a write, in batches for a first look and in another order
    /// each time: what fails for good must not keep a sweep from the rest. A failure stands for what could not be
    /// listed.
    fn batches(&self, home: &Home) -> impl Stream<Item = Result<Vec<Target>, Failure>>;
}

/// The writing half of a kind. Report mode does not have one.
#[expect(async_fn_in_trait, reason = "the runtime has a single thread, so that nothing needs to be Send")]
pub trait Enforce {
    /// What the other half found.
    type Document;

    /// Requires version 2 on an observed resource, changes nothing else but what it was made to set beside that, and
    /// verifies both. The write is sent once.
    ///
    /// # Errors
    /// Why it could not be done, or could not be verified.
    async fn enforce(
        &self,
        observed: &Observed<Self::Document>,
        form: Form,
        patience: &Patience,
    ) -> Result<State, Refusal>;

    /// Compares what was sent, in a write whose answer was lost, with a later look that shows version 2 required.
    ///
    /// # Errors
    /// Something else is not as it was sent.
    fn verify(&self, sent: &Observed<Self::Document>, now: &Observed<Self::Document>) -> Result<State, Failure>;
}

/// In which form a write is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// With the setting and nothing that nobody asked for.
    Plain,
    /// In the one other form that AWS is known to demand when it refuses the plain one.
    AsDemanded,
}

/// What belongs to a target beside its one setting: it is looked after once the target's outcome is known.
#[expect(async_fn_in_trait, reason = "the runtime has a single thread, so that nothing needs to be Send")]
pub trait FollowUp {
    /// Looks after it, and gives the outcome with what became of that.
    async fn follow_up(&self, target: &Target, outcome: Outcome) -> Outcome;
}

/// Nothing belongs to it.
impl FollowUp for () {
    async fn follow_up(&self, _: &Target, outcome: Outcome) -> Outcome {
        outcome
    }
}

/// Nothing is looked after.
impl<F: FollowUp> FollowUp for Option<F> {
    async fn follow_up(&self, target: &Target, outcome: Outcome) -> Outcome {
        match self {
            Some(one) => one.follow_up(target, outcome).await,
            None => outcome,
        }
    }
}

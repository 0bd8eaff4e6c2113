//! The kinds of resources, and what the flow needs of each: a half that reads, a half that writes,
//! and its words.
//!
//! The same job has a file of the same name in every folder, so if you know one you know them all.
//! A file is missing if there is no such job:
//!
//! | file | what it does | |
//! |---|---|---|
//! | `list` | finds what a sweep has to look at | reads |
//! | `observe` | reads what AWS shows of a target | reads |
//! | `observed` | what AWS's answer says, in the words of [`observed`](crate::observed) | pure |
//! | `decision` | says what to do about it; kinds share [`decision`](crate::decision) | pure |
//! | `enforce` | sends the one write | the only code that writes |
//! | `verify` | waits for what was written and compares it, if AWS takes its time | reads |
//! | `wording` | says what became of it | pure |
//! | `flow` | runs the stages; kinds share [`flow`](crate::flow) | |
//!
//! What goes through the shared flow is a type that implements [`Resource`] and [`Words`]:
//! [`Instances`](ec2_instance::Instances) and [`Runtimes`](agentcore_runtime::Runtimes). The
//! [map](crate) says what else a new one needs. [`account_defaults`] and the
//! [`endpoints`](agentcore_runtime::endpoints) of a runtime do not go through the shared flow:
//! neither is ever a target. So each has a decision and a small flow of its
//! own.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::{Stream, TryStreamExt};

use crate::{
    failure::{Failure, Unlisted},
    observed::{Observation, Observed, TagMap, Usage},
    outcome::{Outcome, State},
    patience::Patience,
    place::Place,
    settings::Mode,
    target::Target,
    wording::Words,
};

pub mod account_defaults;
pub mod agentcore_runtime;
mod attempts;
pub mod ec2_instance;
pub mod pages;
mod refusal;

pub use attempts::{Attempts, Denial};
pub use refusal::Refusal;

/// How many requests to AWS one flow has under way at once. The same number of instances is looked
/// at together, just before they are written.
pub const CONCURRENCY: usize = 8;

/// A kind of resource: what the flow needs of it.
pub trait Resource: Words {
    /// Its reading half.
    type Observe: Observe<Document = Self::Document> + List;
    /// Its writing half.
    type Enforce: Enforce<Document = Self::Document>;
    /// Looks after what belongs to a target once its outcome is known.
    type FollowUp<'a>: FollowUp<Self::Document>;
}

/// The two halves that look after one kind of resource.
#[derive(Clone, Debug)]
pub struct Halves<O, E> {
    /// The reading half.
    pub observe: O,
    /// The writing half; `None` if nothing may be written.
    pub enforce: Option<E>,
}

impl<O, E> Halves<O, E> {
    /// The writing half for an invocation in this mode. In report mode there is none.
    pub fn writing(&self, mode: Mode) -> Option<&E> {
        self.enforce.as_ref().filter(|_| mode == Mode::Enforce)
    }
}

/// An answer for each of several targets, in no particular order.
pub type PerTarget<T> = Vec<(Target, Result<T, Failure>)>;

/// The reading half of a kind. It cannot write.
#[expect(async_fn_in_trait, reason = "a flow stays on one thread, so nothing needs to be Send")]
pub trait Observe {
    /// What the other half needs for a write, such as a runtime's configuration.
    type Document;
    /// How many targets of one batch are under way at once, from the last look to the verified
    /// write.
    const AT_ONCE: usize;
    /// How many targets that are due for a write are looked at together. They must be few enough
    /// to be written before what was read is too old.
    const TOGETHER: usize;

    /// Looks at targets. A failure of one target does not affect the others. A target that AWS does
    /// not know is [`Observation::NotFound`], not a failure.
    async fn observe(&self, targets: &[Target]) -> PerTarget<Observation<Self::Document>>;

    /// Reads the tag `key` of targets that are about to be written, with a separate request. Other
    /// tags may be missing from the answer.
    async fn tags(&self, targets: &[Target], key: &str) -> PerTarget<TagMap>;

    /// Reads how much version 1 of targets was used up to now. Only targets whose
    /// observations say that this is unread are asked about.
    async fn usage(&self, _targets: &[Target], _now: DateTime<Utc>) -> PerTarget<Usage> {
        PerTarget::new()
    }
}

/// A part of a listing.
#[derive(Debug)]
pub enum Batch<D> {
    /// Targets that have to be looked at.
    Listed(Vec<Target>),
    /// Targets that the listing itself shows as they are.
    Shown(PerTarget<Observation<D>>),
}

/// The listing of a kind, for a sweep. It cannot write.
pub trait List: Observe {
    /// How many batches are worked on at once.
    const BATCHES_AT_ONCE: usize;
    /// A target's turn comes only if more than this is left of an invocation.
    const TIME_TO_FINISH: Duration;

    /// Everything in this place that may need a write, in batches for a first look.
    /// The order is different each time, so that a target that keeps failing cannot keep a sweep
    /// from the rest. An error stands for what could not be listed.
    fn batches(&self, place: &Place) -> impl Stream<Item = Result<Vec<Target>, Unlisted>>;

    /// Everything in this place, whether or not it may need a write. An error stands for what could
    /// not be listed.
    fn everything(
        &self,
        place: &Place,
    ) -> impl Stream<Item = Result<Batch<Self::Document>, Unlisted>> {
        self.batches(place).map_ok(Batch::Listed)
    }
}

/// The writing half of a kind. Report mode does not have one.
#[expect(async_fn_in_trait, reason = "a flow stays on one thread, so nothing needs to be Send")]
pub trait Enforce {
    /// What the reading half found.
    type Document;
    /// Whether the write sends back everything that was read. If so, a target is read again after
    /// its tags, right before the write.
    const SENDS_ALL_BACK: bool;

    /// Requires version 2 on an observed resource, and sets whatever else its document says is to
    /// be set. Changes nothing else, and verifies both. The write is sent once.
    ///
    /// # Errors
    /// Why it could not be done or could not be verified.
    async fn enforce(
        &self,
        observed: &Observed<Self::Document>,
        form: Form,
        patience: &Patience,
    ) -> Result<State, Refusal>;

    /// Compares what was sent, in a write whose answer was lost, with a later observation that
    /// shows version 2 required.
    ///
    /// # Errors
    /// Something else is not as it was sent.
    fn verify(
        &self,
        sent: &Observed<Self::Document>,
        now: &Observed<Self::Document>,
    ) -> Result<State, Failure>;
}

/// The form in which a write is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// With the setting, and nothing that nobody asked for.
    Plain,
    /// In the one other form that AWS is known to demand when it refuses the plain one.
    AsDemanded,
}

/// Looks after what belongs to a target besides its one setting, once the target's outcome is
/// known.
#[expect(async_fn_in_trait, reason = "a flow stays on one thread, so nothing needs to be Send")]
pub trait FollowUp<D> {
    /// Looks after it, and returns the outcome with what became of it. `seen` is what the last look
    /// at the target found, before its write or after one whose answer was lost.
    async fn follow_up(
        &self,
        target: &Target,
        seen: Option<&Observation<D>>,
        outcome: Outcome,
    ) -> Outcome;
}

/// Nothing belongs to the target.
impl<D> FollowUp<D> for () {
    async fn follow_up(&self, _: &Target, _: Option<&Observation<D>>, outcome: Outcome) -> Outcome {
        outcome
    }
}

/// With `None`, nothing is looked after.
impl<D, F: FollowUp<D>> FollowUp<D> for Option<F> {
    async fn follow_up(
        &self,
        target: &Target,
        seen: Option<&Observation<D>>,
        outcome: Outcome,
    ) -> Outcome {
        match self {
            Some(follow_up) => follow_up.follow_up(target, seen, outcome).await,
            None => outcome,
        }
    }
}

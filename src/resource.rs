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
    target::{Home, Target},
};

pub mod account_defaults;
pub mod agentcore_runtime;
pub mod ec2_instance;
pub mod pages;

/// How many requests to AWS are under way at once.
pub const CONCURRENCY: usize = 8;

/// An answer for each of several targets, in no particular order.
pub type Answers<T> = Vec<(Target, Result<T, Failure>)>;

/// The reading half of a kind. It cannot write.
#[expect(async_fn_in_trait, reason = "the runtime has a single thread, so that nothing needs to be Send")]
pub trait Observe {
    /// What a look finds for the other half, such as a runtime's configuration.
    type Document;

    /// Looks at targets; one target's failure costs no other. What AWS does not know is
    /// [`Observation::NotFound`], not a failure.
    async fn observe(&self, targets: &[Target]) -> Answers<Observation<Self::Document>>;

    /// Reads, for its own sake, the tag `key` of targets; other tags may be missing from the answer.
    async fn tags(&self, targets: &[Target], key: &str) -> Answers<TagMap>;

    /// Reads how much version 1 of targets was used until now; only of a kind whose looks say that it is unread.
    async fn usage(&self, _targets: &[Target], _now: DateTime<Utc>) -> Answers<Usage> {
        Answers::new()
    }
}

/// The listing of a kind, for the sweep. It cannot write.
pub trait List: Observe {
    /// How many batches are worked on at once.
    const BATCHES_AT_ONCE: usize;
    /// A batch is begun only when more than this is left of an invocation.
    const TIME_TO_FINISH: Duration;

    /// Everything of this account and Region that may need a write, in batches that are small enough to be written
    /// before what was looked at is old. A failure stands for what could not be listed.
    fn batches(&self, home: &Home) -> impl Stream<Item = Result<Vec<Target>, Failure>>;
}

/// The writing half of a kind. Report mode does not have one.
#[expect(async_fn_in_trait, reason = "the runtime has a single thread, so that nothing needs to be Send")]
pub trait Enforce {
    /// What the other half found.
    type Document;

    /// Requires version 2 on an observed resource, changes nothing else but what it was made to set beside that, and
    /// verifies both.
    ///
    /// # Errors
    /// Why it could not be done, or could not be verified.
    async fn enforce(&self, observed: &Observed<Self::Document>, patience: &Patience) -> Result<State, Refusal>;
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

/// Why a write did not end as it should.
#[derive(Debug)]
pub enum Refusal {
    /// The resource is in another state than it was observed in: one more look shows what to do.
    Moved(Failure),
    /// AWS is at work on the resource: look again after a pause, as long as there is time.
    Busy(Failure),
    /// Nothing more can be done in this invocation.
    Failed(Failure),
}

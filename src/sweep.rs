//! The same flow over a listing instead of an event: what events missed, and what was wrong before there was a
//! guardrail.

use std::{cell::RefCell, time::Duration};

use futures_util::{StreamExt, stream};

use crate::{
    failure::Failure,
    flow::Flow,
    outcome::Outcome,
    resource::{Batch, Enforce, FollowUp, List},
    target::Home,
};

/// How the sweep of one kind ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ended {
    /// Everything that the listing shows was taken to its outcome.
    Complete,
    /// Time ran out; the next sweep goes on where work is left.
    OutOfTime,
    /// The listing could not be read to its end.
    NotListed(Failure),
}

/// Takes everything that the listing of a kind shows to its outcome, batch by batch, so that memory does not grow with
/// the fleet and that what is written was looked at just before. Nothing new is begun when less than `margin`, or than
/// the kind needs, is left; what is under way is finished.
pub async fn sweep<O, E, F>(flow: &Flow<'_, O, E, F>, home: &Home, margin: Duration, each: &impl Fn(Outcome)) -> Ended
where
    O: List,
    E: Enforce<Document = O::Document>,
    F: FollowUp,
{
    let ended = RefCell::new(Ended::Complete);
    let out_of_time = || {
        // A listing that could not be read is the worse news.
        if *ended.borrow() == Ended::Complete {
            ended.replace(Ended::OutOfTime);
        }
        None
    };
    let batches = stream::unfold(Box::pin(flow.observe.batches(home)), async |mut batches| {
        if flow.patience.left() <= margin.max(O::TIME_TO_FINISH) {
            return out_of_time();
        }
        match flow.patience.until_end(batches.next()).await {
            Some(batch) => Some((batch?, batches)),
            None => out_of_time(),
        }
    });
    let work = batches.map(async |batch| match batch {
        Ok(Batch::Looked(looks)) => flow.settle_all(looks, each).await,
        Ok(Batch::Listed(targets)) => flow.run(&targets, each).await,
        Err(failure) => {
            ended.replace(Ended::NotListed(failure));
        }
    });
    work.buffer_unordered(O::BATCHES_AT_ONCE).collect::<()>().await;
    ended.into_inner()
}

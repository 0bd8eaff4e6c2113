//! The same flow over a listing instead of an event: what events missed, and what was wrong before there was a
//! guardrail.

use std::{cell::RefCell, time::Duration};

use futures_util::{StreamExt, stream};

use crate::{
    failure::Failure,
    flow::Flow,
    outcome::Outcome,
    resource::{Enforce, FollowUp, List},
    target::Home,
};

/// What a sweep of one kind has left.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Left {
    /// Whether time ran out; the next sweep goes on where work is left.
    pub out_of_time: bool,
    /// Why not everything could be listed.
    pub not_listed: Vec<Failure>,
}

/// Takes everything that the listing of a kind shows to its outcome, batch by batch, so that memory does not grow with
/// the fleet and that what is written was looked at just before. Nothing new is begun when less than `margin`, or than
/// the kind needs, is left; what is under way is finished.
pub async fn sweep<O, E, F>(flow: &Flow<'_, O, E, F>, home: &Home, margin: Duration, each: &impl Fn(Outcome)) -> Left
where
    O: List,
    E: Enforce<Document = O::Document>,
    F: FollowUp,
{
    let left = RefCell::new(Left::default());
    let batches = stream::unfold(Box::pin(flow.observe.batches(home)), async |mut batches| {
        let batch = flow.terms.patience.until_end(batches.next()).await;
        let is_late = flow.terms.patience.left() <= margin.max(O::TIME_TO_FINISH);
        match batch {
            Some(Some(batch)) if batch.is_err() || !is_late => Some((batch, batches)),
            Some(None) => None,
            Some(Some(_)) | None => {
                left.borrow_mut().out_of_time = true;
                None
            }
        }
    });
    let work = batches.map(async |batch| match batch {
        Ok(targets) => flow.run(&targets, each).await,
        Err(failure) => left.borrow_mut().not_listed.push(failure),
    });
    work.buffer_unordered(O::BATCHES_AT_ONCE).collect::<()>().await;
    left.into_inner()
}

//! The same flow over a listing instead of an event: for what events missed, and for what was wrong
//! before there was a guardrail.

use std::cell::RefCell;

use futures_util::{StreamExt, TryStreamExt, future::Either, stream};

use crate::{
    failure::Unlisted,
    flow::Flow,
    outcome::Outcome,
    place::Place,
    resource::{Batch, List, Resource},
};

/// How much of a place a sweep looks at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Extent {
    /// What may need a write.
    MayNeedWrite,
    /// Everything, so that its outcomes tell how the place stands.
    Everything,
}

/// What a sweep of one kind has not finished.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Unfinished {
    /// Whether time ran out. The next sweep takes up what is left.
    pub out_of_time: bool,
    /// Why not everything could be listed.
    pub not_listed: Vec<Unlisted>,
}

/// Takes everything that the listing of a kind shows to its outcome. It works batch by batch, so
/// memory does not grow with the fleet. When too little time is left, no other turn comes, but what
/// is under way is finished.
pub async fn sweep<R: Resource>(
    flow: &Flow<'_, R>,
    place: &Place,
    extent: Extent,
    each: &impl Fn(Outcome),
) -> Unfinished {
    let unfinished = RefCell::new(Unfinished::default());
    let listing = match extent {
        Extent::MayNeedWrite => Either::Left(flow.observe.batches(place).map_ok(Batch::Listed)),
        Extent::Everything => Either::Right(flow.observe.everything(place)),
    };
    let batches = stream::unfold(Box::pin(listing), async |mut batches| {
        let batch = flow.context.patience.until_end(batches.next()).await;
        match batch {
            // A failure to list is always reported, even if no other turn may come.
            Some(Some(batch)) if batch.is_err() || flow.context.goes_on() => Some((batch, batches)),
            Some(None) => None,
            Some(Some(_)) | None => {
                unfinished.borrow_mut().out_of_time = true;
                None
            }
        }
    });
    let work = batches.map(async |batch| match batch {
        Ok(batch) => {
            let all_came = work_on(flow, batch, each).await;
            unfinished.borrow_mut().out_of_time |= !all_came;
        }
        Err(unlisted) => unfinished.borrow_mut().not_listed.push(unlisted),
    });
    let at_once = match extent {
        Extent::MayNeedWrite => R::Observe::BATCHES_AT_ONCE,
        // The next page is read while the tags of this one are.
        Extent::Everything => R::Observe::BATCHES_AT_ONCE.max(2),
    };
    work.buffer_unordered(at_once).collect::<()>().await;
    unfinished.into_inner()
}

/// Takes each target of a batch to its outcome. Returns whether every target's turn came.
async fn work_on<R: Resource>(
    flow: &Flow<'_, R>,
    batch: Batch<R::Document>,
    each: &impl Fn(Outcome),
) -> bool {
    match batch {
        Batch::Listed(targets) => {
            if let Some(looks) = flow.looks {
                looks.acquire(targets.len()).await;
            }
            flow.run(&targets, each).await
        }
        Batch::Shown(observations) => flow.run_shown(observations, each).await,
    }
}

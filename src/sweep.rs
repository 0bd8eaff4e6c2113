//! The same flow over a listing instead of an event: what events missed, and what was wrong before there was a
//! guardrail.

use std::{pin::pin, time::Duration};

use futures_util::StreamExt;

use crate::{
    failure::Failure,
    flow::Flow,
    outcome::Outcome,
    resource::{Enforce, List},
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

/// Takes everything that the listing of a kind shows to its outcome, page by page, so that memory does not grow with
/// the fleet. Nothing new is begun when less than `margin` is left; what is under way is finished.
pub async fn sweep<O, E>(flow: &Flow<'_, O, E>, home: &Home, margin: Duration, mut each: impl FnMut(Outcome)) -> Ended
where
    O: List,
    E: Enforce<Document = O::Document>,
{
    let mut pages = pin!(flow.observe.pages(home));
    loop {
        if flow.patience.left() <= margin {
            return Ended::OutOfTime;
        }
        let page = match flow.patience.until_end(pages.next()).await {
            None => return Ended::OutOfTime,
            Some(None) => return Ended::Complete,
            Some(Some(Err(failure))) => return Ended::NotListed(failure),
            Some(Some(Ok(page))) => page,
        };
        if !flow.settle_all(page, margin, &mut each).await {
            return Ended::OutOfTime;
        }
    }
}

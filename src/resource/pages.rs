//! The pages of a listing.

use std::collections::HashSet;

use futures_util::{Stream, stream};

use crate::{failure::Failure, outcome::Reason};

/// The pages of the listing `operation`, to its end or to its first failure. `page` asks for the page that a token
/// names, and gives it with the token of the next one.
///
/// The SDK's paginators take a token that repeats itself for the end of the listing, and what comes after it would be
/// overlooked. Here it is a failure for `reason`.
pub fn pages<P>(
    reason: Reason,
    operation: &'static str,
    page: impl AsyncFn(Option<String>) -> Result<(P, Option<String>), Failure>,
) -> impl Stream<Item = Result<P, Failure>> {
    let beginning = (page, Some(None), HashSet::new());
    stream::try_unfold(beginning, move |(page, token, mut asked_for)| async move {
        let Some(token) = token else { return Ok(None) };
        if !asked_for.insert(token.clone()) {
            return Err(Failure::repeated_page(reason, operation));
        }
        let (items, next) = page(token).await?;
        let next = next.filter(|next| !next.is_empty()).map(Some);
        Ok(Some((items, (page, next, asked_for))))
    })
}

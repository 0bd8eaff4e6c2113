//! The pages of a listing, and what is on them.

use std::collections::HashSet;

use futures_util::{Stream, stream};

use crate::{failure::Failure, outcome::Reason, target::Target};

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

/// The targets that the ids of a listing stand for, and a failure for the ids that can be nobody's target.
pub fn targets(
    operation: &str,
    ids: impl Iterator<Item = String>,
    target: impl Fn(&str) -> Option<Target>,
) -> (Vec<Target>, Option<Failure>) {
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for id in ids {
        match target(&id) {
            Some(target) => known.push(target),
            None => unknown.push(id),
        }
    }
    let failure = unknown.first().map(|first| Failure::unknown_ids(operation, unknown.len(), first));
    (known, failure)
}

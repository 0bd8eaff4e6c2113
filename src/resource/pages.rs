//! The pages of a listing, and what is on them.

use std::collections::{BTreeSet, HashSet};

use futures_util::{Stream, stream};

use crate::{
    failure::{Failure, Unlisted},
    target::{Target, read_all},
    verdict::Failed,
};

/// The pages of the listing `operation`, up to its end or its first failure. `page` asks for the
/// page that a token names, and returns it with the token of the next one.
///
/// The SDK's paginators take a repeated token for the end of the listing, so what comes after it
/// would be missed. Here a repeated token is a failure for `reason`.
pub fn pages<P, E: From<Failure>>(
    reason: Failed,
    operation: &'static str,
    page: impl AsyncFn(Option<String>) -> Result<(P, Option<String>), E>,
) -> impl Stream<Item = Result<P, E>> {
    // `Some(None)` asks for the first page, `Some(Some(token))` for the one a token names, and
    // `None` is the end.
    let beginning = (page, Some(None), HashSet::new());
    stream::try_unfold(beginning, move |(page, token, mut asked_for)| async move {
        let Some(token) = token else { return Ok(None) };
        if !asked_for.insert(token.clone()) {
            return Err(Failure::repeated_page(reason, operation).into());
        }
        let (items, next) = page(token).await?;
        let next = next.filter(|next| !next.is_empty()).map(Some);
        Ok(Some((items, (page, next, asked_for))))
    })
}

/// The ids on all pages of a listing, as batches of targets. Their order is different each time,
/// because a sweep that runs out of time must not always end before the same targets. The failures
/// come first, one of them for ids that match no known form.
pub fn shuffled(
    operation: &str,
    pages: Vec<Result<Vec<String>, Unlisted>>,
    batch: usize,
    target: impl Fn(&str) -> Option<Target>,
) -> impl Iterator<Item = Result<Vec<Target>, Unlisted>> {
    let (pages, failures): (Vec<_>, Vec<_>) = pages.into_iter().partition(Result::is_ok);
    // A set, because an id may have moved from one page to another meanwhile and appear twice.
    let ids: BTreeSet<_> = pages.into_iter().flatten().flatten().collect();
    let (mut known, unknown) = read_all(ids, target);
    fastrand::shuffle(&mut known);
    let unknown = unknown
        .first()
        .map(|first| Failure::unknown_ids(operation, unknown.len(), first).into());
    let failures: Vec<_> =
        failures.into_iter().filter_map(Result::err).chain(unknown).map(Err).collect();
    let batches: Vec<_> = known.chunks(batch).map(|batch| Ok(batch.to_vec())).collect();
    failures.into_iter().chain(batches)
}

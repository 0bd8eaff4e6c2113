//! Pagination, the same for every list.

/// One page of a list, and the token of the next one if there is more.
pub(super) struct Page<T> {
    pub items: Vec<T>,
    pub next_token: Option<String>,
}

const PREFIX: &str = "after/";

/// Cuts one page out of items that carry their sort key. `None` if the token is not ours.
///
/// The token names the last key shown, so items that come or go between two pages shift nothing.
pub(super) fn page<T>(mut items: Vec<(String, T)>, token: Option<&str>, size: usize) -> Option<Page<T>> {
    items.sort_by(|(one, _), (other, _)| one.cmp(other));
    if let Some(token) = token {
        let last = token.strip_prefix(PREFIX)?;
        items.retain(|(key, _)| key.as_str() > last);
    }
    let more = items.len() > size;
    items.truncate(size);
    let next_token = items.last().filter(|_| more).map(|(key, _)| format!("{PREFIX}{key}"));
    let items = items.into_iter().map(|(_, item)| item).collect();
    Some(Page { items, next_token })
}

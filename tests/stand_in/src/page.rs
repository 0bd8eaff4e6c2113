//! Pagination, the same for every list.

use crate::{call::Call, world::World};

/// One page of a list, and the token of the next one if there is more.
pub(super) struct Page<T> {
    pub items: Vec<T>,
    pub next_token: Option<String>,
}

impl<T> Page<T> {
    /// A list that is not cut.
    pub fn whole<K>(found: Vec<(K, T)>) -> Self {
        Self { items: found.into_iter().map(|(_, item)| item).collect(), next_token: None }
    }
}

/// How a list is cut into pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pages {
    /// Each page but the last is full.
    #[default]
    Full,
    /// Before each page comes an empty one, as where AWS filters what it has cut already.
    EmptyBetween,
    /// Every page that was asked for by a token names itself as the next one.
    Repeating,
    /// The last page names the first one as the next.
    Circular,
}

const PREFIX: &str = "after/";
/// Begins the token of an empty page.
const EMPTY: &str = "empty/";

impl World {
    /// One page of what a call found, as the world cuts the list of this operation.
    pub(super) fn page<K: AsRef<str>, T>(
        &self,
        call: &Call,
        found: Vec<(K, T)>,
        token: Option<&str>,
        size: usize,
    ) -> Option<Page<T>> {
        let pages = self.pages.get(&call.operation).copied().unwrap_or_default();
        page(found, token, size.min(self.page_size), pages)
    }
}

/// Cuts one page out of items that carry their sort key. `None` if the token is not ours.
///
/// The token names the last key shown, so items that come or go between two pages shift nothing.
fn page<K: AsRef<str>, T>(
    mut items: Vec<(K, T)>,
    token: Option<&str>,
    size: usize,
    pages: Pages,
) -> Option<Page<T>> {
    if pages == Pages::EmptyBetween
        && let Some(last) = token.map_or(Some(""), |token| token.strip_prefix(EMPTY))
    {
        return Some(Page { items: Vec::new(), next_token: Some(format!("{PREFIX}{last}")) });
    }
    items.sort_by(|(one, _), (other, _)| one.as_ref().cmp(other.as_ref()));
    if let Some(token) = token {
        let last = token.strip_prefix(PREFIX)?;
        items.retain(|(key, _)| key.as_ref() > last);
    }
    let more = items.len() > size;
    items.truncate(size);
    let last = items.last().filter(|_| more).map(|(key, _)| key.as_ref());
    let next_token = match pages {
        Pages::Full => last.map(|last| format!("{PREFIX}{last}")),
        Pages::EmptyBetween => last.map(|last| format!("{EMPTY}{last}")),
        Pages::Repeating => {
            token.map(str::to_owned).or_else(|| last.map(|last| format!("{PREFIX}{last}")))
        }
        Pages::Circular => Some(format!("{PREFIX}{}", last.unwrap_or_default())),
    };
    let items = items.into_iter().map(|(_, item)| item).collect();
    Some(Page { items, next_token })
}

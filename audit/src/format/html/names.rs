//! Lists of names of the page. Pure.

use crate::changes::{Changes, Named};

/// How many names a list shows before it says how many more there are.
const MAX_LISTED: usize = 20;

/// Names under a heading.
pub struct Names<'a> {
    /// Its class of the style.
    pub class: &'static str,
    /// The heading.
    pub heading: &'static str,
    /// What the heading means.
    pub meaning: &'static str,
    /// How many names there are.
    pub number: usize,
    /// The first of them.
    pub first: &'a [Named],
    /// How many were left out.
    pub more: usize,
}

impl<'a> Names<'a> {
    fn new(
        class: &'static str,
        heading: &'static str,
        meaning: &'static str,
        names: &'a [Named],
    ) -> Self {
        let number = names.len();
        let (first, more) = names.split_at(number.min(MAX_LISTED));
        Self { class, heading, meaning, number, first, more: more.len() }
    }

    /// What is different from an earlier report.
    pub fn of(changes: &'a Changes) -> [Self; 5] {
        let Changes { new, not_known_then, mended, no_longer_open, not_seen, unchanged: _ } =
            changes;
        let unknown = "open now, and not seen or not asked for then";
        let gone = "open then, and exempt or gone now";
        let unseen = "open then, and not seen now";
        [
            Self::new("open", "New", "open now, and not then", new),
            Self::new("open", "Not known then", unknown, not_known_then),
            Self::new("safe", "Mended", "open then, and safe now", mended),
            Self::new("exempt", "No longer open", gone, no_longer_open),
            Self::new("not_seen", "Not seen", unseen, not_seen),
        ]
    }
}

//! Parts of sentences that occur in many of them.

/// AWS's messages have no length limit, and an outcome must stay small.
pub fn shortened(message: &str) -> String {
    const MAX_CHARS: usize = 600;
    match message.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// What somebody said, as it follows the words before it.
pub fn quoted(message: &str) -> String {
    format!(" (\u{201c}{message}\u{201d})")
}

/// Names one after the other. An outcome must stay small, however many there are.
pub fn listed(names: &[String]) -> String {
    const MAX_NAMES: usize = 20;
    match names.len().checked_sub(MAX_NAMES) {
        Some(more @ 1..) => format!("{} and {more} more", names.get(..MAX_NAMES).unwrap_or_default().join(", ")),
        _ => names.join(", "),
    }
}

/// Those of the items that are so.
pub fn holding<T>(items: impl IntoIterator<Item = (bool, T)>) -> impl Iterator<Item = T> {
    items.into_iter().filter_map(|(is_so, item)| is_so.then_some(item))
}

//! Small tools for texts and lists.

/// Cuts a long message. AWS's messages have no length limit, and an outcome must stay small.
pub fn shortened(message: &str) -> String {
    const MAX_CHARS: usize = 600;
    match message.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message.to_owned(),
    }
}

/// What somebody said, in quotes, ready to follow other words.
pub fn quoted(message: &str) -> String {
    format!(" (\u{201c}{message}\u{201d})")
}

/// Joins names, and leaves some out if there are many: an outcome must stay small.
pub fn listed(names: &[String]) -> String {
    const MAX_NAMES: usize = 20;
    match names.len().checked_sub(MAX_NAMES) {
        Some(more @ 1..) => {
            format!("{} and {more} more", names.get(..MAX_NAMES).unwrap_or_default().join(", "))
        }
        _ => names.join(", "),
    }
}

/// The items whose condition holds.
pub fn holding<T>(items: impl IntoIterator<Item = (bool, T)>) -> impl Iterator<Item = T> {
    items.into_iter().filter_map(|(is_so, item)| is_so.then_some(item))
}

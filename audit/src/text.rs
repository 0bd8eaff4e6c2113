//! Texts that somebody else wrote, such as tags and names. Pure.

use std::borrow::Cow;

/// A text in which every character can be seen. What could steer a terminal or mislead a reader is
/// replaced by its escape, such as `\u{1b}` or `\n`: control characters, line breaks, invisible
/// characters, those that turn the direction of writing, and whatever Unicode has not assigned.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_inclusive(IN_LITERALS).map(escaped).collect())
}

/// What `escape_debug` escapes because it has a meaning in a literal. A terminal has no literals.
const IN_LITERALS: [char; 3] = ['"', '\'', '\\'];

fn escaped(piece: &str) -> String {
    let text = piece.trim_end_matches(IN_LITERALS);
    let end = piece.strip_prefix(text).unwrap_or_default();
    format!("{}{end}", text.escape_debug())
}

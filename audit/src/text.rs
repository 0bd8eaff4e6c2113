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

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["", "web (prod), \"blue\" it's a \\ path", "Käse, 東京, नमस्ते, 🦀"]
        {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn characters_that_steer_a_terminal_become_visible() {
        assert_eq!(visible("\u{1b}[2J\u{7}\u{9b}31m"), r"\u{1b}[2J\u{7}\u{9b}31m");
        assert_eq!(visible("a\r\nb\tc\0"), r"a\r\nb\tc\0");
        assert_eq!(visible("a\u{2028}b\u{85}c\u{7f}"), r"a\u{2028}b\u{85}c\u{7f}");
    }

    #[test]
    fn characters_that_mislead_a_reader_become_visible() {
        assert_eq!(visible("\u{202e}fdp\u{2066}\u{61c}"), r"\u{202e}fdp\u{2066}\u{61c}");
        assert_eq!(
            visible("i\u{200b}-0\u{feff}a\u{200d}\u{ad}"),
            r"i\u{200b}-0\u{feff}a\u{200d}\u{ad}"
        );
        assert_eq!(visible("\"\u{1b}\""), r#""\u{1b}""#);
    }
}

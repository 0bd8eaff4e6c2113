//! Texts that somebody else wrote, such as tags and names. Pure.

use std::borrow::Cow;

/// A text in which every character can be seen. What could steer a terminal or mislead a reader is
/// replaced by its escape, such as `\u{1b}` or `\n`.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_hidden(character) {
            visible.extend(character.escape_default());
        } else {
            visible.push(character);
        }
    }
    Cow::Owned(visible)
}

/// Whether a character has no shape of its own: controls, the separators of lines and paragraphs,
/// what turns the direction of writing, and most of Unicode's [Default_Ignorable_Code_Point]s.
/// Those that choose a variant stay, because emoji need them.
///
/// [Default_Ignorable_Code_Point]: https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point
pub fn is_hidden(character: char) -> bool {
    match character {
        '\u{ad}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        _ => character.is_control(),
    }
}

//! Text in which nothing is hidden. Pure.

use std::fmt::{self, Display, Formatter, Write};

/// Shows each character that nobody can see by its number, such as `[U+202E]`. Such a character can
/// turn the order of a line around, or hide a difference. Ends of lines stay.
pub struct Visible<T>(pub T);

impl<T: Display> Display for Visible<T> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(Numbering(to), "{}", self.0)
    }
}

/// Writes invisible characters as their numbers.
struct Numbering<'a, 'b>(&'a mut Formatter<'b>);

impl Write for Numbering<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut written = 0;
        for (start, invisible) in text.match_indices(is_invisible) {
            self.0.write_str(text.get(written..start).unwrap_or_default())?;
            for character in invisible.chars() {
                write!(self.0, "[U+{:04X}]", u32::from(character))?;
            }
            written = start + invisible.len();
        }
        self.0.write_str(text.get(written..).unwrap_or_default())
    }
}

/// Whether a character has no shape of its own: controls, the separators of lines and paragraphs,
/// and most of Unicode's [Default_Ignorable_Code_Point]s. Those that choose a variant stay, because
/// emoji need them.
///
/// [Default_Ignorable_Code_Point]: https://www.unicode.org/reports/tr44/
fn is_invisible(character: char) -> bool {
    match character {
        '\n' => false,
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

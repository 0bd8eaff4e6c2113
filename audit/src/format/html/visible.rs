//! The page without anything hidden. Pure.

use std::fmt::{self, Display, Formatter, Write};

use crate::text::is_hidden;

/// Shows each hidden character as its escape, such as `\u{202e}`, wherever on the page it is. Only
/// the ends of lines stay.
pub struct Visible<T>(pub T);

impl<T: Display> Display for Visible<T> {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(Escaping(to), "{}", self.0)
    }
}

/// Writes hidden characters as their escapes.
struct Escaping<'a, 'b>(&'a mut Formatter<'b>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut written = 0;
        for (start, hidden) in text.match_indices(|one| one != '\n' && is_hidden(one)) {
            self.0.write_str(text.get(written..start).unwrap_or_default())?;
            for character in hidden.chars() {
                write!(self.0, "{}", character.escape_default())?;
            }
            written = start + hidden.len();
        }
        self.0.write_str(text.get(written..).unwrap_or_default())
    }
}

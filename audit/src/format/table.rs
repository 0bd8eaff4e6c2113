//! The format `table`: a summary and tables, for a person.
//!
//! A terminal gets tables that fit it: the wider it is, the more columns. Below 60 columns each row
//! becomes a short list. Anything else, such as a pipe or the log of a build, gets every column,
//! and one line for each row however long it is, aligned with spaces and without any rule, so that
//! `grep` shows all that is known of a resource. The command that mends it follows on a line of its
//! own, on a terminal too, and is never wrapped, so that it can be copied. Programs should take
//! another format.

use std::io::{self, Write};

use self::sheet::Sheet;
use super::Screen;
use crate::report::Report;

mod changes;
mod grid;
mod headline;
mod next;
mod overview;
mod resources;
mod sheet;
mod sight;
mod words;

/// Writes a report as tables. The most important comes first, and what to do next last.
///
/// # Errors
/// It could not be written.
pub fn write(report: &Report, screen: Screen, to: &mut impl Write) -> io::Result<()> {
    let mut sheet = Sheet::new(screen, to);
    headline::write(report, &mut sheet)?;
    overview::write(report, &mut sheet)?;
    if let Some(changes) = &report.changes {
        changes::write(changes, &mut sheet)?;
    }
    sight::write(report, &mut sheet)?;
    resources::write(&report.resources, &mut sheet)?;
    next::write(report, &mut sheet)
}

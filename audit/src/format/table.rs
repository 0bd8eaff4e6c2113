//! The format `table`: a summary and tables, for a person.

use std::io::{self, Write};

use super::Screen;
use crate::report::Report;

/// Writes a report as tables.
///
/// # Errors
/// It could not be written.
pub fn write(report: &Report, _: Screen, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "{}", report.account)
}

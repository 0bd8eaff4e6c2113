//! The format `csv`.

use std::io::{self, Write};

use crate::report::Report;

/// Writes a report in this format.
///
/// # Errors
/// It could not be written.
pub fn write(report: &Report, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "{}", report.account)
}

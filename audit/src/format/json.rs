//! The format `json`: the whole report as one object. `docs/audit.schema.json` describes it.

use std::io::{self, Write};

use crate::report::Report;

/// Writes a report as one object over several lines, for programs and for curious people.
///
/// # Errors
/// It could not be written.
pub fn write(report: &Report, to: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *to, report)?;
    writeln!(to)
}

//! The status with which the program ends. Pure.

use std::process::ExitCode;

use crate::report::Report;

/// The status with which the program ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Status {
    /// Everything was seen, and nothing is open.
    Clean = 0,
    /// Something is open.
    Open = 1,
    /// The program was not used rightly, or a file cannot be read or written.
    WrongUse = 2,
    /// Not everything could be seen, whatever else is open.
    NotSeen = 3,
    /// The terminal was closed. As shells say it: 128 and the number of the signal.
    HungUp = 129,
    /// Somebody interrupted it.
    Interrupted = 130,
    /// It was told to end, as pipelines do that are cancelled.
    Terminated = 143,
}

impl Status {
    /// The status of a report. With `exit_zero`, what is open counts as nothing; what was not seen
    /// is never clean.
    pub fn of(report: &Report, exit_zero: bool) -> Self {
        let is_open = report.summary.by_kind.values().any(|counts| counts.open > 0);
        if !report.is_whole() {
            Self::NotSeen
        } else if is_open && !exit_zero {
            Self::Open
        } else {
            Self::Clean
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status as u8)
    }
}

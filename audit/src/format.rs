//! The formats of a report. Each has a file of its own.

use std::{
    io::{self, Write},
    path::Path,
};

use clap::ValueEnum;

use crate::report::Report;

mod advice;
pub mod csv;
pub mod html;
pub mod json;
pub mod ndjson;
pub mod ocsf;
pub mod table;
mod words;

/// A format of a report.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// A summary and tables, for a person.
    Table,
    /// The whole report as one object.
    Json,
    /// One object a line: the summary first, then each resource.
    Ndjson,
    /// One line for each resource, for spreadsheets.
    Csv,
    /// One page for a browser, in a single file.
    Html,
    /// Compliance Findings of the Open Cybersecurity Schema Framework, as an array.
    #[value(name = "ocsf.json", alias = "ocsf")]
    Ocsf,
}

/// What a report is shown on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Screen {
    /// How many columns it has; `None` if it is not a terminal, so lines may be as long as they are.
    pub columns: Option<u16>,
    /// Whether it shows colours.
    pub colours: bool,
}

/// The suffixes of files, the longer ones first.
const SUFFIXES: [(&str, Format); 6] = [
    (".ocsf.json", Format::Ocsf),
    (".ndjson", Format::Ndjson),
    (".json", Format::Json),
    (".html", Format::Html),
    (".csv", Format::Csv),
    (".txt", Format::Table),
];

impl Format {
    /// The format that the suffix of a file names, if it names one.
    pub fn of_suffix(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        SUFFIXES
            .into_iter()
            .find(|(suffix, _)| name.ends_with(suffix))
            .map(|(_, format)| format)
    }

    /// Writes a report in this format. The screen matters for tables only.
    ///
    /// # Errors
    /// It could not be written.
    pub fn write(self, report: &Report, screen: Screen, to: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Table => table::write(report, screen, to),
            Self::Json => json::write(report, to),
            Self::Ndjson => ndjson::write(report, to),
            Self::Csv => csv::write(report, to),
            Self::Html => html::write(report, to),
            Self::Ocsf => ocsf::write(report, to),
        }
    }
}

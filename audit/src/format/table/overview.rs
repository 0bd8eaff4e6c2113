//! What everything adds up to.

use std::{
    cmp::Reverse,
    io::{self, Write},
};

use chrono::NaiveDate;

use super::{
    grid::{Column, Form, Grid, Row},
    sheet::Sheet,
    words,
};
use crate::{
    report::Report,
    summary::{Counts, Ending, Source, Summary},
};

/// How many sources are shown.
const MAX_SOURCES: usize = 5;

/// Writes the counts, the sources of open instances, and the exceptions that end soon.
pub fn write<W: Write>(report: &Report, sheet: &mut Sheet<'_, W>) -> io::Result<()> {
    let summary = &report.summary;
    if summary.by_kind.values().any(|counts| counts.total() > 0) {
        sheet.empty()?;
        sheet.grid(&by_kind(report))?;
        sheet.sentences(&by_result(summary))?;
    }
    if !summary.by_source.is_empty() {
        sheet.heading("Where most open instances come from")?;
        sheet.grid(&by_source(&summary.by_source))?;
        if let more @ 1.. = summary.by_source.len().saturating_sub(MAX_SOURCES) {
            sheet.sentences(&format!("and {more} more"))?;
        }
    }
    if !summary.exceptions_ending.is_empty() {
        sheet.heading("Exceptions that end within 30 days")?;
        sheet.grid(&exceptions(&summary.exceptions_ending, report.asked.as_of))?;
    }
    Ok(())
}

fn by_kind(report: &Report) -> Grid<'_> {
    let numbers = ["safe", "open", "exempt", "not seen", "share safe"];
    let kind = Column { name: "kind", form: Form::Word };
    let numbers = numbers.map(|name| Column { name, form: Form::Number });
    let rows = report.asked.kinds.iter().map(|kind| {
        let counts = report.summary.by_kind.get(kind).copied().unwrap_or_default();
        let Counts { safe, open, exempt, not_seen } = counts;
        let numbers = [safe, open, exempt, not_seen].map(|number| number.to_string().into());
        let share = counts.percent_safe().unwrap_or_else(|| "-".to_owned()).into();
        let cells = [words::kinds(*kind).into()].into_iter().chain(numbers).chain([share]);
        Row { cells: cells.collect(), ..Row::default() }
    });
    Grid { columns: [kind].into_iter().chain(numbers).collect(), rows: rows.collect() }
}

/// The results in the words of the guardrail, the most frequent first.
fn by_result(summary: &Summary) -> String {
    let mut results: Vec<_> = summary.by_result.iter().collect();
    results.sort_by_key(|(_, number)| Reverse(**number));
    let results: Vec<_> = results
        .into_iter()
        .map(|(result, number)| format!("{result} {number}"))
        .collect();
    format!("Results: {}.", results.join(", "))
}

fn by_source(sources: &[Source]) -> Grid<'_> {
    let rows = sources.iter().take(MAX_SOURCES).map(|source| Row {
        cells: vec![
            (&*source.region).into(),
            source.open.to_string().into(),
            (&*source.source).into(),
        ],
        ..Row::default()
    });
    Grid {
        columns: vec![
            Column { name: "Region", form: Form::Word },
            Column { name: "open", form: Form::Number },
            Column { name: "source", form: Form::Text },
        ],
        rows: rows.collect(),
    }
}

fn exceptions(exceptions: &[Ending], as_of: NaiveDate) -> Grid<'_> {
    let rows = exceptions.iter().map(|ending| Row {
        cells: vec![
            ending.until.to_string().into(),
            ending.until.signed_duration_since(as_of).num_days().to_string().into(),
            words::one(ending.kind).into(),
            (&*ending.region).into(),
            (&*ending.id).into(),
        ],
        ..Row::default()
    });
    Grid {
        columns: vec![
            Column { name: "until", form: Form::Word },
            Column { name: "days left", form: Form::Number },
            Column { name: "kind", form: Form::Word },
            Column { name: "Region", form: Form::Word },
            Column { name: "id", form: Form::Text },
        ],
        rows: rows.collect(),
    }
}

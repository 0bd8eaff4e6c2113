//! What is different from the baseline.

use std::io::{self, Write};

use metadata_guardrail::target::Kind;
use strum::VariantArray;

use super::{
    grid::{Column, Form, Grid, Row},
    sheet::Sheet,
    words,
};
use crate::changes::{Changes, Named};

/// How many resources of each change are named.
const MAX_NAMED: usize = 10;

/// Writes the numbers, and then names.
pub fn write<W: Write>(changes: &Changes, sheet: &mut Sheet<'_, W>) -> io::Result<()> {
    let Changes { new, not_known_then, mended, no_longer_open, not_seen, unchanged } = changes;
    let kinds = [
        ("new", new),
        ("not known then", not_known_then),
        ("mended", mended),
        ("no longer open", no_longer_open),
        ("not seen", not_seen),
    ];
    sheet.heading("Since the baseline")?;
    let numbers = kinds.map(|(change, named)| format!("{} {change}", named.len()));
    sheet.sentences(&format!("{}, {unchanged} unchanged.", numbers.join(", ")))?;
    let rows: Vec<_> = kinds
        .into_iter()
        .flat_map(|(change, named)| named.iter().take(MAX_NAMED).map(move |one| row(change, one)))
        .collect();
    if !rows.is_empty() {
        let columns = [
            ("change", Form::Word),
            ("kind", Form::Word),
            ("Region", Form::Word),
            ("id", Form::Text),
        ];
        let columns = columns.map(|(name, form)| Column { name, form }).to_vec();
        sheet.grid(&Grid { columns, rows })?;
    }
    for (change, named) in kinds {
        if let more @ 1.. = named.len().saturating_sub(MAX_NAMED) {
            sheet.sentences(&format!("and {more} more {change}"))?;
        }
    }
    Ok(())
}

fn row<'a>(change: &'static str, named: &'a Named) -> Row<'a> {
    let kind = Kind::VARIANTS.iter().find(|kind| kind.name() == named.kind);
    let kind = kind.map_or(&*named.kind, |kind| words::one(*kind));
    let cells = [change, kind, &named.region, &named.id];
    Row { cells: cells.map(Into::into).to_vec(), ..Row::default() }
}

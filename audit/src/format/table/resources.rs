//! The resources, one by one.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use console::Color;
use metadata_guardrail::verdict::Verdict;
use strum::VariantArray;

use super::{
    grid::{Form, Grid, LIST, Row},
    sheet::Sheet,
    words,
};
use crate::{report::Resource, standing::Standing};

/// From so many columns on, the setting and the result are shown.
const MEDIUM: u16 = 100;

/// From so many columns on, the use of IMDSv1 is shown. Ids still fit, unbroken.
const BROAD: u16 = 120;

/// From so many columns on, the source is shown. A list has room for it too.
const BROADER: u16 = 140;

/// From so many columns on, everything is shown.
const WIDE: u16 = 160;

/// What is shown of a resource.
struct Column {
    /// Its heading, and how its cells are set.
    set: super::grid::Column,
    /// How many columns a screen must have to show it.
    from: u16,
    /// Its text; empty if the resource has none.
    text: fn(&Resource) -> Cow<'_, str>,
}

/// In this order. A column in which no resource has anything is left out.
const COLUMNS: &[Column] = &[
    column("standing", Form::Word, 0, |one| words::standing(one.standing).into()),
    column("kind", Form::Word, 80, |one| words::one(one.outcome.kind).into()),
    column("Region", Form::Word, 0, |one| (&*one.outcome.place.region).into()),
    column("id", Form::Text, 0, |one| (&*one.outcome.id).into()),
    column("setting", Form::Word, MEDIUM, |one| one.setting().unwrap_or_default().into()),
    column("result", Form::Word, MEDIUM, |one| one.outcome.verdict.result().into()),
    column("reason", Form::Word, 80, |one| one.outcome.verdict.reason().into()),
    column("IMDSv1 calls", Form::Number, BROAD, |one| {
        one.imdsv1_calls().unwrap_or_default().into()
    }),
    column("exempt until", Form::Word, WIDE, exempt_until),
    column("findings", Form::Text, WIDE, findings),
    column("source", Form::Text, BROADER, |one| one.source.as_deref().unwrap_or_default().into()),
];

/// Writes those that could not be read first, then those that are open, exempt and safe.
pub fn write<W: Write>(resources: &[Resource], sheet: &mut Sheet<'_, W>) -> io::Result<()> {
    if resources.is_empty() {
        return Ok(());
    }
    let width = match sheet.columns() {
        Some(..LIST) => BROADER,
        Some(columns) => columns,
        None => u16::MAX,
    };
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| column.from <= width)
        .filter(|column| resources.iter().any(|one| !(column.text)(one).is_empty()))
        .collect();
    let rows = Standing::VARIANTS
        .iter()
        .flat_map(|standing| resources.iter().filter(|one| one.standing == *standing))
        .map(|one| Row {
            cells: columns.iter().map(|column| (column.text)(one)).collect(),
            colour: colour(one.standing),
            note: has_note(one, width).then(|| (&*one.outcome.detail).into()),
            command: one.remedy.as_deref().filter(|_| shows_command(one)),
        });
    sheet.heading("Resources")?;
    sheet.grid(&Grid {
        rows: rows.collect(),
        columns: columns.iter().map(|column| column.set).collect(),
    })
}

/// Whether its command is shown, if it has one. What is exempt should stay as it is.
pub fn shows_command(resource: &Resource) -> bool {
    resource.standing == Standing::Open
}

const fn column(
    name: &'static str,
    form: Form,
    from: u16,
    text: fn(&Resource) -> Cow<'_, str>,
) -> Column {
    Column { set: super::grid::Column { name, form }, from, text }
}

fn colour(standing: Standing) -> Option<Color> {
    match standing {
        Standing::NotSeen => Some(Color::Yellow),
        Standing::Open => Some(Color::Red),
        Standing::Exempt => None,
        Standing::Safe => Some(Color::Green),
    }
}

/// Whether its sentences are shown: if a person has to look at it, or if there is room for them.
fn has_note(resource: &Resource, width: u16) -> bool {
    let is_held = matches!(resource.outcome.verdict, Verdict::Held(_));
    match resource.standing {
        Standing::NotSeen => true,
        Standing::Open => is_held || width >= WIDE,
        Standing::Exempt => width >= WIDE,
        // Without a finding it is listed only because all are.
        Standing::Safe => !resource.outcome.findings.is_empty(),
    }
}

fn exempt_until(resource: &Resource) -> Cow<'_, str> {
    resource
        .outcome
        .exempt_until
        .map(|until| until.to_string())
        .unwrap_or_default()
        .into()
}

fn findings(resource: &Resource) -> Cow<'_, str> {
    let findings: Vec<&str> = resource.outcome.findings.iter().map(|one| (*one).into()).collect();
    findings.join(", ").into()
}

//! The format `ndjson`: one object a line, for programs that read while they receive.
//! `docs/audit.schema.json` describes a line as `$defs/line`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use chrono::{DateTime, Utc};
use metadata_guardrail::target::Kind;
use serde::Serialize;
use serde_json::{Serializer, ser::Formatter};

use crate::{
    changes::Changes,
    control::Control,
    report::{Asked, NotSeen, Region, Report, Resource},
    summary::Summary,
};

/// Writes a report as lines: first the report without its lists, then what could not be listed,
/// then the resources.
///
/// # Errors
/// It could not be written.
pub fn write(report: &Report, to: &mut impl Write) -> io::Result<()> {
    // Every member is named, so that a new one cannot be forgotten here.
    let Report {
        schema,
        version,
        account,
        partition,
        audited_at,
        asked,
        summary,
        controls,
        regions,
        not_seen,
        resources,
        changes,
    } = report;
    let head = Head {
        schema,
        version,
        account,
        partition,
        audited_at: *audited_at,
        asked,
        summary,
        controls,
        regions,
        changes: changes.as_ref(),
    };
    let not_seen = not_seen.iter().map(Line::NotSeen);
    let resources = resources.iter().map(Line::Resource);
    for line in [Line::Report(head)].into_iter().chain(not_seen).chain(resources) {
        line.serialize(&mut Serializer::with_formatter(&mut *to, OneLine))?;
        writeln!(to)?;
    }
    Ok(())
}

/// One line. Its member `type` says what it is.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Report(Head<'a>),
    NotSeen(&'a NotSeen),
    Resource(&'a Resource),
}

/// A report without its lists, which have lines of their own.
#[derive(Serialize)]
struct Head<'a> {
    schema: &'static str,
    version: &'static str,
    account: &'a str,
    partition: &'a str,
    audited_at: DateTime<Utc>,
    asked: &'a Asked,
    summary: &'a Summary,
    controls: &'a BTreeMap<Kind, Vec<Control>>,
    regions: &'a [Region],
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a Changes>,
}

/// JSON on one line, whatever a reader takes for the end of a line. JSON lets U+0085, U+2028 and
/// U+2029 stand unescaped, and some readers, such as Python's `splitlines`, break lines there: a
/// tag could cut its resource out of the report.
struct OneLine;

impl Formatter for OneLine {
    fn write_string_fragment<W>(&mut self, to: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        for piece in fragment.split_inclusive(LINE_ENDS) {
            to.write_all(piece.trim_end_matches(LINE_ENDS).as_bytes())?;
            if let Some(end) = piece.chars().next_back().filter(|last| LINE_ENDS.contains(last)) {
                write!(to, "\\u{:04x}", u32::from(end))?;
            }
        }
        Ok(())
    }
}

/// Ends of a line that JSON does not escape.
const LINE_ENDS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

//! The format `csv` ([RFC 4180]): a line for each resource, and for each kind that could not be
//! listed somewhere.
//!
//! [RFC 4180]: https://www.rfc-editor.org/rfc/rfc4180

use std::io::{self, Write};

use chrono::NaiveDate;
use csv::{Terminator, WriterBuilder};
use metadata_guardrail::{outcome::State, target::Kind};
use serde::{Serialize, Serializer};

use crate::{
    report::{NotSeen, Report, Resource},
    standing::Standing,
    text::visible,
};

/// The header: the members of [`Row`]. New columns are added at the end.
const COLUMNS: [&str; 19] = [
    "standing",
    "kind",
    "region",
    "id",
    "arn",
    "result",
    "reason",
    "setting",
    "hop_limit",
    "source",
    "exempt_until",
    "imdsv1_calls",
    "findings",
    "detail",
    "remedy",
    "account",
    "launch_template",
    "launch_template_version",
    "auto_scaling_group",
];

/// Writes a header, then what could not be listed, then the resources.
///
/// # Errors
/// It could not be written.
pub fn write(report: &Report, to: &mut impl Write) -> io::Result<()> {
    let mut lines = WriterBuilder::new()
        .has_headers(false)
        .terminator(Terminator::CRLF)
        .from_writer(to);
    lines.write_record(COLUMNS)?;
    for not_seen in &report.not_seen {
        for kind in &not_seen.kinds {
            lines.serialize(Row::of_not_seen(*kind, not_seen, &report.account))?;
        }
    }
    for resource in &report.resources {
        lines.serialize(Row::of_resource(resource))?;
    }
    lines.flush()
}

/// One line.
#[derive(Default, Serialize)]
struct Row<'a> {
    standing: &'static str,
    kind: &'static str,
    region: Cell<'a>,
    id: Cell<'a>,
    arn: Cell<'a>,
    result: &'static str,
    reason: &'static str,
    setting: Cell<'a>,
    hop_limit: Option<i32>,
    source: Cell<'a>,
    exempt_until: Option<NaiveDate>,
    imdsv1_calls: Option<String>,
    findings: String,
    detail: Cell<'a>,
    remedy: Cell<'a>,
    account: Cell<'a>,
    launch_template: Cell<'a>,
    launch_template_version: Cell<'a>,
    auto_scaling_group: Cell<'a>,
}

impl<'a> Row<'a> {
    fn of_not_seen(kind: Kind, not_seen: &'a NotSeen, account: &'a str) -> Self {
        Self {
            standing: Standing::NotSeen.name(),
            kind: kind.name(),
            region: Cell(&not_seen.region),
            reason: not_seen.reason.name(),
            detail: Cell(&not_seen.detail),
            account: Cell(account),
            ..Self::default()
        }
    }

    fn of_resource(resource: &'a Resource) -> Self {
        let Resource { outcome, standing, source, remedy } = resource;
        let findings: Vec<&str> = outcome.findings.iter().map(Into::into).collect();
        let by = outcome.launched_by.as_ref();
        let template = by.and_then(|by| by.launch_template.as_ref());
        let version = template.and_then(|template| template.version.as_deref());
        let group = by.and_then(|by| by.auto_scaling_group.as_deref());
        Self {
            standing: standing.name(),
            kind: outcome.kind.name(),
            region: Cell(&outcome.place.region),
            id: Cell(&outcome.id),
            arn: Cell(&outcome.arn),
            result: outcome.verdict.result(),
            reason: outcome.verdict.reason(),
            setting: Cell(resource.setting().unwrap_or_default()),
            hop_limit: outcome.before.as_ref().and_then(hop_limit),
            source: Cell(source.as_deref().unwrap_or_default()),
            exempt_until: outcome.exempt_until,
            imdsv1_calls: resource.imdsv1_calls(),
            findings: findings.join(" "),
            detail: Cell(&outcome.detail),
            remedy: Cell(remedy.as_deref().unwrap_or_default()),
            account: Cell(&outcome.place.account),
            launch_template: Cell(template.map_or("", |template| &template.id)),
            launch_template_version: Cell(version.unwrap_or_default()),
            auto_scaling_group: Cell(group.unwrap_or_default()),
        }
    }
}

fn hop_limit(state: &State) -> Option<i32> {
    match state {
        State::Instance { hop_limit, .. } | State::AccountDefaults { hop_limit, .. } => *hop_limit,
        State::Runtime { .. } => None,
    }
}

/// A text that may have been written by anybody.
///
/// RFC 4180 lets a quoted cell hold line breaks, but they are written as `\n`, and every other
/// invisible character likewise: what reads line by line, such as grep or a log shipper, would take
/// the rest of a tag for the line of another resource.
#[derive(Clone, Copy, Default)]
struct Cell<'a>(&'a str);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&guarded(&visible(self.0)))
    }
}

/// What a spreadsheet takes for the beginning of a formula, also in its full-width form.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// What separates cells for some spreadsheets, which depends on a person's language.
const SEPARATORS: [char; 3] = [',', ';', '|'];

/// What may stand before a formula, as white space may.
const SKIPPED: [char; 2] = ['"', '\''];

/// A text without formulas ([CSV injection]): an apostrophe stands before whatever would begin one,
/// at the beginning of the text and after whatever may separate cells.
///
/// [CSV injection]: https://owasp.org/www-community/attacks/CSV_Injection
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    let mut may_begin = true;
    for char in text.chars() {
        if may_begin && FORMULA.contains(&char) {
            guarded.push('\'');
        }
        let is_skipped = char.is_whitespace() || SKIPPED.contains(&char);
        may_begin = SEPARATORS.contains(&char) || (may_begin && is_skipped);
        guarded.push(char);
    }
    guarded
}

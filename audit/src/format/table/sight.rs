//! What was not seen, and what there is not to see.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use console::Color;
use metadata_guardrail::target::Kind;

use super::{
    grid::{Column, Form, Grid, Row},
    sheet::Sheet,
    words,
};
use crate::report::{NotSeen, Report, Sight};

/// Writes both, if there is any.
pub fn write<W: Write>(report: &Report, sheet: &mut Sheet<'_, W>) -> io::Result<()> {
    if !report.not_seen.is_empty() {
        sheet.heading("Not seen")?;
        sheet.grid(&not_seen(&report.not_seen))?;
    }
    let sentences: Vec<_> = report
        .asked
        .kinds
        .iter()
        .filter_map(|kind| not_offered(report, *kind))
        .collect();
    if !sentences.is_empty() {
        sheet.empty()?;
    }
    sentences.iter().try_for_each(|sentence| sheet.sentences(sentence))
}

/// The Regions in which something could not be listed, by name.
pub fn unseen(report: &Report) -> BTreeSet<&str> {
    let unseen = report.not_seen.iter().map(|one| &*one.region);
    let regions = report.regions.iter().filter(|region| {
        region.kinds.values().any(|sight| match sight {
            Sight::NotSeen => true,
            Sight::Seen | Sight::NotOffered => false,
        })
    });
    unseen.chain(regions.map(|region| &*region.region)).collect()
}

fn not_seen(regions: &[NotSeen]) -> Grid<'_> {
    let rows = regions.iter().map(|one| {
        let kinds: Vec<_> = one.kinds.iter().map(|kind| words::kinds(*kind)).collect();
        Row {
            cells: vec![(&*one.region).into(), one.reason.name().into(), kinds.join(", ").into()],
            colour: Some(Color::Yellow),
            note: Some((&*one.detail).into()),
            command: None,
        }
    });
    Grid {
        columns: vec![
            Column { name: "Region", form: Form::Word },
            Column { name: "reason", form: Form::Word },
            Column { name: "kinds", form: Form::Text },
        ],
        rows: rows.collect(),
    }
}

/// Says in which Regions a kind does not exist; `None` if there are none.
fn not_offered(report: &Report, kind: Kind) -> Option<String> {
    let regions: Vec<&str> = report
        .regions
        .iter()
        .filter(|region| region.kinds.get(&kind) == Some(&Sight::NotOffered))
        .map(|region| &*region.region)
        .collect();
    let service = match kind {
        Kind::Ec2Instance | Kind::AccountDefaults => "EC2",
        Kind::AgentcoreRuntime => "AgentCore",
    };
    let all = regions.len();
    (all > 0).then(|| format!("{service} is not offered in {}.", words::listed(&regions, all)))
}

//! What to do next.

use std::io::{self, Write};

use metadata_guardrail::text::holding;

use super::{resources, sheet::Sheet};
use crate::{format::advice, report::Report, summary::Counts};

const NOT_SEEN: &str = "What was not seen may be open: mend the reason and audit again. \
                        --print-policy prints the permissions that an audit needs.";
const OPEN: &str = "To mend what is open, run the command below it, or deploy the guardrail.";
const HELD: &str = "No command mends what is open: what is said about each tells what does.";
const SOURCES: &str = "Mend launch templates too: what they launch next is open again.";
const ALL: &str = "--all lists what is safe too.";
const HTML: &str = "--output report.html writes everything as a page for a browser.";

/// Writes it, in a few lines.
pub fn write<W: Write>(report: &Report, sheet: &mut Sheet<'_, W>) -> io::Result<()> {
    let is_open = any(report, |counts| counts.open);
    let hides_safe = !report.asked.all && any(report, |counts| counts.safe);
    let commands = report.resources.iter().filter(|one| resources::shows_command(one));
    let advice = advice::before(report, commands);
    let has_commands = !advice.is_empty();
    let has_sources = !report.summary.by_source.is_empty();
    sheet.empty()?;
    for sentences in [
        vec![(!report.is_whole(), NOT_SEEN)],
        vec![(has_commands, OPEN), (is_open && !has_commands, HELD), (has_sources, SOURCES)],
        advice.into_iter().map(|sentence| (true, sentence)).collect(),
        vec![(hides_safe, ALL), (true, HTML)],
    ] {
        let sentences: Vec<_> = holding(sentences).collect();
        if !sentences.is_empty() {
            sheet.sentences(&sentences.join(" "))?;
        }
    }
    Ok(())
}

fn any(report: &Report, number: fn(&Counts) -> usize) -> bool {
    report.summary.by_kind.values().any(|counts| number(counts) > 0)
}

//! The sentence that somebody reads who reads no other.

use std::io::{self, Write};

use metadata_guardrail::target::Kind;

use super::{
    sheet::Sheet,
    sight,
    words::{self, are, counted, listed, number, were},
};
use crate::{
    report::{Region, Report, Sight},
    summary::Counts,
};

/// How many Regions are named.
const MAX_NAMES: usize = 3;

/// Writes it, after what was not seen.
pub fn write<W: Write>(report: &Report, sheet: &mut Sheet<'_, W>) -> io::Result<()> {
    if let Some(sentence) = not_seen(report) {
        sheet.warning(&sentence)?;
    }
    sheet.sentences(&headline(report))
}

/// Says that not everything was seen; `None` if it was.
fn not_seen(report: &Report) -> Option<String> {
    let regions: Vec<&str> = sight::unseen(report).into_iter().collect();
    let unread: usize = report.summary.by_kind.values().map(|counts| counts.not_seen).sum();
    let unlisted = (!regions.is_empty())
        .then(|| format!("{} could not be listed in full", listed(&regions, MAX_NAMES)));
    let unread = (unread > 0).then(|| format!("{} could not be read", counted(unread, "resource")));
    let what: Vec<_> = [unlisted, unread].into_iter().flatten().collect();
    (!what.is_empty()).then(|| format!("Not everything was seen: {}.", what.join(", and ")))
}

fn headline(report: &Report) -> String {
    let (account, (counts, noun)) = (&report.account, counted_things(report));
    let (things, is_one) = (counted(counts.total(), noun), counts.total() == 1);
    let (regions, defaults) = (regions(report), open_defaults(report));
    let are = are(counts.total());
    let sentence = match counts.percent_safe() {
        None => format!("no {noun} was found in {regions}"),
        Some(percent) if counts.safe == counts.total() => {
            let all = if is_one { "the" } else { "all" };
            format!("{all} {things} in {regions} {are} safe ({percent}){defaults}")
        }
        Some(percent) => {
            let others = others(counts);
            format!("{percent} of {things} in {regions} {are} safe; {others}{defaults}")
        }
    };
    format!("Account {account}: {sentence}.")
}

/// What the share is of. The account defaults are no resources, unless nothing else was asked for.
fn counted_things(report: &Report) -> (Counts, &'static str) {
    if report.asked.kinds.iter().all(|kind| *kind == Kind::AccountDefaults) {
        let defaults = report.summary.by_kind.get(&Kind::AccountDefaults);
        return (defaults.copied().unwrap_or_default(), "account default");
    }
    (report.summary.resources, "resource")
}

fn regions(report: &Report) -> String {
    let is_named = !report.asked.regions.is_empty();
    let all = words::regions(report.regions.len(), is_named);
    match report.regions.iter().filter(|region| is_seen(region)).count() {
        seen if seen == report.regions.len() => all,
        0 => format!("{all}, none of which could be seen"),
        seen => format!("{seen} of {all}"),
    }
}

/// Whether anything of it was seen, or there is nothing to see.
fn is_seen(region: &Region) -> bool {
    let has = |wanted: Sight| region.kinds.values().any(|sight| *sight == wanted);
    has(Sight::Seen) || !has(Sight::NotSeen)
}

fn others(counts: Counts) -> String {
    let open = match counts.open {
        0 => "none is open".to_owned(),
        open => format!("{} {} open", number(open), are(open)),
    };
    let exempt = (counts.exempt > 0)
        .then(|| format!("{} {} exempt", number(counts.exempt), are(counts.exempt)));
    let not_seen = (counts.not_seen > 0)
        .then(|| format!("{} {} not seen", number(counts.not_seen), were(counts.not_seen)));
    [Some(open), exempt, not_seen]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

/// Resources may all be safe while what new instances are given is open.
fn open_defaults(report: &Report) -> String {
    if report.asked.kinds.iter().all(|kind| *kind == Kind::AccountDefaults) {
        return String::new();
    }
    match report
        .summary
        .by_kind
        .get(&Kind::AccountDefaults)
        .map_or(0, |counts| counts.open)
    {
        0 => String::new(),
        1 => "; the account defaults of 1 Region are open".to_owned(),
        open => format!("; the account defaults of {open} Regions are open"),
    }
}

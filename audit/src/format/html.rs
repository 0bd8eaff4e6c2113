//! The format `html`: one page in one file, for a browser. It needs no network, and it is whole
//! without its script. The templates are in `audit/templates/`.

use std::io::{self, BufWriter, Write};

use askama::Template;
use metadata_guardrail::target::Kind;
use strum::VariantArray;

use crate::{
    format::advice,
    report::{Report, Resource, Sight},
    standing::Standing,
    summary::Counts,
};

mod chart;
mod names;
mod policy;
mod visible;
mod words;

use chart::Chart;
use names::Names;
use visible::Visible;

const STYLE: &str = include_str!("../../templates/report.css");
const SCRIPT: &str = include_str!("../../templates/report.js");

/// Writes a report as one page. The same report gives the same bytes.
///
/// # Errors
/// It could not be written.
pub fn write(report: &Report, to: &mut impl Write) -> io::Result<()> {
    let mut to = BufWriter::new(to);
    write!(to, "{}", Visible(Page::of(report)))?;
    to.flush()
}

/// What the templates are filled from.
#[derive(Template)]
#[template(path = "report.html", whitespace = "minimize")]
struct Page<'a> {
    report: &'a Report,
    /// The content security policy, which names the style and the script by their hashes.
    policy: String,
    style: &'static str,
    script: &'static str,
    /// The counts of the account defaults, which are no resources.
    defaults: Counts,
    charts: Vec<Chart<'a>>,
}

impl<'a> Page<'a> {
    fn of(report: &'a Report) -> Self {
        let defaults = report.summary.by_kind.get(&Kind::AccountDefaults);
        Self {
            report,
            policy: policy::of(STYLE, SCRIPT),
            style: STYLE,
            script: SCRIPT,
            defaults: defaults.copied().unwrap_or_default(),
            charts: chart::all(&report.summary),
        }
    }

    /// Whether anything could not be listed or read. Then nothing on the page may look clean.
    fn is_partial(&self) -> bool {
        !self.report.is_whole()
    }

    /// How many resources were listed but could not be read. Account defaults are never listed.
    fn unread(&self) -> usize {
        self.report.summary.resources.not_seen
    }

    /// How it ended, as a class of the style.
    fn state(&self) -> &'static str {
        if self.is_partial() {
            "not_seen"
        } else if self.report.summary.resources.open + self.defaults.open > 0 {
            "open"
        } else {
            "safe"
        }
    }

    /// Each standing, with how many resources stand so.
    fn tiles(&self) -> [(Standing, usize); 4] {
        let Counts { safe, open, exempt, not_seen } = self.report.summary.resources;
        [
            (Standing::Open, open),
            (Standing::Exempt, exempt),
            (Standing::NotSeen, not_seen),
            (Standing::Safe, safe),
        ]
    }

    /// Over how many days the use of IMDSv1 was read.
    fn usage_days(&self) -> usize {
        self.report.asked.imdsv1_usage_days.into()
    }

    /// The Regions in words, such as `17`, or `2 that were asked for`.
    fn regions(&self) -> String {
        let number = self.report.regions.len();
        let asked = if self.report.asked.regions.is_empty() {
            String::new()
        } else {
            format!(" that {} asked for", words::were(number))
        };
        words::number(number) + &asked
    }

    /// What to know before a command of the page is run.
    fn advice(&self) -> String {
        advice::before(self.report, &self.report.resources).join(" ")
    }

    /// Whether the use of IMDSv1 is known of any listed resource.
    fn has_use(&self) -> bool {
        let is_known = |resource: &Resource| resource.outcome.imdsv1_use.is_some();
        self.report.resources.iter().any(is_known)
    }

    /// Whether there are so many rows that a browser should draw only those in sight.
    fn is_long(&self) -> bool {
        self.report.resources.len() > 1000
    }

    /// The Regions of the listed resources, each once, by name.
    fn regions_listed(&self) -> Vec<&str> {
        let resources = self.report.resources.iter();
        let mut regions: Vec<_> =
            resources.map(|resource| &*resource.outcome.place.region).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// The Regions that do not offer some kind, each with those kinds.
    fn not_offered(&self) -> Vec<(&str, String)> {
        let regions = self.report.regions.iter().map(|region| {
            let kinds = region.kinds.iter();
            let kinds = kinds.filter(|(_, sight)| **sight == Sight::NotOffered);
            let kinds: Vec<_> = kinds.map(|(kind, _)| words::kinds(kind)).collect();
            (&*region.region, kinds.join(", "))
        });
        regions.filter(|(_, kinds)| !kinds.is_empty()).collect()
    }
}

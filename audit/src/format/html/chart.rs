//! Charts: bars beside their numbers. Pure.

use std::{borrow::Cow, cmp::Reverse};

use crate::{
    format::html::words,
    summary::{Counts, Source, Summary},
};

/// How many bars a chart shows before it says how many more there are.
const MAX_BARS: usize = 10;

/// The width of the longest bar, in units of the drawing, which is 1000 wide. The rest is for parts
/// that would be too short to see.
const LONGEST: usize = 980;

/// The width of the shortest part that is not 0.
const SHORTEST: usize = 5;

/// What stands on top of the numbers: a class of the style, and a word.
type Column = (&'static str, &'static str);

/// Standings, what matters most first.
const STANDINGS: &[Column] =
    &[("open", "Open"), ("exempt", "Exempt"), ("not_seen", "Not seen"), ("safe", "Safe")];

/// One chart.
pub struct Chart<'a> {
    /// Its heading.
    pub heading: &'static str,
    /// What its bars are.
    pub label: &'static str,
    /// The columns of its numbers.
    pub columns: &'static [Column],
    /// Its bars, with the longest being [`LONGEST`].
    pub bars: Vec<Bar<'a>>,
    /// How many bars were left out.
    pub more: usize,
    /// What there is to say if there are no bars.
    pub empty: &'static str,
}

/// One bar.
pub struct Bar<'a> {
    /// What it is about.
    pub label: Cow<'a, str>,
    /// Where that is, if the label does not say.
    pub region: Option<&'a str>,
    /// Its numbers, one for each column.
    pub numbers: Vec<usize>,
    /// Its parts that are not 0, from left to right.
    pub parts: Vec<Part>,
}

/// A part of a bar, in units of the drawing.
pub struct Part {
    /// The class of its column.
    pub class: &'static str,
    /// Where it begins.
    pub x: usize,
    /// How wide it is.
    pub width: usize,
}

impl Bar<'_> {
    /// The numbers as text: `2 open, 1 exempt`.
    pub fn description(&self, columns: &[Column]) -> String {
        let numbers = self.numbers.iter().zip(columns);
        let numbers: Vec<_> = numbers
            .map(|(number, (_, word))| format!("{} {}", words::number(number), word.to_lowercase()))
            .collect();
        numbers.join(", ")
    }
}

/// The charts of a summary.
pub fn all(summary: &Summary) -> Vec<Chart<'_>> {
    vec![by_kind(summary), by_region(summary), by_result(summary), by_source(summary)]
}

fn by_kind(summary: &Summary) -> Chart<'_> {
    let kinds = summary.by_kind.iter();
    let bars =
        kinds.map(|(kind, counts)| bar(words::capital(words::kinds(kind)), standings(counts)));
    chart("By kind", "Kind", STANDINGS, bars.collect(), "No kind was asked for.")
}

fn by_region(summary: &Summary) -> Chart<'_> {
    let mut regions: Vec<_> = summary.by_region.iter().collect();
    // What matters most stays, if there are too many.
    regions.sort_by_key(|(_, Counts { safe, open, exempt, not_seen })| {
        Reverse((*open, *not_seen, *exempt, *safe))
    });
    let bars = regions.into_iter().map(|(region, counts)| bar(region, standings(counts)));
    chart("By Region", "Region", STANDINGS, bars.collect(), "No Region has resources.")
}

fn by_result(summary: &Summary) -> Chart<'_> {
    let mut results: Vec<_> = summary.by_result.iter().collect();
    results.sort_by_key(|(_, number)| Reverse(**number));
    let bars = results.into_iter().map(|(result, number)| bar(*result, vec![*number]));
    let columns = &[("result", "Outcomes")];
    chart("By result", "Result", columns, bars.collect(), "Nothing was found.")
}

fn by_source(summary: &Summary) -> Chart<'_> {
    let bars = summary.by_source.iter().map(|Source { region, source, open }| Bar {
        region: Some(region),
        ..bar(source, vec![*open])
    });
    let columns = &[("open", "Open")];
    let empty = "No open instance names its source.";
    chart("Where open instances come from", "Source", columns, bars.collect(), empty)
}

fn standings(counts: &Counts) -> Vec<usize> {
    vec![counts.open, counts.exempt, counts.not_seen, counts.safe]
}

fn bar<'a>(label: impl Into<Cow<'a, str>>, numbers: Vec<usize>) -> Bar<'a> {
    Bar { label: label.into(), region: None, numbers, parts: Vec::new() }
}

fn chart<'a>(
    heading: &'static str,
    label: &'static str,
    columns: &'static [Column],
    mut bars: Vec<Bar<'a>>,
    empty: &'static str,
) -> Chart<'a> {
    let more = bars.len().saturating_sub(MAX_BARS);
    bars.truncate(MAX_BARS);
    let longest = bars.iter().map(|bar| bar.numbers.iter().sum()).max().unwrap_or(0).max(1);
    for bar in &mut bars {
        bar.parts = parts(columns, &bar.numbers, longest);
    }
    Chart { heading, label, columns, bars, more, empty }
}

/// The parts of a bar, side by side. `longest` is the sum of the longest bar's numbers.
fn parts(columns: &[Column], numbers: &[usize], longest: usize) -> Vec<Part> {
    let mut x = 0;
    let numbers = columns.iter().zip(numbers).filter(|(_, number)| **number > 0);
    let parts = numbers.map(|((class, _), number)| {
        let width = (number * LONGEST / longest).max(SHORTEST);
        let part = Part { class, x, width };
        x += width;
        part
    });
    parts.collect()
}

//! The pages: each has its place in the summary, and all can be read.

use std::{collections::BTreeSet, fs};

use crate::support::files::{files_under, here};

/// A line is no longer than this, unless it is a row of a table, code, or has an address.
const COLUMNS: usize = 120;
/// The README is a front door. What does not fit belongs into the book.
const LINES_OF_THE_README: usize = 250;

const SUMMARY: &str = "SUMMARY.md";

/// The name of each page in `docs/src`, and its text.
fn pages() -> Vec<(String, String)> {
    let root = here("docs/src");
    let files = files_under("docs/src").into_iter();
    let pages = files.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages
        .map(|path| {
            let name = path.strip_prefix(&root).expect("a page").to_str().expect("UTF-8");
            (name.to_owned(), fs::read_to_string(&path).expect("a page"))
        })
        .collect()
}

fn readme() -> String {
    fs::read_to_string(here("README.md")).expect("the README")
}

/// The lines that are too long, with their numbers.
fn long_lines(text: &str) -> Vec<String> {
    let mut is_code = false;
    let mut long = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        let may_be_long = is_code || is_fence || line.starts_with('|') || line.contains("://");
        if !may_be_long && line.chars().count() > COLUMNS {
            long.push(format!("{}: {line}", number + 1));
        }
    }
    long
}

#[test]
fn the_summary_names_every_page_once_and_no_other() {
    let summary = fs::read_to_string(here("docs/src").join(SUMMARY)).expect("the summary");
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let mut named: Vec<_> = links.map(str::to_owned).collect();
    named.sort();
    let pages: BTreeSet<_> = pages().into_iter().map(|(name, _)| name).collect();
    let pages: Vec<_> = pages.into_iter().filter(|name| name != SUMMARY).collect();
    assert_eq!(named, pages);
}

#[test]
fn no_line_of_a_page_is_too_long() {
    for (name, text) in pages() {
        assert_eq!(long_lines(&text), [] as [&str; 0], "{name}");
    }
}

#[test]
fn no_example_teaches_an_exemption_until_the_far_future() {
    let readme = ("README.md".to_owned(), readme());
    for (name, text) in pages().into_iter().chain([readme]) {
        assert!(!text.contains("2099"), "{name}");
    }
}

#[test]
fn the_readme_is_short() {
    let lines = readme().lines().count();
    assert!(lines <= LINES_OF_THE_README, "{lines} lines");
}

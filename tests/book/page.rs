//! One page of the book, as the tests read it.

use std::{collections::BTreeSet, fs};

use crate::support::files::here;

pub struct Page {
    name: &'static str,
    text: String,
}

impl Page {
    /// The page of this name in `docs/src`.
    pub fn read(name: &'static str) -> Self {
        let path = here("docs/src").join(name);
        let text = fs::read_to_string(path).unwrap_or_else(|why| panic!("{name}: {why}"));
        Self { name, text }
    }

    /// The page without its blocks of code.
    pub fn prose(&self) -> String {
        // The first piece and every second one after it are outside of a block.
        self.text.split("```").step_by(2).collect()
    }

    /// The first block of code in this language.
    pub fn block(&self, language: &str) -> &str {
        let fence = format!("```{language}\n");
        let block = self.text.split(&fence).nth(1).and_then(|rest| rest.split("```").next());
        block.unwrap_or_else(|| panic!("{} has no block of {language}", self.name))
    }

    /// The rows of the one table whose first column has this heading, as cells.
    pub fn table(&self, heading: &str) -> Vec<Vec<String>> {
        let (prose, heading) = (self.prose(), format!("| {heading} |"));
        let mut tables = prose.split("\n\n").filter(|paragraph| paragraph.starts_with(&heading));
        let table = tables
            .next()
            .unwrap_or_else(|| panic!("no table of {} begins with {heading}", self.name));
        assert!(tables.next().is_none(), "two tables of {} begin with {heading}", self.name);
        let cells = |row: &str| row.split('|').skip(1).map(|cell| cell.trim().to_owned()).collect();
        // The second line is a rule.
        table.lines().skip(2).map(cells).collect()
    }

    /// What stands between backticks in the first column of that table.
    pub fn first_column(&self, heading: &str) -> BTreeSet<String> {
        self.table(heading).iter().flat_map(|row| quoted(&row[0])).collect()
    }
}

/// What stands between backticks.
pub fn quoted(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

pub fn set<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

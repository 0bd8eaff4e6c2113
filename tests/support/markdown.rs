//! The pages for people, and the blocks of code in them.

use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

use crate::support::files::{files_under, here};

/// Where the pages of the book are.
const BOOK: &str = "docs/src";

/// One block between fences.
#[derive(Debug, Clone)]
pub struct Block {
    /// The page, from the root of the repository.
    pub page: String,
    /// The line of its first fence.
    pub line: usize,
    /// The word after the fence.
    pub language: String,
    /// The comment right before it, which no reader sees.
    pub marker: Option<String>,
    pub text: String,
}

impl fmt::Display for Block {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.page, self.line)
    }
}

/// The files for people at the top of the repository, and the pages of the book.
pub fn pages() -> Vec<PathBuf> {
    let top = fs::read_dir(here("")).expect("the repository");
    let top = top.map(|entry| entry.expect("an entry").path());
    let book = if here(BOOK).is_dir() { files_under(BOOK) } else { Vec::new() };
    let mut pages: Vec<_> = top.chain(book).filter(|path| is_page(path)).collect();
    pages.sort();
    pages
}

fn is_page(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|extension| extension == "md")
}

/// All blocks of all pages.
pub fn blocks() -> Vec<Block> {
    pages().iter().flat_map(|path| blocks_of(path)).collect()
}

fn blocks_of(path: &Path) -> Vec<Block> {
    let text = fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let page = path.strip_prefix(here("")).expect("a page of this repository");
    let mut blocks = parse(&page.display().to_string(), &text);
    for block in &mut blocks {
        block.text = with_includes(path, &block.text);
    }
    blocks
}

/// The blocks of a page with this text. One may stand in a list, and is indented then.
pub fn parse(page: &str, text: &str) -> Vec<Block> {
    let (mut blocks, mut comment) = (Vec::new(), None);
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let content = line.trim();
        if let Some(language) = fence(content) {
            let indent = line.len() - line.trim_start().len();
            let inside = lines.by_ref().map(|(_, line)| line);
            let inside: Vec<_> = inside
                .take_while(|line| line.trim() != &content[..3])
                .map(|line| unindented(line, indent))
                .collect();
            let text = inside.iter().map(|line| format!("{line}\n")).collect();
            blocks.push(Block {
                page: page.to_owned(),
                line: number + 1,
                language: language.to_owned(),
                marker: comment.take(),
                text,
            });
        } else if !content.is_empty() {
            let inside = content.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
            comment = inside.map(|inside| inside.trim().to_owned());
        }
    }
    blocks
}

/// The language, if this line begins a block.
fn fence(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("```").or_else(|| line.strip_prefix("~~~"))?;
    Some(rest.split([' ', ',']).next().unwrap_or_default())
}

fn unindented(line: &str, by: usize) -> &str {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    &line[by.min(spaces)..]
}

/// mdBook puts whole files into its pages.
fn with_includes(page: &Path, text: &str) -> String {
    let line = |line: &str| {
        let include = line.strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"));
        let Some(include) = include else { return format!("{line}\n") };
        let path = page.with_file_name("").join(include.trim());
        fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
    };
    text.lines().map(line).collect()
}

//! What the pages show of a program's output is what the program prints.
//!
//! A comment before a block says where its text is from; no reader sees it:
//! - `<!-- printed by: cargo run --example demo -->`: the test runs this command and compares. `[…]`
//!   stands for lines that are left out. A block of JSON is compared as JSON. The command may also
//!   be `metadata-guardrail-audit` with options that make no call.
//! - `<!-- measured with: … -->`: figures, which are another every time; nothing is compared.
//!
//! A block of text without either must be one of those that are no output.

use std::{collections::BTreeMap, path::PathBuf, process::Stdio};

use serde_json::Value;
use tokio::process::Command;

use crate::support::{
    files::{audit, built, here},
    markdown::{Block, blocks, parse},
};

const PRINTED: &str = "printed by: ";
const MEASURED: &str = "measured with: ";
const LEFT_OUT: &str = "[…]";
/// How many blocks of text each page has that are no output: drawings, and the queries, which have
/// a test of their own.
const NO_OUTPUT: [(&str, usize); 4] = [
    // Two messages as somebody gets them by mail.
    ("docs/src/notifications.md", 1),
    // A sentence of the settings.
    ("docs/src/reference/errors.md", 1),
    // The parts of an alarm's ARN.
    ("docs/src/runbook.md", 1),
    // A sum.
    ("docs/src/cost.md", 1),
];
const QUERIES: &str = "docs/src/queries.md";

#[tokio::test]
async fn what_a_page_shows_as_output_is_printed() {
    let mut outputs: BTreeMap<String, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for block in blocks() {
        let Some(command) = marker(&block, PRINTED) else { continue };
        if !outputs.contains_key(command) {
            outputs.insert(command.to_owned(), output(command).await);
        }
        let shown = match block.language.as_str() {
            "text" => is_excerpt(&block.text, &outputs[command]),
            "json" => is_same_json(&block.text, &outputs[command]),
            other => Err(format!("{other} is no language of output")),
        };
        wrong.extend(shown.err().map(|why| format!("{block}: {command}: {why}")));
    }
    assert!(!outputs.is_empty(), "no page shows any output");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn text_that_nothing_has_printed_is_a_drawing_or_a_query() {
    let mut unmarked: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for block in blocks() {
        let is_marked = [PRINTED, MEASURED].iter().any(|word| marker(&block, word).is_some());
        if block.language == "text" && !is_marked && block.page != QUERIES {
            unmarked.entry(block.page).or_default().push(block.line);
        }
    }
    unmarked.retain(|page, lines| !NO_OUTPUT.contains(&(page.as_str(), lines.len())));
    assert!(unmarked.is_empty(), "no comment says where this text is from: {unmarked:?}");
}

#[test]
fn figures_name_a_program_that_exists() {
    for block in blocks() {
        let Some(command) = marker(&block, MEASURED) else { continue };
        if let Some(rest) = command.strip_prefix(EXAMPLE) {
            let name = rest.split(' ').next().unwrap_or_default();
            assert!(example(name).is_file(), "{block}: there is no example {name}");
        }
    }
}

#[test]
fn every_block_says_its_language_and_json_is_json() {
    let wrong = blocks().into_iter().filter_map(|block| match block.language.as_str() {
        "" => Some(format!("{block} has no language")),
        "json" => serde_json::from_str::<Value>(&block.text)
            .err()
            .map(|why| format!("{block} is no JSON: {why}")),
        _ => None,
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn an_excerpt_keeps_the_order_and_says_what_it_leaves_out() {
    let output = "a\n\nb\nc\nd\nb\n";
    for right in ["a\n\nb\n", "a\n\n[…]\n\nc\nd\n", "[…]\nc\n[…]\nb\n", "d\nb\n"] {
        assert_eq!(is_excerpt(right, output), Ok(()), "{right:?}");
    }
    for wrong in ["a\nb\n", "b\nd\n", "d\n[…]\nc\n", "x\n", "c \n", "b\n[…]\nb\n[…]\nb\n", "[…]\n"]
    {
        assert!(is_excerpt(wrong, output).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_block_in_a_list_is_found_with_the_comment_before_it() {
    let page = "1. Do:\n\n   <!-- printed by: it -->\n\n   ```text\n   a\n     b\n   ```\n\n```sh\nc\n```\n";
    let blocks = parse("page.md", page);
    assert_eq!(blocks[0].marker.as_deref(), Some("printed by: it"));
    assert_eq!((blocks[0].line, blocks[0].text.as_str()), (5, "a\n  b\n"));
    assert_eq!((blocks[1].line, blocks[1].text.as_str()), (10, "c\n"));
    assert_eq!((blocks[1].language.as_str(), &blocks[1].marker), ("sh", &None));
}

fn marker<'a>(block: &'a Block, word: &str) -> Option<&'a str> {
    block.marker.as_deref()?.strip_prefix(word)
}

/// Whether the pieces between what is left out come one after the other.
fn is_excerpt(excerpt: &str, output: &str) -> Result<(), String> {
    let (output, shown) = (lines(output), lines(excerpt));
    let pieces = shown.split(|line| *line == LEFT_OUT).map(without_blank_ends);
    let pieces: Vec<_> = pieces.filter(|piece| !piece.is_empty()).collect();
    if pieces.is_empty() {
        return Err("it shows nothing".to_owned());
    }
    let mut from = 0;
    for piece in pieces {
        let rest = &output[from..];
        let found = rest.windows(piece.len()).position(|lines| lines == piece);
        let found = found.ok_or_else(|| unlike(piece, rest))?;
        from += found + piece.len();
    }
    Ok(())
}

/// The lines. Several blank ones look like one on a page.
fn lines(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    lines
}

fn without_blank_ends<'a>(lines: &'a [&'a str]) -> &'a [&'a str] {
    let is_text = |line: &&str| !line.trim().is_empty();
    let Some(first) = lines.iter().position(is_text) else { return &[] };
    let last = lines.iter().rposition(is_text).unwrap_or(first);
    &lines[first..=last]
}

/// Where a piece stops being like the output, at the place that is most like it.
fn unlike(piece: &[&str], output: &[&str]) -> String {
    let same = |start: usize| {
        let pairs = piece.iter().zip(&output[start..]);
        pairs.take_while(|(shown, printed)| shown == printed).count()
    };
    let best = (0..output.len()).max_by_key(|start| (same(*start), output.len() - start));
    let (start, lines) = best.map_or((0, 0), |start| (start, same(start)));
    if lines == 0 {
        return format!("it does not print, or not in this place:\n{}", piece[0]);
    }
    let printed = output.get(start + lines).unwrap_or(&"its end");
    format!("after {:?} it does not print\n{}\nbut\n{printed}", piece[lines - 1], piece[lines])
}

fn is_same_json(shown: &str, printed: &str) -> Result<(), String> {
    let value = |text: &str| serde_json::from_str::<Value>(text).map_err(|why| why.to_string());
    if value(shown)? == value(printed)? { Ok(()) } else { Err(format!("it prints\n{printed}")) }
}

const EXAMPLE: &str = "cargo run --example ";
const AUDIT: &str = "metadata-guardrail-audit";

fn example(name: &str) -> PathBuf {
    here(&format!("tests/examples/{name}.rs"))
}

/// What a command prints.
async fn output(command: &str) -> String {
    let mut words = command.split(' ');
    if words.next() == Some(AUDIT) {
        let audit = audit().expect("`cargo test --workspace` builds the audit");
        return printed(Command::new(audit).args(words).env_clear()).await;
    }
    let words = command.strip_prefix(EXAMPLE);
    let words = words.unwrap_or_else(|| panic!("this test does not run {command}"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["run", "--quiet", "--locked", "--target-dir"])
        .arg(built().with_file_name(""))
        .arg("--example");
    printed(cargo.args(words.split(' ')).current_dir(here(""))).await
}

async fn printed(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().await.expect("it starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

//! Its queries: they ask for what is logged, and the book shows them as they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use metadata_guardrail::{
    outcome::Finding,
    verdict::{Compliant, Deferred, Enforced, Failed, Gone, Held, Verdict},
};
use serde_json::json;
use strum::VariantNames;

use super::{
    source::{members_logged, messages_logged},
    stack::{Stack, text},
};
use crate::support::files::here;

#[test]
fn queries_use_only_members_that_are_logged() {
    let logged = members_logged();
    for (name, query) in saved() {
        for field in Query::read(&query).fields() {
            assert!(logged.contains(&field), "{name}: nothing logs {field}");
        }
    }
}

#[test]
fn queries_compare_members_with_words_that_they_can_have() {
    let words = |lists: &[&'static [&'static str]]| BTreeSet::from_iter(lists.concat());
    let results = words(&[Verdict::VARIANTS]);
    let reasons = words(&[
        Failed::VARIANTS,
        Held::VARIANTS,
        Enforced::VARIANTS,
        Deferred::VARIANTS,
        Gone::VARIANTS,
        Compliant::VARIANTS,
    ]);
    let (findings, levels) = (words(&[Finding::VARIANTS]), words(&[&["ERROR", "WARN", "INFO"]]));
    for (name, query) in saved() {
        for (member, word) in Query::read(&query).comparisons() {
            let can_be = match &*member {
                "result" => results.contains(&*word),
                "reason" => reasons.contains(&*word),
                "findings" => findings.contains(&*word),
                "level" => levels.contains(&*word),
                "message" => messages_logged().iter().any(|message| message.contains(&word)),
                // Lambda's own lines, and an id for people to replace.
                "@message" | "id" => true,
                _ => panic!("{name}: this test knows no words of {member}"),
            };
            assert!(can_be, "{name}: {member} is never {word}");
        }
    }
}

#[test]
fn the_first_query_finds_what_lambda_says_of_a_function_that_ended() {
    let attention = &saved()["What needs attention"];
    let (_, rest) = attention.split_once("@message like /").expect("a pattern");
    let (pattern, _) = rest.split_once('/').expect("its end");
    assert_eq!(pattern, "Task timed out|Runtime exited|Status: (timeout|error)");
    let words = ["Task timed out", "Runtime exited", "Status: timeout", "Status: error"];
    for line in [
        "2026-11-20T22:05:00.123Z 8d2f4c1a-request Task timed out after 300.00 seconds",
        "RequestId: 8d2f4c1a-request Error: Runtime exited with error: signal: killed",
        "REPORT RequestId: 8d2f4c1a-request Duration: 300000.00 ms Status: timeout",
        "REPORT RequestId: 8d2f4c1a-request Status: error Error Type: Runtime.OutOfMemory",
        "INIT_REPORT Init Duration: 12.00 ms Phase: init Status: error Error Type: Runtime.ExitError",
    ] {
        assert!(words.iter().any(|words| line.contains(words)), "{line}");
    }
}

#[test]
fn saved_queries_are_in_a_folder_of_the_stack_and_ask_its_own_log() {
    let stack = Stack::with(&[]);
    let queries: Vec<_> = stack.resources_of("AWS::Logs::QueryDefinition").collect();
    assert_eq!(queries.len(), 16);
    for (name, query) in queries {
        assert_eq!(query["LogGroupNames"], json!(["GuardrailLog"]), "{name}");
        assert!(text(&query["Name"]).starts_with("metadata-guardrail/"), "{name}");
        // What CloudWatch Logs refuses in a name.
        assert!(!text(&query["Name"]).contains([':', '*']), "{name}");
    }
}

#[test]
fn the_book_shows_every_saved_query_under_its_name_and_no_other() {
    let page = fs::read_to_string(here("docs/src/queries.md")).expect("docs/src/queries.md");
    let shown: BTreeMap<_, _> = page
        .split("\n## ")
        .skip(1)
        .filter_map(|section| {
            let (heading, rest) = section.split_once('\n')?;
            let (_, block) = rest.split_once("```text\n")?;
            let (query, _) = block.split_once("\n```").expect("the end of a block");
            Some((heading.to_owned(), query.to_owned()))
        })
        .collect();
    let saved = saved();
    let names = |queries: &BTreeMap<String, String>| queries.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&shown),
        names(&saved),
        "docs/src/queries.md (left) has one heading with a block ```text for each query of \
         template.yaml (right)"
    );
    for (name, query) in saved {
        assert_eq!(
            shown[&name], query,
            "template.yaml (right) is the truth: copy its text of “{name}” into docs/src/queries.md"
        );
    }
}

/// The text of each saved query, by its name without the folder.
pub fn saved() -> BTreeMap<String, String> {
    let stack = Stack::with(&[]);
    let queries = stack.resources_of("AWS::Logs::QueryDefinition");
    let by_name = queries.map(|(_, query)| {
        let name = text(&query["Name"]);
        let (_, name) = name.split_once('/').expect("a folder");
        (name.to_owned(), text(&query["QueryString"]))
    });
    by_name.collect()
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    /// In quotes.
    Text(String),
    /// Between slashes.
    Pattern(String),
    Sign(char),
}

/// A query of CloudWatch Logs Insights, as far as these tests look at it.
struct Query(Vec<Token>);

impl Query {
    fn read(query: &str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = query.trim_start();
        while let Some(first) = rest.chars().next() {
            let (token, length) = if let '"' | '/' = first {
                let inside = rest[1..].split(first).next().expect("a piece").to_owned();
                let length = inside.len() + 2;
                let token = if first == '"' { Token::Text } else { Token::Pattern };
                (token(inside), length)
            } else if is_word(first) {
                let word: String = rest.chars().take_while(|letter| is_word(*letter)).collect();
                let length = word.len();
                (Token::Word(word), length)
            } else {
                (Token::Sign(first), first.len_utf8())
            };
            tokens.push(token);
            rest = rest.get(length..).expect("the end of a text or pattern").trim_start();
        }
        Self(tokens)
    }

    /// The members of log lines that it uses, without those that CloudWatch Logs adds.
    fn fields(&self) -> BTreeSet<String> {
        const WORDS: [&str; 15] = [
            "fields", "filter", "stats", "sort", "limit", "by", "as", "asc", "desc", "and", "or",
            "not", "in", "like", "display",
        ];
        let aliases = self.aliases();
        let words = self.0.iter().enumerate().filter_map(|(at, token)| {
            let Token::Word(word) = token else { return None };
            let is_function = self.0.get(at + 1) == Some(&Token::Sign('('));
            let is_field = !is_function
                && !word.starts_with(|letter: char| letter == '@' || letter.is_numeric())
                && !WORDS.contains(&&**word)
                && !aliases.contains_key(word);
            is_field.then(|| word.clone())
        });
        words.collect()
    }

    /// What members are compared with: each word of a list or of a pattern on its own.
    fn comparisons(&self) -> Vec<(String, String)> {
        let aliases = self.aliases();
        let mut found = Vec::new();
        for (at, pair) in self.0.windows(2).enumerate() {
            let Token::Word(member) = &pair[0] else { continue };
            let member = aliases.get(member).unwrap_or(member);
            let values: Vec<_> = match (&pair[1], &self.0[at + 2..]) {
                (Token::Sign('='), [Token::Text(word), ..]) => vec![word.clone()],
                (Token::Word(like), [Token::Pattern(words), ..]) if like == "like" => {
                    words.split('|').map(str::to_owned).collect()
                }
                (Token::Word(within), [Token::Sign('['), rest @ ..]) if within == "in" => {
                    let list = rest.iter().take_while(|token| **token != Token::Sign(']'));
                    list.filter_map(|token| match token {
                        Token::Text(word) => Some(word.clone()),
                        _ => None,
                    })
                    .collect()
                }
                _ => continue,
            };
            found.extend(values.into_iter().map(|word| (member.clone(), word)));
        }
        found
    }

    /// The names that the query gives, each with the member behind it: `latest(member) as name`.
    fn aliases(&self) -> BTreeMap<String, String> {
        let mut aliases = BTreeMap::new();
        for (at, token) in self.0.iter().enumerate() {
            let (Token::Word(word), Some(Token::Word(name))) = (token, self.0.get(at + 1)) else {
                continue;
            };
            if word == "as" {
                let member = match &self.0[..at] {
                    [.., Token::Word(member), Token::Sign(')')] => member.clone(),
                    _ => name.clone(),
                };
                aliases.insert(name.clone(), member);
            }
        }
        aliases
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '@' | '.')
}

#[test]
fn the_fields_and_words_of_a_query_are_found() {
    let query = Query::read(
        r#"fields @timestamp, one | filter two = "b" or three like /c|d/ or four in ["e", "f"]
        | stats latest(five) as six, count(*) as seven by eight | filter six = "g" | limit 10"#,
    );
    let fields = ["one", "two", "three", "four", "five", "eight"];
    assert_eq!(query.fields(), fields.map(str::to_owned).into());
    let compared =
        [("two", "b"), ("three", "c"), ("three", "d"), ("four", "e"), ("four", "f"), ("five", "g")];
    let compared = compared.map(|(member, word)| (member.to_owned(), word.to_owned()));
    assert_eq!(query.comparisons(), compared);
}

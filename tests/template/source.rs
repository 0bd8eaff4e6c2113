//! What the source says that it logs and counts.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use proc_macro2::{TokenStream, TokenTree};

use crate::support::files::files_under;

/// Every member that a log line may have: those that the code names, and those of every line.
pub fn members_logged() -> BTreeSet<String> {
    let named = arguments_of_lines().into_iter().filter_map(|it| member(&it));
    let of_every_line = ["timestamp", "level", "message"].map(str::to_owned);
    named.chain(of_every_line).collect()
}

/// The messages of log lines, as they are written in the code.
pub fn messages_logged() -> Vec<String> {
    arguments_of_lines().into_iter().filter_map(|it| first_text(&it)).collect()
}

/// Every metric that is counted, with the names of its dimensions.
pub fn metrics() -> BTreeMap<String, BTreeSet<String>> {
    let counted = calls_in_source().into_iter().filter_map(|(name, arguments)| {
        let [metric, dimensions @ ..] = arguments.as_slice() else { return None };
        ["counter", "histogram", "gauge"].contains(&&*name).then(|| {
            let metric = first_text(metric).expect("a metric's name is written where it is used");
            (metric, dimensions.iter().filter_map(|it| first_text(it)).collect())
        })
    });
    let mut metrics = BTreeMap::new();
    for (metric, dimensions) in counted {
        let known = metrics.entry(metric.clone()).or_insert_with(|| BTreeSet::clone(&dimensions));
        assert_eq!(*known, dimensions, "{metric} has other dimensions elsewhere");
    }
    metrics
}

fn arguments_of_lines() -> Vec<Vec<TokenTree>> {
    // `level` is the one that a macro of the source stands for.
    let levels = ["error", "warn", "info", "level"];
    let calls = calls_in_source().into_iter();
    let of_lines = calls.filter(|(name, _)| levels.contains(&&**name));
    of_lines.flat_map(|(_, arguments)| arguments).collect()
}

/// Every call of a macro, as its name and its arguments.
fn calls_in_source() -> Vec<(String, Vec<Vec<TokenTree>>)> {
    let mut calls = Vec::new();
    for path in files_under("src") {
        let code = fs::read_to_string(path).expect("a source");
        add_calls(code.parse().expect("Rust"), &mut calls);
    }
    assert!(!calls.is_empty());
    calls
}

fn add_calls(code: TokenStream, calls: &mut Vec<(String, Vec<Vec<TokenTree>>)>) {
    let tokens: Vec<_> = code.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        if let [.., TokenTree::Ident(name), TokenTree::Punct(mark)] = &tokens[..at]
            && mark.as_char() == '!'
        {
            let inside: Vec<_> = group.stream().into_iter().collect();
            let arguments = inside.split(|it| is_punct(it, ',')).map(<[_]>::to_vec);
            calls.push((name.to_string(), arguments.collect()));
        }
        add_calls(group.stream(), calls);
    }
}

/// The name of a member: `name` or `name = value`.
fn member(argument: &[TokenTree]) -> Option<String> {
    match argument {
        [TokenTree::Ident(name)] => Some(name.to_string()),
        [TokenTree::Ident(name), equals, ..] if is_punct(equals, '=') => Some(name.to_string()),
        _ => None,
    }
}

fn first_text(argument: &[TokenTree]) -> Option<String> {
    let text: syn::LitStr = syn::parse_str(&argument.first()?.to_string()).ok()?;
    Some(text.value())
}

fn is_punct(token: &TokenTree, wanted: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == wanted)
}

#[test]
fn the_source_is_read_as_it_is_meant() {
    let members = members_logged();
    for name in ["launched_by", "unknown_ids", "ignored", "complete", "message_id", "level"] {
        assert!(members.contains(name), "{name}");
    }
    let metrics = metrics();
    assert_eq!(metrics["Outcomes"], ["Kind", "Result"].map(str::to_owned).into());
    assert_eq!(metrics["CompleteSweeps"], BTreeSet::new());
}

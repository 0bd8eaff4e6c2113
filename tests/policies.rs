//! The files of `policies/`: whom they refuse what, and that they leave the guardrail alone.

mod call;
mod cognito;
mod exception_tag;
mod launches;
mod role_delivery;
mod weakening;

use std::{collections::BTreeSet, fs};

use serde_json::Value;

use self::call::{Call, Row};
use crate::{
    support::files::here,
    template::{
        permissions::{EVERYTHING, actions},
        stack::{Stack, texts},
    },
};

type Table = fn() -> Vec<Row>;

/// Each policy with the requests that tell its story.
const POLICIES: [(&str, Table); 4] = [
    ("exception-tag.json", exception_tag::rows),
    ("launches.json", launches::rows),
    ("role-delivery.json", role_delivery::rows),
    ("weakening.json", weakening::rows),
];

#[test]
fn every_request_ends_as_its_row_says() {
    let mut wrong = Vec::new();
    for (file, rows) in POLICIES {
        let policy = filled(file);
        let misses =
            rows().into_iter().filter(|row| row.call.is_refused_by(&policy) != row.refused);
        wrong.extend(misses.map(|row| format!("{file}: {}", row.story)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_part_of_a_policy_decides_a_row() {
    for (file, rows) in POLICIES {
        let rows = rows();
        for (removed, rest) in without_one_part(&filled(file)) {
            let is_seen = rows.iter().any(|row| row.call.is_refused_by(&rest) != row.refused);
            assert!(is_seen, "{file}: no row misses {removed}");
        }
    }
}

#[test]
fn every_policy_has_a_table() {
    let tested: BTreeSet<_> = POLICIES.iter().map(|(file, _)| (*file).to_owned()).collect();
    let there = fs::read_dir(here("policies"))
        .expect("policies")
        .map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8"));
    assert_eq!(tested, there.filter(|file| file.ends_with(".json")).collect());
}

#[test]
fn the_guardrail_may_do_all_that_its_role_grants() {
    let grants = grants();
    assert!(grants.len() > 20, "{} grants", grants.len());
    for (file, _) in POLICIES {
        let policy = filled(file);
        for (grant, call) in &grants {
            assert!(!call.is_refused_by(&policy), "{file}: {grant}");
        }
    }
}

#[test]
fn the_sample_of_aws_on_the_page_stops_the_guardrail() {
    let page = page();
    let (_, block) = page.split_once("```json\n").expect("a block of JSON");
    let (sample, after) = block.split_once("\n```").expect("its end");
    assert!(!after.contains("```json"), "one block of JSON");
    let sample = serde_json::from_str(sample).expect("JSON");
    let grants = grants();
    let stopped = grants.iter().filter(|(_, call)| call.is_refused_by(&sample));
    assert_eq!(
        stopped.map(|(grant, _)| &**grant).collect::<Vec<_>>(),
        ["ec2:ModifyInstanceMetadataOptions"]
    );
}

#[test]
fn all_policies_together_are_short_enough_for_an_organization() {
    // A policy that is sent through the API counts with its spaces.
    let length: usize = POLICIES.iter().map(|(file, _)| text(file).len()).sum();
    assert!(length <= 5_120, "{length} bytes");
}

#[test]
fn the_page_explains_every_file_and_placeholder() {
    let page = page();
    for (file, _) in POLICIES {
        assert!(page.contains(&format!("\n## `{file}`")), "{file}");
        for placeholder in placeholders(&text(file)) {
            assert!(page.contains(&format!("\n| `{placeholder}` |")), "{placeholder}");
        }
    }
}

/// The policy with the names of our world for its placeholders.
fn filled(file: &str) -> Value {
    let filled = text(file)
        .replace("EXCEPTION-ROLE", "exceptions-board")
        .replace("BREAK-GLASS-ROLE", "break-glass")
        .replace("EXEMPT-INSTANCE-ROLE", "vendor-agent");
    assert_eq!(placeholders(&filled), BTreeSet::new(), "{file}");
    serde_json::from_str(&filled).unwrap_or_else(|why| panic!("{file}: {why}"))
}

fn text(file: &str) -> String {
    fs::read_to_string(here("policies").join(file)).expect("a policy")
}

fn page() -> String {
    fs::read_to_string(here("docs/src/security/policies.md")).expect("the page about policies")
}

/// Names in capitals with a hyphen.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter == '-';
    let words = text.split(|letter| !is_part(letter));
    words
        .filter(|word| word.contains('-') && word.len() > 4)
        .map(|word| word.trim_matches('-'))
        .collect()
}

/// One request for each action that the template allows the role, in an answer to the conditions
/// under which it does.
fn grants() -> Vec<(String, Call)> {
    let role = "arn:aws:iam::111122223333:role/metadata-guardrail-GuardrailRole-1A2B3C4D5E6F";
    let statements = Stack::with(EVERYTHING).statements("Allow");
    let requests = statements.iter().flat_map(|statement| {
        let keys = statement["Condition"]["StringEquals"].as_object().into_iter().flatten();
        let keys: Vec<_> = keys.map(|(key, values)| (&**key, texts(values).remove(0))).collect();
        actions(statement).into_iter().flat_map(move |action| {
            let keys: Vec<_> = keys.iter().map(|(key, value)| (*key, &**value)).collect();
            let resources = texts(&statement["Resource"]);
            let calls = resources.iter().map(|resource| Call::new(role, &action, resource, &keys));
            calls.map(|call| (action.clone(), call)).collect::<Vec<_>>()
        })
    });
    requests.collect()
}

/// The policy without one of its statements, actions, condition keys or values, for each of them.
fn without_one_part(policy: &Value) -> Vec<(String, Value)> {
    parts(policy)
        .into_iter()
        .map(|path| {
            let (parent, last) = path.rsplit_once('/').expect("a path");
            let mut rest = policy.clone();
            match rest.pointer_mut(parent).expect("the parent") {
                Value::Array(items) => drop(items.remove(last.parse().expect("an index"))),
                Value::Object(members) => drop(members.remove(&last.replace("~1", "/"))),
                scalar => panic!("{scalar} has no parts"),
            }
            (path, rest)
        })
        .collect()
}

/// The paths of what may be left out of a policy.
fn parts(policy: &Value) -> Vec<String> {
    let mut paths = items(policy, "/Statement");
    for statement in paths.clone() {
        paths.extend(items(policy, &format!("{statement}/Action")));
        let operators = format!("{statement}/Condition");
        for operator in members(policy, &operators) {
            for key in members(policy, &operator) {
                paths.extend(items(policy, &key));
                paths.push(key);
            }
        }
    }
    paths
}

/// The paths of a list's items; the only item of a list cannot be left out.
fn items(policy: &Value, path: &str) -> Vec<String> {
    let list = policy.pointer(path).and_then(Value::as_array);
    let count = list.map_or(0, Vec::len);
    let is_needed = count == 1 && path != "/Statement";
    (0..if is_needed { 0 } else { count })
        .map(|index| format!("{path}/{index}"))
        .collect()
}

fn members(policy: &Value, path: &str) -> Vec<String> {
    let object = policy.pointer(path).and_then(Value::as_object).expect("an object");
    object
        .keys()
        .map(|name| format!("{path}/{}", name.replace('/', "~1")))
        .collect()
}

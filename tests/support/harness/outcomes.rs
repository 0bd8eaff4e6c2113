//! What came of an event, and what was called meanwhile.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stand_in::Call;

use super::Scene;

/// The one outcome of a response.
#[track_caller]
pub fn only_outcome(response: &Value) -> Value {
    let [outcome] = response["outcomes"].as_array().expect("outcomes").as_slice() else {
        panic!("there is not one outcome in {response}")
    };
    outcome.clone()
}

/// The outcomes of a response by id.
pub fn by_id(response: &Value) -> BTreeMap<String, Value> {
    let outcomes = response["outcomes"].as_array().expect("outcomes");
    outcomes
        .iter()
        .map(|outcome| (outcome["id"].as_str().expect("an id").to_owned(), outcome.clone()))
        .collect()
}

/// What an outcome, or a listing that could not be read, says to a person.
pub fn detail(outcome: &Value) -> &str {
    outcome["detail"].as_str().expect("a detail")
}

#[track_caller]
pub fn assert_ended(outcome: &Value, result: &str, reason: &str) {
    let ended = (&outcome["result"], &outcome["reason"]);
    assert_eq!(ended, (&json!(result), &json!(reason)), "{}", outcome["detail"]);
}

#[track_caller]
pub fn assert_found(outcome: &Value, findings: &[&str]) {
    assert_eq!(outcome["findings"], json!(findings), "{}", outcome["detail"]);
}

#[track_caller]
pub fn assert_says(outcome: &Value, words: &str) {
    let detail = detail(outcome);
    assert!(detail.contains(words), "{words:?} is not in {detail:?}");
}

#[track_caller]
pub fn assert_says_nothing_of(outcome: &Value, words: &str) {
    let detail = detail(outcome);
    assert!(!detail.contains(words), "{words:?} is in {detail:?}");
}

#[track_caller]
pub fn only_write(scene: &Scene) -> Call {
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 1, "there must be exactly one write");
    writes.into_iter().next().expect("one write")
}

/// How often an operation was called.
pub fn count(scene: &Scene, operation: &str) -> usize {
    scene.aws.operations().iter().filter(|name| *name == operation).count()
}

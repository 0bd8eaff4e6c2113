//! `docs/audit.schema.json`, and what it refuses.

use serde_json::{Value, json};

use super::python;

/// The schema.
pub fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/audit.schema.json")).expect("it is JSON")
}

/// That a report fits the schema, if this machine can tell.
#[track_caller]
pub fn assert_fits(report: &Value) {
    if let Some(faults) = faults("#", std::slice::from_ref(report)) {
        assert_eq!(faults, [None]);
    }
}

/// What is wrong with each document first; `None` if it fits the part of the schema that the pointer
/// names. `None` altogether if this machine cannot tell.
pub fn faults(pointer: &str, documents: &[Value]) -> Option<Vec<Option<String>>> {
    let input = json!({"schema": schema(), "pointer": pointer, "documents": documents});
    let script = "
import json, sys
from jsonschema import Draft202012Validator
given = json.load(sys.stdin)
schema = given['schema']
Draft202012Validator.check_schema(schema)
if given['pointer'] != '#':
    schema = {'$ref': given['pointer'], '$defs': schema['$defs']}
validator = Draft202012Validator(schema)
first = [next(validator.iter_errors(document), None) for document in given['documents']]
print(json.dumps([fault and fault.message[:200] for fault in first]))
";
    let faults = python::run("jsonschema", script, input.to_string().as_bytes())?;
    Some(serde_json::from_value(faults).expect("a sentence or null for each"))
}

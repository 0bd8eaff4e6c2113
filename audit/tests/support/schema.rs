//! `docs/audit.schema.json`, and what it refuses.

use serde_json::{Value, json};

use super::python;

/// The schema.
pub fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/audit.schema.json")).expect("it is JSON")
}

/// What is wrong with each document: no sentence if it fits the part of the schema that the pointer
/// names. `None` if this machine cannot tell.
pub fn faults(pointer: &str, documents: &[Value]) -> Option<Vec<Vec<String>>> {
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
print(json.dumps([[fault.message[:200] for fault in validator.iter_errors(document)] for document in given['documents']]))
";
    let faults = python::run("jsonschema", script, input.to_string().as_bytes())?;
    Some(serde_json::from_value(faults).expect("lists of sentences"))
}

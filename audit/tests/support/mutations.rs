//! Documents that are wrong in one place.

use serde_json::Value;

/// What was done to a document, and the document.
pub type Mutated = (String, Value);

/// The document with one more member in one of its objects, for each object.
pub fn with_one_more_member(document: &Value) -> Vec<Mutated> {
    objects(document)
        .into_iter()
        .map(|path| {
            let added = |object: &mut Value| object["surprise"] = Value::from(1);
            (format!("{path} with a surprise"), changed(document, &path, added))
        })
        .collect()
}

/// The document without one of its members, for each member.
pub fn without_a_member(document: &Value) -> Vec<Mutated> {
    let mut mutated = Vec::new();
    for path in objects(document) {
        for name in members(document, &path) {
            let removed = |object: &mut Value| {
                object.as_object_mut().expect("an object").remove(&name);
            };
            mutated.push((format!("{path}/{name} removed"), changed(document, &path, removed)));
        }
    }
    mutated
}

/// The document with another value at a path.
pub fn with(document: &Value, path: &str, value: Value) -> Mutated {
    let what = format!("{path} = {value}");
    (what, changed(document, path, |old| *old = value))
}

fn changed(document: &Value, path: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut document = document.clone();
    change(document.pointer_mut(path).unwrap_or_else(|| panic!("no {path}")));
    document
}

/// The paths of all objects.
fn objects(document: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    collect(document, String::new(), &mut paths);
    paths
}

fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            paths.push(path.clone());
            for (name, member) in members {
                collect(member, format!("{path}/{name}"), paths);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{path}/{index}"), paths);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn members(document: &Value, path: &str) -> Vec<String> {
    let object = document.pointer(path).and_then(Value::as_object).expect("an object");
    object.keys().cloned().collect()
}

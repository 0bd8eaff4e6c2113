//! JSON objects whose members keep, byte for byte, what they were read from.
//!
//! `serde_json::Value` is not enough: it rounds numbers that do not fit its own types.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A JSON object. Only members that are set or removed ever change.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct RawObject(BTreeMap<String, Box<RawValue>>);

impl fmt::Debug for RawObject {
    /// Only the names of the members: values may be secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

impl PartialEq for RawObject {
    /// Compares byte for byte.
    fn eq(&self, other: &Self) -> bool {
        self.to_json() == other.to_json()
    }
}

impl Eq for RawObject {}

/// A member that must be an object but is not. Holds its name, never its value.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{0} is not a JSON object")]
pub struct NotAnObject(pub String);

impl RawObject {
    /// Reads an object; `None` for anything else. No reason is given, because it could quote what
    /// was read.
    pub fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// The member at a path of names, as text. `None` if it is absent or something on the way is
    /// not an object.
    pub fn get(&self, path: &[&str]) -> Option<String> {
        let (first, rest) = path.split_first()?;
        let value = self.0.get(*first)?.get();
        if rest.is_empty() {
            Some(value.to_owned())
        } else {
            Self::parse(value.as_bytes())?.get(rest)
        }
    }

    /// The member at a path as a `T`; `None` if it is absent or something else.
    pub fn get_as<T: serde::de::DeserializeOwned>(&self, path: &[&str]) -> Option<T> {
        serde_json::from_str(&self.get(path)?).ok()
    }

    /// Sets the member at a path. Objects on the way are created if they are absent or null.
    ///
    /// # Errors
    /// Something that is not an object is in the way.
    pub fn set(&mut self, path: &[&str], value: &impl Serialize) -> Result<(), NotAnObject> {
        let Some((first, rest)) = path.split_first() else { return Ok(()) };
        let not_an_object = || NotAnObject((*first).to_owned());
        if rest.is_empty() {
            let raw = serde_json::value::to_raw_value(value).map_err(|_| not_an_object())?;
            self.0.insert((*first).to_owned(), raw);
            return Ok(());
        }
        let mut inner = match self.0.get(*first) {
            Some(raw) if raw.get() != "null" => {
                Self::parse(raw.get().as_bytes()).ok_or_else(not_an_object)?
            }
            _ => Self::default(),
        };
        inner.set(rest, value)?;
        self.set(&[first], &inner)
    }

    /// Removes the member at a path, if it is there.
    pub fn remove(&mut self, path: &[&str]) {
        let Some((first, rest)) = path.split_first() else { return };
        if rest.is_empty() {
            self.0.remove(*first);
        } else if self.get(path).is_some()
            && let Some(mut inner) =
                self.get(&[first]).and_then(|json| Self::parse(json.as_bytes()))
        {
            inner.remove(rest);
            // Setting a single name cannot meet anything on the way.
            let _ = self.set(&[first], &inner);
        }
    }

    /// The object as compact JSON.
    pub fn to_json(&self) -> String {
        let members: Vec<_> = self
            .0
            .iter()
            .map(|(name, value)| format!("{}:{}", serde_json::Value::from(name.as_str()), value))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// The paths, such as `a.b`, of the members whose meaning differs; never their values. White
    /// space and the order of names have no meaning, and a member that is null counts as absent.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        compare_objects("", self, other, &mut found);
        found
    }

    /// A member that is present and not null.
    fn given(&self, name: &str) -> Option<&RawValue> {
        self.0.get(name).map(Box::as_ref).filter(|value| value.get() != "null")
    }

    /// The texts and numbers in it at any depth, without quotes, each with its path.
    pub fn values(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for (name, value) in &self.0 {
            collect_values(name, value, &mut found);
        }
        found
    }
}

fn compare_objects(prefix: &str, one: &RawObject, other: &RawObject, found: &mut Vec<String>) {
    let names: BTreeSet<_> = one.0.keys().chain(other.0.keys()).collect();
    for name in names {
        let path = format!("{prefix}{name}");
        match (one.given(name), other.given(name)) {
            (None, None) => {}
            (Some(one), Some(other)) => compare(&path, one, other, found),
            _ => found.push(path),
        }
    }
}

fn compare(path: &str, one: &RawValue, other: &RawValue, found: &mut Vec<String>) {
    if one.get() == other.get() {
        return;
    }
    if let (Some(one), Some(other)) = (object(one), object(other)) {
        return compare_objects(&format!("{path}."), &one, &other, found);
    }
    if let (Some(one), Some(other)) = (list(one), list(other))
        && one.len() == other.len()
    {
        for (at, (one, other)) in one.iter().zip(&other).enumerate() {
            compare(&format!("{path}[{at}]"), one, other, found);
        }
        return;
    }
    if text(one).is_none() || text(one) != text(other) {
        found.push(path.to_owned());
    }
}

fn collect_values(path: &str, value: &RawValue, found: &mut Vec<(String, String)>) {
    if let Some(text) = text(value) {
        found.push((path.to_owned(), text));
    } else if let Some(object) = object(value) {
        for (name, value) in &object.0 {
            collect_values(&format!("{path}.{name}"), value, found);
        }
    } else if let Some(list) = list(value) {
        for (at, value) in list.iter().enumerate() {
            collect_values(&format!("{path}[{at}]"), value, found);
        }
    } else if !["null", "true", "false"].contains(&value.get()) {
        found.push((path.to_owned(), value.get().to_owned()));
    }
}

fn object(value: &RawValue) -> Option<RawObject> {
    RawObject::parse(value.get().as_bytes())
}

fn list(value: &RawValue) -> Option<Vec<Box<RawValue>>> {
    serde_json::from_str(value.get()).ok()
}

fn text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

/// As deep as the SDK's own reader goes.
pub const MAX_DEPTH: usize = 128;

/// How deep arrays and objects are nested in some JSON.
pub fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Whether some JSON is an object without members.
pub fn is_empty_object(json: &str) -> bool {
    json.starts_with('{') && is_empty(json)
}

/// Whether some JSON is an empty text, array or object. White space between brackets has no
/// meaning, but in a text it has.
pub fn is_empty(json: &str) -> bool {
    let between = |open, close| json.strip_prefix(open)?.strip_suffix(close);
    json == "\"\""
        || between('[', ']')
            .or(between('{', '}'))
            .is_some_and(|inside| inside.trim_ascii().is_empty())
}

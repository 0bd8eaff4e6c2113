//! JSON as a meaning, and the many ways to write it.

use std::collections::BTreeMap;

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    sample::select,
};
use serde_json::Value;

pub type Members = BTreeMap<String, Json>;

/// A meaning.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// A number, a boolean or null: there is only one way to write it.
    Bare(String),
    Text(String),
    List(Vec<Json>),
    Object(Members),
}

/// One way to write it.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    pub space: &'static str,
    pub escapes: bool,
    pub reversed: bool,
}

/// One step from a value to another one inside it.
#[derive(Clone, Debug)]
pub enum Step {
    Member(String),
    Item(usize),
}

impl Json {
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub fn null() -> Self {
        Self::Bare("null".to_owned())
    }

    pub fn object<const N: usize>(members: [(&str, Self); N]) -> Self {
        Self::Object(members.map(|(name, json)| (name.to_owned(), json)).into())
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Bare(_) => false,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(members) => members.is_empty(),
        }
    }

    pub fn members(&self) -> Members {
        match self {
            Self::Object(members) => members.clone(),
            _ => Members::new(),
        }
    }

    pub fn written(&self, style: Style) -> String {
        let Style { space, .. } = style;
        match self {
            Self::Bare(bare) => bare.clone(),
            Self::Text(text) => style.text(text),
            Self::List(items) => {
                style.sequence("[", items.iter().map(|item| item.written(style)).collect(), "]")
            }
            Self::Object(members) => {
                let members = members.iter();
                let written = members.map(|(name, json)| (style.text(name), json.written(style)));
                let mut written: Vec<_> =
                    written.map(|(name, json)| format!("{name}{space}:{space}{json}")).collect();
                if style.reversed {
                    written.reverse();
                }
                style.sequence("{", written, "}")
            }
        }
    }

    /// The way to every value inside.
    pub fn ways(&self) -> Vec<Vec<Step>> {
        let inside: Vec<_> = match self {
            Self::Bare(_) | Self::Text(_) => Vec::new(),
            Self::List(items) => {
                items.iter().enumerate().map(|(at, item)| (Step::Item(at), item)).collect()
            }
            Self::Object(members) => {
                members.iter().map(|(name, json)| (Step::Member(name.clone()), json)).collect()
            }
        };
        let mut ways = Vec::new();
        for (step, json) in inside {
            ways.push(vec![step.clone()]);
            ways.extend(json.ways().into_iter().map(|rest| [vec![step.clone()], rest].concat()));
        }
        ways
    }

    pub fn at(&mut self, way: &[Step]) -> &mut Self {
        way.iter().fold(self, |json, step| match (json, step) {
            (Self::List(items), Step::Item(at)) => &mut items[*at],
            (Self::Object(members), Step::Member(name)) => {
                members.get_mut(name).expect("the member")
            }
            _ => panic!("the way leads nowhere"),
        })
    }
}

impl Style {
    pub const COMPACT: Self = Self { space: "", escapes: false, reversed: false };

    pub fn text(self, text: &str) -> String {
        if self.escapes {
            let escapes: String =
                text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
            format!("\"{escapes}\"")
        } else {
            Value::from(text).to_string()
        }
    }

    pub fn sequence(self, open: &str, items: Vec<String>, close: &str) -> String {
        let space = self.space;
        format!("{open}{space}{}{space}{close}", items.join(&format!("{space},{space}")))
    }
}

/// As the guardrail writes paths.
pub fn path(way: &[Step]) -> String {
    let steps = way.iter().map(|step| match step {
        Step::Member(name) => format!(".{name}"),
        Step::Item(at) => format!("[{at}]"),
    });
    steps
        .collect::<String>()
        .strip_prefix('.')
        .expect("it begins with a member")
        .to_owned()
}

/// Any text: control characters, blanks and what needs two UTF-16 units, too.
pub fn text() -> impl Strategy<Value = String> {
    let char =
        prop_oneof![any::<char>(), select(vec![' ', '"', '\\', '/', '\n', '\0', 'é', '漢', '🦀'])];
    vec(char, 0..6).prop_map(String::from_iter)
}

pub fn bare() -> impl Strategy<Value = String> {
    let number = "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?";
    prop_oneof![select(vec!["null", "true", "false"]).prop_map(str::to_owned), number]
}

pub fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![bare().prop_map(Json::Bare), text().prop_map(Json::Text)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::List),
            btree_map(text(), inner, 0..4).prop_map(Json::Object)
        ]
    })
}

pub fn style() -> impl Strategy<Value = Style> {
    let space = select(vec!["", " ", "\r\n\t "]);
    (space, any::<bool>(), any::<bool>()).prop_map(|(space, escapes, reversed)| Style {
        space,
        escapes,
        reversed,
    })
}

//! The template, evaluated the way CloudFormation does.

use std::{collections::BTreeMap, fs};

use serde_json::{Value, json};
use yaml_serde::Value as Yaml;

use crate::support::{event_pattern::accepts, files::here};

/// The template as it is written.
pub fn document() -> Value {
    read("template.yaml")
}

fn read(path: &str) -> Value {
    let text = fs::read_to_string(here(path)).expect("a template");
    plain(yaml_serde::from_str(&text).expect("YAML"))
}

/// YAML as JSON. `!Ref name` becomes `{"!Ref": "name"}`, and so on for each of CloudFormation's
/// tags.
fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Tagged(tagged) => json!({ tagged.tag.to_string(): plain(tagged.value) }),
        Yaml::Sequence(items) => items.into_iter().map(plain).collect(),
        Yaml::Mapping(members) => members
            .into_iter()
            .map(|(name, value)| (text(&plain(name)), plain(value)))
            .collect(),
        scalar => serde_json::to_value(scalar).expect("a scalar"),
    }
}

/// The template with values for its parameters and for what CloudFormation itself knows.
pub struct Stack {
    document: Value,
    pub values: BTreeMap<String, String>,
}

impl Stack {
    /// With these parameters; the others have their default.
    pub fn with(parameters: &[(&str, &str)]) -> Self {
        Self::of("template.yaml", parameters)
    }

    /// As `with`, of another template.
    pub fn of(path: &str, parameters: &[(&str, &str)]) -> Self {
        let document = read(path);
        let declared = document["Parameters"].as_object().expect("parameters");
        for (name, _) in parameters {
            assert!(declared.contains_key(*name), "no parameter {name}");
        }
        let defaults = declared.iter().map(|(name, it)| (name.clone(), text(&it["Default"])));
        let known = [
            ("AWS::AccountId", "111122223333"),
            ("AWS::Partition", "aws"),
            ("AWS::Region", "eu-west-1"),
            ("AWS::StackName", "metadata-guardrail"),
            ("AWS::URLSuffix", "amazonaws.com"),
        ];
        let given = known
            .iter()
            .chain(parameters)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let values = defaults.chain(given).collect();
        Self { document, values }
    }

    /// The resources whose condition holds, by name.
    pub fn resources(&self) -> impl Iterator<Item = (&str, Value)> {
        let all = self.document["Resources"].as_object().expect("resources");
        let there = all
            .iter()
            .filter(|(_, it)| it["Condition"].as_str().is_none_or(|name| self.holds(name)));
        there.map(|(name, it)| (name.as_str(), self.resolve(it).expect("a resource")))
    }

    /// The properties of the resources of one type.
    pub fn resources_of(&self, kind: &str) -> impl Iterator<Item = (&str, Value)> {
        let of_kind = self.resources().filter(move |(_, it)| it["Type"] == kind);
        of_kind.map(|(name, mut it)| (name, it["Properties"].take()))
    }

    /// The values of the outputs whose condition holds, by name.
    pub fn outputs(&self) -> BTreeMap<String, Value> {
        let all = self.document["Outputs"].as_object().expect("outputs");
        let there = all
            .iter()
            .filter(|(_, it)| it["Condition"].as_str().is_none_or(|name| self.holds(name)));
        there
            .map(|(name, it)| (name.clone(), self.resolve(&it["Value"]).expect("a value")))
            .collect()
    }

    pub fn function(&self) -> Value {
        self.resources_of("AWS::Serverless::Function").next().expect("a function").1
    }

    pub fn rules_delivering(&self, event: &Value) -> Vec<&str> {
        let rules = self
            .resources_of("AWS::Events::Rule")
            .filter(|(_, rule)| rule.get("EventPattern").is_some());
        rules
            .filter(|(_, rule)| accepts(&parsed(&rule["EventPattern"]), event))
            .map(|(name, _)| name)
            .collect()
    }

    /// The statements with this effect of all policies of all roles.
    pub fn statements(&self, effect: &str) -> Vec<Value> {
        let roles = self.resources_of("AWS::IAM::Role");
        let policies =
            roles.flat_map(|(_, role)| role["Policies"].as_array().cloned().expect("policies"));
        let documents = policies.map(|policy| parsed(&policy["PolicyDocument"]));
        let statements = documents
            .flat_map(|document| document["Statement"].as_array().cloned().expect("statements"));
        let statements = statements.inspect(|statement| {
            assert!(
                ["Allow", "Deny"].iter().any(|effect| statement["Effect"] == *effect),
                "{statement}"
            );
        });
        statements.filter(|statement| statement["Effect"] == effect).collect()
    }

    /// Whether the template's rules accept the parameters.
    pub fn is_taken(&self) -> bool {
        let rules = self.document["Rules"].as_object().expect("rules");
        rules.values().filter(|rule| self.is_true(&rule["RuleCondition"])).all(|rule| {
            let assertions = rule["Assertions"].as_array().expect("assertions");
            assertions.iter().all(|assertion| self.is_true(&assertion["Assert"]))
        })
    }

    fn holds(&self, condition: &str) -> bool {
        self.is_true(&self.document["Conditions"][condition])
    }

    fn is_true(&self, condition: &Value) -> bool {
        let (function, operand) = function_call(condition).expect("a condition function");
        let operands = operand.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function, operands) {
            ("!Condition", _) => self.holds(&text(operand)),
            ("!Equals", [one, other]) => self.text(one) == self.text(other),
            ("!Not", [it]) => !self.is_true(it),
            ("!And", all) => all.iter().all(|it| self.is_true(it)),
            _ => panic!("unknown condition {condition}"),
        }
    }

    /// The value with every function carried out; `None` is `AWS::NoValue`.
    fn resolve(&self, value: &Value) -> Option<Value> {
        if let Some((function, operand)) = function_call(value) {
            return self.call(function, operand);
        }
        Some(match value {
            Value::Array(items) => items.iter().filter_map(|item| self.resolve(item)).collect(),
            Value::Object(members) => members
                .iter()
                .filter_map(|(name, it)| Some((name.clone(), self.resolve(it)?)))
                .collect(),
            scalar => scalar.clone(),
        })
    }

    fn call(&self, function: &str, operand: &Value) -> Option<Value> {
        let operands = operand.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function, operands) {
            ("!Ref", _) => self.reference(&text(operand)),
            ("!GetAtt", _) => Some(operand.clone()),
            ("!Sub", []) => Some(json!(self.substitute(&text(operand), &json!({})))),
            ("!Sub", [template, variables]) => {
                Some(json!(self.substitute(&text(template), variables)))
            }
            ("!If", [condition, yes, no]) => {
                self.resolve(if self.holds(&text(condition)) { yes } else { no })
            }
            ("!FindInMap", [map, first, second]) => {
                let found = &self.document["Mappings"][self.text(map)][self.text(first)];
                let found = found.get(self.text(second));
                Some(found.unwrap_or_else(|| panic!("no mapping has {operand}")).clone())
            }
            ("!Split", [separator, whole]) => {
                Some(self.text(whole).split(&text(separator)).collect())
            }
            ("!Join", [separator, parts]) => Some(json!(self.texts(parts).join(&text(separator)))),
            ("!Select", [index, list]) => {
                let index: usize = text(index).parse().expect("an index");
                Some(json!(self.texts(list)[index]))
            }
            _ => panic!("unknown function {function} {operand}"),
        }
    }

    /// A parameter's value, or the name of a resource as it stands.
    fn reference(&self, name: &str) -> Option<Value> {
        if name == "AWS::NoValue" {
            return None;
        }
        let Some(value) = self.values.get(name) else {
            assert!(self.document["Resources"].get(name).is_some(), "nothing is named {name}");
            return Some(json!(name));
        };
        let is_list = self.document["Parameters"][name]["Type"] == "CommaDelimitedList";
        Some(if is_list { value.split(',').collect() } else { json!(value) })
    }

    /// The template with a value for each name in braces: one of its own variables, a parameter, or
    /// a resource, which may be followed by one of its attributes.
    fn substitute(&self, template: &str, variables: &Value) -> String {
        let mut pieces = template.split("${");
        let start = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(start, |done, piece| {
            let (name, rest) = piece.split_once('}').expect("a closing brace");
            let value = match (variables.get(name), name.split_once('.')) {
                (Some(variable), _) => self.text(variable),
                (None, Some((resource, _))) => {
                    self.reference(resource).expect("a resource");
                    name.to_owned()
                }
                (None, None) => text(&self.reference(name).expect("a value")),
            };
            done + &value + rest
        })
    }

    fn text(&self, value: &Value) -> String {
        text(&self.resolve(value).expect("a value"))
    }

    fn texts(&self, list: &Value) -> Vec<String> {
        let list = self.resolve(list).expect("a list");
        list.as_array().expect("a list").iter().map(text).collect()
    }
}

/// A rule's pattern or a role's policy, which CloudFormation takes as an object or as a text.
fn parsed(document: &Value) -> Value {
    match document {
        Value::String(json) => {
            serde_json::from_str(json).unwrap_or_else(|why| panic!("{why} in {json}"))
        }
        object => object.clone(),
    }
}

fn function_call(value: &Value) -> Option<(&str, &Value)> {
    let (name, operand) = value.as_object()?.iter().next()?;
    name.starts_with('!').then_some((name, operand))
}

/// A scalar as CloudFormation writes it, which takes 5 and "5" for the same.
pub fn text(scalar: &Value) -> String {
    match scalar {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One scalar or a list of them, which IAM takes for the same if the list holds only that one.
pub fn texts(scalars: &Value) -> Vec<String> {
    match scalars {
        Value::Array(list) => list.iter().map(text).collect(),
        scalar => vec![text(scalar)],
    }
}

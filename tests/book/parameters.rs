//! The parameters and outputs of the template, and the variables of the function.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use yaml_serde::Value as Yaml;

use super::page::{Page, quoted};
use crate::support::{files::here, variables::variables_read};

const PAGE: &str = "reference/parameters.md";

fn template() -> Yaml {
    let text = fs::read_to_string(here("template.yaml")).expect("the template");
    yaml_serde::from_str(&text).expect("YAML")
}

fn members(yaml: &Yaml) -> impl Iterator<Item = (&str, &Yaml)> {
    let members = yaml.as_mapping().expect("members").iter();
    members.map(|(name, value)| (name.as_str().expect("a name"), value))
}

fn names(yaml: &Yaml) -> BTreeSet<String> {
    members(yaml).map(|(name, _)| name.to_owned()).collect()
}

/// A scalar as CloudFormation writes it.
fn text(yaml: &Yaml) -> String {
    match yaml {
        Yaml::String(text) => text.clone(),
        Yaml::Number(number) => number.to_string(),
        other => panic!("{other:?} is no text"),
    }
}

/// The names to which `!Ref` refers in it.
fn references(yaml: &Yaml) -> BTreeSet<String> {
    match yaml {
        Yaml::Tagged(tagged) if tagged.tag == "!Ref" => [text(&tagged.value)].into(),
        Yaml::Tagged(tagged) => references(&tagged.value),
        Yaml::Sequence(items) => items.iter().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

/// The words and numbers that a parameter takes, or the least and the greatest one.
fn allowed(parameter: &Yaml) -> Option<BTreeSet<String>> {
    let (min, max) = (parameter.get("MinValue"), parameter.get("MaxValue"));
    let values = match parameter.get("AllowedValues").and_then(Yaml::as_sequence) {
        // These are too many for a table.
        Some(values) if values.iter().any(Yaml::is_number) => return None,
        Some(values) => values.iter().map(text).collect(),
        None => min.into_iter().chain(max).map(text).collect(),
    };
    Some(values).filter(|values: &BTreeSet<_>| !values.is_empty())
}

/// A row of the table: the parameter, its variable, its default and what it takes. A cell may be
/// empty.
fn rows() -> Vec<[String; 4]> {
    let rows = Page::read(PAGE).table("parameter");
    rows.into_iter()
        .map(|row| {
            let name = |cell: &str| quoted(cell).pop_first().unwrap_or_default();
            let [parameter, variable, default, allowed, ..] = row.as_slice() else {
                panic!("too few columns in {row:?}");
            };
            [name(parameter), name(variable), default.clone(), allowed.clone()]
        })
        .collect()
}

#[test]
fn the_book_lists_every_variable_and_no_other() {
    let variables = rows().into_iter().map(|[_, variable, ..]| variable);
    let variables: BTreeSet<_> = variables.filter(|variable| !variable.is_empty()).collect();
    assert_eq!(variables, variables_read());
}

#[test]
fn the_book_lists_every_parameter_with_its_default_and_no_other() {
    let listed: BTreeMap<_, _> = rows()
        .into_iter()
        .filter(|[parameter, ..]| !parameter.is_empty())
        .map(|[parameter, _, default, _]| (parameter, default))
        .collect();
    let template = template();
    let declared = members(&template["Parameters"]).map(|(name, parameter)| {
        let default = match text(&parameter["Default"]) {
            empty if empty.is_empty() => "none".to_owned(),
            default => format!("`{default}`"),
        };
        (name.to_owned(), default)
    });
    assert_eq!(listed, declared.collect());
}

#[test]
fn the_book_says_what_each_parameter_takes() {
    let template = template();
    for [parameter, _, _, listed] in rows().iter().filter(|[parameter, ..]| !parameter.is_empty()) {
        if let Some(allowed) = template["Parameters"].get(parameter).and_then(allowed) {
            assert_eq!(quoted(listed), allowed, "{parameter}");
        }
    }
}

#[test]
fn the_book_lists_each_variable_beside_the_parameter_it_comes_from() {
    let template = template();
    let parameters = names(&template["Parameters"]);
    let listed: BTreeSet<_> = rows()
        .into_iter()
        .filter(|[_, variable, ..]| !variable.is_empty())
        .map(|[parameter, variable, ..]| (variable, parameter))
        .collect();
    let function = &template["Resources"]["Guardrail"]["Properties"];
    let given = members(&function["Environment"]["Variables"]).map(|(variable, value)| {
        // `AWS::NoValue` and a queue are no parameters.
        let parameter = references(value).intersection(&parameters).next().cloned();
        (variable.to_owned(), parameter.unwrap_or_default())
    });
    assert_eq!(listed, given.collect());
}

#[test]
fn the_book_lists_every_output_and_no_other() {
    assert_eq!(Page::read(PAGE).first_column("output"), names(&template()["Outputs"]));
}

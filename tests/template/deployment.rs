//! How `sam deploy` deploys it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use super::stack::{Stack, document, text};
use crate::support::files::here;

#[test]
fn a_plain_deployment_only_reports_and_enforcing_has_to_be_asked_for() {
    for (environment, mode) in [("default", "report"), ("enforce", "enforce")] {
        let deploy = &samconfig()[&format!("{environment}.deploy.parameters")];
        assert_eq!(deploy["parameter_overrides"], format!("\"Mode={mode}\""), "{environment}");
    }
    // Whoever deploys without that file, or runs the program without settings, has not been asked.
    assert_eq!(text(&document()["Parameters"]["Mode"]["Default"]), "enforce");
}

#[test]
fn both_environments_deploy_the_same_stack_and_ask_a_person_first() {
    let config = samconfig();
    let environments: BTreeSet<_> = config
        .keys()
        .filter_map(|section| section.split_once(".deploy."))
        .map(|(environment, _)| environment)
        .collect();
    assert_eq!(environments, BTreeSet::from(["default", "enforce"]));
    let but_for_mode = |environment: &str| {
        let mut deploy = config[&format!("{environment}.deploy.parameters")].clone();
        deploy.remove("parameter_overrides");
        (deploy, config[&format!("{environment}.global.parameters")].clone())
    };
    assert_eq!(but_for_mode("default"), but_for_mode("enforce"));
    assert_eq!(config["default.deploy.parameters"]["confirm_changeset"], "true");
}

#[test]
fn the_outputs_say_how_this_stack_was_deployed() {
    let stack = Stack::with(&[("Mode", "report"), ("ExceptionTag", "security=exempt")]);
    let outputs = stack.outputs();
    assert_eq!(
        (&outputs["Mode"], &outputs["ExceptionTag"]),
        (&"report".into(), &"security=exempt".into())
    );
    let names: Vec<_> = outputs.keys().map(String::as_str).collect();
    let expected = [
        "DashboardUrl",
        "EventsArn",
        "EventsDeadLettersArn",
        "ExceptionTag",
        "FunctionArn",
        "LogGroupName",
        "Mode",
        "RoleArn",
        "SweepsDeadLettersArn",
        "SweepsUrl",
        "UndeliveredArn",
    ];
    assert_eq!(names, expected);
}

/// The sections of samconfig.toml, each with its values as they are written.
fn samconfig() -> BTreeMap<String, BTreeMap<String, String>> {
    let file = fs::read_to_string(here("samconfig.toml")).expect("samconfig.toml");
    let sections = file.split("\n[").skip(1).map(|section| {
        let (name, lines) = section.split_once("]\n").expect("a heading");
        let values = lines.lines().filter_map(|line| line.split_once(" = "));
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned()));
        (name.to_owned(), values.collect())
    });
    sections.collect()
}

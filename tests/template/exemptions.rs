//! What AWS keeps the role from writing: what the exception tag exempts without end.

use std::{collections::BTreeSet, sync::LazyLock};

use chrono::NaiveDate;
use metadata_guardrail::exception::{ExceptionTag, Exempt, Exemption};
use proptest::{prelude::*, sample::select};
use serde_json::Value;

use super::{
    conditions::holds,
    permissions::{EVERYTHING, actions, is_read, operations_called},
    stack::Stack,
};

#[test]
fn every_write_to_a_taggable_resource_is_denied_if_exempt() {
    let defaults = "ec2:ModifyInstanceMetadataDefaults";
    let writes = operations_called()
        .into_iter()
        .filter(|action| !is_read(action) && action != defaults)
        // What is sent or told changes no resource.
        .filter(|action| !action.starts_with("sqs:") && !action.ends_with(":PutEvents"));
    let denial = denial(&Stack::with(EVERYTHING)).expect("a denial");
    assert_eq!(BTreeSet::from_iter(actions(&denial)), writes.collect());
    assert_eq!(denial["Resource"], "*");
}

#[test]
fn denials_exist_only_where_the_guardrail_writes() {
    let instances = "ec2:ModifyInstanceMetadataOptions";
    let runtimes =
        ["bedrock-agentcore:UpdateAgentRuntime", "bedrock-agentcore:UpdateAgentRuntimeEndpoint"];
    for (mode, agentcore, expected) in [
        ("report", "enabled", None),
        ("report", "disabled", None),
        ("enforce", "disabled", Some(vec![instances])),
        ("enforce", "enabled", Some(vec![instances, runtimes[0], runtimes[1]])),
    ] {
        let stack = Stack::with(&[("Mode", mode), ("AgentCore", agentcore)]);
        let denied = denial(&stack).map(|denial| actions(&denial));
        assert_eq!(
            denied,
            expected.map(|list| list.into_iter().map(str::to_owned).collect()),
            "{mode}, {agentcore}"
        );
    }
}

#[test]
fn a_value_that_exempts_without_end_is_denied_unless_ambiguous() {
    for covered in [
        "true",
        "yes",
        "vendor agent",
        "v2027-01-01",
        "-",
        "n",
        "nobody knows",
        "falsehood",
        "offline",
        "é",
        "a\tb",
        "\u{a0}no",
        "until 2027-01-01",
        "*",
        "off.",
    ] {
        assert!(is_denied("metadata-guardrail:exempt", Some(covered)), "{covered:?}");
    }
    for left_to_the_code in [
        "",
        "0",
        "00",
        "1",
        "2027",
        "2027-03-31",
        "2027-03-31 vendor agent",
        "2027-02-30",
        "2027/03/31",
        "20271231",
        "false",
        "no",
        "off",
        "FALSE",
        "No",
        "oFF",
        " no",
        "no ",
        " ",
        "\t",
        " 2027-03-31",
        "\t0",
        "\nno",
        "\u{c}off",
        "\r2026-01-01",
        "yes ",
        "yes\t",
        "yes\n",
        "yes\u{c}",
        "yes\r",
        " yes",
    ] {
        assert!(
            !is_denied("metadata-guardrail:exempt", Some(left_to_the_code)),
            "{left_to_the_code:?}"
        );
    }
    assert!(!is_denied("metadata-guardrail:exempt", None));
}

#[test]
fn a_configured_value_is_the_only_one_denied() {
    for (setting, value) in [
        ("security=v1 needed", "v1 needed"),
        ("security=2020-01-01", "2020-01-01"),
        ("security=no", "no"),
        ("security= ", " "),
        ("security=", ""),
    ] {
        assert!(is_denied(setting, Some(value)), "{setting}");
        for another in
            ["V1 needed", "v1 needed ", "v1", "2020-01-01 ", "2020", "No", "  ", "yes", "*"]
        {
            assert!(!is_denied(setting, Some(another)), "{setting} and {another:?}");
        }
        assert!(!is_denied(setting, None), "{setting}");
    }
}

#[test]
fn another_tag_denies_nothing() {
    for setting in ["security", "security=exempt"] {
        let condition =
            &denial(&Stack::with(&[("ExceptionTag", setting)])).expect("a denial")["Condition"];
        let another = [("aws:ResourceTag/securities".to_owned(), "exempt".to_owned())];
        assert!(!holds(condition, &another), "{setting}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4096) })]

    #[test]
    fn every_denied_value_exempts_without_end((setting, condition) in select(&**DENIALS), value in tag_value()) {
        let tag: ExceptionTag = setting.parse().expect("a valid setting");
        if holds(&condition, &tagged(&tag, Some(&value))) {
            let exemption = tag.exemption(Some(&value), today());
            prop_assert!(matches!(exemption, Exemption::Exempt(Exempt { until: None, .. })),
                "{setting}: {exemption:?}");
        }
    }
}

/// Settings of the exception tag, half of them without a value, with the condition of the denial
/// that each brings.
static DENIALS: LazyLock<Vec<(&str, Value)>> = LazyLock::new(|| {
    let settings = [
        "metadata-guardrail:exempt",
        "my key",
        "team/key",
        "a.b@c",
        "key=",
        "key= ",
        "key=no",
        "key=v1 needed",
    ];
    let condition = |setting| {
        denial(&Stack::with(&[("ExceptionTag", setting)])).expect("a denial")["Condition"].take()
    };
    settings.map(|setting| (setting, condition(setting))).into()
});

/// Any text, and such as the code reads as an end, as no exemption, or as something else once it is
/// trimmed.
fn tag_value() -> impl Strategy<Value = String> {
    let no = prop_oneof!["[fF][aA][lL][sS][eE]", "[nN][oO]", "[oO][fF][fF]", "0"];
    let date = prop_oneof![
        "20[0-4][0-9]-(0[1-9]|1[0-2])-[0-2][0-9]",
        "[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,3}"
    ];
    let word = prop_oneof!["", "[0-9]{1,5}", "[a-z]{1,6}", "v1 needed"];
    let space = prop_oneof![
        "",
        "[ \t\n\u{c}\r]",
        "[ \u{b}\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{3000}\u{feff}]{1,2}"
    ];
    let reason = prop_oneof!["", "[ \t].{0,8}"];
    let dressed = (space.clone(), prop_oneof![no, date, word], reason, space);
    prop_oneof![1 => ".*", 4 => dressed.prop_map(|(before, word, reason, after)| before + &word + &reason + &after)]
}

/// Whether the role is denied to write what carries the exception tag of this setting with this
/// value.
fn is_denied(setting: &str, value: Option<&str>) -> bool {
    let denial = denial(&Stack::with(&[("ExceptionTag", setting)])).expect("a denial");
    holds(&denial["Condition"], &tagged(&setting.parse().expect("a valid setting"), value))
}

/// What a request says about a resource with this exception tag.
fn tagged(tag: &ExceptionTag, value: Option<&str>) -> Vec<(String, String)> {
    value
        .map(|value| (format!("aws:ResourceTag/{}", tag.key()), value.to_owned()))
        .into_iter()
        .collect()
}

fn denial(stack: &Stack) -> Option<Value> {
    let mut denials = stack.statements("Deny");
    assert!(denials.len() <= 1, "one statement denies, not {denials:?}");
    denials.pop()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).expect("a day")
}

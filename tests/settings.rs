//! Settings: right, wrong, and all wrong ones at once.

use std::{ffi::OsString, os::unix::ffi::OsStringExt, time::Duration};

use metadata_guardrail::settings::{
    AccountDefaults, AgentCore, Mode, MutableArtifacts, OutcomeBusName, PinnedEndpoints,
    RuntimeAuthorizer, Settings, SweepMargin, SweepsQueueUrl, UsageDays, WrongSettings,
};

const ENFORCE: (&str, &str) = ("RUNTIME_AUTHORIZER", "enforce");
const DISCOVERY_URL: &str = "https://login.example.org/.well-known/openid-configuration";

fn read(variables: &[(&str, &str)]) -> Result<Settings, WrongSettings> {
    Settings::read(|name| {
        variables
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| OsString::from(value))
    })
}

#[test]
fn the_default_settings_are_these() {
    let expected = Settings {
        mode: Mode::Enforce,
        agentcore: AgentCore::Enabled,
        sweep_margin: SweepMargin(Duration::from_secs(60)),
        exception: "metadata-guardrail:exempt".parse().expect("a valid tag"),
        runtime_authorizer: RuntimeAuthorizer::Report,
        mutable_artifacts: MutableArtifacts::Enforce,
        pinned_endpoints: PinnedEndpoints::Report,
        account_defaults: AccountDefaults::Report,
        imdsv1_usage_days: UsageDays(0),
        sweeps_queue: SweepsQueueUrl(None),
        outcome_bus: OutcomeBusName(None),
    };
    assert_eq!(read(&[]), Ok(expected));
}

#[test]
fn settings_are_read_as_they_are_written() {
    let settings = read(&[("GUARDRAIL_MODE", "report"), ("EXCEPTION_TAG", "imds=v1")])
        .expect("valid settings");
    assert_eq!(settings.mode, Mode::Report);
    assert_eq!(settings.exception.to_string(), "imds=v1");
}

#[test]
fn an_unknown_mode_is_refused() {
    for mode in ["", "Report", "REPORT", "enforce ", "dry-run", "true"] {
        assert!(read(&[("GUARDRAIL_MODE", mode)]).is_err(), "{mode:?}");
    }
}

#[test]
fn every_wrong_setting_is_reported_at_once() {
    let variables = [
        ("GUARDRAIL_MODE", "audit"),
        ("EXCEPTION_TAG", "=yes"),
        ("RUNTIME_AUTHORIZER", "on"),
        ("RUNTIME_AUTHORIZER_CONFIG", "{}"),
    ];
    let wrong = read(&variables).expect_err("all are wrong");
    assert_eq!(
        wrong.to_string(),
        "The guardrail does not start, because its settings are wrong. GUARDRAIL_MODE is \"audit\": it can be \
         \"enforce\" or \"report\". EXCEPTION_TAG is \"=yes\": it has no key; write KEY or KEY=VALUE. \
         RUNTIME_AUTHORIZER is \"on\": it can be \"off\", \"report\" or \"enforce\". RUNTIME_AUTHORIZER_CONFIG has no \
         discoveryUrl that begins with https://, names a host and ends in /.well-known/openid-configuration. \
         RUNTIME_AUTHORIZER_CONFIG has none of allowedAudience, allowedClients and allowedScopes; at least one is \
         needed."
    );
}

#[test]
fn a_sweep_margin_is_a_sensible_number_of_seconds() {
    let margin = |text| {
        read(&[("SWEEP_MARGIN_SECONDS", text)]).map(|settings| settings.sweep_margin.0.as_secs())
    };
    assert_eq!((margin("30"), margin("240")), (Ok(30), Ok(240)));
    for text in ["", "29", "241", "-60", "1m", "60.5"] {
        assert!(margin(text).is_err(), "{text:?}");
    }
}

#[test]
fn the_usage_days_are_zero_to_ninety() {
    let days =
        |variables: &[(&str, &str)]| read(variables).map(|settings| settings.imdsv1_usage_days.0);
    assert_eq!(days(&[]), Ok(0));
    for (text, number) in [("0", 0), ("1", 1), ("90", 90)] {
        assert_eq!(days(&[("IMDSV1_USAGE_DAYS", text)]), Ok(number));
    }
    for text in ["", "91", "256", "-1", "7d", "1.5", " 7", "off"] {
        let wrong = days(&[("IMDSV1_USAGE_DAYS", text)]).expect_err("no such setting");
        assert_eq!(
            wrong.0,
            [format!("IMDSV1_USAGE_DAYS is {text:?}: it can be a number of days from 0 to 90.")]
        );
    }
}

#[test]
fn the_sweeps_queue_is_given_by_its_url() {
    let queue = |text| read(&[("SWEEPS_QUEUE_URL", text)]).map(|settings| settings.sweeps_queue.0);
    let url = "https://sqs.eu-west-1.amazonaws.com/111122223333/sweeps.fifo";
    assert_eq!(queue(url), Ok(Some(url.to_owned())));
    for text in ["", "sweeps.fifo", "arn:aws:sqs:eu-west-1:111122223333:sweeps.fifo", "https://"] {
        let wrong = queue(text).expect_err("no such setting");
        assert_eq!(
            wrong.0,
            [format!("SWEEPS_QUEUE_URL is {text:?}: it can be the URL of a queue.")]
        );
    }
}

#[test]
fn the_bus_of_outcomes_is_given_by_its_name_and_not_by_its_arn() {
    let bus = |text: &str| read(&[("OUTCOME_BUS", text)]).map(|settings| settings.outcome_bus.0);
    let longest = "b".repeat(256);
    for name in ["default", "security/outcomes-1_a.b", "Argos", &longest] {
        assert_eq!(bus(name), Ok(Some(name.to_owned())));
    }
    assert_eq!(bus(""), Ok(None), "the template gives an empty one if there is none");
    for text in [" ", "two words", "default\n", "b\u{fc}s", "a:b", &"b".repeat(257)] {
        let wrong = bus(text).expect_err("no such setting");
        let why = "it can be the name of an event bus: at most 256 letters, digits and / . - _";
        assert_eq!(wrong.0, [format!("OUTCOME_BUS is {text:?}: {why}.")]);
    }
    let arn = "arn:aws:events:eu-west-1:111122223333:event-bus/default";
    let why = "it can be the name of an event bus of this account and Region, not an ARN";
    let wrong = bus(arn).expect_err("no such setting");
    assert_eq!(wrong.0, [format!("OUTCOME_BUS is {arn:?}: {why}.")]);
}

#[test]
fn account_defaults_are_reported_unless_set_otherwise() {
    let defaults =
        |variables: &[(&str, &str)]| read(variables).map(|settings| settings.account_defaults);
    assert_eq!(defaults(&[]), Ok(AccountDefaults::Report));
    for (text, setting) in [
        ("off", AccountDefaults::Off),
        ("report", AccountDefaults::Report),
        ("enforce", AccountDefaults::Enforce),
    ] {
        assert_eq!(defaults(&[("ACCOUNT_DEFAULTS", text)]), Ok(setting));
    }
    for text in ["", "Enforce", "on", "false", "enforce "] {
        let wrong = defaults(&[("ACCOUNT_DEFAULTS", text)]).expect_err("no such setting");
        assert_eq!(
            wrong.0,
            [format!(
                "ACCOUNT_DEFAULTS is {text:?}: it can be \"off\", \"report\" or \"enforce\"."
            )]
        );
    }
}

#[test]
fn pinned_endpoints_are_reported_unless_set_otherwise() {
    let pinned =
        |variables: &[(&str, &str)]| read(variables).map(|settings| settings.pinned_endpoints);
    assert_eq!(pinned(&[]), Ok(PinnedEndpoints::Report));
    for (text, setting) in [
        ("off", PinnedEndpoints::Off),
        ("report", PinnedEndpoints::Report),
        ("repoint", PinnedEndpoints::Repoint),
    ] {
        assert_eq!(pinned(&[("PINNED_ENDPOINTS", text)]), Ok(setting));
    }
    for text in ["", "Repoint", "Off", "enforce", "repoint "] {
        let wrong = pinned(&[("PINNED_ENDPOINTS", text)]).expect_err("no such setting");
        assert_eq!(
            wrong.0,
            [format!(
                "PINNED_ENDPOINTS is {text:?}: it can be \"off\", \"report\" or \"repoint\"."
            )]
        );
    }
}

#[test]
fn mutable_artifacts_are_enforced_unless_set_to_hold() {
    let mutable =
        |variables: &[(&str, &str)]| read(variables).map(|settings| settings.mutable_artifacts);
    assert_eq!(mutable(&[]), Ok(MutableArtifacts::Enforce));
    for (text, setting) in
        [("enforce", MutableArtifacts::Enforce), ("hold", MutableArtifacts::Hold)]
    {
        assert_eq!(mutable(&[("MUTABLE_ARTIFACTS", text)]), Ok(setting));
    }
    for text in ["", "Hold", "off", "report", "hold "] {
        let wrong = mutable(&[("MUTABLE_ARTIFACTS", text)]).expect_err("no such setting");
        assert_eq!(
            wrong.0,
            [format!("MUTABLE_ARTIFACTS is {text:?}: it can be \"enforce\" or \"hold\".")]
        );
    }
}

#[test]
fn an_exception_tag_with_a_second_equals_sign_is_a_clear_error() {
    let wrong = read(&[("EXCEPTION_TAG", "security=level=1")]).expect_err("no such setting");
    let why = "a VALUE cannot hold another =; write KEY or KEY=VALUE";
    assert_eq!(wrong.0, [format!("EXCEPTION_TAG is \"security=level=1\": {why}.")]);
}

#[test]
fn a_setting_that_is_not_unicode_is_reported() {
    let wrong = Settings::read(|_| Some(OsString::from_vec(vec![0xff]))).expect_err("no UTF-8");
    let names = [
        "GUARDRAIL_MODE",
        "EXCEPTION_TAG",
        "AGENTCORE",
        "SWEEP_MARGIN_SECONDS",
        "RUNTIME_AUTHORIZER",
        "RUNTIME_AUTHORIZER_CONFIG",
        "MUTABLE_ARTIFACTS",
        "PINNED_ENDPOINTS",
        "ACCOUNT_DEFAULTS",
        "IMDSV1_USAGE_DAYS",
        "SWEEPS_QUEUE_URL",
        "OUTCOME_BUS",
    ];
    assert_eq!(wrong.0, names.map(|name| format!("{name} is not valid UTF-8.")));
}

/// What is wrong with this configuration of the authorizer.
fn wrong_config(json: &str) -> Vec<String> {
    let all = read(&[ENFORCE, ("RUNTIME_AUTHORIZER_CONFIG", json)])
        .expect_err("it is wrong")
        .0;
    let each = all
        .iter()
        .map(|sentence| sentence.strip_prefix("RUNTIME_AUTHORIZER_CONFIG ").expect("its name"));
    each.map(str::to_owned).collect()
}

/// An authorizer with a right `discoveryUrl` and this besides.
fn with(members: &str) -> String {
    format!(r#"{{"discoveryUrl":"{DISCOVERY_URL}",{members}}}"#)
}

#[test]
fn an_authorizer_setting_is_off_report_or_enforce() {
    let config = (
        "RUNTIME_AUTHORIZER_CONFIG",
        &*with(r#""allowedClients":["claims-web"],"future":{"n":1.10}"#),
    );
    let chosen = |text| {
        read(&[("RUNTIME_AUTHORIZER", text), config])
            .expect("valid settings")
            .runtime_authorizer
    };
    assert_eq!(chosen("off"), RuntimeAuthorizer::Off);
    assert_eq!(chosen("report"), RuntimeAuthorizer::Report);
    assert_eq!(
        chosen("enforce"),
        RuntimeAuthorizer::Enforce(config.1.parse().expect("a valid authorizer"))
    );
    for unknown in ["", "Enforce", "enforce ", "true", "on"] {
        assert!(read(&[("RUNTIME_AUTHORIZER", unknown), config]).is_err(), "{unknown:?}");
    }
}

#[test]
fn an_authorizer_to_enforce_must_be_configured() {
    let wrong = read(&[ENFORCE]).expect_err("there is none");
    assert_eq!(
        wrong.0,
        ["RUNTIME_AUTHORIZER is \"enforce\", which needs RUNTIME_AUTHORIZER_CONFIG."]
    );
}

#[test]
fn an_authorizer_is_validated_even_when_it_is_not_enforced() {
    for setting in
        [vec![], vec![("RUNTIME_AUTHORIZER", "off")], vec![("RUNTIME_AUTHORIZER", "report")]]
    {
        let variables = [setting.as_slice(), &[("RUNTIME_AUTHORIZER_CONFIG", "[]")]].concat();
        let wrong = read(&variables).expect_err("it is wrong");
        assert_eq!(wrong.0, ["RUNTIME_AUTHORIZER_CONFIG is not a JSON object."]);
    }
}

#[test]
fn an_authorizer_must_be_a_json_object() {
    let cut = with(r#""allowedClients":["claims-web"]"#).replace('}', "");
    for json in ["", "null", "[]", "\"{}\"", "1", "{} {}", &cut] {
        assert_eq!(wrong_config(json), ["is not a JSON object."], "{json}");
    }
}

#[test]
fn an_authorizer_must_be_the_object_inside_custom_jwt_authorizer() {
    let json =
        format!(r#"{{"customJWTAuthorizer":{}}}"#, with(r#""allowedClients":["claims-web"]"#));
    let inside = "has a member customJWTAuthorizer; it has to be the object inside that member.";
    assert_eq!(wrong_config(&json), [inside]);
}

#[test]
fn an_authorizer_must_have_an_https_discovery_url() {
    let config = |url: &str| format!(r#"{{"discoveryUrl":{url},"allowedScopes":["invoke"]}}"#);
    for url in [
        "null",
        "1",
        r#""""#,
        r#""http://login.example.org/.well-known/openid-configuration""#,
        r#""HTTPS://login.example.org/.well-known/openid-configuration""#,
        r#""https:///.well-known/openid-configuration""#,
        r#""https:///realm/.well-known/openid-configuration""#,
        r#""https://.well-known/openid-configuration""#,
        r#""https://login.example.org/.well-known/openid-configuration/""#,
        r#""https://login.example.org/.well-known/oauth-authorization-server""#,
        r#""https://login.example.org?at=/.well-known/openid-configuration""#,
        r#""https://login.example.org/#/.well-known/openid-configuration""#,
        r#""https://login.example.org /.well-known/openid-configuration""#,
        r#""https://login.example.org\n/.well-known/openid-configuration""#,
        r#""https://login.example.org/.well-known/openid-configuration ""#,
    ] {
        let expected = "has no discoveryUrl that begins with https://, names a host and ends in \
                        /.well-known/openid-configuration.";
        assert_eq!(wrong_config(&config(url)), [expected], "{url}");
    }
    for url in [
        DISCOVERY_URL,
        "https://login.example.org:8443/realms/agents/.well-known/openid-configuration",
    ] {
        let config = config(&format!("\"{url}\""));
        assert!(read(&[ENFORCE, ("RUNTIME_AUTHORIZER_CONFIG", &config)]).is_ok(), "{url}");
    }
}

#[test]
fn an_authorizer_must_name_who_is_allowed() {
    let none =
        "has none of allowedAudience, allowedClients and allowedScopes; at least one is needed.";
    for members in [
        r#""allowed":["claims-web"]"#,
        r#""allowedClients":null"#,
        r#""customClaims":[{"future":1}]"#,
    ] {
        assert_eq!(wrong_config(&with(members)), [none], "{members}");
    }
    for name in ["allowedAudience", "allowedClients", "allowedScopes"] {
        let one = with(&format!(r#""{name}":["one"]"#));
        assert!(read(&[ENFORCE, ("RUNTIME_AUTHORIZER_CONFIG", &one)]).is_ok(), "{name}");
        for list in
            ["[]", "[ ]", r#"[""]"#, r#"["one",""]"#, r#"["one",1]"#, r#""one""#, "{}", "true"]
        {
            let expected = [format!(
                "has a member {name} that is not a list of one or more texts, none of them empty."
            )];
            assert_eq!(wrong_config(&with(&format!(r#""{name}":{list}"#))), expected, "{list}");
        }
    }
    assert_eq!(
        wrong_config(&with(r#""allowedScopes":["invoke"],"customClaims":[ ]"#)),
        ["has a member customClaims that is empty."]
    );
}

#[test]
fn an_authorizer_nested_too_deep_for_a_runtime_is_refused() {
    let nested = |depth: usize| {
        with(&format!(
            r#""allowedScopes":["invoke"],"deep":{}{}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        ))
    };
    assert!(read(&[ENFORCE, ("RUNTIME_AUTHORIZER_CONFIG", &nested(125))]).is_ok());
    for depth in [126, 100_000] {
        assert_eq!(wrong_config(&nested(depth)), ["is nested too deep."]);
    }
}

#[test]
fn all_problems_of_an_authorizer_are_reported_without_its_values() {
    let json = r#"{"discoveryUrl":"http://login.example.org/secret","allowedAudience":"secret","allowedClients":[""],
                  "customClaims":[]}"#;
    let wrong = wrong_config(json);
    assert_eq!(wrong.len(), 4, "{wrong:?}");
    assert!(
        !wrong.concat().contains("secret") && !wrong.concat().contains("login.example.org"),
        "{wrong:?}"
    );
}

#[test]
fn debug_output_of_the_settings_contains_no_authorizer_values() {
    let config = with(r#""allowedClients":["claims-web"]"#);
    let printed = format!(
        "{:?}",
        read(&[ENFORCE, ("RUNTIME_AUTHORIZER_CONFIG", &config)]).expect("valid settings")
    );
    assert!(!printed.contains("claims-web") && !printed.contains("login.example.org"), "{printed}");
}

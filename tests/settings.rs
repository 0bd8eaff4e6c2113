//! Settings: right, wrong, and all wrong ones at once.

use std::{ffi::OsString, os::unix::ffi::OsStringExt};

use metadata_guardrail::settings::{Mode, Settings, WrongSettings};

fn read(variables: &[(&str, &str)]) -> Result<Settings, WrongSettings> {
    Settings::read(|name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value)))
}

#[test]
fn without_settings_the_guardrail_enforces_and_knows_its_own_tag() {
    let settings = read(&[]).expect("the defaults are valid");
    assert_eq!(settings.mode, Mode::Enforce);
    assert_eq!(settings.exception.to_string(), "metadata-guardrail:exempt");
}

#[test]
fn settings_are_taken_as_they_are_written() {
    let settings = read(&[("GUARDRAIL_MODE", "report"), ("EXCEPTION_TAG", "imds=v1")]).expect("valid settings");
    assert_eq!(settings.mode, Mode::Report);
    assert_eq!(settings.exception.to_string(), "imds=v1");
}

#[test]
fn an_unknown_mode_is_never_taken_for_another_one() {
    for mode in ["", "Report", "REPORT", "enforce ", "dry-run", "true"] {
        assert!(read(&[("GUARDRAIL_MODE", mode)]).is_err(), "{mode:?}");
    }
}

#[test]
fn every_wrong_setting_is_reported_at_once() {
    let wrong = read(&[("GUARDRAIL_MODE", "audit"), ("EXCEPTION_TAG", "=yes")]).expect_err("both are wrong");
    assert_eq!(
        wrong.to_string(),
        "The guardrail does not start, because its settings are wrong. GUARDRAIL_MODE is \"audit\": it can be \
         \"enforce\" or \"report\". EXCEPTION_TAG is \"=yes\": it has no key; write KEY or KEY=VALUE."
    );
}

#[test]
fn a_margin_is_a_number_of_seconds_within_reason() {
    let margin = |text| read(&[("SWEEP_MARGIN_SECONDS", text)]).map(|settings| settings.sweep_margin.0.as_secs());
    assert_eq!((margin("30"), margin("600")), (Ok(30), Ok(600)));
    for text in ["", "29", "601", "-60", "1m", "60.5"] {
        assert!(margin(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_setting_that_is_no_text_is_reported() {
    let wrong = Settings::read(|_| Some(OsString::from_vec(vec![0xff]))).expect_err("no UTF-8");
    assert_eq!(
        wrong.0,
        [
            "GUARDRAIL_MODE is not valid UTF-8.",
            "EXCEPTION_TAG is not valid UTF-8.",
            "AGENTCORE is not valid UTF-8.",
            "SWEEP_MARGIN_SECONDS is not valid UTF-8."
        ]
    );
}

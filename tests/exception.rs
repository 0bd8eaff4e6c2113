//! The grammar of the exception tag.

use chrono::{Days, NaiveDate};
use metadata_guardrail::exception::{ExceptionTag, Exempt, Exemption};
use proptest::prelude::*;

fn today() -> NaiveDate {
    day(2026, 11, 21)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn read(tag: &str, value: &str) -> Exemption {
    tag.parse::<ExceptionTag>()
        .expect("a valid setting")
        .exemption(Some(value), today())
}

fn exempt(until: Option<NaiveDate>, reason: &str) -> Exemption {
    Exemption::Exempt(Exempt { until, malformed: false, reason: reason.to_owned() })
}

fn malformed(value: &str) -> Exemption {
    Exemption::Exempt(Exempt { until: None, malformed: true, reason: value.to_owned() })
}

#[test]
fn a_resource_without_the_tag_is_not_exempt() {
    assert_eq!(ExceptionTag::default().exemption(None, today()), Exemption::None);
}

#[test]
fn values_that_mean_no_do_not_exempt() {
    for value in ["false", "no", "off", "0", "FALSE", "No", "oFF", " no "] {
        assert_eq!(read("key", value), Exemption::None, "{value}");
    }
}

#[test]
fn any_other_value_exempts_and_is_the_reason() {
    for value in [
        "",
        "true",
        "yes",
        "1",
        "00",
        "nobody knows",
        "vendor agent",
        "20271231",
        "2027",
        "2027-",
        "v2027-01-01",
        "é",
    ] {
        assert_eq!(read("key", value), exempt(None, value), "{value}");
    }
}

#[test]
fn a_leading_date_exempts_until_the_end_of_that_day() {
    assert_eq!(
        read("key", "2027-03-31 vendor agent needs v1"),
        exempt(Some(day(2027, 3, 31)), "vendor agent needs v1")
    );
    assert_eq!(read("key", "2026-11-21"), exempt(Some(today()), ""), "its last day is not over");
    assert_eq!(read("key", "2026-11-20"), Exemption::Expired { until: day(2026, 11, 20) });
    assert_eq!(
        read("key", "2026-11-20 but please"),
        Exemption::Expired { until: day(2026, 11, 20) }
    );
    assert_eq!(read("key", "2028-02-29T23:59Z"), exempt(Some(day(2028, 2, 29)), "T23:59Z"));
}

#[test]
fn a_malformed_date_exempts_without_end_and_is_reported() {
    for value in [
        "2027-02-30",
        "2027-13-01 soon",
        "2027-3-31",
        "2027/03/31",
        "2027.03.31",
        "2027-03-311",
        "0000-00-00",
    ] {
        assert_eq!(read("key", value), malformed(value), "{value}");
    }
}

#[test]
fn a_tag_with_a_configured_value_exempts_only_with_that_value() {
    assert_eq!(read("key=v1 needed", "v1 needed"), exempt(None, "v1 needed"));
    assert_eq!(
        read("key=2020-01-01", "2020-01-01"),
        exempt(None, "2020-01-01"),
        "it is no date then"
    );
    assert_eq!(read("key=", ""), exempt(None, ""));
    for value in ["V1 needed", "v1 needed ", "yes", ""] {
        assert_eq!(read("key=v1 needed", value), Exemption::None, "{value}");
    }
}

#[test]
fn a_setting_with_an_empty_or_impossible_key_is_refused() {
    for setting in [
        "",
        " ",
        "=value",
        "aws:exempt",
        "AWS:exempt",
        &"k".repeat(129),
        &format!("key={}", "v".repeat(257)),
    ] {
        assert!(setting.parse::<ExceptionTag>().is_err(), "{setting}");
    }
    assert_eq!("team:imds=v1".parse::<ExceptionTag>().expect("valid").to_string(), "team:imds=v1");
}

#[test]
fn a_setting_with_a_second_equals_sign_is_refused() {
    for setting in ["key=a=b", "key==", "key==b", "key=a=", "=a=b"] {
        let why = setting.parse::<ExceptionTag>().expect_err(setting);
        assert_eq!(why, "a VALUE cannot hold another =; write KEY or KEY=VALUE", "{setting}");
    }
}

#[test]
fn only_ascii_whitespace_is_trimmed_from_a_value() {
    for value in [" no", "no ", "\tno", "no\n", "\r\nno \t"] {
        assert_eq!(read("key", value), Exemption::None, "{value:?}");
    }
    for value in ["\u{a0}no", "no\u{a0}", "\u{2003}off", "\u{3000}2020-01-01", "\u{feff}false"] {
        assert_eq!(read("key", value), exempt(None, value), "{value:?}");
    }
    assert_eq!(read("key", "  vendor\u{a0}agent \t"), exempt(None, "vendor\u{a0}agent"));
    assert_eq!(read("key", " 2026-11-20 "), Exemption::Expired { until: day(2026, 11, 20) });
}

proptest! {
    #[test]
    fn no_value_makes_the_exception_panic(value in ".*", setting in "[a-z]{1,8}(=[^=]{0,8})?") {
        let tag: ExceptionTag = setting.parse().expect("a valid setting");
        let _ = tag.exemption(Some(&value), today());
    }

    #[test]
    fn a_date_exempts_exactly_until_it_has_passed(offset in 0_u64..20_000, reason in "[a-zA-Z \
                                                                                      ]{0,20}") {
        let until = day(2000, 1, 1) + Days::new(offset);
        let expected = if until < today() {
            Exemption::Expired { until }
        } else {
            exempt(Some(until), reason.trim())
        };
        prop_assert_eq!(read("key", &format!("{} {}", until, reason)), expected);
    }

    #[test]
    fn a_value_that_looks_like_a_date_is_a_date_or_reported(value in "[0-9]{4}-[0-9][0-9-]{0,8}") {
        let is_dated_or_malformed = match read("key", &value) {
            Exemption::Expired { .. } | Exemption::Exempt(Exempt { until: Some(_), .. }) => true,
            Exemption::Exempt(Exempt { malformed, .. }) => malformed,
            Exemption::None => false,
        };
        prop_assert!(is_dated_or_malformed);
    }
}

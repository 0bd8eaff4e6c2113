//! The conditions of IAM policies, with the operators that the template and `policies/` use, after
//! the IAM user guide ("IAM JSON policy elements: Condition operators").

use serde_json::Value;

use super::stack::texts;

/// Whether the condition holds for a request with these keys and values. A key that has several
/// values stands there several times. Panics at operators it does not know.
pub fn holds(condition: &Value, request: &[(String, String)]) -> bool {
    let operators = condition.as_object().expect("a condition is an object");
    operators.iter().all(|(operator, keys)| {
        let keys = keys.as_object().expect("an operator has keys");
        keys.iter().all(|(key, wanted)| {
            let found = request.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
            let found: Vec<_> = found.map(|(_, value)| &**value).collect();
            matches(operator, &texts(wanted), &found)
        })
    })
}

/// `found` is empty where the request lacks the key, which then satisfies each negated operator.
fn matches(operator: &str, wanted: &[String], found: &[&str]) -> bool {
    if let Some(operator) = operator.strip_prefix("ForAnyValue:") {
        return found.iter().any(|found| matches(operator, wanted, &[found]));
    }
    if let Some(operator) = operator.strip_prefix("ForAllValues:") {
        return found.iter().all(|found| matches(operator, wanted, &[found]));
    }
    assert!(operator == "Null" || found.len() <= 1, "{operator} takes one value, not {found:?}");
    let is_any = |is: fn(&str, &str) -> bool| {
        found.iter().any(|found| wanted.iter().any(|wanted| is(wanted, found)))
    };
    match operator {
        "Null" => wanted.contains(&found.is_empty().to_string()),
        "StringEquals" => is_any(|wanted, found| wanted == found),
        "StringEqualsIgnoreCase" => is_any(str::eq_ignore_ascii_case),
        "StringNotEquals" => !is_any(|wanted, found| wanted == found),
        "StringNotLike" => !is_any(is_like),
        "StringNotEqualsIgnoreCase" => !is_any(str::eq_ignore_ascii_case),
        "ArnNotLike" => !is_any(is_arn_like),
        "NumericLessThan" => is_any(|wanted, found| number(found) < number(wanted)),
        _ => panic!("unknown operator {operator}"),
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// As `is_like`, for each of the six parts of an ARN: no wildcard reaches over a colon, except in
/// the last part.
pub fn is_arn_like(pattern: &str, arn: &str) -> bool {
    let (mut wanted, mut found) = (pattern.splitn(6, ':'), arn.splitn(6, ':'));
    (0..6).all(|_| match (wanted.next(), found.next()) {
        (Some(wanted), Some(found)) => is_like(wanted, found),
        _ => false,
    })
}

/// In the pattern `*` stands for any characters, also none, and `?` for one.
pub fn is_like(pattern: &str, text: &str) -> bool {
    let (mut wanted, mut found) = (pattern.chars(), text.chars());
    match wanted.next() {
        None => text.is_empty(),
        Some('*') => {
            is_like(wanted.as_str(), text)
                || found.next().is_some() && is_like(pattern, found.as_str())
        }
        Some('?') => found.next().is_some() && is_like(wanted.as_str(), found.as_str()),
        Some(letter) => found.next() == Some(letter) && is_like(wanted.as_str(), found.as_str()),
    }
}

mod tests {
    use serde_json::json;

    use super::{holds, is_arn_like, is_like};

    fn tagged(value: &str) -> Vec<(String, String)> {
        vec![("aws:ResourceTag/team".to_owned(), value.to_owned())]
    }

    #[test]
    fn every_operator_and_every_key_must_hold() {
        let condition = json!({
            "Null": {"aws:ResourceTag/team": "false"}, "StringNotLike": {"aws:ResourceTag/team": ["a*", "b*"]}
        });
        assert!(holds(&condition, &tagged("claims")));
        assert!(!holds(&condition, &tagged("billing")));
        assert!(!holds(&condition, &[]));
    }

    #[test]
    fn a_missing_key_satisfies_only_negated_operators() {
        for (operator, expected) in [
            ("StringEquals", false),
            ("NumericLessThan", false),
            ("ForAnyValue:StringEqualsIgnoreCase", false),
            ("StringNotEquals", true),
            ("StringNotLike", true),
            ("StringNotEqualsIgnoreCase", true),
            ("ArnNotLike", true),
        ] {
            let condition = json!({ operator: {"aws:ResourceTag/team": "claims"} });
            assert_eq!(holds(&condition, &[]), expected, "{operator}");
        }
        assert!(holds(&json!({"Null": {"aws:ResourceTag/team": "true"}}), &[]));
        assert!(!holds(&json!({"Null": {"aws:ResourceTag/team": "true"}}), &tagged("")));
    }

    #[test]
    fn keys_ignore_case_and_values_only_where_the_operator_does() {
        for (operator, value, expected) in [
            ("StringEquals", "claims", true),
            ("StringEquals", "Claims", false),
            ("StringEquals", "clai*", false),
            ("StringNotEquals", "claims", false),
            ("StringNotEquals", "Claims", true),
            ("ForAnyValue:StringEqualsIgnoreCase", "Claims", true),
            ("StringNotLike", "Claims", true),
            ("StringNotEqualsIgnoreCase", "Claims", false),
        ] {
            let condition = json!({ operator: {"aws:resourcetag/Team": value} });
            assert_eq!(holds(&condition, &tagged("claims")), expected, "{operator} {value}");
        }
    }

    #[test]
    fn one_of_several_values_is_enough_for_any() {
        let keys = ["Name", "team"].map(|key| ("aws:TagKeys".to_owned(), key.to_owned()));
        for (wanted, expected) in [("TEAM", true), ("name", true), ("te*", false)] {
            let condition =
                json!({"ForAnyValue:StringEqualsIgnoreCase": {"aws:TagKeys": ["x", wanted]}});
            assert_eq!(holds(&condition, &keys), expected, "{wanted}");
        }
    }

    #[test]
    fn all_of_several_values_must_match_and_none_is_all() {
        let keys = ["Name", "team"].map(|key| ("aws:TagKeys".to_owned(), key.to_owned()));
        for (wanted, expected) in [(&["team", "Name"][..], true), (&["team"], false)] {
            let condition = json!({"ForAllValues:StringEquals": {"aws:TagKeys": wanted}});
            assert_eq!(holds(&condition, &keys), expected, "{wanted:?}");
            assert!(holds(&condition, &[]), "{wanted:?}");
        }
    }

    #[test]
    fn numbers_compare_as_numbers() {
        let condition = json!({"NumericLessThan": {"aws:ResourceTag/team": "10"}});
        for (found, expected) in [("9.5", true), ("10.0", false), ("11", false)] {
            assert_eq!(holds(&condition, &tagged(found)), expected, "{found}");
        }
    }

    #[test]
    fn wildcards_in_arns_stay_within_a_part() {
        let role = "arn:aws:iam::111122223333:role/teams/claims";
        for (pattern, expected) in [
            (role, true),
            ("arn:aws:iam::*:role/teams/claims", true),
            ("arn:aws:iam::*:role/*", true),
            ("arn:aws:iam::*:role/claims", false),
            ("arn:aws:*:role/teams/claims", false),
            ("*", false),
        ] {
            assert_eq!(is_arn_like(pattern, role), expected, "{pattern}");
        }
    }

    #[test]
    fn patterns_match_whole_strings() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("a*", "a\nb", true),
            ("a*", "ba", false),
            ("*a", "bé a", true),
            ("*a", "ab", false),
            ("a?c", "aéc", true),
            ("a?c", "ac", false),
            ("a*b*c", "a-b-b-c", true),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text}");
        }
    }
}

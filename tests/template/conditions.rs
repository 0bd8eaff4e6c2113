//! The conditions of IAM policies, with the operators that deny what is exempt, after the IAM user
//! guide ("IAM JSON policy elements: Condition operators").

use serde_json::Value;

use super::stack::texts;

/// Whether the condition holds for a request with these keys and values. Panics at operators it
/// does not know.
pub fn holds(condition: &Value, request: &[(String, String)]) -> bool {
    let operators = condition.as_object().expect("a condition is an object");
    operators.iter().all(|(operator, keys)| {
        let keys = keys.as_object().expect("an operator has keys");
        keys.iter().all(|(key, wanted)| {
            let found = request.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
            matches(operator, &texts(wanted), found.map(|(_, value)| &**value))
        })
    })
}

/// `found` is `None` where the request lacks the key, which then satisfies each negated operator.
fn matches(operator: &str, wanted: &[String], found: Option<&str>) -> bool {
    let is_any = |is: fn(&str, &str) -> bool| {
        found.is_some_and(|found| wanted.iter().any(|wanted| is(wanted, found)))
    };
    match operator {
        "Null" => wanted.contains(&found.is_none().to_string()),
        "StringEquals" => is_any(|wanted, found| wanted == found),
        "StringNotLike" => !is_any(is_like),
        "StringNotEqualsIgnoreCase" => !is_any(str::eq_ignore_ascii_case),
        _ => panic!("unknown operator {operator}"),
    }
}

/// In the pattern `*` stands for any characters, also none, and `?` for one.
fn is_like(pattern: &str, text: &str) -> bool {
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

    use super::{holds, is_like};

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
        for (operator, expected) in
            [("StringEquals", false), ("StringNotLike", true), ("StringNotEqualsIgnoreCase", true)]
        {
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
            ("StringNotLike", "Claims", true),
            ("StringNotEqualsIgnoreCase", "Claims", false),
        ] {
            let condition = json!({ operator: {"aws:resourcetag/Team": value} });
            assert_eq!(holds(&condition, &tagged("claims")), expected, "{operator} {value}");
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

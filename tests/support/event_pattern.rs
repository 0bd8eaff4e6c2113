//! EventBridge's event patterns, with the comparison operators that the template's rules use, after
//! the EventBridge user guide ("Comparison operators for use in event patterns").
//!
//! Not modelled: that two fields of one pattern must match within the same item of a list. No rule
//! names two.

use serde_json::Value;

/// Whether a rule with this pattern delivers this event. Panics at a pattern that EventBridge would
/// refuse, and at operators it does not know.
pub fn accepts(pattern: &Value, event: &Value) -> bool {
    accepts_within(pattern, &[event])
}

/// `nodes` are all the values that the names so far lead to: a pattern looks into every item of a
/// list.
fn accepts_within(pattern: &Value, nodes: &[&Value]) -> bool {
    let fields = pattern.as_object().expect("a pattern is an object");
    fields.iter().all(|(name, wanted)| {
        if name == "$or" {
            let patterns = wanted.as_array().expect("$or has a list of patterns");
            assert!(patterns.len() > 1, "EventBridge wants two patterns or more for $or");
            return patterns.iter().any(|pattern| accepts_within(pattern, nodes));
        }
        assert!(!name.starts_with('$'), "unknown operator {name}");
        let found = members(nodes, name);
        match wanted {
            Value::Object(_) => accepts_within(wanted, &found),
            Value::Array(matchers) => {
                let leaves: Vec<_> = found.into_iter().filter(|value| !value.is_object()).collect();
                matchers.iter().any(|matcher| matches(matcher, &leaves))
            }
            _ => panic!("EventBridge wants a list for {name}"),
        }
    })
}

fn members<'a>(nodes: &[&'a Value], name: &str) -> Vec<&'a Value> {
    nodes.iter().filter_map(|node| node.get(name)).flat_map(items).collect()
}

/// The items of a list, however deep; any other value is its own only item, and an empty list has
/// none.
fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => list.iter().flat_map(items).collect(),
        _ => vec![value],
    }
}

fn matches(matcher: &Value, leaves: &[&Value]) -> bool {
    let Value::Object(operator) = matcher else {
        return leaves.contains(&matcher);
    };
    let (name, operand) = operator.iter().next().expect("an operator has a name");
    match (name.as_str(), operand) {
        ("exists", Value::Bool(wanted)) => *wanted != leaves.is_empty(),
        ("prefix", Value::String(start)) => leaves
            .iter()
            .any(|leaf| leaf.as_str().is_some_and(|text| text.starts_with(start))),
        ("numeric", Value::Array(bounds)) => leaves
            .iter()
            .any(|leaf| leaf.as_f64().is_some_and(|number| is_within(number, bounds))),
        // Null is something else than any text; a field that is not there is nothing.
        ("anything-but", Value::String(_)) => leaves.iter().any(|leaf| *leaf != operand),
        ("anything-but", Value::Object(inner)) => {
            let start = inner
                .get("prefix")
                .and_then(Value::as_str)
                .expect("the one operator known here");
            leaves
                .iter()
                .any(|leaf| leaf.as_str().is_some_and(|text| !text.starts_with(start)))
        }
        _ => panic!("unknown operator {matcher}"),
    }
}

/// Whether a number is within bounds such as `[">", 0, "<=", 5]`.
fn is_within(number: f64, bounds: &[Value]) -> bool {
    assert!(matches!(bounds.len(), 2 | 4), "EventBridge wants one bound or two, not {bounds:?}");
    bounds.chunks(2).all(|bound| {
        let limit = bound[1].as_f64().expect("a number");
        match bound[0].as_str() {
            Some("<") => number < limit,
            Some("<=") => number <= limit,
            Some(">") => number > limit,
            Some(">=") => number >= limit,
            _ => panic!("unknown bound {bound:?}"),
        }
    })
}

mod tests {
    use serde_json::json;

    use super::accepts;

    #[test]
    fn every_field_must_match_with_any_of_its_values() {
        let pattern = json!({"source": ["a", "b"], "detail": {"state": ["running"]}});
        assert!(accepts(
            &pattern,
            &json!({"source": "b", "detail": {"state": "running", "more": 1}})
        ));
        assert!(!accepts(&pattern, &json!({"source": "b", "detail": {"state": "stopped"}})));
        assert!(!accepts(&pattern, &json!({"source": "b"})));
    }

    #[test]
    fn a_list_in_the_event_matches_with_any_of_its_items() {
        let pattern = json!({"items": {"key": ["exempt"]}});
        assert!(accepts(&pattern, &json!({"items": [{"key": "other"}, {"key": "exempt"}]})));
        assert!(!accepts(&pattern, &json!({"items": [{"key": "other"}]})));
        assert!(!accepts(&pattern, &json!({"items": []})));
    }

    #[test]
    fn null_exists_and_is_neither_false_nor_a_string() {
        let event = json!({"field": null});
        assert!(accepts(&json!({"field": [null]}), &event));
        assert!(accepts(&json!({"field": [{"exists": true}]}), &event));
        assert!(accepts(&json!({"field": [{"anything-but": "required"}]}), &event));
        assert!(!accepts(&json!({"field": [{"exists": false}]}), &event));
        assert!(!accepts(&json!({"field": [false]}), &event));
    }

    #[test]
    fn anything_but_a_prefix_matches_strings_that_begin_differently() {
        let pattern = json!({"token": [{"anything-but": {"prefix": "own-"}}]});
        assert!(accepts(&pattern, &json!({"token": "another"})));
        for event in [json!({"token": "own-1"}), json!({})] {
            assert!(!accepts(&pattern, &event), "{event}");
        }
    }

    #[test]
    fn one_of_several_patterns_is_enough_beside_the_other_fields() {
        let pattern = json!({"a": [1], "$or": [{"b": [2]}, {"c": {"d": [3]}}]});
        for (event, expected) in [
            (json!({"a": 1, "b": 2}), true),
            (json!({"a": 1, "c": {"d": 3}}), true),
            (json!({"a": 1, "b": 2, "c": {"d": 3}}), true),
            (json!({"a": 1, "b": 3, "c": {"d": 2}}), false),
            (json!({"b": 2}), false),
        ] {
            assert_eq!(accepts(&pattern, &event), expected, "{event}");
        }
    }

    #[test]
    fn numbers_are_compared_and_nothing_else_is_a_number() {
        let pattern = json!({"n": [{"numeric": [">", 0, "<=", 5]}]});
        for (value, expected) in [
            (json!(0), false),
            (json!(0.5), true),
            (json!(5), true),
            (json!(6), false),
            (json!("3"), false),
            (json!(null), false),
            (json!([0, 3]), true),
        ] {
            assert_eq!(accepts(&pattern, &json!({ "n": value })), expected, "{value}");
        }
        assert!(!accepts(&pattern, &json!({})));
    }

    #[test]
    fn an_absent_field_matches_only_exists_false() {
        for event in [json!({}), json!({"field": {"inner": 1}}), json!({"field": []})] {
            assert!(accepts(&json!({"field": [{"exists": false}]}), &event), "{event}");
            assert!(
                !accepts(&json!({"field": [null, {"anything-but": "required"}]}), &event),
                "{event}"
            );
        }
    }
}

//! EventBridge's input transformers, after the EventBridge user guide ("Amazon EventBridge input
//! transformation").

use serde_json::Value;

use super::stack::text;

/// What a target is sent: each name in angle brackets becomes what is at its path of the event.
/// Outside of quotes that is its JSON. Within quotes it is its text as it stands, because
/// EventBridge does not escape what it inserts. Panics at a text that would end the quotes or break
/// the line.
pub fn rendered(transformer: &Value, event: &Value) -> String {
    let template = text(&transformer["InputTemplate"]);
    let mut pieces = template.split('<');
    let mut sent = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once('>').expect("a closing bracket");
        let path = transformer["InputPathsMap"][name].as_str();
        let path = path.unwrap_or_else(|| panic!("no path is named {name}"));
        let pointer = path.replacen('$', "", 1).replace('.', "/");
        let value = event.pointer(&pointer).unwrap_or_else(|| panic!("the event has no {path}"));
        let is_quoted = sent.matches('"').count() % 2 == 1;
        sent += &match value {
            Value::String(inserted) if is_quoted => {
                let is_safe =
                    !inserted.contains(['"', '\\']) && !inserted.contains(char::is_control);
                assert!(is_safe, "EventBridge does not escape {inserted:?}");
                inserted.clone()
            }
            json => json.to_string(),
        };
        sent += rest;
    }
    sent
}

mod tests {
    use serde_json::{Value, json};

    use super::rendered;

    fn transformer(template: &str) -> Value {
        json!({"InputPathsMap": {"state": "$.detail.state"}, "InputTemplate": template})
    }

    #[test]
    fn a_value_within_quotes_is_inserted_as_it_stands() {
        let event = json!({"detail": {"state": "running"}});
        let (quoted, plain) = (r#""is <state>""#, r#"{"is": <state>}"#);
        assert_eq!(rendered(&transformer(quoted), &event), r#""is running""#);
        assert_eq!(rendered(&transformer(plain), &event), r#"{"is": "running"}"#);
        let event = json!({"detail": {"state": false}});
        assert_eq!(rendered(&transformer(quoted), &event), r#""is false""#);
    }

    #[test]
    #[should_panic(expected = "does not escape")]
    fn a_value_that_would_end_the_quotes_is_refused() {
        rendered(&transformer(r#""is <state>""#), &json!({"detail": {"state": "\"running\""}}));
    }
}

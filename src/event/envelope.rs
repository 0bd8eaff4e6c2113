//! What every event of EventBridge is wrapped in.

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use serde_json::Value;

/// Reads a JSON value as an event of EventBridge.
///
/// # Errors
/// What is wrong with it, without the value itself, which can be anything.
pub fn envelope(payload: Value) -> Result<EventBridgeEvent<Value>, String> {
    let Value::Object(members) = &payload else {
        return Err("it is not a JSON object".to_owned());
    };
    for (name, is_optional) in
        [("source", false), ("detail-type", false), ("account", true), ("region", true)]
    {
        match members.get(name) {
            Some(Value::String(_)) => {}
            None | Some(Value::Null) if is_optional => {}
            Some(_) => return Err(format!("its {name} is not a string")),
            None => return Err(format!("it has no {name}")),
        }
    }
    if !members.contains_key("detail") {
        return Err("it has no detail".to_owned());
    }
    serde_json::from_value(payload).map_err(|_| {
        "its version, id, time or resources are not in the form EventBridge gives them".to_owned()
    })
}

//! Events, as EventBridge delivers them.

use std::{fs, path::Path};

use serde_json::{Value, json};
use stand_in::{ACCOUNT, REGION};

/// The schedule asks for a sweep.
pub fn due() -> Value {
    sample("guardrail-sweep-due.json")
}

/// A file of `events/`.
pub fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("events").join(name);
    serde_json::from_slice(&fs::read(path).expect("the sample exists")).expect("the sample is JSON")
}

/// The names of all files of `events/`, in order.
pub fn sample_names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    let entries = fs::read_dir(folder).expect("the folder exists");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("readable").file_name().into_string().expect("a plain name"))
        .collect();
    names.sort();
    names
}

/// The notification that an instance is running, long enough ago that EC2 knows all about it.
pub fn running(id: &str) -> Value {
    json!({
        "source": "aws.ec2", "detail-type": "EC2 Instance State-change Notification",
        "account": ACCOUNT, "region": REGION, "time": "2026-01-15T12:00:00Z",
        "detail": {"instance-id": id, "state": "running"}
    })
}

/// StartInstances of several instances.
pub fn started<'a>(ids: impl IntoIterator<Item = &'a str>) -> Value {
    let items: Vec<_> = ids.into_iter().map(|id| json!({"instanceId": id})).collect();
    ec2_call("StartInstances", json!({}), json!({"instancesSet": {"items": items}}))
}

/// A call to EC2 as CloudTrail records it.
pub fn ec2_call(name: &str, request: Value, response: Value) -> Value {
    call("aws.ec2", "ec2.amazonaws.com", name, request, response)
}

/// A call to AgentCore as CloudTrail records it.
pub fn agentcore_call(name: &str, request: Value, response: Value) -> Value {
    call("aws.bedrock-agentcore", "bedrock-agentcore.amazonaws.com", name, request, response)
}

/// CreateAgentRuntime of this runtime.
pub fn runtime_created(id: &str) -> Value {
    agentcore_call("CreateAgentRuntime", json!({}), json!({"agentRuntimeId": id}))
}

fn call(source: &str, event_source: &str, name: &str, request: Value, response: Value) -> Value {
    json!({
        "source": source, "detail-type": "AWS API Call via CloudTrail",
        "account": ACCOUNT, "region": REGION, "time": "2026-01-15T12:00:00Z",
        "detail": {
            "eventSource": event_source, "eventName": name, "readOnly": false,
            "recipientAccountId": ACCOUNT, "awsRegion": REGION,
            "requestParameters": request, "responseElements": response
        }
    })
}

/// The same event, as if it had happened a moment ago.
pub fn just_now(mut event: Value) -> Value {
    // However fast the clock of the machine that runs this test is.
    event["time"] = json!("2999-01-01T00:00:00Z");
    event
}

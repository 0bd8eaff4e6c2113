//! The last part of the day: a batch of messages, as Lambda takes it from the queue.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::Value;
use stand_in::Fault;

use super::support::{
    harness::{Scene, agentcore_call, document, running, started},
    names::MODIFY_INSTANCE,
};

const STARTED: &str = "i-0a1b2c3d4e5f60081";
const FAILING: &str = "i-0a1b2c3d4e5f60082";
const RUNTIME: &str = "refunds_agent-Gh78Jk90Lm";
/// A batch does not wait this long for a runtime that AWS is still changing.
const LONG: Duration = Duration::from_secs(11);
const SHORT: Duration = Duration::from_millis(1);

/// A message, and what it holds in words.
type Message = (&'static str, String);

/// Delivers a batch, then what has come back of it.
pub async fn play() {
    let scene = Scene::new().await.at("2026-11-20T23:59:55Z").with_pace(LONG, LONG);
    {
        let mut world = scene.aws.world();
        world.add_instance(STARTED);
        world.add_instance(FAILING);
        world.fault_for(MODIFY_INSTANCE, FAILING, Fault::AccessDenied, 1);
        world
            .add_runtime(RUNTIME, &document())
            .set("metadataConfiguration", r#"{"requireMMDSV2":false}"#)
            .status("UPDATING");
    }
    let updated = agentcore_call(
        "UpdateAgentRuntime",
        serde_json::json!({"agentRuntimeId": RUNTIME}),
        serde_json::json!({"agentRuntimeId": RUNTIME}),
    );
    let messages = [
        ("StartInstances", started([STARTED]).to_string()),
        ("EC2: it is running", running(STARTED).to_string()),
        ("EC2: it is running", running(FAILING).to_string()),
        ("UpdateAgentRuntime", updated.to_string()),
        ("sent by a person", "Please look at all our instances.".to_owned()),
    ];
    println!("\nFive messages come at once. Two of them are about the same instance.");
    let back = deliver(&scene, &messages).await;
    assert_eq!(back, [2, 3, 4]);

    println!(
        "\nA person corrects the permission, and AWS finishes its own update. When their visibility \
         timeout ends,\nthree messages come again:"
    );
    scene.aws.world().runtime_mut(RUNTIME).status("READY");
    let scene = scene.with_pace(SHORT, SHORT);
    let messages: Vec<_> = back.into_iter().map(|number| messages[number].clone()).collect();
    let back = deliver(&scene, &messages).await;
    assert_eq!(back, [2]);
    println!("\nAfter five times SQS moves that one to the dead letters, and an alarm says so.");
}

/// Delivers messages, shows what became of each, and returns which of them come back.
async fn deliver(scene: &Scene, messages: &[Message]) -> Vec<usize> {
    let (lines, calls) = (scene.log_lines().len(), scene.aws.calls().len());
    let back = scene.deliver_texts(messages.iter().map(|(_, body)| body.as_str())).await;
    let lines = scene.log_lines().split_off(lines);
    let mut table = super::empty_table(["message", "about", "outcome", "the message"]);
    let outcomes: BTreeMap<_, _> = lines
        .iter()
        .filter_map(|line| Some((line["id"].as_str()?, in_words(line))))
        .collect();
    for (number, (what, body)) in messages.iter().enumerate() {
        let about = outcomes.iter().filter(|(id, _)| body.contains(**id));
        let (about, outcome): (Vec<_>, Vec<_>) = about.map(|(id, words)| (*id, &**words)).unzip();
        let end = if back.contains(&number) { "comes back" } else { "is done" };
        let outcome = if outcome.is_empty() { why(&lines, number) } else { outcome.join("\n") };
        table.add_row([*what, &about.join("\n"), &outcome, end]);
    }
    println!("{table}\nCalls: {}.", super::summary(&scene.aws.calls().split_off(calls)));
    let told: BTreeSet<_> = lines.iter().filter_map(|line| line["id"].as_str()).collect();
    assert_eq!(told.len(), outcomes.len(), "one outcome for each resource");
    back
}

fn in_words(line: &Value) -> String {
    let [result, reason, detail] =
        ["result", "reason", "detail"].map(|member| line[member].as_str().expect("a text"));
    format!("{result}: {reason}\n{detail}")
}

/// What the log says of a message about no resource.
fn why(lines: &[Value], number: usize) -> String {
    let id = format!("message-{number}");
    let mut lines = lines.iter().filter(|line| line["message_id"] == id.as_str());
    let line = lines.next().expect("a line about the message");
    line["message"].as_str().expect("a message").to_owned()
}

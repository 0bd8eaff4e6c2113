//! Outcomes as events on a bus, and as messages for people.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stand_in::{ACCOUNT, Fault, REGION};

use super::{
    conditions::holds,
    stack::{Stack, texts},
    transformer::rendered,
};
use crate::support::{
    harness::{Scene, due, running},
    names::{INSTANCE, MODIFY_INSTANCE},
};

const TO_A_BUS: &[(&str, &str)] = &[("OutcomeBus", "default")];
const MESSAGE: &str = "What was done, why, and how to go back.";

#[test]
fn nothing_is_told_unless_a_bus_is_named() {
    let (silent, telling) = (Stack::with(&[]), Stack::with(TO_A_BUS));
    let names = |stack: &Stack| -> BTreeSet<String> {
        stack.resources().map(|(name, _)| name.to_owned()).collect()
    };
    let added: Vec<_> = names(&telling).difference(&names(&silent)).cloned().collect();
    let expected =
        ["OutcomeMessageRule", "OutcomeMessages", "OutcomeMessagesPolicy", "SweepMessageRule"];
    assert_eq!(added, expected);
    for (name, resource) in silent.resources() {
        for word in ["PutEvents", "OUTCOME_BUS", "OutcomeMessage", "SNS", "EventBusName"] {
            assert!(!resource.to_string().contains(word), "{name} has {word}");
        }
    }
    let added = |stack: &Stack| stack.outputs().contains_key("OutcomeMessagesArn");
    assert_eq!((added(&silent), added(&telling)), (false, true));
    assert_eq!(telling.function()["Environment"]["Variables"]["OUTCOME_BUS"], "default");
}

#[test]
fn the_role_may_put_only_outcomes_and_only_on_this_bus() {
    let stack = Stack::with(&[("OutcomeBus", "security/outcomes")]);
    let statements: Vec<_> = stack
        .statements("Allow")
        .into_iter()
        .filter(|statement| texts(&statement["Action"]).iter().any(|it| it.starts_with("events:")))
        .collect();
    let [statement] = statements.as_slice() else { panic!("one statement, not {statements:?}") };
    assert_eq!(statement["Action"], "events:PutEvents");
    let bus = "arn:aws:events:eu-west-1:111122223333:event-bus/security/outcomes";
    assert_eq!(statement["Resource"], bus);

    let (source, kind) = ("events:source", "events:detail-type");
    let (us, outcome, sweep) =
        ("metadata-guardrail", "Guardrail Outcome", "Guardrail Sweep Summary");
    for (request, is_allowed) in [
        (&[(source, us), (kind, outcome)][..], true),
        (&[(source, us), (source, us), (kind, outcome), (kind, sweep)], true),
        (&[(source, us), (source, "com.example.bank"), (kind, outcome)], false),
        (&[(source, us), (kind, outcome), (kind, "Guardrail Sweep")], false),
        (&[(kind, outcome)], false),
        (&[(source, us)], false),
    ] {
        let request: Vec<_> = request
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(holds(&statement["Condition"], &request), is_allowed, "{request:?}");
    }
}

#[test]
fn the_topic_takes_messages_of_the_two_rules_if_eventbridge_names_them() {
    let stack = Stack::with(TO_A_BUS);
    let (_, policy) = stack.resources_of("AWS::SNS::TopicPolicy").next().expect("a policy");
    assert_eq!(policy["Topics"], json!(["OutcomeMessages"]));
    let statements = json!([
        {
            "Sid": "PublishOutcomes", "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish",
            "Resource": "OutcomeMessages",
            "Condition": {"ArnEqualsIfExists": {
                "aws:SourceArn": ["OutcomeMessageRule.Arn", "SweepMessageRule.Arn"]
            }}
        },
        {
            "Sid": "OnlyOverTls", "Effect": "Deny", "Principal": "*", "Action": "sns:Publish",
            "Resource": "OutcomeMessages", "Condition": {"Bool": {"aws:SecureTransport": "false"}}
        }
    ]);
    assert_eq!(policy["PolicyDocument"]["Statement"], statements);
}

#[test]
fn a_key_encrypts_messages_too() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    for (parameters, expected) in
        [(TO_A_BUS.to_vec(), None), ([TO_A_BUS, &[("KeyArn", key)]].concat(), Some(json!(key)))]
    {
        let stack = Stack::with(&parameters);
        let (_, topic) = stack.resources_of("AWS::SNS::Topic").next().expect("a topic");
        assert_eq!(topic.get("KmsMasterKeyId"), expected.as_ref());
    }
}

#[test]
fn both_rules_watch_the_bus_and_send_only_to_the_topic() {
    let stack = Stack::with(&[("OutcomeBus", "security")]);
    for name in ["OutcomeMessageRule", "SweepMessageRule"] {
        let rule = rule(&stack, name);
        assert_eq!(rule["EventBusName"], "security", "{name}");
        let [target] = rule["Targets"].as_array().expect("targets").as_slice() else {
            panic!("{name} has one target")
        };
        assert_eq!(target["Arn"], "OutcomeMessages", "{name}");
        // People move what is in Undelivered to Events.
        assert_eq!(target.get("DeadLetterConfig"), None, "{name}");
        assert_eq!(target.get("RoleArn"), None, "{name}");
    }
}

#[test]
fn every_outcome_becomes_a_message_and_a_failure_only_once() {
    let told = &["OutcomeMessageRule"][..];
    for (result, receive_count, rules) in [
        ("failed", 2, &[][..]),
        ("failed", 5, &[]),
        ("failed", 1, told),
        ("enforced", 1, told),
        ("enforced", 4, told),
        ("held", 1, told),
        ("held", 2, told),
    ] {
        let event = outcome_event(
            json!({"result": result, "id": INSTANCE, "receive_count": receive_count}),
        );
        assert_eq!(delivered_by(&event), rules, "{result} {receive_count}");
    }
}

#[test]
fn an_unverified_write_is_told_whenever_it_happens() {
    let event = outcome_event(json!({
        "result": "failed", "id": INSTANCE, "receive_count": 3, "unverified_write": true
    }));
    assert_eq!(delivered_by(&event), ["OutcomeMessageRule"]);
}

#[test]
fn a_sweep_becomes_a_message_only_if_there_is_something_to_tell() {
    let told = ["SweepMessageRule"];
    for (complete, counts, rules) in [
        (true, json!({}), &[][..]),
        (true, json!({"compliant": 40, "exempt": 2, "held": 7, "would_enforce": 3}), &[]),
        (true, json!({"enforced": 0, "failed": 0}), &[]),
        (true, json!({"compliant": 40, "enforced": 1}), &told),
        (true, json!({"failed": 12}), &told),
        (true, json!({"enforced": 1, "failed": 12}), &told),
        (false, json!({}), &told),
        (false, json!({"compliant": 40}), &told),
    ] {
        let event = summary_event(json!({"complete": complete, "counts": counts}));
        assert_eq!(delivered_by(&event), rules, "{complete}, {counts}");
    }
}

#[test]
fn a_sweep_that_comes_back_is_told_at_first_and_at_its_end() {
    for (receive_count, complete, rules) in [
        (2, false, &[][..]),
        (99, false, &[]),
        (1, false, &["SweepMessageRule"]),
        (12, true, &["SweepMessageRule"]),
    ] {
        let detail = json!({"receive_count": receive_count, "complete": complete, "counts": {"enforced": 8}});
        assert_eq!(delivered_by(&summary_event(detail)), rules, "{receive_count}, {complete}");
    }
}

#[test]
fn events_of_others_become_no_messages() {
    for event in [
        outcome_event(json!({"result": "enforced", "id": INSTANCE})),
        summary_event(json!({"complete": false, "counts": {}})),
    ] {
        for (member, other) in [
            ("source", "somebody.else"),
            ("detail-type", "Guardrail Sweep"),
            ("account", "444455556666"),
            ("region", "eu-west-2"),
        ] {
            let mut foreign = event.clone();
            foreign[member] = json!(other);
            assert_eq!(delivered_by(&foreign), [""; 0], "{member} {other}");
        }
    }
}

#[tokio::test]
async fn a_message_says_in_its_first_line_what_ended_how_and_where() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    let outcome = scene.outcome(running(INSTANCE)).await;

    let sent = message("OutcomeMessageRule", &outcome_event(outcome));

    let expected = format!(
        "\"metadata-guardrail: {INSTANCE} is enforced, in eu-west-1 of account 111122223333.\"\n\
         \"{MESSAGE}\""
    );
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_message_about_a_sweep_says_whether_it_is_complete() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    scene
        .aws
        .world()
        .fault_for(MODIFY_INSTANCE, INSTANCE, Fault::AccessDenied, usize::MAX);
    let response = scene.invoke(due()).await.expect("a sweep does not fail with a target");

    let event = summary_event(response);

    assert_eq!(delivered_by(&event), ["SweepMessageRule"]);
    let expected = format!(
        "\"metadata-guardrail: a sweep has ended (complete: true), in eu-west-1 of account \
         111122223333.\"\n\"{MESSAGE}\""
    );
    assert_eq!(message("SweepMessageRule", &event), expected);
}

/// Everything but the message is what a response says.
fn outcome_event(detail: Value) -> Value {
    event("Guardrail Outcome", detail)
}

fn summary_event(detail: Value) -> Value {
    event("Guardrail Sweep Summary", detail)
}

fn event(detail_type: &str, mut detail: Value) -> Value {
    detail["mode"] = json!("enforce");
    if detail["receive_count"].is_null() {
        detail["receive_count"] = json!(1);
    }
    detail["request_id"] = json!("8d2f4c1a-request");
    detail["message"] = json!(MESSAGE);
    json!({
        "version": "0", "id": "0d079340-135a-c8c6-95c2-41fb8f496c53", "detail-type": detail_type,
        "source": "metadata-guardrail", "account": ACCOUNT, "time": "2026-11-20T22:00:00Z",
        "region": REGION,
        "resources": [format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{INSTANCE}")],
        "detail": detail
    })
}

/// Which rules of the stack deliver an event, those for the queues of the same bus among them.
fn delivered_by(event: &Value) -> Vec<String> {
    let stack = Stack::with(TO_A_BUS);
    stack.rules_delivering(event).into_iter().map(str::to_owned).collect()
}

fn message(name: &str, event: &Value) -> String {
    let rule = rule(&Stack::with(TO_A_BUS), name);
    rendered(&rule["Targets"][0]["InputTransformer"], event)
}

fn rule(stack: &Stack, name: &str) -> Value {
    let mut rules = stack.resources_of("AWS::Events::Rule");
    rules.find(|(rule, _)| *rule == name).unwrap_or_else(|| panic!("no {name}")).1
}

//! Its queues: who may put messages into them, who gets them, and where they go if they fail.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::stack::{Stack, document, text, texts};
use crate::storm::stack;

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

#[test]
fn every_queue_keeps_messages_for_14_days() {
    for (name, queue) in Stack::with(&[]).resources_of("AWS::SQS::Queue") {
        assert_eq!(queue["MessageRetentionPeriod"], 14 * 24 * 60 * 60, "{name}");
    }
}

#[test]
fn queues_are_encrypted_by_sqs_unless_a_key_is_given() {
    let stack = Stack::with(&[]);
    for (name, queue) in stack.resources_of("AWS::SQS::Queue") {
        assert_eq!(encryption(&queue), (true, None), "{name}");
    }
    assert_eq!(stack.function().get("KmsKeyArn"), None);
    assert_eq!(log(&stack).get("KmsKeyId"), None);
}

#[test]
fn a_key_encrypts_everything_but_what_could_not_be_delivered() {
    let stack = Stack::with(&[("KeyArn", KEY)]);
    for (name, queue) in stack.resources_of("AWS::SQS::Queue") {
        let expected = if name == "Undelivered" { (true, None) } else { (false, Some(KEY.into())) };
        assert_eq!(encryption(&queue), expected, "{name}");
    }
    assert_eq!(stack.function()["KmsKeyArn"], KEY);
    assert_eq!(log(&stack)["KmsKeyId"], KEY);
}

#[test]
fn a_message_that_keeps_failing_moves_to_a_queue_of_the_same_type() {
    let stack = Stack::with(&[]);
    let (mut moves, mut fifo) = (BTreeSet::new(), BTreeSet::new());
    for (name, queue) in stack.resources_of("AWS::SQS::Queue") {
        if let Some(policy) = queue.get("RedrivePolicy") {
            let tries = policy["maxReceiveCount"].as_u64().expect("a number");
            moves.insert((name.to_owned(), text(&policy["deadLetterTargetArn"]), tries));
        }
        if queue.get("FifoQueue").is_some() {
            fifo.insert(name.to_owned());
        }
    }
    let expected = [
        ("Events", "EventsDeadLetters.Arn", 5),
        ("Sweeps", "SweepsDeadLetters.Arn", 100),
        // Without this AWS would move nothing back out of Undelivered.
        ("EventsDeadLetters", "Undelivered.Arn", 1000),
    ];
    assert_eq!(moves, expected.map(|(from, to, tries)| (from.into(), to.into(), tries)).into());
    assert_eq!(fifo, ["Sweeps", "SweepsDeadLetters"].map(str::to_owned).into());
}

#[test]
fn the_queue_of_sweeps_drops_repeats_by_their_content() {
    let stack = Stack::with(&[]);
    let deduplicating = stack
        .resources_of("AWS::SQS::Queue")
        .filter(|(_, queue)| queue["ContentBasedDeduplication"] == true);
    assert_eq!(deduplicating.map(|(name, _)| name).collect::<Vec<_>>(), ["Sweeps"]);
}

#[test]
fn a_queue_that_takes_no_dead_letters_offers_itself_to_nobody() {
    let stack = Stack::with(&[]);
    let queues: Vec<_> = stack.resources_of("AWS::SQS::Queue").collect();
    for (name, queue) in &queues {
        let arn = format!("{name}.Arn");
        let takes = queues
            .iter()
            .any(|(_, from)| from["RedrivePolicy"]["deadLetterTargetArn"] == arn);
        let refuses = queue["RedriveAllowPolicy"] == json!({"redrivePermission": "denyAll"});
        assert_eq!(refuses, !takes, "{name}");
    }
}

#[test]
fn a_message_stays_hidden_30_seconds_longer_than_an_invocation_lasts() {
    let stack = Stack::with(&[]);
    let timeout = stack.function()["Timeout"].as_u64().expect("a number");
    for (name, mapping) in stack.resources_of("AWS::Lambda::EventSourceMapping") {
        let source = text(&mapping["EventSourceArn"]);
        let (_, queue) = stack
            .resources_of("AWS::SQS::Queue")
            .find(|(queue, _)| format!("{queue}.Arn") == source)
            .expect("a queue");
        assert_eq!(queue["VisibilityTimeout"], timeout + 30, "{name}");
    }
    // A message waits for its batch in these 30 seconds.
    let longest = &document()["Parameters"]["BatchWindowSeconds"]["MaxValue"];
    assert!(longest.as_u64().is_some_and(|seconds| seconds < 30), "{longest}");
}

#[test]
fn storms_play_with_the_numbers_of_the_stack() {
    let stack = Stack::with(&[]);
    let queue = |name: &str| {
        let (_, queue) = stack
            .resources_of("AWS::SQS::Queue")
            .find(|(queue, _)| *queue == name)
            .expect("a queue");
        (queue["VisibilityTimeout"].clone(), queue["RedrivePolicy"]["maxReceiveCount"].clone())
    };
    let visibility = stack::VISIBILITY.as_secs();
    assert_eq!(queue("Events"), (json!(visibility), json!(stack::MAX_RECEIVES)));
    assert_eq!(queue("Sweeps"), (json!(visibility), json!(stack::MAX_SWEEP_RECEIVES)));
    assert_eq!(stack.function()["Timeout"], stack::TIMEOUT.as_secs());
    let (_, mapping) =
        stack.resources_of("AWS::Lambda::EventSourceMapping").next().expect("a mapping");
    assert_eq!(mapping["BatchSize"], stack::BATCH);
    let concurrency = text(&mapping["ScalingConfig"]["MaximumConcurrency"]);
    assert_eq!(concurrency, stack::CONCURRENCY.to_string());
}

#[test]
fn the_function_gets_events_in_batches_and_sweeps_one_by_one() {
    let asked = [("BatchWindowSeconds", "20"), ("MaximumConcurrency", "50")];
    for (parameters, window, concurrency) in [(&[][..], "1", "2"), (&asked[..], "20", "50")] {
        let stack = Stack::with(parameters);
        let mappings: Vec<_> = stack.resources_of("AWS::Lambda::EventSourceMapping").collect();
        let expected = [
            (
                "EventsMapping",
                json!({
                    "FunctionName": "Guardrail", "EventSourceArn": "Events.Arn", "BatchSize": 100,
                    "MaximumBatchingWindowInSeconds": window,
                    "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    "ScalingConfig": {"MaximumConcurrency": concurrency}
                }),
            ),
            (
                "SweepsMapping",
                json!({
                    "FunctionName": "Guardrail", "EventSourceArn": "Sweeps.Arn", "BatchSize": 1,
                    "FunctionResponseTypes": ["ReportBatchItemFailures"]
                }),
            ),
        ];
        assert_eq!(mappings, expected);
        // What Lambda throttles counts as received.
        assert_eq!(stack.function().get("ReservedConcurrentExecutions"), None);
    }
}

#[test]
fn nobody_is_denied_a_queue_except_over_connections_without_tls() {
    let stack = Stack::with(&[]);
    for (name, _) in stack.resources_of("AWS::SQS::Queue") {
        let expected = json!([{
            "Sid": "OnlyOverTls", "Effect": "Deny", "Principal": "*", "Action": "sqs:*",
            "Resource": format!("{name}.Arn"), "Condition": {"Bool": {"aws:SecureTransport": "false"}}
        }]);
        assert_eq!(policy(&stack, name, "Deny"), expected, "{name}");
    }
}

#[test]
fn only_rules_that_use_a_queue_may_send_to_it() {
    for agentcore in ["enabled", "disabled"] {
        let stack = Stack::with(&[("AgentCore", agentcore)]);
        for (name, _) in stack.resources_of("AWS::SQS::Queue") {
            let arn = format!("{name}.Arn");
            let senders = rules_using(&stack, &arn);
            let allowed = policy(&stack, name, "Allow");
            let statements = allowed.as_array().expect("statements");
            let Some(statement) = statements.first() else {
                assert_eq!(senders, BTreeSet::new(), "{name}, AgentCore {agentcore}");
                continue;
            };
            assert_eq!(statements.len(), 1, "{name}");
            assert_eq!(statement["Principal"], json!({"Service": "events.amazonaws.com"}));
            assert_eq!(
                (&statement["Action"], &statement["Resource"]),
                (&json!("sqs:SendMessage"), &json!(arn))
            );
            let condition = &statement["Condition"];
            assert_eq!(condition.as_object().map(serde_json::Map::len), Some(1), "{condition}");
            let sources = texts(&condition["ArnEquals"]["aws:SourceArn"]);
            assert_eq!(BTreeSet::from_iter(sources), senders, "{name}, AgentCore {agentcore}");
        }
    }
}

/// Whether SQS's own key encrypts a queue, and which other key does.
fn encryption(queue: &Value) -> (bool, Option<String>) {
    let managed = queue["SqsManagedSseEnabled"].as_bool().expect("true or false");
    (managed, queue.get("KmsMasterKeyId").map(text))
}

fn log(stack: &Stack) -> Value {
    stack.resources_of("AWS::Logs::LogGroup").next().expect("a log group").1
}

/// The statements with this effect of the one policy of a queue.
fn policy(stack: &Stack, queue: &str, effect: &str) -> Value {
    let mut policies = stack
        .resources_of("AWS::SQS::QueuePolicy")
        .filter(|(_, policy)| policy["Queues"] == json!([queue]));
    let (_, policy) = policies.next().unwrap_or_else(|| panic!("{queue} has a policy"));
    assert!(policies.next().is_none(), "{queue} has one policy");
    let statements = policy["PolicyDocument"]["Statement"].as_array().expect("statements");
    statements
        .iter()
        .filter(|statement| statement["Effect"] == effect)
        .cloned()
        .collect()
}

/// The ARNs of the rules for which this is a target or its dead-letter queue.
fn rules_using(stack: &Stack, queue: &str) -> BTreeSet<String> {
    let rules = stack.resources_of("AWS::Events::Rule");
    let using = rules.filter(|(_, rule)| {
        let targets = rule["Targets"].as_array().expect("targets");
        targets
            .iter()
            .any(|target| target["Arn"] == queue || target["DeadLetterConfig"]["Arn"] == queue)
    });
    using.map(|(name, _)| format!("{name}.Arn")).collect()
}

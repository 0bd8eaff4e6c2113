//! Stories of the template: the permissions are exactly what the code needs, the rules deliver
//! exactly the right events, the queues lose none of them, and people are shown what is there.

mod alarms;
pub mod conditions;
mod dashboard;
mod delivery;
mod deployment;
mod exemptions;
mod outcomes;
pub mod permissions;
mod queries;
mod queues;
mod settings;
mod source;
pub mod stack;
mod transformer;

use std::collections::BTreeSet;

use metadata_guardrail::{
    event::{self, Cause},
    settings::Settings,
    telemetry,
};
use serde_json::{Value, json};

use self::{
    stack::{Stack, document, text, texts},
    transformer::rendered,
};
use crate::support::harness;

#[test]
fn every_partition_gets_arns_of_its_own() {
    let mut stack = Stack::with(&[]);
    stack.values.insert("AWS::Partition".into(), "aws-cn".into());
    for (name, resource) in stack.resources() {
        assert!(!resource.to_string().contains("arn:aws:"), "{name}");
    }
}

#[test]
fn no_rule_or_permission_names_agentcore_when_it_is_disabled() {
    let stack = Stack::with(&[("AgentCore", "disabled")]);
    let kinds = ["AWS::IAM::Role", "AWS::Events::Rule", "AWS::SQS::QueuePolicy"];
    for (name, resource) in kinds.into_iter().flat_map(|kind| stack.resources_of(kind)) {
        assert!(!resource.to_string().to_lowercase().contains("agentcore"), "{name}");
        assert!(!resource.to_string().contains("Runtime"), "{name}");
    }
}

#[test]
fn the_schedule_asks_for_a_sweep_of_this_place_and_says_when() {
    let nightly = "cron(0 3 * * ? *)";
    for (stack, expression) in [
        (Stack::with(&[]), "rate(6 hours)"),
        (Stack::with(&[("ScheduleExpression", nightly)]), nightly),
    ] {
        let mut scheduled = stack
            .resources_of("AWS::Events::Rule")
            .filter(|(_, rule)| rule.get("EventPattern").is_none());
        let (_, rule) = scheduled.next().expect("a schedule");
        assert!(scheduled.next().is_none(), "one schedule");
        assert_eq!(rule["ScheduleExpression"], expression);
        let target = &rule["Targets"][0];
        assert_eq!(target["SqsParameters"]["MessageGroupId"], "aws:111122223333:eu-west-1");

        let message = rendered(&target["InputTransformer"], &scheduled_event());
        let message: Value = serde_json::from_str(&message).expect("JSON");
        assert_eq!(
            message,
            json!({
                "source": "metadata-guardrail", "detail-type": "Guardrail Sweep",
                "account": "111122223333", "region": "eu-west-1", "time": "2026-11-20T22:00:00Z",
                "detail": {}
            })
        );
        let event = serde_json::from_value(message).expect("an EventBridge event");
        let asks = event::read(&event, &harness::deployment(), &Settings::default());
        assert_eq!(asks.map(|asks| asks[0].cause), Ok(Cause::SweepDue));
    }
}

#[test]
fn an_authorizer_to_enforce_must_be_given() {
    let config = ("RuntimeAuthorizerConfig", "{}");
    for setting in ["off", "report", "enforce"] {
        assert!(Stack::with(&[("RuntimeAuthorizer", setting), config]).is_taken(), "{setting}");
        assert_eq!(Stack::with(&[("RuntimeAuthorizer", setting)]).is_taken(), setting != "enforce");
    }
}

#[test]
fn the_guardrails_own_metrics_have_alarms_where_nothing_else_tells() {
    let stack = Stack::with(&[]);
    let alarms = stack.resources_of("AWS::CloudWatch::Alarm").map(|(_, alarm)| alarm);
    let own = alarms.filter(|alarm| alarm["Namespace"] == telemetry::NAMESPACE);
    let watched: BTreeSet<_> = own
        .map(|alarm| alarm["MetricName"].as_str().expect("a metric").to_owned())
        .collect();
    let metrics = ["CompleteSweeps", "UnfinishedTargets", "UnknownIds", "UnverifiedWrites"];
    assert_eq!(watched, metrics.map(str::to_owned).into());
}

#[test]
fn missing_complete_sweeps_raise_an_alarm_after_the_given_hours() {
    for (stack, hours) in
        [(Stack::with(&[]), "24"), (Stack::with(&[("SweepAlarmHours", "168")]), "168")]
    {
        let waiting: Vec<_> = stack
            .resources_of("AWS::CloudWatch::Alarm")
            .filter(|(_, alarm)| alarm["ComparisonOperator"] == "LessThanThreshold")
            .collect();
        let [("SweepsMissingAlarm", alarm)] = waiting.as_slice() else { panic!("{waiting:?}") };
        assert_eq!(alarm["MetricName"], "CompleteSweeps");
        assert_eq!(alarm["EvaluationPeriods"], hours);
        assert_eq!((&alarm["Period"], &alarm["Threshold"]), (&json!(3600), &json!(1)));
        assert_eq!(alarm["TreatMissingData"], "breaching");
        assert!(text(&alarm["AlarmDescription"]).contains(&format!("{hours} hours")));
    }
}

#[test]
fn an_event_older_than_three_honest_tries_raises_an_alarm() {
    let stack = Stack::with(&[]);
    let alarm = alarm(&stack, "OldEventsAlarm");
    assert_eq!(alarm["MetricName"], "ApproximateAgeOfOldestMessage");
    assert_eq!(alarm["Dimensions"], json!([{"Name": "QueueName", "Value": "Events.QueueName"}]));
    assert_eq!(alarm["Statistic"], "Maximum");
    let (_, events) = stack
        .resources_of("AWS::SQS::Queue")
        .find(|(name, _)| *name == "Events")
        .expect("Events");
    let hidden = events["VisibilityTimeout"].as_u64().expect("a number");
    let threshold = alarm["Threshold"].as_u64().expect("a number");
    // Two returns and a third try that takes as long as it may.
    assert!(threshold > 3 * hidden, "{threshold}");
    // It is a dead letter after five tries.
    assert!(threshold < 5 * hidden, "{threshold}");
}

#[test]
fn one_message_that_nobody_will_try_again_raises_an_alarm() {
    let stack = Stack::with(&[]);
    let mut watched = BTreeSet::new();
    for (name, alarm) in stack.resources_of("AWS::CloudWatch::Alarm") {
        let single = json!([{"MetricStat": {"Metric": alarm, "Stat": alarm["Statistic"]}}]);
        let metrics = alarm.get("Metrics").unwrap_or(&single).as_array().expect("metrics");
        for stat in metrics.iter().filter_map(|metric| metric.get("MetricStat")) {
            if stat["Metric"]["MetricName"] == "ApproximateNumberOfMessagesVisible" {
                assert_eq!((&stat["Stat"], &alarm["Threshold"]), (&json!("Maximum"), &json!(1)));
                assert_eq!(alarm["ComparisonOperator"], "GreaterThanOrEqualToThreshold", "{name}");
                watched.insert(text(&stat["Metric"]["Dimensions"][0]["Value"]));
            }
        }
    }
    let tried: BTreeSet<_> = stack
        .resources_of("AWS::Lambda::EventSourceMapping")
        .map(|(_, mapping)| text(&mapping["EventSourceArn"]))
        .collect();
    let others = stack
        .resources_of("AWS::SQS::Queue")
        .filter(|(name, _)| !tried.contains(&format!("{name}.Arn")));
    assert_eq!(watched, others.map(|(name, _)| format!("{name}.QueueName")).collect());
}

#[test]
fn events_that_come_into_no_queue_raise_an_alarm() {
    for agentcore in ["enabled", "disabled"] {
        let stack = Stack::with(&[("AgentCore", agentcore)]);
        let alarm = alarm(&stack, "UndeliverableEventsAlarm");
        let metrics = alarm["Metrics"].as_array().expect("metrics");
        let (added, sums): (Vec<_>, Vec<_>) =
            metrics.iter().partition(|metric| metric.get("MetricStat").is_some());
        assert_eq!(
            sums.iter().map(|sum| &sum["Expression"]).collect::<Vec<_>>(),
            ["SUM(FILL(METRICS(), 0))"]
        );
        assert!(added.len() <= 10, "an alarm takes ten metrics");
        let rules: BTreeSet<_> = added
            .iter()
            .map(|metric| {
                let metric = &metric["MetricStat"]["Metric"];
                assert_eq!(metric["Namespace"], "AWS/Events");
                assert_eq!(metric["MetricName"], "InvocationsFailedToBeSentToDlq");
                assert_eq!(metric["Dimensions"][0]["Name"], "RuleName");
                text(&metric["Dimensions"][0]["Value"])
            })
            .collect();
        let all = stack.resources_of("AWS::Events::Rule").map(|(name, _)| name.to_owned());
        assert_eq!(rules, all.collect(), "AgentCore {agentcore}");
        assert_eq!(alarm["TreatMissingData"], "notBreaching");
    }
}

#[test]
fn every_parameter_belongs_to_one_group() {
    let document = document();
    let groups = &document["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"];
    let groups = groups.as_array().expect("groups").iter();
    let mut grouped: Vec<_> = groups.flat_map(|group| texts(&group["Parameters"])).collect();
    grouped.sort();
    let declared = document["Parameters"].as_object().expect("parameters").keys();
    let mut declared: Vec<_> = declared.cloned().collect();
    declared.sort();
    assert_eq!(grouped, declared);
}

#[test]
fn the_exception_tag_has_at_most_one_equals_sign() {
    let document = document();
    let pattern = text(&document["Parameters"]["ExceptionTag"]["AllowedPattern"]);
    assert_eq!(pattern.matches('=').count(), 1, "{pattern}");
}

#[test]
fn every_parameter_and_output_has_a_description() {
    let document = document();
    for section in ["Parameters", "Outputs"] {
        for (name, entry) in document[section].as_object().expect("a section") {
            assert!(
                entry["Description"].as_str().is_some_and(|text| text.ends_with('.')),
                "{name}"
            );
        }
    }
}

fn sample(name: &str) -> Value {
    harness::sample(&format!("{name}.json"))
}

fn alarm(stack: &Stack, name: &str) -> Value {
    let mut alarms = stack.resources_of("AWS::CloudWatch::Alarm");
    alarms
        .find(|(alarm, _)| *alarm == name)
        .unwrap_or_else(|| panic!("no {name}"))
        .1
}

/// What EventBridge makes when a schedule is due.
fn scheduled_event() -> Value {
    json!({
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event", "source": "aws.events", "account": "111122223333",
        "time": "2026-11-20T22:00:00Z", "region": "eu-west-1",
        "resources": ["arn:aws:events:eu-west-1:111122223333:rule/SweepDueRule"], "detail": {}
    })
}

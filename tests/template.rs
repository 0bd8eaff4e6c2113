//! Stories of the template: the permissions are exactly what the code needs, and the rules deliver
//! exactly the right events.

mod conditions;
mod delivery;
mod exemptions;
mod permissions;
mod settings;
mod stack;

use std::collections::BTreeSet;

use metadata_guardrail::telemetry;
use serde_json::{Value, json};

use self::stack::{Stack, document, text, texts};
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
    let kinds =
        ["AWS::IAM::Role", "AWS::Events::Rule", "AWS::Lambda::Permission", "AWS::SQS::QueuePolicy"];
    for (name, resource) in kinds.into_iter().flat_map(|kind| stack.resources_of(kind)) {
        assert!(!resource.to_string().to_lowercase().contains("agentcore"), "{name}");
        assert!(!resource.to_string().contains("Runtime"), "{name}");
    }
}

#[test]
fn unfinished_events_are_kept_encrypted_for_14_days() {
    let stack = Stack::with(&[]);
    let [(name, queue)] = &stack.resources_of("AWS::SQS::Queue").collect::<Vec<_>>()[..] else {
        panic!("one queue")
    };
    assert_eq!(queue["SqsManagedSseEnabled"], true);
    assert_eq!(queue["MessageRetentionPeriod"], 14 * 24 * 60 * 60);
    let function = stack.function();
    let failures = &function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
    assert_eq!(*failures, json!({"Type": "SQS", "Destination": format!("{name}.Arn")}));
}

#[test]
fn the_schedule_asks_for_a_sweep_with_the_sample_event() {
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
        let input: Value =
            serde_json::from_str(rule["Targets"][0]["Input"].as_str().expect("a text"))
                .expect("JSON");
        assert_eq!(input, sample("guardrail-sweep-due"));
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
fn concurrency_is_reserved_and_alarms_notify_only_if_asked_to() {
    let silent = Stack::with(&[]);
    assert_eq!(silent.function().get("ReservedConcurrentExecutions"), None);
    assert!(
        silent
            .resources_of("AWS::CloudWatch::Alarm")
            .all(|(_, alarm)| alarm.get("AlarmActions").is_none())
    );

    let topic = "arn:aws:sns:eu-west-1:111122223333:security";
    let asked = Stack::with(&[("ReservedConcurrency", "5"), ("AlarmTopicArn", topic)]);
    assert_eq!(asked.function()["ReservedConcurrentExecutions"], "5");
    assert!(
        asked
            .resources_of("AWS::CloudWatch::Alarm")
            .all(|(_, alarm)| alarm["AlarmActions"] == json!([topic]))
    );
}

#[test]
fn the_guardrails_own_metrics_have_alarms_where_nothing_else_tells() {
    let stack = Stack::with(&[]);
    let alarms = stack.resources_of("AWS::CloudWatch::Alarm").map(|(_, alarm)| alarm);
    let own = alarms.filter(|alarm| alarm["Namespace"] == telemetry::NAMESPACE);
    let watched: BTreeSet<_> = own
        .map(|alarm| alarm["MetricName"].as_str().expect("a metric").to_owned())
        .collect();
    let metrics =
        ["CompleteSweeps", "FinishedSweeps", "UnfinishedTargets", "UnknownIds", "UnverifiedWrites"];
    assert_eq!(watched, metrics.map(str::to_owned).into());
}

#[test]
fn unfinished_or_incomplete_sweeps_raise_an_alarm_after_the_given_hours() {
    for (stack, hours) in
        [(Stack::with(&[]), "24"), (Stack::with(&[("SweepAlarmHours", "168")]), "168")]
    {
        let mut alarms = stack.resources_of("AWS::CloudWatch::Alarm").map(|(_, alarm)| alarm);
        let waiting = alarms
            .by_ref()
            .filter(|alarm| alarm["ComparisonOperator"] == "LessThanThreshold");
        let mut waiting = waiting.collect::<Vec<_>>();
        waiting.sort_by_key(|alarm| text(&alarm["MetricName"]));
        assert_eq!(waiting.len(), 2);
        for (alarm, metric) in waiting.iter().zip(["CompleteSweeps", "FinishedSweeps"]) {
            assert_eq!(alarm["MetricName"], metric);
            assert_eq!(alarm["EvaluationPeriods"], hours, "{metric}");
            assert_eq!(
                (&alarm["Period"], &alarm["Threshold"]),
                (&json!(3600), &json!(1)),
                "{metric}"
            );
            assert_eq!(alarm["TreatMissingData"], "breaching", "{metric}");
            assert!(
                text(&alarm["AlarmDescription"]).contains(&format!("{hours} hours")),
                "{metric}"
            );
        }
    }
}

#[test]
fn events_lost_on_the_way_to_the_queue_raise_an_alarm() {
    for agentcore in ["enabled", "disabled"] {
        let stack = Stack::with(&[("AgentCore", agentcore)]);
        let (_, alarm) = stack
            .resources_of("AWS::CloudWatch::Alarm")
            .find(|(_, alarm)| alarm.get("Metrics").is_some())
            .expect("an alarm on several metrics");
        let metrics = alarm["Metrics"].as_array().expect("metrics");
        let (added, sums): (Vec<_>, Vec<_>) =
            metrics.iter().partition(|metric| metric.get("MetricStat").is_some());
        assert_eq!(
            sums.iter().map(|sum| &sum["Expression"]).collect::<Vec<_>>(),
            ["SUM(METRICS())"]
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

//! Its dashboard: what it draws is counted, what it lists is a saved query, and nothing overlaps.

use std::collections::BTreeSet;

use metadata_guardrail::{telemetry::NAMESPACE, verdict::Verdict};
use serde_json::{Value, json};
use strum::VariantNames;

use super::{
    queries,
    source::metrics,
    stack::{Stack, text},
};

/// What AWS itself counts, by namespace and dimension.
const OF_AWS: &[(&str, &str, &[&str])] = &[
    ("AWS/EC2", "InstanceId", &["MetadataNoToken", "MetadataNoTokenRejected"]),
    ("AWS/Lambda", "FunctionName", &["Duration", "Errors", "Invocations", "Throttles"]),
    (
        "AWS/SQS",
        "QueueName",
        &["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"],
    ),
];

#[test]
fn widgets_lie_beside_each_other_on_a_grid_of_24_columns() {
    let mut taken = BTreeSet::new();
    for widget in widgets("enforce") {
        let number = |name: &str| widget[name].as_u64().unwrap_or_else(|| panic!("{widget}"));
        let (x, y) = (number("x"), number("y"));
        assert!(x + number("width") <= 24, "{widget} is too wide");
        for column in x..x + number("width") {
            for row in y..y + number("height") {
                assert!(taken.insert((column, row)), "{widget} overlaps at {column}, {row}");
            }
        }
    }
    let rows = taken.iter().map(|(_, row)| row + 1).max().unwrap_or_default();
    assert_eq!(taken.len() as u64, 24 * rows, "there are holes");
}

#[test]
fn everything_drawn_is_counted_with_these_dimensions() {
    let own = metrics();
    let mut drawn = BTreeSet::new();
    for widget in widgets("enforce") {
        for Drawn { namespace, metric, dimensions } in drawn_by(&widget) {
            if namespace == NAMESPACE {
                assert_eq!(own.get(&metric), Some(&dimensions), "{metric}");
                drawn.insert(metric);
            } else {
                let known = OF_AWS.iter().any(|(of, by, metrics)| {
                    namespace == *of
                        && metrics.contains(&&*metric)
                        && dimensions == BTreeSet::from([(*by).to_owned()])
                });
                assert!(known, "{namespace} {metric} by {dimensions:?}");
            }
        }
    }
    let wanted = [
        "CompleteSweeps",
        "Outcomes",
        "ReturnedMessages",
        "UnfinishedTargets",
        "UnknownIds",
        "UnverifiedWrites",
    ];
    assert_eq!(drawn, wanted.map(str::to_owned).into());
}

#[test]
fn every_queue_is_drawn_with_its_depth_and_its_age() {
    let stack = Stack::with(&[]);
    let queues: BTreeSet<_> = stack
        .resources_of("AWS::SQS::Queue")
        .map(|(name, _)| format!("{name}.QueueName"))
        .collect();
    for metric in ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"] {
        let drawn = widgets("enforce").iter().flat_map(lines_of).collect::<Vec<_>>();
        let of_queues = drawn.iter().filter(|line| line[1] == metric).map(|line| text(&line[3]));
        assert_eq!(of_queues.collect::<BTreeSet<_>>(), queues, "{metric}");
    }
}

#[test]
fn every_line_of_the_function_is_the_functions_own() {
    let lines = widgets("enforce").iter().flat_map(lines_of).collect::<Vec<_>>();
    let of_lambda: Vec<_> = lines.iter().filter(|line| line[0] == "AWS/Lambda").collect();
    assert_eq!(of_lambda.len(), 5);
    assert!(of_lambda.iter().all(|line| line[3] == "Guardrail"), "{of_lambda:?}");
}

#[test]
fn log_tables_are_saved_queries_in_the_same_words() {
    let saved: BTreeSet<_> = queries::saved().into_values().collect();
    for (mode, lately) in [
        ("enforce", "What was enforced, and what launched it"),
        ("report", "What report mode would change"),
    ] {
        let shown: Vec<_> = widgets(mode)
            .iter()
            .filter(|widget| widget["type"] == "log")
            .map(|widget| {
                let query = text(&widget["properties"]["query"]);
                let query = query.strip_prefix("SOURCE 'GuardrailLog' | ");
                query.unwrap_or_else(|| panic!("{widget}")).to_owned()
            })
            .collect();
        for query in &shown {
            assert!(saved.contains(query), "this is no saved query:\n{query}");
        }
        for name in [
            "What needs attention",
            lately,
            "What is held, and why",
            "Who is exempt, why and until when",
            "Which exceptions end within 14 days",
            "How the sweeps ended",
        ] {
            assert!(shown.contains(&queries::saved()[name]), "{mode} mode does not show: {name}");
        }
        assert_eq!(shown.len(), 6);
    }
}

#[test]
fn every_alarm_has_its_state_on_the_dashboard() {
    let stack = Stack::with(&[]);
    let alarms = stack.resources_of("AWS::CloudWatch::Alarm");
    let alarms: BTreeSet<_> = alarms.map(|(name, _)| format!("{name}.Arn")).collect();
    let widgets = widgets("enforce");
    let shown = widgets.iter().find(|widget| widget["type"] == "alarm").expect("their widget");
    let shown = shown["properties"]["alarms"].as_array().expect("a list");
    assert_eq!(shown.iter().map(text).collect::<BTreeSet<_>>(), alarms);
}

#[test]
fn the_first_widget_says_where_the_runbook_is() {
    for mode in ["enforce", "report"] {
        let guide = text(&widgets(mode)[0]["properties"]["markdown"]);
        assert!(guide.contains("docs/src/runbook.md"), "{guide}");
        assert!(guide.starts_with(&format!("# metadata-guardrail in eu-west-1, mode {mode}\n")));
    }
}

#[test]
fn every_other_widget_has_a_title_and_the_region() {
    for widget in widgets("enforce") {
        let properties = &widget["properties"];
        match text(&widget["type"]).as_str() {
            "text" => {}
            "alarm" => assert!(properties["title"].is_string(), "{widget}"),
            "metric" | "log" => {
                assert!(properties["title"].is_string(), "{widget}");
                assert_eq!(properties["region"], "eu-west-1", "{widget}");
            }
            _ => panic!("{widget}"),
        }
    }
}

#[test]
fn stacks_in_two_regions_have_dashboards_of_their_own() {
    let mut stack = Stack::with(&[]);
    assert_eq!(dashboard(&stack)["DashboardName"], "metadata-guardrail-eu-west-1");
    stack.values.insert("AWS::Region".into(), "eu-central-1".into());
    assert_eq!(dashboard(&stack)["DashboardName"], "metadata-guardrail-eu-central-1");
}

/// A metric that is drawn.
struct Drawn {
    namespace: String,
    metric: String,
    dimensions: BTreeSet<String>,
}

fn dashboard(stack: &Stack) -> Value {
    stack.resources_of("AWS::CloudWatch::Dashboard").next().expect("a dashboard").1
}

fn widgets(mode: &str) -> Vec<Value> {
    let body = text(&dashboard(&Stack::with(&[("Mode", mode)]))["DashboardBody"]);
    let body: Value = serde_json::from_str(&body).unwrap_or_else(|why| panic!("{why} in {body}"));
    body["widgets"].as_array().expect("widgets").clone()
}

/// The lines of a widget that name a metric themselves.
fn lines_of(widget: &Value) -> Vec<Value> {
    let all = widget["properties"]["metrics"].as_array().cloned().unwrap_or_default();
    all.into_iter().filter(|line| line[0].is_string()).collect()
}

fn drawn_by(widget: &Value) -> Vec<Drawn> {
    let named = lines_of(widget).into_iter().map(|line| {
        let line = line.as_array().expect("a line").clone();
        let words: Vec<_> = line.iter().filter(|it| it.is_string()).map(text).collect();
        let [namespace, metric, dimensions @ ..] = words.as_slice() else { panic!("{line:?}") };
        // Names and values take turns.
        assert_eq!(dimensions.len() % 2, 0, "{line:?}");
        Drawn {
            namespace: namespace.clone(),
            metric: metric.clone(),
            dimensions: dimensions.iter().step_by(2).cloned().collect(),
        }
    });
    let all = widget["properties"]["metrics"].as_array().cloned().unwrap_or_default();
    let expressions = all.iter().filter_map(|line| line[0]["expression"].as_str());
    let searched = expressions.map(|expression| {
        let found = searched_by(expression);
        found.unwrap_or_else(|| panic!("this test cannot read {expression}"))
    });
    named.chain(searched).collect()
}

/// The metric of an expression that holds one `SEARCH('{NAMESPACE,DIMENSION,…} …', …)`.
fn searched_by(expression: &str) -> Option<Drawn> {
    let (_, search) = expression.split_once("SEARCH('{")?;
    let (schema, terms) = search.split_once('}')?;
    let (terms, _) = terms.split_once('\'')?;
    let mut schema = schema.split(',').map(str::to_owned);
    let namespace = schema.next()?;
    let dimensions: BTreeSet<_> = schema.collect();
    let mut metric = None;
    for term in terms.split_whitespace().filter(|term| *term != "NOT") {
        let (name, value) = term.split_once('=')?;
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        match name {
            "MetricName" => metric = Some(value.to_owned()),
            "Result" => assert!(Verdict::VARIANTS.contains(&value), "{value}"),
            _ => return None,
        }
        assert!(name == "MetricName" || dimensions.contains(name), "{name}");
    }
    Some(Drawn { namespace, metric: metric?, dimensions })
}

#[test]
fn the_address_of_the_dashboard_is_an_output() {
    let outputs = Stack::with(&[]).outputs();
    let url = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/Dashboard";
    assert_eq!(outputs["DashboardUrl"], json!(url));
}

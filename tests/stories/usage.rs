//! Stories of the usage gate: what still uses IMDSv1 is not enforced.

mod an_answer_is_missing;
mod what_does_not_is_enforced;
mod what_is_asked;
mod what_uses_imdsv1_is_held;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;

use crate::support::{
    harness::{Scene, days_ago},
    names::GET_METRIC_DATA,
};

/// The instances of each question to CloudWatch.
fn questions(scene: &Scene) -> Vec<Vec<String>> {
    let mut calls = scene.aws.calls();
    calls.retain(|call| call.operation == GET_METRIC_DATA);
    let bodies = calls.iter().map(|call| serde_json::from_str(&call.body).expect("a request"));
    bodies.map(|body: Value| instances_of(&body)).collect()
}

fn instances_of(body: &Value) -> Vec<String> {
    let queries = body["MetricDataQueries"].as_array().expect("queries");
    let instance = |query: &Value| {
        query["MetricStat"]["Metric"]["Dimensions"][0]["Value"]
            .as_str()
            .map(str::to_owned)
    };
    queries.iter().map(|query| instance(query).expect("an instance")).collect()
}

/// As EC2 shows a time.
fn shown(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn minutes_ago(minutes: i64) -> DateTime<Utc> {
    days_ago(0) - TimeDelta::minutes(minutes)
}

//! The CloudWatch façade: smithy's rpc-v2-cbor, for `GetMetricData` of the one metric that the
//! world knows.

use std::collections::BTreeMap;

use axum::http::Uri;
use chrono::{DateTime, Utc};
use ciborium::tag::Required;
use serde::{Deserialize, Serialize};

use crate::{call::Call, instance::Instance, refusal::Refusal, world::World};

/// Before the name of the operation.
pub(super) const PATH: &str = "/service/GraniteServiceVersion20100801/operation/";
const MAX_QUERIES: usize = 500;
const MAX_DATAPOINTS: usize = 100_800;

/// `GetMetricData`. The times are seconds since 1970.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetMetricData {
    metric_data_queries: Vec<Query>,
    start_time: f64,
    end_time: f64,
    next_token: Option<String>,
    max_datapoints: Option<usize>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Query {
    id: String,
    metric_stat: MetricStat,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetricStat {
    metric: Metric,
    period: u32,
    stat: String,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    namespace: String,
    metric_name: String,
    #[serde(default)]
    dimensions: Vec<Dimension>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Dimension {
    name: String,
    value: String,
}

impl Metric {
    /// The instance it is of. There is no such metric of anything but one instance.
    fn instance(&self) -> Option<&str> {
        match self.dimensions.as_slice() {
            [only] if only.name == "InstanceId" => Some(&only.value),
            _ => None,
        }
    }
}

/// What a request asks for.
pub(super) fn call(uri: &Uri, body: &[u8]) -> Call {
    let operation = uri.path().trim_start_matches(PATH).to_owned();
    let request = ciborium::from_reader::<GetMetricData, _>(body).ok();
    let resource =
        request
            .as_ref()
            .and_then(|request| match request.metric_data_queries.as_slice() {
                [only] => only.metric_stat.metric.instance().map(str::to_owned),
                _ => None,
            });
    let body =
        request.map(|request| serde_json::to_string(&request).expect("the shapes are valid JSON"));
    Call { operation, resource, body: body.unwrap_or_default(), ..Call::default() }
}

/// Carries the call out and gives the CBOR of the answer.
pub(super) fn answer(world: &World, call: &Call) -> Result<Vec<u8>, Refusal> {
    match call.operation.as_str() {
        "GetMetricData" => get_metric_data(world, call),
        other => Err(Refusal::new(
            404,
            "UnknownOperationException",
            format!("No operation matches {other}"),
        )),
    }
}

/// The CBOR of an error answer.
pub(super) fn error(refusal: &Refusal) -> Vec<u8> {
    cbor(&ErrorBody { code: &refusal.code, message: &refusal.message })
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    #[serde(rename = "__type")]
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    metric_data_results: Vec<MetricDataResult>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    messages: Vec<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    code: &'static str,
    value: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct MetricDataResult {
    id: String,
    label: &'static str,
    /// Tag 1 is a time, in seconds since 1970.
    timestamps: Vec<Required<f64, 1>>,
    values: Vec<f64>,
    status_code: String,
    messages: Vec<Message>,
}

fn get_metric_data(world: &World, call: &Call) -> Result<Vec<u8>, Refusal> {
    let request = serde_json::from_str(&call.body);
    let request: GetMetricData =
        request.map_err(|_| Refusal::new(400, "SerializationException", "not understood"))?;
    check(&request)?;
    let mut points = Vec::new();
    let mut shown = BTreeMap::new();
    for Query { id, metric_stat } in &request.metric_data_queries {
        let instance =
            metric_stat.metric.instance().and_then(|instance| world.instances.get(instance));
        let status =
            instance.map_or(Some("Complete"), |instance| instance.metric_status.as_deref());
        let Some(status) = status else { continue };
        shown.insert(
            id.clone(),
            (status.to_owned(), instance.and_then(|instance| instance.metric_message.as_ref())),
        );
        for (time, sum) in instance
            .map(|instance| sums(instance, metric_stat, &request))
            .unwrap_or_default()
        {
            points.push((format!("{id}/{time:020}"), (id.clone(), time, sum)));
        }
    }
    let size = request.max_datapoints.unwrap_or(MAX_DATAPOINTS);
    let page = world.page(call, points.clone(), request.next_token.as_deref(), size);
    let page =
        page.ok_or_else(|| Refusal::new(400, "InvalidNextToken", "The NextToken is not valid"))?;
    let is_first = request.next_token.is_none();
    let results = shown.into_iter().filter_map(|(id, (status, message))| {
        let shown: Vec<_> = page.items.iter().filter(|(of, ..)| *of == id).collect();
        let last = points.iter().rev().map(|(_, point)| point).find(|(of, ..)| *of == id);
        let is_whole = last.is_none_or(|last| page.next_token.is_none() || shown.contains(&last));
        let goes_on = status == "Complete" && !is_whole;
        (is_first || !shown.is_empty()).then(|| MetricDataResult {
            id,
            label: "MetadataNoToken",
            timestamps: shown.iter().map(|(_, time, _)| Required(*time as f64)).collect(),
            values: shown.iter().map(|(.., sum)| *sum).collect(),
            status_code: if goes_on { "PartialData".to_owned() } else { status },
            messages: messages(message),
        })
    });
    let metric_data_results = results.collect();
    Ok(cbor(&Answer {
        metric_data_results,
        next_token: page.next_token,
        messages: messages(world.metric_message.as_ref()),
    }))
}

fn messages(said: Option<&String>) -> Vec<Message> {
    said.into_iter()
        .map(|said| Message { code: "Warning", value: said.clone() })
        .collect()
}

fn check(request: &GetMetricData) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::new(400, "ValidationError", message));
    let ids: Vec<&str> =
        request.metric_data_queries.iter().map(|query| query.id.as_str()).collect();
    if ids.len() > MAX_QUERIES {
        return refuse("The collection MetricDataQueries must not have a size greater than 500.");
    }
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    let is_word = |id: &&str| {
        let mut letters = id.chars();
        letters.next().is_some_and(|first| first.is_ascii_lowercase())
            && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    if unique.len() < ids.len() || !ids.iter().all(is_word) {
        return refuse("The value for parameter Id must be unique and match [a-z][a-zA-Z0-9_]*.");
    }
    if request.start_time >= request.end_time {
        return refuse("The parameter StartTime must be less than the parameter EndTime.");
    }
    let periods = request.metric_data_queries.iter().map(|query| query.metric_stat.period);
    if periods.into_iter().any(|period| period == 0 || !period.is_multiple_of(60)) {
        return refuse("The parameter Period must be a multiple of 60.");
    }
    Ok(())
}

/// The sums of each period that begins in the time asked for.
fn sums(instance: &Instance, asked: &MetricStat, request: &GetMetricData) -> BTreeMap<i64, f64> {
    let mut sums = BTreeMap::new();
    let is_known =
        asked.metric.namespace == "AWS/EC2" && asked.metric.metric_name == "MetadataNoToken";
    if is_known && asked.stat == "Sum" {
        for (at, calls) in &instance.calls_without_token {
            let begin = begin(*at, asked.period);
            if (request.start_time..request.end_time).contains(&(begin as f64)) {
                *sums.entry(begin).or_default() += calls;
            }
        }
    }
    sums
}

fn begin(at: DateTime<Utc>, period: u32) -> i64 {
    let seconds = at.timestamp();
    seconds - seconds.rem_euclid(i64::from(period))
}

fn cbor(shape: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(shape, &mut bytes).expect("the shapes are valid CBOR");
    bytes
}

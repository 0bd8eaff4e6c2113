//! How much IMDSv1 is used on instances, as CloudWatch counts it.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::{
    Client,
    primitives::DateTime,
    types::{Dimension, Metric, MetricDataQuery, MetricStat, StatusCode},
};
use chrono::{NaiveDate, NaiveTime, TimeDelta, Utc};

use super::observe::failed;
use crate::{
    failure::Failure, observed::Usage, outcome::Reason, resource::Answers, settings::UsageDays, target::Target,
};

const OPERATION: &str = "GetMetricData";
/// The most queries of one request ([GetMetricData]).
///
/// [GetMetricData]: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const MOST_QUERIES: usize = 500;
/// A day, for few data points. CloudWatch keeps hours for 15 months, so that all days are there.
const PERIOD_SECONDS: i32 = 86_400;

/// Reads how often instances were called without a session token.
#[derive(Clone, Debug)]
pub struct ReadUsage {
    client: Client,
    days: u8,
}

/// The days that are asked about, from the beginning of one, because CloudWatch counts by whole days.
#[derive(Clone, Copy)]
struct Window {
    since: NaiveDate,
    until: NaiveDate,
}

/// What CloudWatch found for one query.
#[derive(Default)]
struct Found {
    status: Option<StatusCode>,
    values: Vec<f64>,
    /// CloudWatch has something to say about the answer.
    is_doubtful: bool,
}

impl ReadUsage {
    /// Reads through this client over so many days and today; `None` where there is nothing to ask.
    pub fn over(UsageDays(days): UsageDays, client: Client) -> Option<Self> {
        (days > 0).then_some(Self { client, days })
    }

    pub(super) async fn read(&self, targets: &[Target], now: chrono::DateTime<Utc>) -> Answers<Usage> {
        let window = Window::before(now, self.days);
        let mut answers = Answers::with_capacity(targets.len());
        for some in targets.chunks(MOST_QUERIES) {
            let found = self.ask(some, window).await;
            answers.extend(some.iter().map(|target| {
                let found = found.as_ref().map_err(Clone::clone);
                (target.clone(), found.and_then(|found| usage(found.get(&query_id(target)), window.since)))
            }));
        }
        answers
    }

    /// Everything that CloudWatch finds, by query. One query's data may be spread over pages; the last one says whether
    /// it is complete.
    async fn ask(&self, targets: &[Target], window: Window) -> Result<BTreeMap<String, Found>, Failure> {
        let mut pages = self
            .client
            .get_metric_data()
            .set_metric_data_queries(Some(targets.iter().map(query).collect()))
            .start_time(midnight(window.since))
            .end_time(midnight(window.until))
            .into_paginator()
            .send();
        let mut all = BTreeMap::<String, Found>::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| failed(Reason::UsageUnreadable, OPERATION, &error))?;
            let warned = page.messages.is_some_and(|messages| !messages.is_empty());
            for result in page.metric_data_results.unwrap_or_default() {
                let found = all.entry(result.id.unwrap_or_default()).or_default();
                found.values.extend(result.values.unwrap_or_default());
                found.is_doubtful |= warned || result.messages.is_some_and(|messages| !messages.is_empty());
                found.status = result.status_code;
            }
        }
        Ok(all)
    }
}

impl Window {
    /// So many whole days and the present one.
    fn before(now: chrono::DateTime<Utc>, days: u8) -> Self {
        let day = |offset| (now + TimeDelta::days(offset)).date_naive();
        Self { since: day(-i64::from(days)), until: day(1) }
    }
}

fn midnight(day: NaiveDate) -> DateTime {
    DateTime::from_secs(day.and_time(NaiveTime::MIN).and_utc().timestamp())
}

/// The metric exists by instance only: without the dimension CloudWatch finds nothing, whatever is in use.
fn query(target: &Target) -> MetricDataQuery {
    let instance = Dimension::builder().name("InstanceId").value(target.id()).build();
    let metric = Metric::builder().namespace("AWS/EC2").metric_name("MetadataNoToken").dimensions(instance).build();
    let sum = MetricStat::builder().metric(metric).stat("Sum").period(PERIOD_SECONDS).build();
    MetricDataQuery::builder().id(query_id(target)).metric_stat(sum).build()
}

/// A query's id has letters, digits and underscores.
fn query_id(target: &Target) -> String {
    target.id().replace('-', "_")
}

fn usage(found: Option<&Found>, since: NaiveDate) -> Result<Usage, Failure> {
    let found = found.ok_or_else(|| unreadable("leaves it out"))?;
    if found.is_doubtful {
        return Err(unreadable("has a warning for it"));
    }
    match &found.status {
        Some(StatusCode::Complete) if found.values.is_empty() => Ok(Usage::NoData),
        Some(StatusCode::Complete) => {
            let number = found.values.iter().try_fold(0_u64, |sum, value| sum.checked_add(count(*value)?));
            number.map(|number| Usage::Calls { number, since }).ok_or_else(|| unreadable("has a sum that is no number"))
        }
        status => {
            let status = status.as_ref().map_or("without a status", |status| status.as_str());
            Err(unreadable(&format!("is {status} for it")))
        }
    }
}

fn unreadable(what: &str) -> Failure {
    let detail = format!(
        "CloudWatch's answer to {OPERATION} {what}. Whether IMDSv1 is in use is not known, so nothing was written. A \
         retry asks again."
    );
    Failure::new(Reason::UsageUnreadable, detail)
}

/// A sum of counts as the whole number that it is; `None` if it is none.
fn count(sum: f64) -> Option<u64> {
    /// Up to here every whole number has a value of its own.
    const MOST: f64 = 9_007_199_254_740_992.0;
    if !(0.0..=MOST).contains(&sum) || sum.fract() > 0.0 {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within range")]
    Some(sum as u64)
}

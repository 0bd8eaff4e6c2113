//! How much IMDSv1 is used on instances, as CloudWatch counts it.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::{
    Client,
    operation::get_metric_data::GetMetricDataOutput,
    primitives::DateTime,
    types::{Dimension, Metric, MetricDataQuery, MetricDataResult, MetricStat, StatusCode},
};
use chrono::{NaiveDate, NaiveTime, TimeDelta, Utc};
use futures_util::TryStreamExt;

use super::wording::{WrongUsage, usage_unreadable};
use crate::{
    failure::Failure,
    observed::Usage,
    resource::{PerTarget, pages::pages},
    settings::UsageDays,
    target::Target,
    verdict::Failed,
};

const OPERATION: &str = "GetMetricData";
/// How many queries one request may hold ([GetMetricData]).
///
/// [GetMetricData]:
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
const MAX_QUERIES: usize = 500;
/// One day, so there are few data points. CloudWatch keeps hourly data for 15 months, so every day
/// is still there.
const PERIOD_SECONDS: i32 = 86_400;

/// Reads how many times the metadata service of instances was called without a session token.
#[derive(Clone, Debug)]
pub struct ReadUsage {
    client: Client,
    days: u8,
}

/// The days to ask about. They begin at midnight, because CloudWatch counts by whole days.
#[derive(Clone, Copy)]
struct Window {
    since: NaiveDate,
    until: NaiveDate,
}

/// The results of each query by its id, in the order of the pages that its data is spread over.
type Results = BTreeMap<String, Vec<MetricDataResult>>;

impl ReadUsage {
    /// Reads through this client over this many days and today; `None` if there is nothing to ask.
    pub fn over(UsageDays(days): UsageDays, client: Client) -> Option<Self> {
        (days > 0).then_some(Self { client, days })
    }

    pub(super) async fn read(
        &self,
        targets: &[Target],
        now: chrono::DateTime<Utc>,
    ) -> PerTarget<Usage> {
        let window = Window::before(now, self.days);
        let mut answers = PerTarget::with_capacity(targets.len());
        for batch in targets.chunks(MAX_QUERIES) {
            let results = self.ask(batch, window).await;
            answers.extend(batch.iter().map(|target| {
                let results = results.as_ref().map_err(Clone::clone);
                (
                    target.clone(),
                    results.and_then(|results| usage(results.get(&query_id(target)), window.since)),
                )
            }));
        }
        answers
    }

    /// Everything that CloudWatch finds.
    async fn ask(&self, targets: &[Target], window: Window) -> Result<Results, Failure> {
        let queries: Vec<_> = targets.iter().map(query).collect();
        let pages = pages(Failed::UsageUnreadable, OPERATION, async |token| {
            let call = self.client.get_metric_data().set_metric_data_queries(Some(queries.clone()));
            let call = call
                .start_time(midnight(window.since))
                .end_time(midnight(window.until))
                .set_next_token(token);
            let page = call
                .send()
                .await
                .map_err(|error| Failure::of_request(Failed::UsageUnreadable, OPERATION, &error))?;
            let next = page.next_token.clone();
            Ok((page, next))
        });
        let pages: Vec<_> = pages.try_collect().await?;
        by_query(pages)
    }
}

impl Window {
    /// This many whole days, and today.
    fn before(now: chrono::DateTime<Utc>, days: u8) -> Self {
        let day = |offset| (now + TimeDelta::days(offset)).date_naive();
        Self { since: day(-i64::from(days)), until: day(1) }
    }
}

fn midnight(day: NaiveDate) -> DateTime {
    DateTime::from_secs(day.and_time(NaiveTime::MIN).and_utc().timestamp())
}

/// The metric exists only by instance: without the dimension CloudWatch finds nothing, whatever is
/// in use.
fn query(target: &Target) -> MetricDataQuery {
    let instance = Dimension::builder().name("InstanceId").value(target.id()).build();
    let metric = Metric::builder()
        .namespace("AWS/EC2")
        .metric_name("MetadataNoToken")
        .dimensions(instance)
        .build();
    let sum = MetricStat::builder().metric(metric).stat("Sum").period(PERIOD_SECONDS).build();
    MetricDataQuery::builder().id(query_id(target)).metric_stat(sum).build()
}

/// A query's id may hold letters, digits and underscores.
fn query_id(target: &Target) -> String {
    target.id().replace('-', "_")
}

fn by_query(pages: Vec<GetMetricDataOutput>) -> Result<Results, Failure> {
    // A warning may mean that counts are missing, and a missing count must not pass for zero.
    if pages.iter().any(|page| !page.messages().is_empty()) {
        return Err(usage_unreadable(WrongUsage::Warning));
    }
    let mut results = Results::new();
    for result in pages.into_iter().flat_map(|page| page.metric_data_results.unwrap_or_default()) {
        results.entry(result.id.clone().unwrap_or_default()).or_default().push(result);
    }
    Ok(results)
}

fn usage(results: Option<&Vec<MetricDataResult>>, since: NaiveDate) -> Result<Usage, Failure> {
    let results = results.ok_or_else(|| usage_unreadable(WrongUsage::Missing))?;
    if results.iter().any(|result| !result.messages().is_empty()) {
        return Err(usage_unreadable(WrongUsage::WarningForInstance));
    }
    if let Some(result) = incomplete(results) {
        let status = result.status_code().map_or("unknown", StatusCode::as_str);
        return Err(usage_unreadable(WrongUsage::Status(status)));
    }
    let mut values = results.iter().flat_map(MetricDataResult::values).peekable();
    // No data is not zero: it does not show that nothing called without a token.
    if values.peek().is_none() {
        return Ok(Usage::NoData);
    }
    let number = values.try_fold(0_u64, |sum, value| sum.checked_add(count(*value)?));
    number
        .map(|number| Usage::Calls { number, since })
        .ok_or_else(|| usage_unreadable(WrongUsage::NotWhole))
}

/// What makes the results of one query incomplete. Partial data may continue on a later page, but
/// no later page mends what went wrong on an earlier one.
fn incomplete(results: &[MetricDataResult]) -> Option<&MetricDataResult> {
    let is_wrong = |result: &&MetricDataResult| {
        !matches!(result.status_code(), Some(StatusCode::Complete | StatusCode::PartialData))
    };
    let last = results.last().filter(|last| last.status_code() != Some(&StatusCode::Complete));
    results.iter().find(is_wrong).or(last)
}

/// The sum as a whole number; `None` if it is not one.
fn count(sum: f64) -> Option<u64> {
    /// Up to this number an `f64` holds every whole number exactly.
    const MAX: f64 = 9_007_199_254_740_992.0;
    if !(0.0..=MAX).contains(&sum) || sum.fract() > 0.0 {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and within range"
    )]
    Some(sum as u64)
}

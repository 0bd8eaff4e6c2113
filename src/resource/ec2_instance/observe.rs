//! Reads instances.

use std::{
    collections::BTreeMap,
    convert::identity,
    panic::resume_unwind,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use aws_sdk_ec2::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::describe_instances::DescribeInstancesOutput,
    types::{Filter, Instance, TagDescription},
};
use chrono::{DateTime, Utc};
use futures_util::{Stream, TryStreamExt};
use tokio::task::JoinSet;

use super::{
    ReadUsage,
    observed::{Options, observed},
};
use crate::{
    failure::Failure,
    observed::{Observation, TagMap, Usage},
    resource::{CONCURRENCY, Observe, PerTarget, pages::pages},
    target::Target,
    verdict::Failed,
};

/// The most values a filter takes ([DescribeInstances]).
///
/// [DescribeInstances]:
/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
pub(super) const MAX_FILTER_VALUES: usize = 200;
/// The most instances, or tags, that EC2 shows on a page.
pub(super) const FULL_PAGE: i32 = 1000;
/// What EC2's filters do not read literally. A key with one of these is looked for among all tags.
const WILDCARDS: [char; 3] = ['*', '?', '\\'];

/// EC2's error code for a parameter that it does not know.
const UNKNOWN_PARAMETER: &str = "UnknownParameter";

/// Reads instances, their tags and, if asked to, their use of IMDSv1.
#[derive(Clone, Debug)]
pub struct ObserveInstances {
    client: Client,
    usage: Option<ReadUsage>,
    /// Whether EC2 knows that instances can be hidden: not every partition does.
    hides_managed: Arc<AtomicBool>,
}

impl ObserveInstances {
    /// Reads through this client.
    pub fn new(client: Client, usage: Option<ReadUsage>) -> Self {
        Self { client, usage, hides_managed: Arc::new(AtomicBool::new(true)) }
    }

    /// What `read` makes of each instance that the filters select, page by page of at most so many.
    /// EC2 leaves out instances that other services manage, unless it is asked for them.
    pub(super) fn instances<T: Send + 'static, F: Fn(Instance) -> T + Clone + Send + 'static>(
        &self,
        filters: Vec<Filter>,
        page: i32,
        read: F,
    ) -> impl Stream<Item = Result<Vec<T>, Failure>> + use<'_, T, F> {
        const OPERATION: &str = "DescribeInstances";
        pages(Failed::ReadFailed, OPERATION, async move |token| {
            let call = || {
                let call = self
                    .client
                    .describe_instances()
                    .set_filters(Some(filters.clone()))
                    .max_results(page);
                let managed = self.hides_managed.load(Relaxed).then_some(true);
                let call = call.set_next_token(token.clone());
                let page = call.set_include_managed_resources(managed).send();
                apart(read_page(page, read.clone()))
            };
            let mut page = call().await;
            if page.as_ref().is_err_and(|error| error.code() == Some(UNKNOWN_PARAMETER)) {
                // Remembered from now on, so this partition refuses the parameter only once.
                self.hides_managed.store(false, Relaxed);
                page = call().await;
            }
            page.map_err(|error| Failure::of_request(Failed::ReadFailed, OPERATION, &error))
        })
    }

    /// How much an instance uses version 1, as long as nobody has looked.
    pub(super) fn unread(&self) -> Usage {
        if self.usage.is_some() { Usage::Unread } else { Usage::NotAsked }
    }

    /// Reads instances by a filter for their ids. A request by id would fail for all of them if one
    /// has vanished.
    async fn describe(&self, targets: &[&Target]) -> Result<BTreeMap<String, Instance>, Failure> {
        let by_id = filter("instance-id", targets.iter().map(|target| target.id()));
        let found = self.instances(vec![by_id], FULL_PAGE, identity).try_concat().await?;
        Ok(found
            .into_iter()
            .map(|instance| (instance.instance_id.clone().unwrap_or_default(), instance))
            .collect())
    }

    async fn describe_tag(
        &self,
        ids: &[&Target],
        key: &str,
    ) -> Result<BTreeMap<String, TagMap>, Failure> {
        let by_key = (!key.contains(WILDCARDS)).then(|| filter("key", [key]));
        let by_id = filter("resource-id", ids.iter().map(|target| target.id()));
        let mut found = BTreeMap::<String, TagMap>::new();
        for tag in self.tags_of([by_id].into_iter().chain(by_key).collect()).try_concat().await? {
            let tags = found.entry(tag.resource_id.unwrap_or_default()).or_default();
            tags.insert(tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
        }
        Ok(found)
    }

    /// The tags that the filters select, page by page.
    fn tags_of(
        &self,
        filters: Vec<Filter>,
    ) -> impl Stream<Item = Result<Vec<TagDescription>, Failure>> {
        const OPERATION: &str = "DescribeTags";
        pages(Failed::TagsUnreadable, OPERATION, async move |token| {
            let call = self
                .client
                .describe_tags()
                .set_filters(Some(filters.clone()))
                .max_results(FULL_PAGE);
            let page = call.set_next_token(token).send().await;
            let page = page
                .map_err(|error| Failure::of_request(Failed::TagsUnreadable, OPERATION, &error))?;
            Ok((page.tags.unwrap_or_default(), page.next_token))
        })
    }
}

impl Observe for ObserveInstances {
    type Document = Options;
    const AT_ONCE: usize = CONCURRENCY;
    const TOGETHER: usize = CONCURRENCY;

    async fn observe(&self, targets: &[Target]) -> PerTarget<Observation<Options>> {
        let mut answers = Vec::with_capacity(targets.len());
        for batch in batches(targets) {
            let found = self.describe(&batch).await;
            answers.extend(batch.into_iter().map(|target| {
                let answer = found.as_ref().map_err(Clone::clone).map(|found| {
                    match found.get(target.id()) {
                        Some(instance) => observation(target, instance, self.unread()),
                        None => Observation::NotFound,
                    }
                });
                (target.clone(), answer)
            }));
        }
        answers
    }

    async fn tags(&self, targets: &[Target], key: &str) -> PerTarget<TagMap> {
        let mut answers = Vec::with_capacity(targets.len());
        for batch in batches(targets) {
            let found = self.describe_tag(&batch, key).await;
            answers.extend(batch.into_iter().map(|target| {
                let tags = found.as_ref().map_err(Clone::clone);
                let of_target = |found: &BTreeMap<_, TagMap>| {
                    found.get(target.id()).cloned().unwrap_or_default()
                };
                (target.clone(), tags.map(of_target))
            }));
        }
        answers
    }

    async fn usage(&self, targets: &[Target], now: DateTime<Utc>) -> PerTarget<Usage> {
        match &self.usage {
            Some(usage) => usage.read(targets, now).await,
            None => PerTarget::new(),
        }
    }
}

/// What EC2 shows of an instance.
pub(super) fn observation(
    target: &Target,
    instance: &Instance,
    usage: Usage,
) -> Observation<Options> {
    Observation::Found(Box::new(observed(target, instance, usage)))
}

/// What `read` makes of each instance of a page, and the token of the next page.
async fn read_page<T, E>(
    page: impl Future<Output = Result<DescribeInstancesOutput, E>>,
    read: impl Fn(Instance) -> T,
) -> Result<(Vec<T>, Option<String>), E> {
    let page = page.await?;
    let all = page
        .reservations
        .into_iter()
        .flatten()
        .flat_map(|reservation| reservation.instances.unwrap_or_default());
    Ok((all.map(read).collect(), page.next_token))
}

/// Awaits a request in a task of its own. A page of instances has megabytes, so a core is busy with
/// it for a while: a runtime with several threads then reads several pages at once.
async fn apart<T: Send + 'static, E: Send + 'static>(
    request: impl Future<Output = Result<T, SdkError<E>>> + Send + 'static,
) -> Result<T, SdkError<E>> {
    // A set ends its task if nobody waits for the answer any more.
    let mut task = JoinSet::new();
    task.spawn(request);
    match task.join_next().await {
        Some(Ok(answer)) => answer,
        Some(Err(ended)) => match ended.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(ended) => Err(SdkError::construction_failure(ended)),
        },
        None => Err(SdkError::construction_failure("nothing was asked")),
    }
}

fn batches(targets: &[Target]) -> impl Iterator<Item = Vec<&Target>> {
    targets.chunks(MAX_FILTER_VALUES).map(|batch| batch.iter().collect())
}

pub(super) fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    let values = values.into_iter().map(str::to_owned).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

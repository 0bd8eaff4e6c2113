//! Reads runtimes.

use std::future::Future;

use aws_sdk_bedrockagentcorecontrol::{
    Client, error::SdkError, operation::list_tags_for_resource::ListTagsForResourceError,
};
use futures_util::{StreamExt, stream};

use super::{body::BodyTap, document::Document, observed::observed};
use crate::{
    failure::Failure,
    observed::{Observation, TagMap},
    resource::{CONCURRENCY, Observe, PerTarget},
    settings::{MutableArtifacts, RuntimeAuthorizer},
    target::Target,
    verdict::Failed,
};

const GET: &str = "GetAgentRuntime";

/// Reads runtimes and their tags.
#[derive(Clone, Debug)]
pub struct ObserveRuntimes {
    pub(super) client: Client,
    authorizer: RuntimeAuthorizer,
    artifacts: MutableArtifacts,
}

impl ObserveRuntimes {
    /// Reads through this client. The settings say what to notice about authorizers and artifacts.
    pub fn new(client: Client, authorizer: RuntimeAuthorizer, artifacts: MutableArtifacts) -> Self {
        Self { client, authorizer, artifacts }
    }

    async fn look(&self, target: &Target) -> Result<Observation<Document>, Failure> {
        Ok(match read(&self.client, target).await? {
            Some(document) => Observation::Found(Box::new(observed(
                target,
                document,
                &self.authorizer,
                self.artifacts,
            ))),
            None => Observation::NotFound,
        })
    }
}

/// The current version of a runtime; `None` if AWS does not know it.
pub(super) async fn read(client: &Client, target: &Target) -> Result<Option<Document>, Failure> {
    read_version(client, target, None).await
}

/// One version of a runtime, or the current one; `None` if AWS does not know it.
pub(super) async fn read_version(
    client: &Client,
    target: &Target,
    version: Option<&str>,
) -> Result<Option<Document>, Failure> {
    let tap = BodyTap::default();
    let call = client.get_agent_runtime().agent_runtime_id(target.id());
    let call = call.set_agent_runtime_version(version.map(str::to_owned));
    let reply = call.customize().interceptor(tap.clone()).send().await;
    tap.read(Failed::ReadFailed, GET, reply, |body| {
        Document::parse(body).filter(|document| document.is_of(target))
    })
}

/// The tags of a runtime or of an endpoint.
pub(super) async fn list_tags(
    client: &Client,
    arn: &str,
) -> Result<TagMap, SdkError<ListTagsForResourceError>> {
    let reply = client.list_tags_for_resource().resource_arn(arn).send().await?;
    Ok(reply.tags.unwrap_or_default().into_iter().collect())
}

pub(super) fn tags_unreadable(error: &SdkError<ListTagsForResourceError>) -> Failure {
    Failure::of_request(Failed::TagsUnreadable, "ListTagsForResource", error)
}

impl Observe for ObserveRuntimes {
    type Document = Document;
    /// More than requests at once, because AWS may take minutes for an update, and nearly all of that
    /// time is waiting.
    const AT_ONCE: usize = 4 * CONCURRENCY;
    /// AgentCore shows one runtime at a time.
    const TOGETHER: usize = 1;

    async fn observe(&self, targets: &[Target]) -> PerTarget<Observation<Document>> {
        of_each(targets, |target| self.look(target)).await
    }

    async fn tags(&self, targets: &[Target], _: &str) -> PerTarget<TagMap> {
        of_each(targets, async |target| {
            list_tags(&self.client, target.arn())
                .await
                .map_err(|error| tags_unreadable(&error))
        })
        .await
    }
}

async fn of_each<'a, T, F>(targets: &'a [Target], ask: impl Fn(&'a Target) -> F) -> PerTarget<T>
where
    F: Future<Output = Result<T, Failure>>,
{
    let answers = targets.iter().map(|target| {
        let answer = ask(target);
        async move { (target.clone(), answer.await) }
    });
    stream::iter(answers).buffer_unordered(CONCURRENCY).collect().await
}

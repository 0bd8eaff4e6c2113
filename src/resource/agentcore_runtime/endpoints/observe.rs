//! Reads the endpoints of a runtime and the versions they are on.

use aws_sdk_bedrockagentcorecontrol::{Client, error::ProvideErrorMetadata};
use futures_util::TryStreamExt;

use super::{
    document::{EndpointDocument, Listed},
    wording::version_not_shown,
};
use crate::{
    failure::Failure,
    observed::TagMap,
    resource::{
        agentcore_runtime::{
            body::BodyTap,
            document::Document,
            observe::{self, list_tags, read_version, tags_unreadable},
        },
        pages::pages,
    },
    target::Target,
    verdict::Failed,
};

const LIST: &str = "ListAgentRuntimeEndpoints";
const GET: &str = "GetAgentRuntimeEndpoint";
/// The most endpoints on a page.
const PAGE: i32 = 100;

/// Reads endpoints, and whatever else must be known about them.
#[derive(Clone, Debug)]
pub struct ObserveEndpoints {
    client: Client,
}

impl ObserveEndpoints {
    /// Reads through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The endpoints that are not about to go; none if AWS does not know the runtime.
    pub(super) async fn endpoints(&self, target: &Target) -> Result<Vec<Listed>, Failure> {
        let pages = pages(Failed::EndpointsUnreadable, LIST, async |token| {
            let call = self
                .client
                .list_agent_runtime_endpoints()
                .agent_runtime_id(target.id())
                .max_results(PAGE);
            match call.set_next_token(token).send().await {
                Ok(page) => Ok((page.runtime_endpoints, page.next_token)),
                Err(error) if error.code() == Some("ResourceNotFoundException") => {
                    Ok((Vec::new(), None))
                }
                Err(error) => Err(Failure::of_request(Failed::EndpointsUnreadable, LIST, &error)),
            }
        });
        let all = pages.try_concat().await?;
        Ok(all
            .into_iter()
            .map(Listed::from)
            .filter(|endpoint| !endpoint.is_leaving())
            .collect())
    }

    /// Exactly this version of the runtime.
    pub(super) async fn version(
        &self,
        target: &Target,
        version: &str,
    ) -> Result<Document, Failure> {
        let found =
            read_version(&self.client, target, Some(version)).await.map_err(as_unreadable)?;
        let found =
            found.filter(|found| found.text(&["agentRuntimeVersion"]).as_deref() == Some(version));
        found.ok_or_else(|| version_not_shown(version))
    }

    /// The runtime as it is now.
    pub(super) async fn current(&self, target: &Target) -> Result<Option<Document>, Failure> {
        observe::read(&self.client, target).await.map_err(as_unreadable)
    }

    /// The endpoint as it is now; `None` if AWS does not know it.
    pub(super) async fn endpoint(
        &self,
        target: &Target,
        name: &str,
    ) -> Result<Option<EndpointDocument>, Failure> {
        read(&self.client, target, name).await
    }

    /// The tags of an endpoint or of its runtime, by ARN; `None` if the endpoint is gone. It does
    /// not count as gone merely because AWS does not know the ARN: AWS may know the endpoint but
    /// none of its tags.
    pub(super) async fn tags(
        &self,
        target: &Target,
        of: &Listed,
        arn: &str,
    ) -> Result<Option<TagMap>, Failure> {
        let error = match list_tags(&self.client, arn).await {
            Ok(tags) => return Ok(Some(tags)),
            Err(error) => error,
        };
        let may_be_gone = error.code() == Some("ResourceNotFoundException");
        if may_be_gone
            && self.endpoints(target).await?.iter().all(|endpoint| endpoint.name != of.name)
        {
            return Ok(None);
        }
        Err(tags_unreadable(&error))
    }
}

fn as_unreadable(failure: Failure) -> Failure {
    Failure { reason: Failed::EndpointsUnreadable, ..failure }
}

/// The endpoint as it is now; `None` if AWS does not know it.
pub(super) async fn read(
    client: &Client,
    target: &Target,
    name: &str,
) -> Result<Option<EndpointDocument>, Failure> {
    let tap = BodyTap::default();
    let call = client
        .get_agent_runtime_endpoint()
        .agent_runtime_id(target.id())
        .endpoint_name(name);
    let reply = call.customize().interceptor(tap.clone()).send().await;
    tap.read(Failed::EndpointsUnreadable, GET, reply, |body| EndpointDocument::parse(body, name))
}

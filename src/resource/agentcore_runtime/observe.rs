//! Reads runtimes.

use std::future::Future;

use aws_sdk_bedrockagentcorecontrol::{
    Client, error::SdkError, operation::list_tags_for_resource::ListTagsForResourceError,
};
use futures_util::{StreamExt, stream};

use super::{
    body::BodyTap,
    document::{Artifact, Document, redact},
    hold::hold,
    wording::UNREADABLE,
};
use crate::{
    failure::Failure,
    observed::{MetadataAccess, Observation, Observed, Phase, TagMap, Tags, Usage},
    outcome::{Finding, State},
    resource::{CONCURRENCY, Confirmed, Observe, PerTarget},
    settings::{MutableArtifacts, RuntimeAuthorizer},
    target::Target,
    text::{holding, shortened},
    verdict::{Failed, Gone, Held},
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
            Some(document) => Observation::Found(Box::new(self.observed(target, document))),
            None => Observation::NotFound,
        })
    }

    /// Reads the tags first and the runtime last, because the update sends back everything that was
    /// read.
    async fn look_after_tags(&self, target: &Target) -> Result<Observation<Document>, Failure> {
        let tags = list_tags(&self.client, target.arn()).await.map_err(|error| tags_unreadable(&error))?;
        let mut look = self.look(target).await?;
        look.confirm_tags(tags);
        Ok(look)
    }

    fn observed(&self, target: &Target, document: Document) -> Observed<Document> {
        Observed {
            target: target.clone(),
            phase: without_authorizer(phase(&document), &self.authorizer),
            access: match document.requires_mmdsv2() {
                Some(true) => MetadataAccess::V2Required,
                Some(false) | None => MetadataAccess::V1Allowed,
            },
            // Tags need a separate request. It is only sent for a runtime that is due for a write.
            tags: Tags::Unread,
            hold: hold(target, &document, self.artifacts),
            created: None,
            usage: Usage::NotAsked,
            state: state(&document),
            launched_by: None,
            findings: findings(&document, &self.authorizer),
            document: match self.authorizer.to_set() {
                Some(authorizer) => document.with_authorizer(authorizer),
                None => document,
            },
        }
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
    tap.read((Failed::ReadFailed, GET, UNREADABLE), reply, |body| {
        Document::parse(body).filter(|document| document.is_of(target))
    })
}

/// The tags of a runtime or of an endpoint.
pub(super) async fn list_tags(client: &Client, arn: &str) -> Result<TagMap, SdkError<ListTagsForResourceError>> {
    let reply = client.list_tags_for_resource().resource_arn(arn).send().await?;
    Ok(reply.tags.unwrap_or_default().into_iter().collect())
}

pub(super) fn tags_unreadable(error: &SdkError<ListTagsForResourceError>) -> Failure {
    Failure::of_request(Failed::TagsUnreadable, "ListTagsForResource", error)
}

impl Observe for ObserveRuntimes {
    type Document = Document;
    /// AgentCore shows one runtime at a time.
    const TOGETHER: usize = 1;

    async fn observe(&self, targets: &[Target]) -> PerTarget<Observation<Document>> {
        of_each(targets, |target| self.look(target)).await
    }

    async fn confirm(&self, targets: &[Target], _: &str) -> PerTarget<Confirmed<Document>> {
        of_each(targets, async |target| self.look_after_tags(target).await.map(Confirmed::Anew)).await
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

/// The setting and the version of a runtime.
pub(super) fn state(document: &Document) -> State {
    State::Runtime { require_mmdsv2: document.requires_mmdsv2(), version: document.text(&["agentRuntimeVersion"]) }
}

/// Keeps the authorizer to be set out of AWS's words about a failed update: they may quote it even
/// if the runtime does not show it.
fn without_authorizer(phase: Phase, authorizer: &RuntimeAuthorizer) -> Phase {
    match (phase, authorizer.to_set()) {
        (Phase::Broken { reason, status, said }, Some(one)) => {
            Phase::Broken { reason, status, said: said.map(|said| redact(&said, &one.values())) }
        }
        (phase, _) => phase,
    }
}

/// After UPDATE_FAILED the service shows the configuration that failed, so it must not be sent
/// again.
pub(super) fn phase(document: &Document) -> Phase {
    let status = document.text(&["status"]).unwrap_or_else(|| "not given".to_owned());
    let broken = |reason| Phase::Broken {
        reason,
        status: status.clone(),
        said: document.text(&["failureReason"]).map(|said| shortened(&document.redact(&said))),
    };
    match status.as_str() {
        "READY" => Phase::Settled,
        "CREATING" => Phase::Creating(status),
        "UPDATING" => Phase::Changing(status),
        "DELETING" => Phase::Ending(Gone::Deleting),
        "CREATE_FAILED" => broken(Held::CreateFailed),
        "UPDATE_FAILED" => broken(Held::UpdateFailed),
        "DELETE_FAILED" => broken(Held::DeleteFailed),
        _ => broken(Held::UnknownStatus),
    }
}

fn findings(document: &Document, authorizer: &RuntimeAuthorizer) -> Vec<Finding> {
    let noticed = [
        (Artifact::of(document) == Artifact::Mutable, Finding::MutableArtifact),
        (*authorizer != RuntimeAuthorizer::Off && document.lacks_authorizer(), Finding::NoAuthorizer),
        (document.text(&["networkConfiguration", "networkMode"]).as_deref() == Some("PUBLIC"), Finding::PublicNetwork),
    ];
    holding(noticed).collect()
}

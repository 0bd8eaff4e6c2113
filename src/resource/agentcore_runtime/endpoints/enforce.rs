//! The one write to an endpoint, its version, and the proof that nothing else has changed.

use aws_sdk_bedrockagentcorecontrol::Client;

use super::{
    document::EndpointDocument,
    observe::read,
    wording::{Unverified, not_verified},
};
use crate::{
    aws::agentcore_write,
    client_token::{self, client_token},
    failure::Failure,
    patience::{Patience, Progress},
    resource::{Refusal, agentcore_runtime::verify::Sent},
    target::Target,
};

const OPERATION: &str = "UpdateAgentRuntimeEndpoint";

/// Moves endpoints to another version of their runtime.
#[derive(Clone, Debug)]
pub struct EnforceEndpoints {
    client: Client,
}

/// The move of an endpoint of a runtime from one version to another.
#[derive(Clone, Copy)]
pub(super) struct Repoint<'a> {
    pub target: &'a Target,
    pub name: &'a str,
    pub from: &'a str,
    pub to: &'a str,
}

impl EnforceEndpoints {
    /// Writes through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Moves an endpoint once, and verifies the move. The caller has just made sure that nothing
    /// forbids it.
    pub(super) async fn enforce(
        &self,
        repoint: Repoint<'_>,
        before: &EndpointDocument,
        patience: &Patience,
    ) -> Result<(), Refusal> {
        if patience.is_short() {
            return Err(Refusal::Failed(Failure::too_late()));
        }
        let now = match self.send(repoint, before).await {
            Ok(()) => self.wait_until_moved(repoint, Sent::Accepted, patience).await?,
            Err(Refusal::Unclear(lost)) => {
                self.wait_after_lost_answer(repoint, lost, patience).await?
            }
            Err(refusal) => return Err(refusal),
        };
        verified(before, &now).map_err(Refusal::Failed)
    }

    /// Sends the move. Members that are left out may be lost, so the description is sent back. The
    /// client token depends on the time of the last update, so a later move gets a token of its
    /// own: AWS would answer a token it knows without doing anything.
    ///
    /// AWS's own words may quote the configuration of the versions, so they are not repeated.
    async fn send(&self, repoint: Repoint<'_>, before: &EndpointDocument) -> Result<(), Refusal> {
        let Repoint { target, name, from, to } = repoint;
        let description = before.text("description").filter(|text| !text.is_empty());
        let told = description.as_deref().unwrap_or_default();
        let updated = before.text("lastUpdatedAt").unwrap_or_default();
        let token = client_token(&[target.id(), name, from, to, told, &updated]);
        let call = self.client.update_agent_runtime_endpoint();
        let call = call.agent_runtime_id(target.id()).endpoint_name(name).agent_runtime_version(to);
        let call = call
            .set_description(description)
            .client_token(format!("{}{token}", client_token::PREFIX));
        let reply = call.customize().config_override(agentcore_write()).send().await;
        reply.map(|_| ()).map_err(|error| Refusal::of(OPERATION, &error, None))
    }

    /// Waits for a move whose answer was lost, as far as AWS shows that it happened.
    async fn wait_after_lost_answer(
        &self,
        repoint: Repoint<'_>,
        lost: Failure,
        patience: &Patience,
    ) -> Result<EndpointDocument, Refusal> {
        let moved = self.wait_until_moved(repoint, Sent::Unclear, patience).await;
        moved.map_err(|refusal| match refusal {
            Refusal::Failed(failure) => Refusal::Failed(failure.preceded_by(&lost.detail)),
            Refusal::Unclear(_)
            | Refusal::Throttled(_)
            | Refusal::NotTaken(_)
            | Refusal::Changed(_)
            | Refusal::Busy(_)
            | Refusal::Demanded(_)
            | Refusal::Denied(_)
            | Refusal::NotAllowed(_)
            | Refusal::ForGood(_) => Refusal::Unclear(lost),
        })
    }

    /// Waits until AWS shows the endpoint at rest on its new version. If the answer was lost and it
    /// still rests on the old version, the result is [`Refusal::Unclear`]: AWS may not have
    /// accepted the move.
    async fn wait_until_moved(
        &self,
        repoint: Repoint<'_>,
        sent: Sent,
        patience: &Patience,
    ) -> Result<EndpointDocument, Refusal> {
        patience
            .watch(sent.max_fruitless_reads(), async || {
                match read(&self.client, repoint.target, repoint.name).await {
                    Ok(Some(now)) => progress(repoint, sent, now),
                    Ok(None) => Progress::Ended(Err(unverified(Unverified::Gone))),
                    Err(failure) => {
                        Progress::Behind(Err(unverified(Unverified::Unread(&failure.detail))))
                    }
                }
            })
            .await
    }
}

fn progress(
    repoint: Repoint<'_>,
    sent: Sent,
    now: EndpointDocument,
) -> Progress<Result<EndpointDocument, Refusal>> {
    if now.rests_on(repoint.to) {
        return Progress::Ended(Ok(now));
    }
    let shown = |member| now.text(member).unwrap_or_else(|| "not given".to_owned());
    let (status, live_version) = (shown("status"), shown("liveVersion"));
    let state = Unverified::State { status: &status, live_version: &live_version };
    match status.as_str() {
        "READY" if sent == Sent::Unclear && now.rests_on(repoint.from) => {
            Progress::Behind(Err(Refusal::Unclear(not_verified(state))))
        }
        "READY" => Progress::Behind(Err(unverified(state))),
        "UPDATING" => Progress::Working(Err(unverified(state))),
        _ => Progress::Ended(Err(unverified(state))),
    }
}

/// Checks that the move changed nothing but the version.
pub(super) fn verified(before: &EndpointDocument, now: &EndpointDocument) -> Result<(), Failure> {
    match before.differences(now) {
        changed if changed.is_empty() => Ok(()),
        changed => Err(not_verified(Unverified::Differs(&changed))),
    }
}

fn unverified(why: Unverified<'_>) -> Refusal {
    Refusal::Failed(not_verified(why))
}

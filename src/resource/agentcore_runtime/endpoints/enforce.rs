//! The one write to an endpoint: its version, and the proof that nothing else has changed.

use aws_sdk_bedrockagentcorecontrol::Client;

use super::{document::EndpointDocument, observe::read};
use crate::{
    aws::agentcore_write,
    client_token::{self, client_token},
    failure::Failure,
    outcome::Reason,
    patience::Patience,
    resource::{Refusal, agentcore_runtime::verify::Sent},
    target::Target,
    text::listed,
};

const OPERATION: &str = "UpdateAgentRuntimeEndpoint";

/// Moves endpoints to another version of their runtime.
#[derive(Clone, Debug)]
pub struct EnforceEndpoints {
    client: Client,
}

/// What became of an endpoint that was to be moved.
pub(super) enum Moved {
    /// It is on this version now, and that was seen.
    To(String),
    /// Nothing was written, for this reason.
    No(String),
    /// Nothing was written, because AWS is at work on it; in words.
    NotYet(String),
    /// Nothing was written, because it does not exist any more.
    Gone,
}

/// An endpoint's way from one version to another.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub name: &'a str,
    pub from: &'a str,
    pub to: &'a str,
}

impl EnforceEndpoints {
    /// Writes through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The endpoint as it is now; `None` if AWS does not know it.
    pub(super) async fn look(&self, target: &Target, name: &str) -> Result<Option<EndpointDocument>, Failure> {
        read(&self.client, target, name).await
    }

    /// Moves an endpoint, once, and verifies it. Whoever asks for it has just made sure that nothing forbids it.
    pub(super) async fn go(
        &self,
        target: &Target,
        way: Way<'_>,
        before: &EndpointDocument,
        patience: &Patience,
    ) -> Result<Moved, Refusal> {
        if patience.is_short() {
            return Err(Refusal::Failed(Failure::too_late()));
        }
        let now = match self.send(target, way, before).await {
            Ok(()) => self.arrived(target, way, Sent::Accepted, patience).await?,
            Err(Refusal::Unclear(lost)) => self.arrived_all_the_same(target, way, lost, patience).await?,
            Err(refusal) => return Err(refusal),
        };
        verified(before, &now, way).map_err(Refusal::Failed)
    }

    /// Members that are left out may be lost, so the description is sent back. The time of the last update makes the
    /// token of a later move another one: AWS would answer a token it knows without doing anything.
    ///
    /// AWS's own words may quote the configuration of the versions, so they are not repeated.
    async fn send(&self, target: &Target, way: Way<'_>, before: &EndpointDocument) -> Result<(), Refusal> {
        let description = before.text("description").filter(|text| !text.is_empty());
        let told = description.as_deref().unwrap_or_default();
        let updated = before.text("lastUpdatedAt").unwrap_or_default();
        let token = client_token(&[target.id(), way.name, way.from, way.to, told, &updated]);
        let call = self.client.update_agent_runtime_endpoint();
        let call = call.agent_runtime_id(target.id()).endpoint_name(way.name).agent_runtime_version(way.to);
        let call = call.set_description(description).client_token(format!("{}{token}", client_token::PREFIX));
        let reply = call.customize().config_override(agentcore_write()).send().await;
        reply.map(|_| ()).map_err(|error| Refusal::of(OPERATION, &error, None))
    }

    /// Waits for a move whose answer was lost, as far as AWS shows that it happened.
    async fn arrived_all_the_same(
        &self,
        target: &Target,
        way: Way<'_>,
        lost: Failure,
        patience: &Patience,
    ) -> Result<EndpointDocument, Refusal> {
        let arrived = self.arrived(target, way, Sent::Unclear, patience).await;
        arrived.map_err(|refusal| match refusal {
            Refusal::Failed(seen) => Refusal::Failed(seen.preceded_by(&lost.detail)),
            _ => Refusal::Unclear(lost),
        })
    }

    /// Waits until AWS shows the endpoint at rest on its new version. That it still rests on the old one is
    /// [`Refusal::Unclear`]: AWS may not have accepted the move.
    async fn arrived(
        &self,
        target: &Target,
        way: Way<'_>,
        sent: Sent,
        patience: &Patience,
    ) -> Result<EndpointDocument, Refusal> {
        let mut pauses = patience.pauses();
        let mut fruitless_reads = 0;
        loop {
            fruitless_reads += 1;
            let so_far = match read(&self.client, target, way.name).await {
                Ok(Some(now)) if now.rests_on(way.to) => return Ok(now),
                Ok(None) => return Err(Refusal::Failed(not_verified("AWS does not know the endpoint any more."))),
                Err(failure) => Refusal::Failed(not_verified(&failure.detail)),
                Ok(Some(now)) => {
                    let status = now.text("status").unwrap_or_else(|| "not given".to_owned());
                    let seen = not_verified(&format!("Its status is {status}{}.", on_version(&now)));
                    match status.as_str() {
                        "READY" if sent == Sent::Unclear && now.rests_on(way.from) => Refusal::Unclear(seen),
                        "READY" => Refusal::Failed(seen),
                        "UPDATING" => {
                            fruitless_reads = 0;
                            Refusal::Failed(seen)
                        }
                        _ => return Err(Refusal::Failed(seen)),
                    }
                }
            };
            if fruitless_reads > sent.max_fruitless_reads() || !pauses.pause().await {
                return Err(so_far);
            }
        }
    }
}

/// Why an endpoint, as it is just before its move, is not moved; `None` if it may be.
pub(super) fn why_not_now(before: &EndpointDocument, way: Way<'_>) -> Option<String> {
    if !before.rests_on(way.from) {
        return Some("it was changed in between; its next event or the next sweep looks again".to_owned());
    }
    let unknown = before.unknown_members();
    let members = || listed(&unknown);
    (!unknown.is_empty())
        .then(|| format!("this version of the guardrail cannot carry its members {}; move it yourself", members()))
}

/// The endpoint is on its new version, and nothing else has changed.
pub(super) fn verified(before: &EndpointDocument, now: &EndpointDocument, way: Way<'_>) -> Result<Moved, Failure> {
    match before.differences(now) {
        changed if changed.is_empty() => Ok(Moved::To(way.to.to_owned())),
        changed => Err(not_verified(&format!("After it, these members are different: {}.", listed(&changed)))),
    }
}

fn on_version(now: &EndpointDocument) -> String {
    let live = now.text("liveVersion").unwrap_or_else(|| "not given".to_owned());
    format!(", on version {live}")
}

fn not_verified(seen: &str) -> Failure {
    let detail = format!("A move was sent and could not be verified. {seen} A retry looks again.");
    Failure::new(Reason::EndpointNotVerified, detail)
}

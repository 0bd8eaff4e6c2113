//! The one write to an endpoint: its version, and the proof that nothing else has changed.

use aws_sdk_bedrockagentcorecontrol::{
    Client, error::SdkError, operation::update_agent_runtime_endpoint::UpdateAgentRuntimeEndpointError,
};

use super::{
    TOKEN_PREFIX,
    reading::{Endpoint, read},
};
use crate::{
    failure::Failure,
    outcome::Reason,
    patience::Patience,
    resource::agentcore_runtime::{
        document::token,
        lost_answer::LostAnswer,
        verify::{MOST_FRUITLESS_READS, listed},
    },
    target::Target,
};

const OPERATION: &str = "UpdateAgentRuntimeEndpoint";

/// Moves endpoints to another version of their runtime.
#[derive(Clone, Debug)]
pub struct MoveEndpoints {
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

impl MoveEndpoints {
    /// Writes through this client.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// Moves an endpoint and verifies it. Whoever asks for it has made sure that the two versions are the same.
    pub(super) async fn go(&self, target: &Target, way: Way<'_>, patience: &Patience) -> Result<Moved, Failure> {
        if patience.is_short() {
            return Err(Failure::too_late());
        }
        let Some(before) = read(&self.client, target, way.name).await? else {
            return Ok(Moved::Gone);
        };
        if !before.rests_on(way.from) {
            return Ok(Moved::No("it was changed in between; its next event or the next sweep looks again".to_owned()));
        }
        let unknown = before.unknown_members();
        if !unknown.is_empty() {
            let members = listed(&unknown);
            return Ok(Moved::No(format!(
                "this version of the guardrail cannot carry its members {members}; move it yourself"
            )));
        }
        let lost_answer = LostAnswer::default();
        let refused = self.send(target, way, &before, &lost_answer).await.err();
        // AWS's own words may quote the configuration of the versions, so that they are not repeated.
        let refused = refused.map(|error| Failure::of_request(Reason::WriteFailed, OPERATION, &error, None));
        let now = match refused {
            Some(failure) if !lost_answer.is_possible() => return Err(failure),
            Some(failure) => {
                self.arrived(target, way, patience).await.map_err(|seen| seen.preceded_by(&failure.detail))?
            }
            None => self.arrived(target, way, patience).await?,
        };
        match before.differences(&now) {
            changed if changed.is_empty() => Ok(Moved::To(way.to.to_owned())),
            changed => Err(not_verified(&format!("After it, these members are different: {}.", listed(&changed)))),
        }
    }

    /// Members that are left out may be lost, so that the description is sent back. The time of the last update makes
    /// the token of a later move another one: AWS would answer a token it knows without doing anything.
    async fn send(
        &self,
        target: &Target,
        way: Way<'_>,
        before: &Endpoint,
        lost_answer: &LostAnswer,
    ) -> Result<(), SdkError<UpdateAgentRuntimeEndpointError>> {
        let description = before.text("description").filter(|text| !text.is_empty());
        let told = description.as_deref().unwrap_or_default();
        let updated = before.text("lastUpdatedAt").unwrap_or_default();
        let token = token(&[target.id(), way.name, way.from, way.to, told, &updated]);
        let call = self.client.update_agent_runtime_endpoint();
        let call = call.agent_runtime_id(target.id()).endpoint_name(way.name).agent_runtime_version(way.to);
        let call = call.set_description(description).client_token(format!("{TOKEN_PREFIX}{token}"));
        call.customize().interceptor(lost_answer.clone()).send().await.map(|_| ())
    }

    /// Waits until AWS shows the endpoint at rest on its new version.
    async fn arrived(&self, target: &Target, way: Way<'_>, patience: &Patience) -> Result<Endpoint, Failure> {
        let mut pauses = patience.pauses();
        let mut fruitless_reads = 0;
        loop {
            fruitless_reads += 1;
            let so_far = match read(&self.client, target, way.name).await {
                Ok(Some(now)) if now.rests_on(way.to) => return Ok(now),
                Ok(None) => return Err(not_verified("AWS does not know the endpoint any more.")),
                Err(failure) => not_verified(&failure.detail),
                Ok(Some(now)) => {
                    let status = now.text("status").unwrap_or_else(|| "not given".to_owned());
                    let seen = not_verified(&format!("Its status is {status}{}.", why(&now)));
                    match status.as_str() {
                        "READY" => {}
                        "UPDATING" => fruitless_reads = 0,
                        _ => return Err(seen),
                    }
                    seen
                }
            };
            if fruitless_reads > MOST_FRUITLESS_READS || !pauses.pause().await {
                return Err(so_far);
            }
        }
    }
}

fn why(now: &Endpoint) -> String {
    let live = now.text("liveVersion").unwrap_or_else(|| "not given".to_owned());
    format!(", on version {live}")
}

fn not_verified(seen: &str) -> Failure {
    let detail = format!("A move was sent and could not be verified. {seen} A retry looks again.");
    Failure::new(Reason::EndpointNotVerified, detail)
}

//! Endpoints of AgentCore runtimes: what one is, how it is updated, and how it settles after that.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    refusal::Refusal,
    runtime::{Document, Runtime, not_found, raw},
    update::{constraint, is_client_token},
    world::World,
};

/// AWS moves this one to every new version.
const DEFAULT: &str = "DEFAULT";

/// One endpoint of a runtime.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// The version that callers reach.
    pub live_version: u32,
    /// The version it is on its way to.
    pub target_version: Option<u32>,
    /// AWS's own word, such as `READY`.
    pub status: String,
    /// Its description, if it has one.
    pub description: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Members of answers that no model has, each with its JSON.
    pub more: Vec<(String, String)>,
    /// An ISO 8601 time: when it was last updated.
    pub updated_at: String,
    /// How many reads show UPDATING after an update. 1 by default; `u32::MAX` means for good.
    pub settle_polls: u32,
    /// How many more reads show the present status if it is a transitional one.
    pub polls_left: u32,
    /// Updates are accepted and then end as `UPDATE_FAILED` for this reason.
    pub updates_fail: Option<String>,
    /// An update without a description loses it; with this even one that carries it.
    pub loses_description: bool,
    failure_reason: Option<String>,
    tokens: Vec<String>,
}

impl Endpoint {
    pub(super) fn new(version: u32, time: &str) -> Self {
        Self {
            live_version: version,
            target_version: None,
            status: "READY".to_owned(),
            description: None,
            tags: BTreeMap::new(),
            more: Vec::new(),
            updated_at: time.to_owned(),
            settle_polls: 1,
            polls_left: 0,
            updates_fail: None,
            loses_description: false,
            failure_reason: None,
            tokens: Vec::new(),
        }
    }

    /// Sets one tag.
    pub fn tag(&mut self, key: &str, value: &str) -> &mut Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// It is on its way to another version, for this many more reads.
    pub fn moving_to(&mut self, version: u32, polls: u32) -> &mut Self {
        self.target_version = Some(version);
        self.status = "UPDATING".to_owned();
        self.polls_left = polls;
        self
    }

    /// One read: time goes by.
    fn read(&mut self) {
        if self.status != "UPDATING" {
            return;
        }
        if self.polls_left > 0 {
            self.polls_left -= u32::from(self.polls_left < u32::MAX);
            return;
        }
        self.failure_reason.clone_from(&self.updates_fail);
        if self.failure_reason.is_some() {
            self.status = "UPDATE_FAILED".to_owned();
            return;
        }
        self.status = "READY".to_owned();
        self.live_version = self.target_version.take().unwrap_or(self.live_version);
    }

    fn shown(&self, runtime: &Runtime, name: &str) -> Document {
        let endpoint_arn = format!("{}/runtime-endpoint/{name}", runtime.arn());
        let text = |text: &str| raw(&Value::from(text).to_string());
        let mut shown: Document = [
            ("name", text(name)),
            ("id", text(name)),
            ("liveVersion", text(&self.live_version.to_string())),
            ("status", text(&self.status)),
            ("agentRuntimeArn", text(&runtime.arn())),
            ("agentRuntimeEndpointArn", text(&endpoint_arn)),
            ("createdAt", text(&runtime.created_at)),
            ("lastUpdatedAt", text(&self.updated_at)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let target = self.target_version.map(|version| version.to_string());
        let optional = [
            ("targetVersion", &target),
            ("description", &self.description),
            ("failureReason", &self.failure_reason),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                shown.insert(name.to_owned(), text(value));
            }
        }
        shown.extend(self.more.iter().map(|(name, json)| (name.clone(), raw(json))));
        shown
    }
}

/// Every endpoint of a runtime by name, as a list shows it.
pub(super) fn all(world: &mut World, id: &str) -> Result<Vec<(String, Document)>, Refusal> {
    let runtime = world.runtimes.get_mut(id).ok_or_else(|| not_found(id))?;
    runtime.endpoints.values_mut().for_each(Endpoint::read);
    let mut all: BTreeMap<_, _> =
        [(DEFAULT.to_owned(), Endpoint::new(runtime.version, &runtime.updated_at))].into();
    all.extend(runtime.endpoints.clone());
    Ok(all
        .into_iter()
        .map(|(name, endpoint)| (name.clone(), endpoint.shown(runtime, &name)))
        .collect())
}

/// One read of an endpoint.
pub(super) fn shown(world: &mut World, (id, name): (&str, &str)) -> Result<Document, Refusal> {
    let all = all(world, id)?;
    let found = all.into_iter().find(|(found, _)| found == name);
    found.map(|(_, shown)| shown).ok_or_else(|| not_found(&format!("{id}/{name}")))
}

/// Moves an endpoint. What the request leaves out is lost, but for the version, which is kept.
pub(super) fn update(
    world: &mut World,
    (id, name): (&str, &str),
    body: &str,
) -> Result<Document, Refusal> {
    let body: Value = serde_json::from_str(body).map_err(|error| {
        Refusal::new(400, "SerializationException", format!("not a JSON document: {error}"))
    })?;
    let token = body["clientToken"].as_str().unwrap_or_default().to_owned();
    if !token.is_empty() && !is_client_token(&token) {
        return Err(constraint("clientToken", "Member must satisfy [a-zA-Z0-9](-*[a-zA-Z0-9])*"));
    }
    if body["description"] == "" {
        return Err(constraint("description", "Member must have length at least 1"));
    }
    let runtime = world.runtimes.get(id).ok_or_else(|| not_found(id))?;
    world.check_tags(&runtime.tags)?;
    runtime
        .endpoints
        .get(name)
        .map_or(Ok(()), |endpoint| world.check_tags(&endpoint.tags))?;
    let now = world.tick();
    let runtime = world.runtimes.get_mut(id).ok_or_else(|| not_found(id))?;
    let version = body["agentRuntimeVersion"]
        .as_str()
        .map(|version| version.parse().unwrap_or_default());
    if let Some(version) = version
        && runtime.configuration(version).is_none()
    {
        return Err(not_found(&format!("{id}:{version}")));
    }
    let endpoint = runtime
        .endpoints
        .get_mut(name)
        .ok_or_else(|| not_found(&format!("{id}/{name}")))?;
    if token.is_empty() || !endpoint.tokens.contains(&token) {
        if endpoint.status == "UPDATING" {
            return Err(Refusal::conflict("The endpoint cannot be updated while it is UPDATING"));
        }
        let (polls, version) = (endpoint.settle_polls, version.unwrap_or(endpoint.live_version));
        endpoint.moving_to(version, polls);
        endpoint.description = body["description"]
            .as_str()
            .filter(|_| !endpoint.loses_description)
            .map(str::to_owned);
        endpoint.updated_at = now;
        endpoint.tokens.push(token);
    }
    let endpoint = endpoint.clone();
    Ok(endpoint.shown(runtime, name))
}

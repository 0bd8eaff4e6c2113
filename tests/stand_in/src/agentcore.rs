//! The AgentCore control plane façade: REST paths and JSON.

use std::collections::BTreeMap;

use axum::http::{Method, Uri};
use percent_encoding::percent_decode_str;
use serde::Serialize;

use crate::{
    call::{self, Call},
    endpoint,
    refusal::Refusal,
    runtime::{Document, Runtime, arn_prefix, not_found, raw},
    update::with_s3_endpoint,
    world::World,
};

/// What a request asks for.
pub(super) fn call(method: &Method, uri: &Uri, region: &str, body: String) -> Call {
    let (operation, resource) = route(method, uri.path(), region);
    Call {
        operation,
        resource,
        body,
        parameters: call::parameters(uri.query().unwrap_or_default()),
        ..Call::default()
    }
}

/// The operation and the runtime a path names. Segments are decoded one by one, because an ARN
/// carries slashes of its own.
fn route(method: &Method, path: &str, region: &str) -> (String, Option<String>) {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let trimmed = path.trim_matches('/');
    let (collection, member) = trimmed.split_once('/').unwrap_or((trimmed, ""));
    let operation = match (method.as_str(), collection, member) {
        ("POST", "runtimes", "") => "ListAgentRuntimes",
        ("GET", "runtimes", id) if is_segment(id) => "GetAgentRuntime",
        ("PUT", "runtimes", id) if is_segment(id) => "UpdateAgentRuntime",
        ("POST", "runtimes", path) if is_endpoints(path) => "ListAgentRuntimeEndpoints",
        ("GET", "runtimes", path) if is_endpoint(path) => "GetAgentRuntimeEndpoint",
        ("PUT", "runtimes", path) if is_endpoint(path) => "UpdateAgentRuntimeEndpoint",
        ("GET", "tags", arn) if !arn.is_empty() => "ListTagsForResource",
        _ => return (format!("{method} {path}"), None),
    };
    let member = decode(member);
    // An ARN of something else, or of another Region, names no runtime: it stays as it is, and
    // nothing is found.
    let id = member.strip_prefix(&arn_prefix(region)).unwrap_or(&member);
    let id = id.strip_suffix(ENDPOINTS).unwrap_or(id);
    let resource = (!id.is_empty()).then(|| id.to_owned());
    (operation.to_owned(), resource)
}

/// `ID/runtime-endpoints`
fn is_endpoints(path: &str) -> bool {
    path.strip_suffix(ENDPOINTS).is_some_and(is_segment)
}

/// `ID/runtime-endpoints/NAME`
fn is_endpoint(path: &str) -> bool {
    path.rsplit_once('/')
        .is_some_and(|(parent, name)| !name.is_empty() && is_endpoints(parent))
}

const ENDPOINTS: &str = "/runtime-endpoints";

fn is_segment(text: &str) -> bool {
    !text.is_empty() && !text.contains('/')
}

/// Carries the call out and gives status and JSON of the answer.
pub(super) fn answer(world: &mut World, call: &Call) -> Result<(u16, String), Refusal> {
    let id = call.resource.as_deref().unwrap_or_default();
    match call.operation.as_str() {
        "GetAgentRuntime" => Ok((200, get_agent_runtime(world, call, id)?)),
        "UpdateAgentRuntime" => Ok((202, update_agent_runtime(world, id, &call.body)?)),
        "ListAgentRuntimes" => Ok((200, list_agent_runtimes(world, call)?)),
        "ListAgentRuntimeEndpoints" => Ok((200, list_agent_runtime_endpoints(world, call, id)?)),
        "GetAgentRuntimeEndpoint" => Ok((200, json(&endpoint::shown(world, of_endpoint(id))?))),
        "UpdateAgentRuntimeEndpoint" => {
            Ok((202, json(&endpoint::update(world, of_endpoint(id), &call.body)?)))
        }
        "ListTagsForResource" => Ok((200, list_tags_for_resource(world, id)?)),
        other => Err(Refusal::new(
            404,
            "UnknownOperationException",
            format!("No operation matches {other}"),
        )),
    }
}

/// The JSON of an error answer.
pub(super) fn error(refusal: &Refusal) -> String {
    let is_validation = refusal.code == "ValidationException";
    json(&ErrorBody {
        message: &refusal.message,
        reason: is_validation.then_some("FieldValidationFailed"),
    })
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// The members that AWS adds to a runtime's configuration.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Owned<'a> {
    agent_runtime_arn: String,
    agent_runtime_id: &'a str,
    agent_runtime_version: String,
    created_at: &'a str,
    last_updated_at: &'a str,
    status: &'a str,
    workload_identity_details: WorkloadIdentityDetails,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_runtime_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_reason: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WorkloadIdentityDetails {
    workload_identity_arn: String,
}

impl<'a> Owned<'a> {
    fn new(runtime: &'a Runtime, version: u32) -> Self {
        let of_account = arn_prefix(&runtime.region).replace("runtime/", "");
        let workload_identity_arn = format!(
            "{of_account}workload-identity-directory/default/workload-identity/{}",
            runtime.id
        );
        Self {
            agent_runtime_arn: runtime.arn(),
            agent_runtime_id: &runtime.id,
            agent_runtime_version: version.to_string(),
            created_at: &runtime.created_at,
            last_updated_at: &runtime.updated_at,
            status: &runtime.status,
            workload_identity_details: WorkloadIdentityDetails { workload_identity_arn },
            agent_runtime_name: None,
            failure_reason: None,
        }
    }
}

fn get_agent_runtime(world: &mut World, call: &Call, id: &str) -> Result<String, Refusal> {
    // Only a read without a version shows the transition go by.
    let version = match number(call, "version")? {
        None => world.shown_version(id)?,
        Some(version) => version,
    };
    let runtime = world.runtimes.get(id).ok_or_else(|| not_found(id))?;
    let configuration = runtime.configuration(version);
    let configuration = configuration.ok_or_else(|| not_found(&format!("{id}:{version}")))?;

    let mut owned = Owned::new(runtime, version);
    owned.agent_runtime_name = Some(runtime.name());
    if version == runtime.version {
        owned.failure_reason = runtime.failure_reason.as_deref();
    } else {
        owned.status = "READY";
    }
    let mut shown: Document = serde_json::from_str(&json(&owned)).expect("an object");
    shown.extend(configuration.clone());
    if let Some(network) = shown.get_mut("networkConfiguration")
        && let Some(completed) = with_s3_endpoint(network.get(), "false")
    {
        *network = raw(&completed);
    }
    Ok(json(&shown))
}

fn update_agent_runtime(world: &mut World, id: &str, body: &str) -> Result<String, Refusal> {
    let (runtime, accepted) = world.update_runtime(id, body)?;
    let mut owned = Owned::new(runtime, accepted.version);
    owned.last_updated_at = &accepted.updated_at;
    owned.status = "UPDATING";
    Ok(json(&owned))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListAgentRuntimes<'a> {
    agent_runtimes: Vec<Summary<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    agent_runtime_arn: String,
    agent_runtime_id: &'a str,
    agent_runtime_name: &'a str,
    agent_runtime_version: String,
    description: String,
    last_updated_at: &'a str,
    status: &'a str,
}

impl<'a> Summary<'a> {
    fn new(runtime: &'a Runtime) -> Self {
        let description = runtime.member("description");
        Self {
            agent_runtime_arn: runtime.arn(),
            agent_runtime_id: &runtime.id,
            agent_runtime_name: runtime.name(),
            agent_runtime_version: runtime.version.to_string(),
            description: description
                .and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or_default(),
            last_updated_at: &runtime.updated_at,
            status: &runtime.status,
        }
    }
}

fn list_agent_runtimes(world: &World, call: &Call) -> Result<String, Refusal> {
    let size = number(call, "maxResults")?.unwrap_or(100);
    if !(1..=100).contains(&size) {
        return Err(Refusal::validation("maxResults must be between 1 and 100"));
    }
    let runtimes = world.runtimes.values();
    let found = runtimes.map(|runtime| (runtime.id.clone(), Summary::new(runtime)));
    let page = world.page(call, found.collect(), call.parameter("nextToken"), size as usize);
    let page = page.ok_or_else(|| Refusal::validation("nextToken is not valid"))?;
    Ok(json(&ListAgentRuntimes { agent_runtimes: page.items, next_token: page.next_token }))
}

/// The runtime's id and the endpoint's name.
fn of_endpoint(path: &str) -> (&str, &str) {
    let (parent, name) = path.rsplit_once('/').expect("routed");
    (parent.strip_suffix(ENDPOINTS).expect("routed"), name)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListAgentRuntimeEndpoints {
    runtime_endpoints: Vec<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

fn list_agent_runtime_endpoints(
    world: &mut World,
    call: &Call,
    id: &str,
) -> Result<String, Refusal> {
    let size = number(call, "maxResults")?.unwrap_or(100);
    if !(1..=100).contains(&size) {
        return Err(Refusal::validation("maxResults must be between 1 and 100"));
    }
    let found = endpoint::all(world, id)?;
    let page = world.page(call, found, call.parameter("nextToken"), size as usize);
    let page = page.ok_or_else(|| Refusal::validation("nextToken is not valid"))?;
    Ok(json(&ListAgentRuntimeEndpoints {
        runtime_endpoints: page.items,
        next_token: page.next_token,
    }))
}

#[derive(Serialize)]
struct Tags<'a> {
    tags: &'a BTreeMap<String, String>,
}

/// `path` is what an ARN says after `runtime/`: a runtime's id, and an endpoint of it.
fn list_tags_for_resource(world: &World, path: &str) -> Result<String, Refusal> {
    let (id, name) = path
        .split_once("/runtime-endpoint/")
        .map_or((path, None), |(id, name)| (id, Some(name)));
    let runtime = world.runtimes.get(id).ok_or_else(|| not_found(id))?;
    let tags = match name {
        None => &runtime.tags,
        Some(name) => &runtime.endpoints.get(name).ok_or_else(|| not_found(path))?.tags,
    };
    Ok(json(&Tags { tags }))
}

fn number(call: &Call, name: &str) -> Result<Option<u32>, Refusal> {
    let Some(value) = call.parameter(name) else {
        return Ok(None);
    };
    let invalid = |_| Refusal::validation(format!("{name} must be a number, not '{value}'"));
    value.parse().map(Some).map_err(invalid)
}

fn json<T: Serialize>(shape: &T) -> String {
    serde_json::to_string(shape).expect("the shapes are valid JSON")
}

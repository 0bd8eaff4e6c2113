//! The XML shapes of EC2's answers.

use serde::Serialize;

use crate::{account_defaults::AccountDefaults, instance::Instance, page::Page, refusal::Refusal};

/// The namespace of every answer.
pub const NAMESPACE: &str = "http://ec2.amazonaws.com/doc/2016-11-15/";
/// The id of every request.
pub const REQUEST_ID: &str = "3fbd5a1c-7e0b-4d6e-9a50-2f6d4c1b8e77";

/// The XML of an answer.
pub fn xml<T: Serialize>(shape: &T) -> String {
    let body = quick_xml::se::to_string(shape).expect("the shapes are valid XML");
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}")
}

/// The XML of an answer that says nothing but that it was done.
pub fn done(operation: &str) -> String {
    let members = format!("<requestId>{REQUEST_ID}</requestId><return>true</return>");
    format!("<{operation}Response xmlns=\"{NAMESPACE}\">{members}</{operation}Response>")
}

/// The XML of an error answer.
pub fn error(refusal: &Refusal) -> String {
    let error = ErrorItem { code: &refusal.code, message: &refusal.message };
    xml(&Response { errors: Errors { error }, request_id: REQUEST_ID })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Response<'a> {
    errors: Errors<'a>,
    #[serde(rename = "RequestID")]
    request_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Errors<'a> {
    error: ErrorItem<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorItem<'a> {
    code: &'a str,
    message: &'a str,
}

/// A list as EC2 writes it: one `item` element for each member.
#[derive(Serialize)]
pub struct Items<T> {
    item: Vec<T>,
}

impl<T> FromIterator<T> for Items<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let item = items.into_iter().collect();
        Self { item }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MetadataOptions<'a> {
    state: &'static str,
    http_tokens: &'a str,
    http_put_response_hop_limit: u32,
    http_endpoint: &'a str,
    http_protocol_ipv6: &'a str,
    instance_metadata_tags: &'a str,
}

impl<'a> MetadataOptions<'a> {
    fn new(instance: &'a Instance) -> Self {
        Self {
            // It takes a moment until they apply.
            state: "pending",
            http_tokens: &instance.http_tokens,
            http_put_response_hop_limit: instance.hop_limit,
            http_endpoint: &instance.http_endpoint,
            http_protocol_ipv6: &instance.http_protocol_ipv6,
            instance_metadata_tags: &instance.instance_metadata_tags,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModifyInstanceMetadataOptionsResponse<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    request_id: &'static str,
    instance_id: &'a str,
    instance_metadata_options: MetadataOptions<'a>,
}

impl<'a> ModifyInstanceMetadataOptionsResponse<'a> {
    pub fn new(asked_for: &'a Instance) -> Self {
        Self {
            namespace: NAMESPACE,
            request_id: REQUEST_ID,
            instance_id: &asked_for.id,
            instance_metadata_options: MetadataOptions::new(asked_for),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GetInstanceMetadataDefaultsResponse<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    request_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_level: Option<AccountLevel<'a>>,
}

impl<'a> GetInstanceMetadataDefaultsResponse<'a> {
    pub fn new(defaults: &'a AccountDefaults) -> Self {
        let account_level = AccountLevel {
            http_tokens: defaults.http_tokens.as_deref(),
            http_put_response_hop_limit: defaults.hop_limit,
            http_endpoint: defaults.http_endpoint.as_deref(),
            instance_metadata_tags: defaults.instance_metadata_tags.as_deref(),
            http_tokens_enforced: defaults.http_tokens_enforced.as_deref(),
            managed_by: defaults.managed_by.as_deref(),
            managed_exception_message: defaults.managed_exception_message.as_deref(),
        };
        let account_level = (!defaults.are_hidden).then_some(account_level);
        Self { namespace: NAMESPACE, request_id: REQUEST_ID, account_level }
    }
}

/// A default without a preference is left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountLevel<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    http_tokens: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_put_response_hop_limit: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_endpoint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance_metadata_tags: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_tokens_enforced: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed_exception_message: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ModifyInstanceMetadataDefaultsResponse {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    request_id: &'static str,
    r#return: bool,
}

impl ModifyInstanceMetadataDefaultsResponse {
    pub fn new() -> Self {
        Self { namespace: NAMESPACE, request_id: REQUEST_ID, r#return: true }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DescribeTagsResponse<'a> {
    #[serde(rename = "@xmlns")]
    namespace: &'static str,
    request_id: &'static str,
    tag_set: Items<Tag<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl<'a> DescribeTagsResponse<'a> {
    pub fn new(page: Page<Tag<'a>>) -> Self {
        Self {
            namespace: NAMESPACE,
            request_id: REQUEST_ID,
            tag_set: page.items.into_iter().collect(),
            next_token: page.next_token,
        }
    }
}

/// A tag as `DescribeTags` shows it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag<'a> {
    pub resource_id: &'a str,
    pub resource_type: &'static str,
    pub key: &'a str,
    pub value: &'a str,
}

impl<'a> Tag<'a> {
    pub fn new(resource_id: &'a str, key: &'a str, value: &'a str) -> Self {
        Self { resource_id, resource_type: "instance", key, value }
    }
}

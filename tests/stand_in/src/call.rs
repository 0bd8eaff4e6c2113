//! The call log.

use std::time::Duration;

use axum::http::request::Parts;

/// One HTTP request as it arrived, and the error it was answered with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// When it was processed, measured from the start of the world.
    pub at: Duration,
    /// Who called, for callers that have a [`Transport`](crate::Transport).
    pub caller: String,
    /// The id of the key that the request is signed with.
    pub access_key: String,
    /// The Region that it belongs to.
    pub region: String,
    /// The AWS name, such as `DescribeInstances`; method and path where no operation matches.
    pub operation: String,
    /// The instance, the runtime, the queue or the event bus, or
    /// `RUNTIME/runtime-endpoints/ENDPOINT`, that the call names, if it names exactly one.
    pub resource: Option<String>,
    /// The raw request body; CloudWatch's as JSON.
    pub body: String,
    /// EC2: the form's parameters. AgentCore: the query's parameters.
    pub parameters: Vec<(String, String)>,
    /// The error code of the answer, or the name of the fault that spoiled the answer.
    pub error: Option<String>,
}

impl Call {
    /// The value of one parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let (_, value) = parameters.find(|(key, _)| key == name)?;
        Some(value)
    }

    /// Whether the operation changes something when it succeeds.
    pub fn is_write(&self) -> bool {
        let reads = ["Describe", "Get", "List"];
        !reads.iter().any(|read| self.operation.starts_with(read))
    }
}

/// The operation that AWS JSON names in its header, after this prefix of the service.
pub(super) fn target<'a>(head: &'a Parts, prefix: &str) -> Option<&'a str> {
    head.headers.get("x-amz-target")?.to_str().ok()?.strip_prefix(prefix)
}

/// The parameters of a form or a query string, decoded.
pub(super) fn parameters(encoded: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

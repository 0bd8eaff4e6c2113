//! How AWS says no.

/// An error answer, before a façade puts it into the words of its protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code. Empty for the service's own code of missing permissions.
    pub code: String,
    /// What AWS says.
    pub message: String,
}

impl Refusal {
    /// A refusal with this status, code and message.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into() }
    }

    /// EC2's refusal of a parameter's value.
    pub fn invalid_parameter_value(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidParameterValue", message)
    }

    /// EC2's answer to a call that only asked whether it would be allowed.
    pub fn dry_run() -> Self {
        Self::new(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    }

    /// IAM's refusal by a policy of this kind. The service has its own code for it.
    pub fn explicit_deny(kind: &str) -> Self {
        let message = format!(
            "User: arn:aws:sts::111122223333:assumed-role/role/session is not authorized to \
             perform this operation on this resource with an explicit deny in a{} {kind} policy",
            if kind.starts_with('i') { "n" } else { "" }
        );
        Self::new(403, "", message)
    }

    /// AgentCore's refusal of a request's content.
    pub fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationException", message)
    }

    /// AgentCore's refusal because of what happened before.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "ConflictException", message)
    }
}

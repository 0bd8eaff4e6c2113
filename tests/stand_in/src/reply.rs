//! What becomes of a call.

/// The end of a call.
pub(super) struct Outcome {
    /// For the log.
    pub error: Option<String>,
    pub reply: Result<Reply, NoReply>,
}

impl Outcome {
    pub fn spoiled(by: &str, reply: Result<Reply, NoReply>) -> Self {
        Self { error: Some(by.to_owned()), reply }
    }
}

/// Why there is no reply.
pub(super) enum NoReply {
    /// The connection ends.
    ConnectionReset,
    /// The host name of the service does not exist.
    NoSuchHost,
}

/// A whole HTTP reply.
pub(super) struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    /// A header that only this service's replies have.
    pub header: Option<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type, header: None, body: body.into() }
    }

    pub fn cbor(status: u16, body: Vec<u8>) -> Self {
        let header = Some(("smithy-protocol", "rpc-v2-cbor".to_owned()));
        Self { header, ..Self::new(status, "application/cbor", body) }
    }

    pub fn garbage() -> Self {
        Self::new(200, "text/html", "<p>Please stand by")
    }
}

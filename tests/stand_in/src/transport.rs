//! The stand-in without sockets: an HTTP client for the SDK that answers from the same world.
//! Nothing in it waits for anything but tokio's clock, so with that clock paused the order of
//! everything is always the same.

use std::{fmt, io, sync::Arc};

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;

use crate::{
    Shared, ec2,
    exchange::{Request, exchange},
    reply::{NoReply, Reply},
};

/// What the SDK's own client says of a host name that does not exist.
const NO_SUCH_HOST: &str =
    "dns error: failed to lookup address information: Name or service not known";

/// The way of one caller to the stand-in.
#[derive(Clone)]
pub struct Transport {
    pub(super) shared: Arc<Shared>,
    pub(super) caller: Arc<str>,
}

impl fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Transport({})", self.caller)
    }
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { shared, caller } = self.clone();
        HttpConnectorFuture::new(async move {
            let request =
                request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
            let (head, body) = request.into_parts();
            let body = body.bytes().expect("no request of these services is a stream");
            let asked = Request { caller: &caller, head: &head, body };
            match exchange(&shared, &asked).await {
                Ok(reply) => Ok(response(reply)),
                Err(NoReply::ConnectionReset) => {
                    Err(ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into()))
                }
                Err(NoReply::NoSuchHost) => {
                    Err(ConnectorError::io(io::Error::other(NO_SUCH_HOST).into()))
                }
            }
        })
    }
}

fn response(reply: Reply) -> HttpResponse {
    let status = StatusCode::try_from(reply.status).expect("a status in range");
    let mut response = HttpResponse::new(status, SdkBody::from(reply.body));
    let headers = response.headers_mut();
    headers.insert("content-type", reply.content_type);
    headers.insert("x-amzn-requestid", ec2::REQUEST_ID);
    if let Some((name, value)) = reply.header {
        headers.insert(name, value);
    }
    response
}

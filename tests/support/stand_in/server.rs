//! The HTTP side: one listener for all services.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, atomic::Ordering::Relaxed},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, Response, Uri},
};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    time::{Instant, sleep},
};

use super::{
    Shared, agentcore, call::Call, cloudwatch, ec2, faults::Fault, refusal::Refusal, world::World,
};

const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// Serves until the other end of `stopped` is dropped.
pub(super) async fn spawn(
    shared: Arc<Shared>,
    stopped: oneshot::Receiver<()>,
) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let router = Router::new().fallback(handle).with_state(shared);
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    tokio::spawn(async { server.await });
    Ok(address)
}

async fn handle(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let service = Service::addressed(&head.method, &head.uri);
    let call = service.call(&head.method, &head.uri, &body);
    let (outcome, latency) = shared.take(service, &call);
    shared.arrived();
    sleep(latency).await;
    shared.answered();
    match outcome.reply {
        Some(reply) => reply.into(),
        // The server closes the connection of a task that unwinds, without a byte of reply.
        None => std::panic::resume_unwind(Box::new("the connection ends here")),
    }
}

impl Shared {
    fn arrived(&self) {
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.max_in_flight.fetch_max(now, Relaxed);
    }

    fn answered(&self) {
        self.in_flight.fetch_sub(1, Relaxed);
    }

    /// Logs a call and processes it, in one go: the log has the order in which the world changed.
    fn take(&self, service: Service, call: &Call) -> (Outcome, std::time::Duration) {
        let mut world = self.world();
        let outcome = service.process(&mut world, call);
        self.calls().push(Call { error: outcome.error.clone(), ..call.clone() });
        (outcome, world.latency)
    }
}

/// What becomes of a call.
struct Outcome {
    /// For the log.
    error: Option<String>,
    /// `None` breaks the connection.
    reply: Option<Reply>,
}

impl Outcome {
    fn spoiled(by: &str, reply: Option<Reply>) -> Self {
        Self { error: Some(by.to_owned()), reply }
    }
}

/// A whole HTTP reply.
struct Reply {
    status: u16,
    content_type: &'static str,
    /// A header that only this service's replies have.
    header: Option<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type, header: None, body: body.into() }
    }

    fn cbor(status: u16, body: Vec<u8>) -> Self {
        let header = Some(("smithy-protocol", "rpc-v2-cbor".to_owned()));
        Self { header, ..Self::new(status, "application/cbor", body) }
    }

    fn garbage() -> Self {
        Self::new(200, "text/html", "<p>Please stand by")
    }
}

impl From<Reply> for Response<Body> {
    fn from(reply: Reply) -> Self {
        let mut response = Response::builder()
            .status(reply.status)
            .header("content-type", reply.content_type)
            .header("x-amzn-requestid", ec2::REQUEST_ID);
        if let Some((name, value)) = reply.header {
            response = response.header(name, value);
        }
        let response = response.body(Body::from(reply.body));
        response.expect("a status and headers in range")
    }
}

/// The services behind the one listener.
#[derive(Clone, Copy)]
enum Service {
    Ec2,
    AgentCore,
    CloudWatch,
}

impl Service {
    /// EC2's protocol has one path for everything, and CloudWatch's one for each operation.
    fn addressed(method: &Method, uri: &Uri) -> Self {
        match uri.path() {
            "/" if method == Method::POST => Self::Ec2,
            path if path.starts_with(cloudwatch::PATH) => Self::CloudWatch,
            _ => Self::AgentCore,
        }
    }

    fn call(self, method: &Method, uri: &Uri, body: &[u8]) -> Call {
        let text = || String::from_utf8_lossy(body).into_owned();
        match self {
            Self::Ec2 => ec2::call(text()),
            Self::AgentCore => agentcore::call(method, uri, text()),
            Self::CloudWatch => cloudwatch::call(uri, body),
        }
    }

    fn process(self, world: &mut World, call: &Call) -> Outcome {
        #[expect(clippy::disallowed_methods, reason = "the world's limits refill with time")]
        let now = Instant::now();
        if !world.faults.admits(&call.operation, now) {
            world.not_processed(&call.operation);
            return self.refuse(&self.throttled());
        }
        let fault = world.faults.strike(call);
        if fault.as_ref().is_some_and(|fault| *fault != Fault::LostReply) {
            world.not_processed(&call.operation);
        }
        match fault {
            None => self.carry_out(world, call),
            Some(Fault::ExplicitDeny(kind)) => self.refuse(&Refusal::explicit_deny(kind)),
            Some(Fault::Throttled) => self.refuse(&self.throttled()),
            Some(Fault::Internal) => self.refuse(&self.internal()),
            Some(Fault::AccessDenied) => self.refuse(&self.access_denied(call)),
            Some(Fault::Refused { code, message, status }) => {
                self.refuse(&Refusal::new(status, code, message))
            }
            Some(Fault::ConnectionReset) => Outcome::spoiled("ConnectionReset", None),
            Some(Fault::Garbage) => Outcome::spoiled("Garbage", Some(Reply::garbage())),
            Some(Fault::Answer(json)) => {
                Outcome::spoiled("Answer", Some(Reply::new(200, "application/json", json)))
            }
            Some(Fault::LostReply) => {
                self.carry_out(world, call);
                Outcome::spoiled("LostReply", None)
            }
        }
    }

    fn carry_out(self, world: &mut World, call: &Call) -> Outcome {
        let answer = match self {
            Self::Ec2 => ec2::answer(world, call).map(|xml| Reply::new(200, "text/xml", xml)),
            Self::AgentCore => agentcore::answer(world, call)
                .map(|(status, json)| Reply::new(status, "application/json", json)),
            Self::CloudWatch => cloudwatch::answer(world, call).map(|cbor| Reply::cbor(200, cbor)),
        };
        world.processed(&call.operation);
        match answer {
            Ok(reply) => Outcome { error: None, reply: Some(reply) },
            Err(refusal) => self.refuse(&refusal),
        }
    }

    fn refuse(self, refusal: &Refusal) -> Outcome {
        // Who is not authorized is told so in each service's own code.
        if refusal.code.is_empty() {
            let code = self.access_denied_code().to_owned();
            return self.refuse(&Refusal { code, ..refusal.clone() });
        }
        let status = refusal.status;
        let reply = match self {
            Self::Ec2 => Reply::new(status, "text/xml", ec2::error(refusal)),
            Self::AgentCore => Reply {
                header: Some(("x-amzn-errortype", refusal.code.clone())),
                ..Reply::new(status, "application/json", agentcore::error(refusal))
            },
            Self::CloudWatch => Reply::cbor(status, cloudwatch::error(refusal)),
        };
        Outcome::spoiled(&refusal.code, Some(reply))
    }

    fn throttled(self) -> Refusal {
        match self {
            Self::Ec2 => Refusal::new(503, "RequestLimitExceeded", "Request limit exceeded."),
            Self::AgentCore => Refusal::new(429, "ThrottlingException", "Rate exceeded"),
            Self::CloudWatch => Refusal::new(400, "Throttling", "Rate exceeded"),
        }
    }

    fn internal(self) -> Refusal {
        let message = "An internal error has occurred";
        match self {
            Self::Ec2 => Refusal::new(500, "InternalError", message),
            Self::AgentCore => Refusal::new(500, "InternalServerException", message),
            Self::CloudWatch => Refusal::new(500, "InternalServiceError", message),
        }
    }

    fn access_denied_code(self) -> &'static str {
        match self {
            Self::Ec2 => "UnauthorizedOperation",
            Self::AgentCore => "AccessDeniedException",
            Self::CloudWatch => "AccessDenied",
        }
    }

    fn access_denied(self, call: &Call) -> Refusal {
        let operation = &call.operation;
        let message = match self {
            Self::Ec2 => {
                format!("You are not authorized to perform this operation: ec2:{operation}")
            }
            Self::AgentCore => {
                format!("User is not authorized to perform: bedrock-agentcore:{operation}")
            }
            Self::CloudWatch => {
                format!("User is not authorized to perform: cloudwatch:{operation}")
            }
        };
        Refusal::new(403, self.access_denied_code(), message)
    }
}

//! The stand-in over HTTP: one listener for all services.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::Response,
};
use tokio::{net::TcpListener, sync::oneshot};

use crate::{
    Shared, ec2,
    exchange::{Request as Asked, exchange},
    reply::{NoReply, Reply},
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
    let asked = Asked { caller: "", head: &head, body: &body };
    match exchange(&shared, &asked).await {
        Ok(reply) => reply.into(),
        // The server closes the connection of a task that unwinds, without a byte of reply.
        Err(NoReply::ConnectionReset | NoReply::NoSuchHost) => {
            std::panic::resume_unwind(Box::new("the connection ends here"))
        }
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

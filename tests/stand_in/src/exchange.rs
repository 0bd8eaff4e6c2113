//! One request and its reply, however they travel: on the way, processed, on the way back.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use axum::http::request::Parts;
use tokio::time::sleep;

use crate::{Shared, call::Call, reply::Reply, service::Service, signature, weather::Passage};

/// A whole HTTP request.
pub(super) struct Request<'a> {
    /// Who asks, if that is known.
    pub caller: &'a str,
    pub head: &'a Parts,
    pub body: &'a [u8],
}

/// What comes back; `None` if the connection ends without a reply.
pub(super) async fn exchange(shared: &Shared, request: &Request<'_>) -> Option<Reply> {
    let service = Service::addressed(request.head);
    let mut call = service.call(request.head, request.body);
    request.caller.clone_into(&mut call.caller);
    signature::access_key(request.head).clone_into(&mut call.access_key);
    let under_way = UnderWay::new(shared);
    let passage = shared
        .world()
        .weather
        .as_mut()
        .map_or_else(Passage::default, |weather| weather.passage());
    sleep(passage.there).await;
    let (reply, latency) = shared.take(service, call, passage.fault);
    sleep(latency + passage.back).await;
    drop(under_way);
    reply
}

impl Shared {
    /// Processes a call and logs it, in one go: the log has the order in which the world changed.
    fn take(
        &self,
        service: Service,
        call: Call,
        fault: Option<crate::Fault>,
    ) -> (Option<Reply>, Duration) {
        let mut world = self.world();
        let outcome = service.process(&mut world, &call, fault);
        self.calls()
            .push(Call { error: outcome.error, at: world.clock.elapsed(), ..call });
        (outcome.reply, world.latency)
    }
}

/// A request that is under way, up to the moment at which its caller has the reply or gives up.
struct UnderWay<'a>(&'a Shared);

impl<'a> UnderWay<'a> {
    fn new(shared: &'a Shared) -> Self {
        let now = shared.in_flight.fetch_add(1, Relaxed) + 1;
        shared.max_in_flight.fetch_max(now, Relaxed);
        Self(shared)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

//! One request and its reply, however they travel: on the way, processed, on the way back.

use std::{sync::atomic::Ordering::Relaxed, time::Duration};

use axum::http::request::Parts;
use tokio::time::sleep;

use crate::{
    Shared,
    call::Call,
    reply::{NoReply, Reply},
    service::Service,
    signature,
    weather::Passage,
};

/// A whole HTTP request.
pub(super) struct Request<'a> {
    /// Who asks, if that is known.
    pub caller: &'a str,
    pub head: &'a Parts,
    pub body: &'a [u8],
}

/// What comes back.
pub(super) async fn exchange(shared: &Shared, request: &Request<'_>) -> Result<Reply, NoReply> {
    let service = Service::addressed(request.head);
    let region = shared.account().addressed(signature::region(request.head));
    if !service.is_offered(shared.account().world(region)) {
        return Err(NoReply::NoSuchHost);
    }
    let mut call = service.call(request.head, request.body, region);
    region.clone_into(&mut call.region);
    request.caller.clone_into(&mut call.caller);
    signature::access_key(request.head).clone_into(&mut call.access_key);
    let under_way = UnderWay::new(shared);
    let passage = shared
        .account()
        .world(region)
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
    ) -> (Result<Reply, NoReply>, Duration) {
        let mut account = self.account();
        let outcome = service.process(&mut account, &call, fault);
        let world = account.world(&call.region);
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

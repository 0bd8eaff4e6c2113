//! A local stand-in for AWS services: EC2, the Bedrock AgentCore control plane, CloudWatch, SQS,
//! EventBridge as far as events are put, Lambda as far as it polls queues, a stack with its role,
//! and STS as far as it says who calls.
//!
//! It models how AWS behaves and knows nothing about its callers, so any AWS client can use it.
//! Fill the [`World`], point a client at [`StandIn::url`] or give it a [`Transport`], then look at
//! the world, its history and the calls.
//!
//! One stand-in is one [`Account`] with any number of Regions, and each Region is a world of its
//! own. A request belongs to the Region that it is signed for. One that is not signed, or signed
//! for a Region that is not there, belongs to the home Region, as does every request to IAM.
//!
//! - `account`: the Regions, and what they share
//! - `world`, `instance`, `account_defaults`, `runtime`, `update`, `settling`, `endpoint`, `queue`,
//!   `event_bus`: what exists and which rules AWS applies to it
//! - `ec2`, `agentcore`, `cloudwatch`, `queue_api`, `event_bus_api`: one thin façade per service
//! - `stack`, `form_api`, `lambda_api`: what people use around a function: who they are, the
//!   outputs of its stack, the policies of its role, the mappings of its queues
//! - `event_source`: Lambda's poller of a queue
//! - `faults`, `weather`: throttles, errors and broken connections, on demand or from a seed
//! - `service`, `reply`, `exchange`: what becomes of a request, however it comes
//! - `server`, `transport`: the two ways it comes, over HTTP or without any socket
//! - `call`, `history`, `clock`: what was asked, what happened, and when

mod account;
mod account_defaults;
mod agentcore;
mod call;
mod clock;
mod cloudwatch;
mod ec2;
mod endpoint;
mod event_bus;
mod event_bus_api;
mod event_source;
mod exchange;
mod faults;
mod form_api;
mod history;
mod instance;
mod lambda_api;
mod page;
mod queue;
mod queue_api;
mod refusal;
mod reply;
mod runtime;
mod server;
mod service;
mod settling;
mod signature;
mod stack;
mod transport;
mod update;
mod weather;
mod world;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::oneshot;

pub use account::{Account, WorldGuard};
pub use account_defaults::AccountDefaults;
pub use call::Call;
pub use clock::Clock;
pub use endpoint::Endpoint;
pub use event_bus::{EventBus, PutEvent};
pub use event_source::{End, EventSource, Invoked};
pub use faults::Fault;
pub use history::{Deployment, History, State, Tagged, Write};
pub use instance::Instance;
pub use page::Pages;
pub use queue::{Message, Outgoing, Queue};
pub use refusal::Refusal;
pub use runtime::{Document, Runtime};
pub use stack::{Mapping, Stack};
pub use transport::Transport;
pub use weather::Weather;
pub use world::{ACCOUNT, REGION, World};

/// A running stand-in. It stops listening when dropped.
pub struct StandIn {
    url: String,
    shared: Arc<Shared>,
    /// Dropping the sender is the signal to stop.
    _stop: Option<oneshot::Sender<()>>,
}

/// What the server and the test look at together.
#[derive(Default)]
struct Shared {
    account: Mutex<Account>,
    calls: Mutex<Vec<Call>>,
    in_flight: AtomicUsize,
    max_in_flight: AtomicUsize,
}

impl StandIn {
    /// Starts with an empty world on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let address = server::spawn(Arc::clone(&shared), stopped)
            .await
            .expect("the stand-in needs a free port on 127.0.0.1");
        Self { url: format!("http://{address}"), shared, _stop: Some(stop) }
    }

    /// The same without a port: only a [`Transport`] leads to it.
    pub fn without_sockets() -> Self {
        Self { url: "http://aws.invalid".to_owned(), shared: Arc::default(), _stop: None }
    }

    /// A way to it without sockets, for a caller of this name.
    pub fn transport(&self, caller: &str) -> Transport {
        Transport { shared: Arc::clone(&self.shared), caller: caller.into() }
    }

    /// The endpoint URL of all services.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The world of the home Region, [`REGION`], as it is now. Let go of it before the next request
    /// and before another look: no call is answered meanwhile.
    pub fn world(&self) -> WorldGuard<'_> {
        self.region(REGION)
    }

    /// The world of this Region, as with [`StandIn::world`]. A Region exists from the first time it
    /// is asked for, enabled and empty.
    pub fn region(&self, region: &str) -> WorldGuard<'_> {
        WorldGuard::new(self.shared.account(), region)
    }

    /// What all Regions share, as with [`StandIn::world`].
    pub fn account(&self) -> MutexGuard<'_, Account> {
        self.shared.account()
    }

    /// Every HTTP request so far, in order of arrival. A retry is another call.
    pub fn calls(&self) -> Vec<Call> {
        self.shared.calls().clone()
    }

    /// The calls of operations that change something, whether they succeeded or not.
    pub fn writes(&self) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(Call::is_write);
        calls
    }

    /// How many requests were under way at once, at the most. Give answers some latency to see it.
    pub fn max_in_flight(&self) -> usize {
        self.shared.max_in_flight.load(Ordering::Relaxed)
    }

    /// The names of the operations called so far, in order of arrival.
    pub fn operations(&self) -> Vec<String> {
        let calls = self.calls();
        calls.into_iter().map(|call| call.operation).collect()
    }
}

impl Shared {
    /// A test that failed while it held the lock must not hide its own message behind a second one.
    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

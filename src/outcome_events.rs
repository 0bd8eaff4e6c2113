//! The event bus on which outcomes are told, as the function writes to it. Its readers are rules
//! that other people make: for messages, tickets, chats.
//!
//! Telling fails nothing. Each outcome has its line in the log, and that is the record.

mod event;
mod message;
mod untold;

use std::{
    cell::{OnceCell, RefCell},
    iter,
    time::Duration,
};

use aws_config::{SdkConfig, retry::RetryConfig};
use aws_sdk_eventbridge::{Client, config, types::PutEventsRequestEntry};

use crate::{event::SOURCE, patience::Patience};

pub use self::{
    event::{OUTCOME, OutcomeEvent, SWEEP_SUMMARY},
    untold::{Untold, Why},
};

/// The most entries that PutEvents takes.
const MAX_ENTRIES: usize = 10;
/// The most bytes of all entries of one PutEvents, as EventBridge counts them. It takes less than
/// 256 KB.
const MAX_BYTES: usize = 256_000;
/// How many times an entry is sent that AWS refuses only for the moment.
const ATTEMPTS: usize = 2;
/// How long an invocation may spend on telling.
const LONGEST: Duration = Duration::from_secs(3);
/// With less time than this nothing is put.
const SHORTEST: Duration = Duration::from_secs(1);
/// What must be left of the invocation after that, for its answer.
const ANSWER_MARGIN: Duration = Duration::from_secs(1);

/// A bus of the function's own account and Region.
///
/// Every outcome is one entry. What AWS refuses for the moment is sent once more; after an error on
/// AWS's side it may then be there twice. What had no answer is not sent again. A message that
/// comes back and fails again has another outcome. That is told too, and its `receive_count` says so.
pub struct OutcomeBus {
    config: SdkConfig,
    name: String,
    built: OnceCell<Client>,
}

impl OutcomeBus {
    /// The bus of this name. The client is built when there is something to tell.
    pub fn new(config: &SdkConfig, name: String) -> Self {
        Self { config: config.clone(), name, built: OnceCell::new() }
    }

    /// Puts events on the bus, for a few seconds at most and within what is left of the invocation.
    ///
    /// # Errors
    /// What is not on the bus, as far as is known.
    pub async fn put(&self, events: &[OutcomeEvent], patience: Patience) -> Result<(), Untold> {
        if events.is_empty() {
            return Ok(());
        }
        let untold = RefCell::new(Untold::all(events.len()));
        let time = patience.left().saturating_sub(ANSWER_MARGIN).min(LONGEST);
        if time < SHORTEST {
            untold.borrow_mut().why.insert(Why::NoTime);
        } else if tokio::time::timeout(time, self.put_all(events, patience, &untold))
            .await
            .is_err()
        {
            untold.borrow_mut().why.insert(Why::TooSlow);
        }
        let untold = untold.into_inner();
        if untold.number == 0 { Ok(()) } else { Err(untold) }
    }

    /// Sends one request after the other. Where AWS takes nothing of a request, it is left alone.
    async fn put_all(&self, events: &[OutcomeEvent], patience: Patience, untold: &RefCell<Untold>) {
        for request in requests(events) {
            let before = untold.borrow().number;
            self.put_request(request, patience, untold).await;
            if untold.borrow().number == before {
                return;
            }
        }
    }

    /// Puts what fits into one request.
    async fn put_request(
        &self,
        events: &[OutcomeEvent],
        patience: Patience,
        untold: &RefCell<Untold>,
    ) {
        let mut pauses = patience.pauses_between(ATTEMPTS);
        let mut open: Vec<_> = events.iter().collect();
        loop {
            let refused = self.send(&open).await;
            untold.borrow_mut().number -= open.len() - refused.len();
            let (passing, lasting): (Vec<_>, Vec<_>) =
                refused.into_iter().partition(|(_, why)| why.is_passing());
            untold.borrow_mut().blame(lasting);
            if passing.is_empty() || !pauses.pause().await {
                untold.borrow_mut().blame(passing);
                return;
            }
            open = passing.into_iter().map(|(event, _)| event).collect();
        }
    }

    /// Sends one request. Returns the events of which AWS does not say that it took them.
    async fn send<'e>(&self, events: &[&'e OutcomeEvent]) -> Vec<(&'e OutcomeEvent, Why)> {
        let entries = events.iter().map(|event| self.entry(event)).collect();
        let client = self.client();
        let why: Vec<_> = match client.put_events().set_entries(Some(entries)).send().await {
            Ok(answer) => {
                let results = answer.entries().iter().map(|entry| Some(entry.error_code()));
                let results = results.chain(iter::repeat(None)).take(events.len());
                results.map(Why::of_entry).collect()
            }
            Err(error) => vec![Some(Why::of_request(&error)); events.len()],
        };
        events.iter().zip(why).filter_map(|(event, why)| Some((*event, why?))).collect()
    }

    fn entry(&self, event: &OutcomeEvent) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(event.detail_type)
            .set_resources(Some(event.resources.clone()))
            .detail(&event.detail)
            .build()
    }

    /// The SDK sends nothing twice: it would also repeat what may have reached the bus.
    fn client(&self) -> &Client {
        self.built.get_or_init(|| {
            let config = config::Builder::from(&self.config);
            Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
        })
    }
}

/// Cuts events into requests. One that is too large for any of them has its own, which AWS refuses.
fn requests(mut events: &[OutcomeEvent]) -> impl Iterator<Item = &[OutcomeEvent]> {
    iter::from_fn(move || {
        let mut bytes = 0;
        let fitting = events.iter().take(MAX_ENTRIES).take_while(|event| {
            bytes += event.size();
            bytes <= MAX_BYTES
        });
        let (request, rest) = events.split_at_checked(fitting.count().max(1))?;
        events = rest;
        Some(request)
    })
}

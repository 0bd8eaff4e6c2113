//! The world: everything that exists in one Region of the account, and what tests do to it.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::{
    account_defaults::AccountDefaults,
    clock::Clock,
    event_bus::EventBus,
    faults::{Fault, Faults},
    history::History,
    instance::Instance,
    page::Pages,
    queue::Queue,
    refusal::Refusal,
    runtime::Runtime,
    stack::Stack,
    weather::Weather,
};

/// The account everything belongs to.
pub const ACCOUNT: &str = "111122223333";
/// The home Region: where everything lives unless a test says otherwise.
pub const REGION: &str = "eu-west-1";

type Change = Box<dyn FnOnce(&mut World) + Send>;

/// One Region of the account in memory.
pub struct World {
    /// The name of the Region.
    pub region: String,
    /// The EC2 instances by id.
    pub instances: BTreeMap<String, Instance>,
    /// The AgentCore runtimes by id.
    pub runtimes: BTreeMap<String, Runtime>,
    /// What EC2 gives new instances.
    pub account_defaults: AccountDefaults,
    /// The time between an operation taking effect and its answer. Zero by default.
    pub latency: Duration,
    /// What calls meet on their way. Nothing by default.
    pub weather: Option<Weather>,
    /// The most items on one page, whatever the caller asks for. 1,000 by default.
    pub page_size: usize,
    /// What CloudWatch has to say about whole answers of metric data.
    pub metric_message: Option<String>,
    /// EC2 as seen in 2019: `HttpTokens` is refused unless `HttpEndpoint` comes along.
    pub endpoint_demanded_with_tokens: bool,
    /// EC2 since April 2026: what another service manages is hidden from lists and filters unless
    /// it is asked for. Where that is not so, EC2 does not know the parameter either.
    pub managed_are_hidden: bool,
    /// A service control policy denies the whole Region. Only `GetCallerIdentity` answers: nobody
    /// needs a permission for it.
    pub denied_by_policy: bool,
    /// Where it is false, the Region has no AgentCore: a [`Transport`](crate::Transport) fails as
    /// if the host name did not exist. Over sockets all services have one host name, so that the
    /// connection ends without a reply instead. No such request reaches AWS, so the log of calls
    /// does not have it.
    pub agentcore_is_offered: bool,
    /// IAM: the caller's own policy denies every write to a resource with a tag of this key,
    /// whatever its value.
    pub denied_tag: Option<String>,
    /// The world's clock. It moves on by one second with every update of a runtime.
    pub now: DateTime<Utc>,
    /// The queues by name.
    pub queues: BTreeMap<String, Queue>,
    /// The event buses by name. Every account has one called `default`.
    pub buses: BTreeMap<String, EventBus>,
    /// What stands around the function that works here.
    pub stack: Stack,
    /// The time since the world began.
    pub clock: Clock,
    /// What happened so far.
    pub history: History,
    pub(super) faults: Faults,
    pub(super) pages: HashMap<String, Pages>,
    after: HashMap<String, VecDeque<Change>>,
    after_faults: HashMap<String, VecDeque<Change>>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            region: REGION.to_owned(),
            instances: BTreeMap::new(),
            runtimes: BTreeMap::new(),
            account_defaults: AccountDefaults::default(),
            latency: Duration::ZERO,
            weather: None,
            page_size: 1000,
            metric_message: None,
            endpoint_demanded_with_tokens: false,
            managed_are_hidden: true,
            denied_by_policy: false,
            agentcore_is_offered: true,
            denied_tag: None,
            now: "2026-11-21T09:00:00Z".parse().expect("a valid time"),
            queues: BTreeMap::new(),
            buses: BTreeMap::from([("default".to_owned(), EventBus::default())]),
            stack: Stack::default(),
            clock: Clock::default(),
            history: History::default(),
            faults: Faults::default(),
            pages: HashMap::new(),
            after: HashMap::new(),
            after_faults: HashMap::new(),
        }
    }
}

impl World {
    /// An empty Region.
    pub(super) fn of_region(region: &str, clock: Clock) -> Self {
        Self { region: region.to_owned(), clock, ..Self::default() }
    }

    /// Adds a running instance that still allows IMDSv1, or replaces the one of that id.
    pub fn add_instance(&mut self, id: &str) -> &mut Instance {
        self.instances.insert(id.to_owned(), Instance::new(id));
        self.instances.get_mut(id).expect("just added")
    }

    /// Adds a READY runtime, version 1, or replaces the one of that id.
    ///
    /// `document` is the JSON object of its configuration members; each is kept byte for byte.
    #[track_caller]
    pub fn add_runtime(&mut self, id: &str, document: &str) -> &mut Runtime {
        let runtime = Runtime::new(&self.region, id, document);
        self.runtimes.insert(id.to_owned(), runtime);
        self.runtimes.get_mut(id).expect("just added")
    }

    /// The instance of that id, which must exist.
    #[track_caller]
    pub fn instance(&self, id: &str) -> &Instance {
        let instance = self.instances.get(id);
        instance.unwrap_or_else(|| panic!("the world has no instance {id}"))
    }

    /// The runtime of that id, which must exist.
    #[track_caller]
    pub fn runtime(&self, id: &str) -> &Runtime {
        let runtime = self.runtimes.get(id);
        runtime.unwrap_or_else(|| panic!("the world has no runtime {id}"))
    }

    /// As [`World::instance`], to change it.
    #[track_caller]
    pub fn instance_mut(&mut self, id: &str) -> &mut Instance {
        let instance = self.instances.get_mut(id);
        instance.unwrap_or_else(|| panic!("the world has no instance {id}"))
    }

    /// As [`World::runtime`], to change it.
    #[track_caller]
    pub fn runtime_mut(&mut self, id: &str) -> &mut Runtime {
        let runtime = self.runtimes.get_mut(id);
        runtime.unwrap_or_else(|| panic!("the world has no runtime {id}"))
    }

    /// The next `times` calls of the operation meet the fault; `usize::MAX` means always.
    /// Faults of one operation queue up.
    pub fn fault(&mut self, operation: &str, fault: Fault, times: usize) {
        self.faults.plan(operation, None, fault, times);
    }

    /// As [`World::fault`], but only calls that name this one resource.
    pub fn fault_for(&mut self, operation: &str, resource: &str, fault: Fault, times: usize) {
        self.faults.plan(operation, Some(resource), fault, times);
    }

    /// Somebody else acts: right after the next call of the operation was processed, and before
    /// its answer is sent, the world changes once. Changes for one operation queue up, one per
    /// call. A call that a fault or a limit kept from being processed does not count.
    pub fn after(&mut self, operation: &str, change: impl FnOnce(&mut World) + Send + 'static) {
        let queue = self.after.entry(operation.to_owned()).or_default();
        queue.push_back(Box::new(change));
    }

    /// Somebody else acts between two attempts: right after the next call of the operation that a
    /// fault or a limit kept from being processed, the world changes once. Changes queue up as with
    /// [`World::after`].
    pub fn after_fault(
        &mut self,
        operation: &str,
        change: impl FnOnce(&mut World) + Send + 'static,
    ) {
        let queue = self.after_faults.entry(operation.to_owned()).or_default();
        queue.push_back(Box::new(change));
    }

    /// Limits the operation to a token bucket; calls beyond it get the service's throttling error.
    pub fn limit(&mut self, operation: &str, bucket: u32, refill_per_second: f64) {
        self.faults.limit(operation, bucket, refill_per_second);
    }

    /// Cuts the list of this operation into pages in another way than [`Pages::Full`].
    pub fn pages(&mut self, operation: &str, pages: Pages) {
        self.pages.insert(operation.to_owned(), pages);
    }

    /// Lets somebody else act, if a test arranged it.
    pub(super) fn processed(&mut self, operation: &str) {
        let queue = self.after.get_mut(operation);
        if let Some(change) = queue.and_then(VecDeque::pop_front) {
            change(self);
        }
    }

    /// The same after a call that was not processed.
    pub(super) fn not_processed(&mut self, operation: &str) {
        let queue = self.after_faults.get_mut(operation);
        if let Some(change) = queue.and_then(VecDeque::pop_front) {
            change(self);
        }
    }

    /// IAM's word against a write to a resource with these tags. It compares keys without regard to
    /// case.
    pub(super) fn check_tags(&self, tags: &BTreeMap<String, String>) -> Result<(), Refusal> {
        let denied = self.denied_tag.as_ref();
        match denied.and_then(|denied| tags.keys().find(|key| key.eq_ignore_ascii_case(denied))) {
            Some(_) => Err(Refusal::explicit_deny("identity-based")),
            None => Ok(()),
        }
    }

    /// Moves the clock on and tells the time.
    pub(super) fn tick(&mut self) -> String {
        self.now += TimeDelta::seconds(1);
        self.now.to_rfc3339_opts(SecondsFormat::Secs, true)
    }
}

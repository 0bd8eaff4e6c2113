//! What one invocation does: its event's work, for every kind of resource, added up to one response.

use std::cell::{Cell, RefCell};

use crate::{
    context::{Context, Occasion},
    decision::Moment,
    event::Work,
    flow::Flow,
    guardrail::Guardrail,
    outcome::{Outcome, Reason},
    patience::Patience,
    resource::{
        Enforce, FollowUp, List,
        account_defaults::DefaultsFlow,
        agentcore_runtime::{EnforceRuntimes, ObserveRuntimes, endpoints::EndpointsFlow},
        ec2_instance::{EnforceInstances, ObserveInstances},
    },
    response::{Launches, NotListed, Response, Sweep},
    settings::{AgentCore, Mode},
    sweep::{Unfinished, sweep},
    target::{Home, Kind, Target},
    telemetry,
};

/// One invocation.
pub struct Invocation<'a> {
    /// What all invocations share.
    pub guardrail: &'a Guardrail,
    /// Where it works.
    pub home: &'a Home,
    /// The mode it runs in.
    pub mode: Mode,
    /// Lambda's id of it, for the log.
    pub request_id: &'a str,
    /// When it is.
    pub moment: Moment,
    /// What it may still spend.
    pub patience: Patience,
}

impl Invocation<'_> {
    /// Does an event's work; every outcome is reported as soon as it is known.
    pub async fn run(&self, work: &Work) -> Response {
        let response = RefCell::new(Response::new(self.mode));
        match work {
            Work::Targets(targets) => self.look_at(targets, &response).await,
            Work::Sweep(kinds, _) => self.sweep(kinds, &response).await,
        }
        response.into_inner()
    }

    async fn look_at(&self, targets: &[Target], response: &RefCell<Response>) {
        let of_kind = |kind| targets.iter().filter(|target| target.kind() == kind).cloned().collect::<Vec<_>>();
        let each = |outcome| self.add(response, outcome);
        self.instances(Occasion::Event).run(&of_kind(Kind::Ec2Instance), &each).await;
        self.runtimes(Occasion::Event).run(&of_kind(Kind::AgentcoreRuntime), &each).await;
    }

    /// The kinds are swept side by side, so that neither can use up the other's time.
    async fn sweep(&self, kinds: &[Kind], response: &RefCell<Response>) {
        let is_whole = kinds.len() > 1 && self.mode == self.guardrail.settings.mode;
        let is_offered =
            |kind: &Kind| *kind != Kind::AgentcoreRuntime || self.guardrail.settings.agentcore == AgentCore::Enabled;
        let kinds: Vec<_> = kinds.iter().copied().filter(is_offered).collect();
        let (launches, met, read) = (RefCell::new(Launches::default()), Cell::new(false), Cell::new(false));
        let each = |outcome: Outcome| {
            // The account defaults are no listing, and a policy may keep them from being read for good.
            if outcome.kind != Kind::AccountDefaults {
                met.set(true);
                let is_unread = matches!(outcome.reason, Reason::ReadFailed | Reason::OutOfTime);
                read.set(read.get() || !is_unread || outcome.before.is_some());
            }
            launches.borrow_mut().add(&outcome);
            telemetry::count_in_sweep(&outcome);
            self.add(response, outcome);
        };
        let (instances, runtimes, defaults) = tokio::join!(
            self.sweep_kind(
                kinds.contains(&Kind::Ec2Instance),
                self.instances(self.sweeps::<ObserveInstances>()),
                &each
            ),
            self.sweep_kind(
                kinds.contains(&Kind::AgentcoreRuntime),
                self.runtimes(self.sweeps::<ObserveRuntimes>()),
                &each
            ),
            self.sweep_defaults(kinds.contains(&Kind::AccountDefaults), &each),
        );
        let left =
            [(Kind::Ec2Instance, instances), (Kind::AgentcoreRuntime, runtimes), (Kind::AccountDefaults, defaults)];
        response.borrow_mut().sweep = Some(Sweep {
            complete: left.iter().all(|(_, left)| is_complete(left)),
            not_listed: left.into_iter().flat_map(not_listed).collect(),
            launched_by: launches.into_inner().top_sources(),
            is_whole,
            read_nothing: met.get() && !read.get(),
        });
    }

    /// Leaves nothing where the kind is not asked for.
    async fn sweep_kind<O, E, F>(
        &self,
        is_asked_for: bool,
        flow: Flow<'_, O, E, F>,
        each: &impl Fn(Outcome),
    ) -> Unfinished
    where
        O: List,
        E: Enforce<Document = O::Document>,
        F: FollowUp,
    {
        if !is_asked_for {
            return Unfinished::default();
        }
        sweep(&flow, self.home, each).await
    }

    /// A sweep of the kind that this looks at.
    fn sweeps<O: List>(&self) -> Occasion {
        Occasion::Sweep { margin: self.guardrail.settings.sweep_margin.0.max(O::TIME_TO_FINISH) }
    }

    /// A Region has one set of defaults, or none: nothing is listed, and a failure is an outcome.
    async fn sweep_defaults(&self, is_asked_for: bool, each: &impl Fn(Outcome)) -> Unfinished {
        let Guardrail { settings, defaults, .. } = self.guardrail;
        let Some(defaults) = defaults.as_ref().filter(|_| is_asked_for) else { return Unfinished::default() };
        let occasion = Occasion::Sweep { margin: settings.sweep_margin.0 };
        if !self.context(occasion).goes_on() {
            return Unfinished { out_of_time: true, ..Unfinished::default() };
        }
        let (observe, enforce) = (&defaults.observe, defaults.writing(self.mode));
        match (DefaultsFlow { observe, enforce, home: self.home, context: self.context(occasion) }).run().await {
            Ok(outcome) => {
                each(outcome);
                Unfinished::default()
            }
            Err(not_offered) => Unfinished { not_listed: vec![not_offered], ..Unfinished::default() },
        }
    }

    fn add(&self, response: &RefCell<Response>, outcome: Outcome) {
        telemetry::report_outcome(self.request_id, self.mode, &outcome);
        response.borrow_mut().add(outcome);
    }

    fn instances(&self, occasion: Occasion) -> Flow<'_, ObserveInstances, EnforceInstances, ()> {
        let Guardrail { instances, pacer, .. } = self.guardrail;
        let (observe, enforce) = (&instances.observe, instances.writing(self.mode));
        Flow { observe, enforce, pacer: Some(pacer), context: self.context(occasion), follow_up: () }
    }

    fn runtimes(&self, occasion: Occasion) -> Flow<'_, ObserveRuntimes, EnforceRuntimes, Option<EndpointsFlow<'_>>> {
        let Guardrail { runtimes, endpoints, .. } = self.guardrail;
        let context = self.context(occasion);
        let follow_up = endpoints.as_ref().map(|endpoints| EndpointsFlow {
            observe: &endpoints.observe,
            enforce: endpoints.writing(self.mode),
            context,
        });
        Flow { observe: &runtimes.observe, enforce: runtimes.writing(self.mode), pacer: None, context, follow_up }
    }

    fn context(&self, occasion: Occasion) -> Context<'_> {
        let Self { guardrail, moment, patience, .. } = *self;
        Context { exception: &guardrail.settings.exception, moment, patience, occasion }
    }
}

/// A service that is not offered here leaves nothing to sweep.
fn is_complete(left: &Unfinished) -> bool {
    !left.out_of_time && left.not_listed.iter().all(|failure| failure.reason == Reason::NotOffered)
}

fn not_listed((kind, left): (Kind, Unfinished)) -> impl Iterator<Item = NotListed> {
    let failures = left.not_listed.into_iter();
    failures.map(move |failure| NotListed { kind, reason: failure.reason, detail: failure.detail })
}

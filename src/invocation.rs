//! What one invocation does: its event's work for every kind of resource, added up to one response.

use std::cell::{Cell, RefCell};

use futures_util::future::join_all;
use strum::VariantArray;

use crate::{
    context::{Context, Occasion},
    decision::Moment,
    event::Work,
    failure::Unlisted,
    flow::Flow,
    guardrail::Guardrail,
    outcome::Outcome,
    patience::Patience,
    resource::{
        List, Resource,
        account_defaults::DefaultsFlow,
        agentcore_runtime::{Runtimes, endpoints::EndpointsFlow},
        ec2_instance::Instances,
    },
    response::{Launches, NotListed, Response, Sweep},
    settings::{AgentCore, Mode},
    sweep::{Unfinished, sweep},
    target::{Home, Kind, Target},
    telemetry,
    verdict::{Failed, Verdict},
};

/// One invocation.
pub struct Invocation<'a> {
    /// What all invocations share.
    pub guardrail: &'a Guardrail,
    /// The account and Region it works in.
    pub home: &'a Home,
    /// The mode it runs in.
    pub mode: Mode,
    /// Lambda's id of the invocation, for the log.
    pub request_id: &'a str,
    /// The time, as far as decisions depend on it.
    pub moment: Moment,
    /// How much it may still spend.
    pub patience: Patience,
}

impl Invocation<'_> {
    /// Does an event's work. Every outcome is reported as soon as it is known.
    pub async fn run(&self, work: &Work) -> Response {
        let response = RefCell::new(Response::new(self.mode));
        match work {
            Work::Targets(targets) => self.look_at(targets, &response).await,
            Work::Sweep(kinds, _) => self.sweep(kinds, &response).await,
        }
        response.into_inner()
    }

    async fn look_at(&self, targets: &[Target], response: &RefCell<Response>) {
        let each = |outcome| self.add(response, outcome);
        for kind in Kind::VARIANTS {
            let of_kind: Vec<_> =
                targets.iter().filter(|target| target.kind() == *kind).cloned().collect();
            match kind {
                Kind::Ec2Instance => _ = self.instances(Occasion::Event).run(&of_kind, &each).await,
                Kind::AgentcoreRuntime => {
                    _ = self.runtimes(Occasion::Event).run(&of_kind, &each).await;
                }
                // There is no target of this kind: no event is about the defaults.
                Kind::AccountDefaults => {}
            }
        }
    }

    /// Sweeps the kinds side by side, so none of them can use up the time of another.
    async fn sweep(&self, kinds: &[Kind], response: &RefCell<Response>) {
        let is_whole = kinds.len() > 1 && self.mode == self.guardrail.settings.mode;
        let (launches, met, read) =
            (RefCell::new(Launches::default()), Cell::new(false), Cell::new(false));
        let each = |outcome: Outcome| {
            // The account defaults do not count here: they are not a listing, and a policy may
            // forbid reading them for good.
            if outcome.kind != Kind::AccountDefaults {
                met.set(true);
                read.set(read.get() || was_read(&outcome));
            }
            launches.borrow_mut().add(&outcome);
            telemetry::count_in_sweep(&outcome);
            self.add(response, outcome);
        };
        let each = &each;
        let sweeps = Kind::VARIANTS
            .iter()
            .filter(|kind| kinds.contains(kind))
            .map(async |kind| (*kind, self.sweep_kind(*kind, each).await));
        let unfinished = join_all(sweeps).await;
        response.borrow_mut().sweep = Some(Sweep {
            complete: unfinished.iter().all(|(_, unfinished)| is_complete(unfinished)),
            not_listed: unfinished.into_iter().flat_map(not_listed).collect(),
            launched_by: launches.into_inner().top_sources(),
            is_whole,
            read_nothing: met.get() && !read.get(),
        });
    }

    async fn sweep_kind(&self, kind: Kind, each: &impl Fn(Outcome)) -> Unfinished {
        match kind {
            Kind::Ec2Instance => {
                sweep(&self.instances(self.sweep_occasion::<Instances>()), self.home, each).await
            }
            Kind::AgentcoreRuntime => match self.guardrail.settings.agentcore {
                AgentCore::Enabled => {
                    sweep(&self.runtimes(self.sweep_occasion::<Runtimes>()), self.home, each).await
                }
                AgentCore::Disabled => Unfinished::default(),
            },
            Kind::AccountDefaults => self.sweep_defaults(each).await,
        }
    }

    /// The occasion of a sweep of this kind.
    fn sweep_occasion<R: Resource>(&self) -> Occasion {
        let margin = self.guardrail.settings.sweep_margin.0;
        Occasion::Sweep { margin: margin.max(R::Observe::TIME_TO_FINISH) }
    }

    /// A Region has one set of defaults, or none: nothing is listed, and a failure is an outcome.
    async fn sweep_defaults(&self, each: &impl Fn(Outcome)) -> Unfinished {
        let Guardrail { settings, defaults: Some(defaults), .. } = self.guardrail else {
            return Unfinished::default();
        };
        let context = self.context(Occasion::Sweep { margin: settings.sweep_margin.0 });
        if !context.goes_on() {
            return Unfinished { out_of_time: true, ..Unfinished::default() };
        }
        let (observe, enforce) = (&defaults.observe, defaults.writing(self.mode));
        match (DefaultsFlow { observe, enforce, home: self.home, context }).run().await {
            Ok(outcome) => {
                each(outcome);
                Unfinished::default()
            }
            Err(not_offered) => {
                let not_listed = vec![Unlisted::NotOffered(not_offered)];
                Unfinished { not_listed, ..Unfinished::default() }
            }
        }
    }

    fn add(&self, response: &RefCell<Response>, outcome: Outcome) {
        telemetry::report_outcome(self.request_id, self.mode, &outcome);
        response.borrow_mut().add(outcome);
    }

    fn instances(&self, occasion: Occasion) -> Flow<'_, Instances> {
        let Guardrail { instances, pacer, .. } = self.guardrail;
        let (observe, enforce) = (&instances.observe, instances.writing(self.mode));
        Flow {
            observe,
            enforce,
            pacer: Some(pacer),
            context: self.context(occasion),
            follow_up: (),
        }
    }

    fn runtimes(&self, occasion: Occasion) -> Flow<'_, Runtimes> {
        let Guardrail { runtimes, endpoints, .. } = self.guardrail;
        let context = self.context(occasion);
        let follow_up = endpoints.as_ref().map(|endpoints| {
            let (observe, enforce) = (&endpoints.observe, endpoints.writing(self.mode));
            EndpointsFlow { observe, enforce, context }
        });
        Flow {
            observe: &runtimes.observe,
            enforce: runtimes.writing(self.mode),
            pacer: None,
            context,
            follow_up,
        }
    }

    fn context(&self, occasion: Occasion) -> Context<'_> {
        let Self { guardrail, moment, patience, .. } = *self;
        Context { exception: &guardrail.settings.exception, moment, patience, occasion }
    }
}

/// Whether AWS showed anything of a target.
fn was_read(outcome: &Outcome) -> bool {
    let is_unread =
        matches!(outcome.verdict, Verdict::Failed(Failed::ReadFailed | Failed::OutOfTime));
    !is_unread || outcome.before.is_some()
}

/// What the Region does not offer leaves nothing to sweep.
fn is_complete(unfinished: &Unfinished) -> bool {
    !unfinished.out_of_time && unfinished.not_listed.iter().all(|why| !why.is_failure())
}

fn not_listed((kind, unfinished): (Kind, Unfinished)) -> impl Iterator<Item = NotListed> {
    unfinished.not_listed.into_iter().map(move |why| NotListed { kind, why })
}

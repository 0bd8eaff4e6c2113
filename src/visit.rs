//! Work at one place: some targets, or a sweep, for every kind of resource.

use std::{collections::BTreeMap, rc::Rc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use strum::VariantArray;

use crate::{
    context::{Asked, Context, Occasion},
    failure::Unlisted,
    flow::Flow,
    outcome::Outcome,
    patience::Patience,
    place::Place,
    places::Access,
    resource::{
        List, Resource,
        account_defaults::DefaultsFlow,
        agentcore_runtime::{Runtimes, endpoints::EndpointsFlow},
        ec2_instance::Instances,
    },
    settings::{AgentCore, Mode, Settings},
    sweep::{Extent, Unfinished, sweep},
    target::{Kind, Target},
};

/// A sweep is about no event.
const NOTHING_ASKED: &Asked = &BTreeMap::new();

/// A visit to one place.
pub struct Visit<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) access: Rc<Access>,
    pub(crate) place: &'a Place,
    pub(crate) mode: Mode,
    pub(crate) now: DateTime<Utc>,
    pub(crate) patience: Patience,
}

impl Visit<'_> {
    /// Takes each target that events name to its outcome. `each` gets every outcome as soon as it
    /// is known, one a target. A target of another place gets none.
    ///
    /// For what AWS is still changing it waits no longer than `longest_wait` before a write, and
    /// with `None` as long as there is time.
    pub async fn look_at(
        &self,
        asked: &Asked,
        longest_wait: Option<Duration>,
        each: &impl Fn(Outcome),
    ) {
        let context = self.context(asked, Occasion::Events { longest_wait });
        // Side by side, because a runtime may take minutes.
        let kinds = Kind::VARIANTS.iter().map(async |kind| {
            let targets: Vec<_> =
                asked.keys().filter(|target| self.concerns(target, *kind)).cloned().collect();
            match kind {
                Kind::Ec2Instance => _ = self.instances(context).run(&targets, each).await,
                Kind::AgentcoreRuntime => _ = self.runtimes(context).run(&targets, each).await,
                // There is no target of this kind: no event is about the defaults.
                Kind::AccountDefaults => {}
            }
        });
        join_all(kinds).await;
    }

    fn concerns(&self, target: &Target, kind: Kind) -> bool {
        target.kind() == kind && target.place() == self.place
    }

    /// Sweeps these kinds, and returns what it has not finished of each. `each` gets every outcome
    /// as soon as it is known.
    pub async fn sweep(
        &self,
        kinds: &[Kind],
        extent: Extent,
        each: &impl Fn(Outcome),
    ) -> Vec<(Kind, Unfinished)> {
        // Side by side, so none of them can use up the time of another.
        let sweeps = Kind::VARIANTS
            .iter()
            .filter(|kind| kinds.contains(kind))
            .map(async |kind| (*kind, self.sweep_kind(*kind, extent, each).await));
        join_all(sweeps).await
    }

    async fn sweep_kind(&self, kind: Kind, extent: Extent, each: &impl Fn(Outcome)) -> Unfinished {
        match kind {
            Kind::Ec2Instance => {
                let flow = self.instances(self.sweep_context::<Instances>());
                sweep(&flow, self.place, extent, each).await
            }
            Kind::AgentcoreRuntime => match self.settings.agentcore {
                AgentCore::Enabled => {
                    let flow = self.runtimes(self.sweep_context::<Runtimes>());
                    sweep(&flow, self.place, extent, each).await
                }
                AgentCore::Disabled => Unfinished::default(),
            },
            Kind::AccountDefaults => self.sweep_defaults(each).await,
        }
    }

    /// A Region has one set of defaults, or none: nothing is listed, and a failure is an outcome.
    async fn sweep_defaults(&self, each: &impl Fn(Outcome)) -> Unfinished {
        let Some(defaults) = &self.access.defaults else { return Unfinished::default() };
        let occasion = Occasion::Sweep { margin: self.settings.sweep_margin.0 };
        let context = self.context(NOTHING_ASKED, occasion);
        if !context.goes_on() {
            return Unfinished { out_of_time: true, ..Unfinished::default() };
        }
        let (observe, enforce) = (&defaults.observe, defaults.writing(self.mode));
        match (DefaultsFlow { observe, enforce, place: self.place, context }).run().await {
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

    fn instances<'c>(&'c self, context: Context<'c>) -> Flow<'c, Instances> {
        let Access { instances, pacer, .. } = &*self.access;
        let (observe, enforce) = (&instances.observe, instances.writing(self.mode));
        Flow { observe, enforce, pacer: Some(pacer), looks: None, context, follow_up: () }
    }

    fn runtimes<'c>(&'c self, context: Context<'c>) -> Flow<'c, Runtimes> {
        let Access { runtimes, endpoints, looks_at_runtimes, listings_of_endpoints, .. } =
            &*self.access;
        let follow_up = endpoints.as_ref().map(|endpoints| {
            let (observe, enforce) = (&endpoints.observe, endpoints.writing(self.mode));
            EndpointsFlow { observe, enforce, listings: listings_of_endpoints, context }
        });
        let (observe, enforce) = (&runtimes.observe, runtimes.writing(self.mode));
        let looks = Some(looks_at_runtimes);
        Flow { observe, enforce, pacer: None, looks, context, follow_up }
    }

    /// What holds for a sweep of this kind.
    fn sweep_context<R: Resource>(&self) -> Context<'_> {
        let margin = self.settings.sweep_margin.0.max(R::Observe::TIME_TO_FINISH);
        self.context(NOTHING_ASKED, Occasion::Sweep { margin })
    }

    fn context<'c>(&'c self, asked: &'c Asked, occasion: Occasion) -> Context<'c> {
        let Self { settings, now, patience, .. } = *self;
        Context { exception: &settings.exception, now, asked, patience, occasion }
    }
}

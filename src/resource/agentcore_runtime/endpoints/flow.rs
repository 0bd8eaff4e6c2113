//! What follows the outcome of a runtime. Finds those of its endpoints that are on a version
//! without MMDSv2, and moves those for which nothing else changes.

mod repoint;

use std::{
    collections::{BTreeMap, btree_map::Entry},
    mem,
};

use leaky_bucket::RateLimiter;

use self::repoint::Repointed;
use super::{
    decision::{Keep, is_done},
    document::{EndpointDocument, Listed},
    enforce::EnforceEndpoints,
    observe::ObserveEndpoints,
    observed::{Pinned, Runtime},
    report::Report,
    wording::{out_of_time, version_unread, why_kept},
};
use crate::{
    context::Context,
    failure::Failure,
    observed::{Observation, Phase},
    outcome::Outcome,
    resource::{Attempts, FollowUp, agentcore_runtime::document::Document},
    target::Target,
};

/// Takes the endpoints of one runtime through the small flow of their own.
pub struct EndpointsFlow<'a> {
    /// The reading half.
    pub observe: &'a ObserveEndpoints,
    /// The writing half; `None` in report mode and unless `PINNED_ENDPOINTS` is `repoint`.
    pub enforce: Option<&'a EnforceEndpoints>,
    /// Paces the listings of sweeps that may take as long as they need.
    pub listings: &'a RateLimiter,
    /// What also holds for the runtime. The exception tag exempts a single endpoint, or a runtime
    /// together with its endpoints.
    pub context: Context<'a>,
}

impl FollowUp<Document> for EndpointsFlow<'_> {
    async fn follow_up(
        &self,
        target: &Target,
        seen: Option<&Observation<Document>>,
        outcome: Outcome,
    ) -> Outcome {
        let Some(runtime) = Runtime::of(&outcome) else { return outcome };
        if runtime.was_compliant() && seen.is_some_and(has_always_required_mmdsv2) {
            return outcome;
        }
        let mut run = EndpointsRun::new(self, target, &runtime);
        let in_time = self.context.patience.until_end(run.finish()).await;
        if let Err(failure) = in_time.unwrap_or_else(|| Err(run.out_of_time())) {
            run.report.add_unread(failure);
        }
        run.report.complete(&runtime, self.enforce.is_some(), outcome)
    }
}

/// Whether every version of a runtime requires MMDSv2. AWS allows few listings of endpoints, so
/// there is none for such a runtime. What AWS shows of one that it is changing may not stay.
fn has_always_required_mmdsv2(seen: &Observation<Document>) -> bool {
    seen.found().is_some_and(|runtime| {
        runtime.phase == Phase::Settled && runtime.document.has_always_required_mmdsv2()
    })
}

/// The endpoints of one runtime on their way to its outcome.
struct EndpointsRun<'a> {
    flow: &'a EndpointsFlow<'a>,
    target: &'a Target,
    runtime: &'a Runtime,
    /// Versions of the runtime that were read. A version never changes.
    versions: BTreeMap<String, Document>,
    /// The attempts to move the endpoint whose turn it is.
    attempts: Attempts<EndpointDocument>,
    /// Endpoints to look at again, because AWS is changing them.
    later: Vec<Later>,
    report: Report,
}

/// An endpoint that AWS is changing.
struct Later {
    name: String,
    /// What to say if no time is left; `None` if it does not show a version yet.
    kept: Option<(Pinned, Keep)>,
}

impl<'a> EndpointsRun<'a> {
    fn new(flow: &'a EndpointsFlow<'a>, target: &'a Target, runtime: &'a Runtime) -> Self {
        Self {
            flow,
            target,
            runtime,
            versions: BTreeMap::new(),
            attempts: Attempts::new(flow.context.retries(), None),
            later: Vec::new(),
            report: Report::default(),
        }
    }

    /// Settles every endpoint. One that AWS is still changing holds up nothing else: it is looked
    /// at again once all others are settled.
    async fn finish(&mut self) -> Result<(), Failure> {
        let mut pauses = self.flow.context.waits();
        let mut listed = self.listed().await?;
        loop {
            // Each round finds afresh what is pinned, because an endpoint may have changed since
            // the last one.
            self.report.forget_pinned();
            for pinned in self.find_pinned(listed).await {
                self.settle(pinned).await;
            }
            let later = mem::take(&mut self.later);
            if later.is_empty() || !pauses.pause().await {
                if !later.is_empty() && self.flow.context.longest_wait().is_some() {
                    self.report.add_later();
                }
                for (pinned, keep) in later.into_iter().filter_map(|later| later.kept) {
                    self.keep(&pinned, &keep);
                }
                return Ok(());
            }
            listed = self.listed().await?;
            // The others are settled. Looking at them again would report them twice.
            listed.retain(|endpoint| later.iter().any(|later| later.name == endpoint.name));
        }
    }

    fn waits(&self) -> bool {
        // Waiting is only worth its time if the endpoint could be moved afterwards.
        !self.flow.context.is_sweep() && self.flow.enforce.is_some() && is_done(self.runtime)
    }

    /// The endpoints, except those that follow the runtime and may still be catching up with it.
    async fn listed(&self) -> Result<Vec<Listed>, Failure> {
        if self.flow.context.is_sweep() && self.flow.context.patience.is_endless() {
            self.flow.listings.acquire_one().await;
        }
        let mut listed = self.flow.observe.endpoints(self.target).await?;
        listed.retain(|endpoint| {
            !endpoint.follows() || (!endpoint.is_changing() && self.runtime.was_compliant())
        });
        Ok(listed)
    }

    /// Returns the endpoints that are on a version without MMDSv2, or will be.
    async fn find_pinned(&mut self, endpoints: Vec<Listed>) -> Vec<Pinned> {
        let mut all = Vec::new();
        for endpoint in endpoints {
            if self.waits() && endpoint.is_changing() && endpoint.versions().next().is_none() {
                self.later.push(Later { name: endpoint.name, kept: None });
                continue;
            }
            match self.without_mmdsv2(&endpoint).await {
                Ok(None) => {}
                Ok(Some(version)) => {
                    let pinned = Pinned { endpoint, version };
                    self.report.add_pinned(&pinned);
                    all.push(pinned);
                }
                Err(failure) => self.report.add_unread(version_unread(&endpoint.name, failure)),
            }
        }
        all
    }

    /// The version without MMDSv2 that an endpoint will be on, or is on.
    async fn without_mmdsv2(&mut self, endpoint: &Listed) -> Result<Option<String>, Failure> {
        for version in endpoint.versions() {
            let requires_mmdsv2 = if Some(version) == self.runtime.version.as_deref() {
                self.runtime.requires_mmdsv2
            } else {
                self.version(version).await?.requires_mmdsv2() == Some(true)
            };
            if !requires_mmdsv2 {
                return Ok(Some(version.to_owned()));
            }
        }
        Ok(None)
    }

    async fn version(&mut self, version: &str) -> Result<&Document, Failure> {
        Ok(match self.versions.entry(version.to_owned()) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(unread) => {
                unread.insert(self.flow.observe.version(self.target, version).await?)
            }
        })
    }

    async fn settle(&mut self, pinned: Pinned) {
        let repointed = self.repoint(&pinned).await;
        let retries = self.flow.context.retries();
        let mut attempts = mem::replace(&mut self.attempts, Attempts::new(retries, None));
        // A verified move leaves no doubt, and a failure carries its own.
        if attempts.write_is_open() && !matches!(repointed, Ok(Repointed::To(_)) | Err(_)) {
            self.report.add_doubt(&pinned);
        }
        match repointed {
            Ok(Repointed::To(version)) => self.report.add_moved(&pinned, &version),
            Ok(Repointed::Gone) => self.report.add_gone(&pinned),
            Ok(Repointed::NotYet(keep)) if self.waits() && pinned.may_come_to_rest() => {
                self.later
                    .push(Later { name: pinned.endpoint.name.clone(), kept: Some((pinned, keep)) });
            }
            Ok(Repointed::Kept(keep) | Repointed::NotYet(keep)) => self.keep(&pinned, &keep),
            Ok(Repointed::Refused(detail)) => self.report.add_refused(&pinned, &detail),
            Err(failure) => self.report.add_failed(&pinned, attempts.explain(failure)),
        }
    }

    fn keep(&mut self, pinned: &Pinned, keep: &Keep) {
        self.report.add_kept(pinned, &why_kept(keep, self.flow.context.exception.key()));
    }

    fn out_of_time(&mut self) -> Failure {
        let failure = out_of_time(self.attempts.write_is_open());
        self.attempts.explain(failure)
    }
}

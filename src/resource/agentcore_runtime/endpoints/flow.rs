//! What follows the outcome of a runtime. Finds those of its endpoints that are on a version
//! without MMDSv2, and moves those for which nothing else changes.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    mem,
};

use super::{
    decision::{Current, Decision, Exempt, Facts, Keep, Now, Pinned, Runtime, decide},
    document::{EndpointDocument, Listed},
    enforce::{EnforceEndpoints, Repoint, verified},
    observe::ObserveEndpoints,
    report::Report,
    wording::{out_of_time, version_unread, why_kept},
};
use crate::{
    context::Context,
    exception::Exemption,
    failure::Failure,
    outcome::Outcome,
    patience::{MAX_AGE, Stopwatch},
    resource::{Attempts, Denial, FollowUp, Refusal, agentcore_runtime::document::Document},
    target::Target,
};

/// Takes the endpoints of one runtime through the small flow of their own.
pub struct EndpointsFlow<'a> {
    /// The reading half.
    pub observe: &'a ObserveEndpoints,
    /// The writing half; `None` in report mode and unless `PINNED_ENDPOINTS` is `repoint`.
    pub enforce: Option<&'a EnforceEndpoints>,
    /// What also holds for the runtime. The exception tag exempts a single endpoint, or a runtime
    /// together with its endpoints.
    pub context: Context<'a>,
}

impl FollowUp for EndpointsFlow<'_> {
    async fn follow_up(&self, target: &Target, outcome: Outcome) -> Outcome {
        let Some(runtime) = Runtime::of(&outcome) else { return outcome };
        let mut run = EndpointsRun::new(self, target, &runtime);
        let in_time = self.context.patience.until_end(run.finish()).await;
        if let Err(failure) = in_time.unwrap_or_else(|| Err(run.out_of_time())) {
            run.report.add_unread(failure);
        }
        run.report.complete(&runtime, self.enforce.is_some(), outcome)
    }
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

/// What became of a pinned endpoint.
enum Repointed {
    /// It is on this version now, as AWS has shown.
    To(String),
    /// It was left where it is.
    Kept(Keep),
    /// AWS is changing it.
    NotYet(Keep),
    /// AWS refuses the move for good, with these words.
    Refused(String),
    /// It does not exist any more.
    Gone,
}

/// What was read for one attempt at a move.
struct Reading {
    since: Stopwatch,
    runtime: Option<Document>,
    differences: Option<Vec<String>>,
    exempt: Option<Exempt>,
    now: Option<EndpointDocument>,
}

impl Reading {
    fn start() -> Self {
        Self { since: Stopwatch::start(), runtime: None, differences: None, exempt: None, now: None }
    }
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
        let mut pauses = self.flow.context.patience.pauses();
        let mut listed = self.listed().await?;
        loop {
            // Each round finds afresh what is pinned, because an endpoint may have changed since
            // the last one.
            self.report.forget_pinned();
            for pinned in self.pinned(listed).await {
                self.settle(pinned).await;
            }
            let later = mem::take(&mut self.later);
            if later.is_empty() || !pauses.pause().await {
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
        self.flow.context.waits() && self.flow.enforce.is_some() && self.runtime.is_done()
    }

    /// The endpoints, except those that follow the runtime and may still be catching up with it.
    async fn listed(&self) -> Result<Vec<Listed>, Failure> {
        let mut listed = self.flow.observe.endpoints(self.target).await?;
        listed.retain(|endpoint| !endpoint.follows() || (!endpoint.is_changing() && self.runtime.is_followed()));
        Ok(listed)
    }

    /// Returns the endpoints that are on a version without MMDSv2, or will be.
    async fn pinned(&mut self, endpoints: Vec<Listed>) -> Vec<Pinned> {
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
            Entry::Vacant(unread) => unread.insert(self.flow.observe.version(self.target, version).await?),
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
                self.later.push(Later { name: pinned.endpoint.name.clone(), kept: Some((pinned, keep)) });
            }
            Ok(Repointed::Kept(keep) | Repointed::NotYet(keep)) => self.keep(&pinned, &keep),
            Ok(Repointed::Refused(detail)) => self.report.add_refused(&pinned, &detail),
            Err(failure) => self.report.add_failed(&pinned, attempts.explain(failure)),
        }
    }

    fn keep(&mut self, pinned: &Pinned, keep: &Keep) {
        self.report.add_kept(pinned, &why_kept(keep, self.flow.context.exception.key()));
    }

    /// Decides about an endpoint, reads what the decision asks for, and moves the endpoint if
    /// nothing rules it out. After an attempt that AWS did not take, everything is read and decided
    /// afresh.
    async fn repoint(&mut self, pinned: &Pinned) -> Result<Repointed, Failure> {
        let mut reading = Reading::start();
        loop {
            match decide(&self.facts(pinned, &reading)) {
                Decision::Keep(keep) => return Ok(Repointed::Kept(keep)),
                Decision::Wait => return Ok(Repointed::NotYet(still_changing(&pinned.endpoint))),
                Decision::ReadRuntime => match self.flow.observe.current(self.target).await? {
                    Some(runtime) => reading.runtime = Some(runtime),
                    None => return Ok(Repointed::Gone),
                },
                Decision::ReadVersion => {
                    let version = self.version(&pinned.version).await?;
                    reading.differences = reading.runtime.as_ref().map(|runtime| version.differences(runtime));
                }
                Decision::ReadTags => match self.exempt(&pinned.endpoint).await? {
                    Some(exempt) => reading.exempt = Some(exempt),
                    None => return Ok(Repointed::Gone),
                },
                Decision::ReadEndpoint { .. } => {
                    match self.flow.observe.endpoint(self.target, &pinned.endpoint.name).await? {
                        Some(now) => reading.now = Some(now),
                        None => return Ok(Repointed::Gone),
                    }
                }
                Decision::WaitForMove => reading = self.try_again(Failure::still_changing("UPDATING")).await?,
                Decision::Verify { to } => {
                    // The endpoint has arrived, but the lost move may have changed more than its
                    // version.
                    if let (Some(sent), Some(now)) = (self.attempts.sent(), &reading.now) {
                        verified(sent, now)?;
                    }
                    return Ok(Repointed::To(to));
                }
                Decision::Repoint { to } => match self.attempt(pinned, &to, reading).await? {
                    Some(repointed) => return Ok(repointed),
                    None => reading = Reading::start(),
                },
            }
        }
    }

    fn facts<'f>(&'f self, pinned: &'f Pinned, reading: &Reading) -> Facts<'f> {
        let current = reading.runtime.as_ref().map(|runtime| Current::of(self.target, runtime));
        let to = current.as_ref().and_then(|current| current.version.as_deref());
        let now = reading.now.as_ref().map(|now| Now {
            rests_on_old: now.rests_on(&pinned.version),
            rests_on_new: to.is_some_and(|to| now.rests_on(to)),
            is_on_its_way: to.is_some_and(|to| now.is_on_its_way_to(to)),
            unknown_members: now.unknown_members(),
        });
        Facts {
            pinned,
            runtime: self.runtime,
            current,
            differences: reading.differences.clone(),
            exempt: reading.exempt.clone(),
            now,
            may_write: self.flow.enforce.is_some(),
            was_sent: self.attempts.sent().is_some(),
        }
    }

    /// Whether a tag of the runtime or of the endpoint exempts it; `None` if the endpoint is gone.
    async fn exempt(&self, endpoint: &Listed) -> Result<Option<Exempt>, Failure> {
        for (arn, exempt) in [(self.target.arn(), Exempt::ByRuntime), (endpoint.arn.as_str(), Exempt::ByEndpoint)] {
            match self.flow.observe.tags(self.target, endpoint, arn).await {
                Ok(None) => return Ok(None),
                Ok(Some(tags)) => {
                    if let Exemption::Exempt(_) = self.flow.context.exemption(Some(&tags)) {
                        return Ok(Some(exempt));
                    }
                }
                // If nothing is to be written, this is not a failure.
                Err(failure) if self.flow.enforce.is_none() => return Ok(Some(Exempt::Unreadable(failure.detail))),
                Err(failure) => return Err(failure),
            }
        }
        Ok(Some(Exempt::No))
    }

    /// Makes one attempt at a move. Returns `None` if there may be another.
    async fn attempt(&mut self, pinned: &Pinned, to: &str, reading: Reading) -> Result<Option<Repointed>, Failure> {
        let (Some(enforce), Some(before)) = (self.flow.enforce, reading.now) else { return Ok(None) };
        // If the last move was denied, the look since then has found no exemption: with one, the
        // decision would not be to move.
        match self.attempts.denial().await {
            Denial::No => {}
            Denial::LookAgain => return Ok(None),
            Denial::ByOwnRole(failure) => {
                let failure = failure.of_own_deny(self.flow.context.exception.key());
                return Ok(Some(Repointed::Refused(failure.detail)));
            }
            Denial::ByUnknown(failure) => return Err(failure),
        }
        if reading.since.elapsed() > MAX_AGE {
            return self.try_again(Failure::outdated()).await.map(|_| None);
        }
        self.attempts.begin();
        let repoint = Repoint { target: self.target, name: &pinned.endpoint.name, from: &pinned.version, to };
        let refusal = match enforce.enforce(repoint, &before, &self.flow.context.patience).await {
            Ok(()) => return Ok(Some(Repointed::To(to.to_owned()))),
            Err(refusal) => refusal,
        };
        self.attempts.note(&refusal, || Some(before));
        match refusal {
            Refusal::Throttled(failure) | Refusal::NotTaken(failure) | Refusal::Unclear(failure) => {
                self.try_again(failure).await.map(|_| None)
            }
            Refusal::Denied(_) | Refusal::NotAllowed(_) => Ok(None),
            Refusal::ForGood(failure) => Ok(Some(Repointed::Refused(failure.detail))),
            Refusal::Changed(failure)
            | Refusal::Busy(failure)
            | Refusal::Demanded(failure)
            | Refusal::Failed(failure) => Err(failure),
        }
    }

    /// Pauses before everything is read afresh, because of this failure. If no time is left, this
    /// failure remains.
    async fn try_again(&mut self, failure: Failure) -> Result<Reading, Failure> {
        if self.attempts.pause().await { Ok(Reading::start()) } else { Err(failure) }
    }

    fn out_of_time(&mut self) -> Failure {
        let failure = out_of_time(self.attempts.write_is_open());
        self.attempts.explain(failure)
    }
}

fn still_changing(endpoint: &Listed) -> Keep {
    Keep::StillChanging { status: endpoint.status.clone(), target: endpoint.target_version.clone() }
}

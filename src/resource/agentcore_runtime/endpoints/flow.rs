//! What follows the outcome of a runtime: which of its endpoints are on a version that does not require MMDSv2, and the
//! move of those for which it changes nothing else.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    mem,
};

use super::{
    attempts::Attempts,
    decision::{Pinned, Runtime, why_held, why_it_stays, why_not_yet},
    enforce::{EnforceEndpoints, Moved, Way, verified, why_not_now},
    observe::{Listed, ObserveEndpoints},
    report::Report,
};
use crate::{
    context::Context,
    failure::Failure,
    observed::Hold,
    outcome::{Outcome, Reason},
    patience::{MAX_AGE, Stopwatch},
    resource::{FollowUp, Refusal, agentcore_runtime::document::Document},
    target::Target,
};

/// The small flow for the endpoints of one runtime.
pub struct EndpointsFlow<'a> {
    /// The reading half.
    pub observe: &'a ObserveEndpoints,
    /// The writing half; there is none in report mode and unless endpoints are to be moved.
    pub enforce: Option<&'a EnforceEndpoints>,
    /// What holds for the runtime, too: its exception tag exempts an endpoint, or a runtime and its endpoints with it.
    pub context: Context<'a>,
}

impl FollowUp for EndpointsFlow<'_> {
    async fn follow_up(&self, target: &Target, outcome: Outcome) -> Outcome {
        let Some(runtime) = Runtime::of(&outcome) else { return outcome };
        let mut found = Report::default();
        let (versions, later) = (BTreeMap::new(), Vec::new());
        let mut run = EndpointsRun { flow: self, target, runtime: &runtime, versions, later, report: &mut found };
        let in_time = self.context.patience.until_end(run.run()).await;
        if let Err(failure) = in_time.unwrap_or_else(|| Err(out_of_time(&found))) {
            found.unread(failure);
        }
        found.complete(&runtime, self.enforce.is_some(), outcome)
    }
}

/// The endpoints of one runtime on their way.
struct EndpointsRun<'a> {
    flow: &'a EndpointsFlow<'a>,
    target: &'a Target,
    runtime: &'a Runtime,
    /// Versions of the runtime that were read. They never change.
    versions: BTreeMap<String, Document>,
    /// What has to be looked at once more, because AWS is at work on it.
    later: Vec<Later>,
    report: &'a mut Report,
}

/// An endpoint that AWS is at work on.
struct Later {
    name: String,
    /// What there is to say of it if no time is left; nothing where it shows no version yet.
    stays: Option<(Pinned, String)>,
}

impl EndpointsRun<'_> {
    /// What AWS is at work on holds back nothing else: it is looked at again when all others are settled.
    async fn run(&mut self) -> Result<(), Failure> {
        let mut pauses = self.flow.context.patience.pauses();
        let mut listed = self.listed().await?;
        loop {
            self.report.forget_open();
            for it in self.pinned(listed).await {
                self.settle(it).await;
            }
            let later = mem::take(&mut self.later);
            if later.is_empty() || !pauses.pause().await {
                let stays = later.iter().filter_map(|it| it.stays.as_ref());
                stays.for_each(|(it, why)| self.report.stays(it, why));
                return Ok(());
            }
            listed = self.listed().await?;
            listed.retain(|endpoint| later.iter().any(|it| it.name == endpoint.name));
        }
    }

    fn waits(&self) -> bool {
        self.flow.context.waits() && self.flow.enforce.is_some() && self.runtime.is_done()
    }

    /// The endpoints, without one that follows the runtime and may be on its way.
    async fn listed(&self) -> Result<Vec<Listed>, Failure> {
        let mut listed = self.flow.observe.endpoints(self.target).await?;
        listed.retain(|endpoint| !endpoint.follows() || (!endpoint.is_changing() && self.runtime.is_followed()));
        Ok(listed)
    }

    /// Those of the endpoints that are on a version without MMDSv2, or will be.
    async fn pinned(&mut self, endpoints: Vec<Listed>) -> Vec<Pinned> {
        let mut pinned = Vec::new();
        for endpoint in endpoints {
            if self.waits() && endpoint.is_changing() && endpoint.versions().next().is_none() {
                self.later.push(Later { name: endpoint.name, stays: None });
                continue;
            }
            match self.without_mmdsv2(&endpoint).await {
                Ok(None) => {}
                Ok(Some(version)) => {
                    let it = Pinned { endpoint, version };
                    self.report.pinned(&it);
                    pinned.push(it);
                }
                Err(failure) => self.report.unread(of(&endpoint, failure)),
            }
        }
        pinned
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

    async fn settle(&mut self, it: Pinned) {
        if let Some(why) = self.runtime.why_first() {
            return self.report.stays(&it, why);
        }
        let moved = self.move_or_not(&it).await;
        let write_is_open = mem::take(&mut self.report.write_is_open);
        self.report.answered = None;
        if write_is_open && !matches!(moved, Ok(Moved::To(_)) | Err(_)) {
            self.report.doubt(&it);
        }
        match moved {
            Ok(Moved::To(version)) => self.report.moved(&it, &version),
            Ok(Moved::No(why)) => self.report.stays(&it, &why),
            Ok(Moved::Gone) => self.report.gone(&it),
            Ok(Moved::NotYet(why)) if self.waits() && it.may_come_to_rest() => {
                self.later.push(Later { name: it.endpoint.name.clone(), stays: Some((it, why)) });
            }
            Ok(Moved::NotYet(why)) => self.report.stays(&it, &why),
            Err(failure) => self.report.failed(&it, Failure { write_is_open, ..failure }),
        }
    }

    /// Moves an endpoint to the present version, unless something is against it. After an attempt that AWS did not take,
    /// all is read and decided anew.
    async fn move_or_not(&mut self, it: &Pinned) -> Result<Moved, Failure> {
        let mut attempts = Attempts::new(self.flow.context.retries());
        loop {
            let read = Stopwatch::start();
            let to = match self.destination(it).await? {
                Ok(to) => to,
                Err(moved) => return Ok(moved),
            };
            let Some(enforce) = self.flow.enforce else { return Ok(Moved::No(would_move(&to))) };
            let way = Way { name: &it.endpoint.name, from: &it.version, to: &to };
            let Some(before) = enforce.look(self.target, way.name).await? else { return Ok(Moved::Gone) };
            if let Some(sent) = attempts.sent.as_ref().filter(|_| before.rests_on(way.to)) {
                return verified(sent, &before, way);
            }
            if attempts.sent.is_some() && before.is_on_its_way_to(way.to) {
                attempts.again(Failure::still_changing("UPDATING")).await?;
                continue;
            }
            if let Some(why) = why_not_now(&before, way) {
                return Ok(Moved::No(why));
            }
            if !attempts.may_go_on(self.flow.context.exception.key()).await? {
                continue;
            }
            if read.elapsed() > MAX_AGE {
                attempts.again(Failure::outdated()).await?;
                continue;
            }
            self.report.write_is_open = true;
            let refusal = match enforce.go(self.target, way, &before, &self.flow.context.patience).await {
                Ok(moved) => return Ok(moved),
                Err(refusal) => refusal,
            };
            self.report.write_is_open = matches!(refusal, Refusal::Unclear(_)) || attempts.sent.is_some();
            self.report.answered = Some(refusal.failure().detail.clone());
            attempts.again_after(refusal, before).await?;
        }
    }

    /// The version that an endpoint is to be moved to, or what is to be said instead.
    async fn destination(&mut self, it: &Pinned) -> Result<Result<String, Moved>, Failure> {
        let Some(now) = self.flow.observe.current(self.target).await? else { return Ok(Err(Moved::Gone)) };
        let no = |why: String| Ok(Err(Moved::No(why)));
        let Some(to) = now.text(&["agentRuntimeVersion"]).filter(|version| !version.is_empty()) else {
            return no("AWS does not show the runtime's current version, so it is not moved".to_owned());
        };
        if let Some(hold) = Hold::of_owner(self.target, &now) {
            return no(why_held(&hold).to_owned());
        }
        if let Some(why) = why_it_stays(&it.endpoint, self.version(&it.version).await?, &now, &to) {
            return no(why);
        }
        if let Some(instead) = self.instead_of_a_move(&it.endpoint).await? {
            return Ok(Err(instead));
        }
        if it.endpoint.is_changing() {
            return Ok(Err(Moved::NotYet(why_not_yet(&it.endpoint))));
        }
        Ok(Ok(to))
    }

    /// What the tags ask for. They are read just before each move: a runtime that requires MMDSv2 is compliant whatever
    /// its tags, so that nobody has read them yet.
    async fn instead_of_a_move(&self, endpoint: &Listed) -> Result<Option<Moved>, Failure> {
        for (arn, what) in [(self.target.arn(), "the runtime"), (endpoint.arn.as_str(), "it")] {
            match self.flow.observe.tags(self.target, endpoint, arn).await {
                Ok(None) => return Ok(Some(Moved::Gone)),
                Ok(Some(tags)) if self.flow.context.is_exempt(&tags) => {
                    let key = self.flow.context.exception.key();
                    return Ok(Some(Moved::No(format!("the tag {key} exempts {what}, so that it is not moved"))));
                }
                Ok(Some(_)) => {}
                // Where nothing is to be written, nothing has failed.
                Err(failure) if self.flow.enforce.is_none() => return Ok(Some(Moved::No(cannot_tell(&failure)))),
                Err(failure) => return Err(failure),
            }
        }
        Ok(None)
    }
}

fn would_move(to: &str) -> String {
    format!(
        "version {to} differs from it in requireMMDSV2 only, so the guardrail would move it with \
         PINNED_ENDPOINTS=repoint in enforce mode"
    )
}

fn cannot_tell(failure: &Failure) -> String {
    let detail = failure.detail.trim_end_matches('.');
    format!("whether a tag exempts it could not be read, without which the guardrail moves nothing. {detail}")
}

fn of(endpoint: &Listed, failure: Failure) -> Failure {
    let detail = format!("The version of the endpoint {} could not be read. {}", endpoint.name, failure.detail);
    Failure { detail, ..failure }
}

fn out_of_time(report: &Report) -> Failure {
    let written = if report.write_is_open { "one may or may not have been moved" } else { "none was moved" };
    let detail = format!(
        "The invocation's time ran out before its endpoints were looked after; {written}. A retry looks again."
    );
    let failure = Failure { write_is_open: report.write_is_open, ..Failure::new(Reason::OutOfTime, detail) };
    match &report.answered {
        Some(answered) => failure.preceded_by(answered),
        None => failure,
    }
}

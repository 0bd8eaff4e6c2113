//! What follows the outcome of a runtime: which of its endpoints are on a version that does not require MMDSv2, and the
//! move of those for which it changes nothing else.

use std::collections::BTreeMap;

use super::{
    decision::{Pinned, Runtime, why_it_stays},
    found::Found,
    observe::{Listed, ObserveEndpoints},
    repoint::{MoveEndpoints, Moved, Way},
};
use crate::{
    decision::Moment,
    exception::{ExceptionTag, Exemption},
    failure::Failure,
    outcome::{Outcome, Reason},
    patience::Patience,
    resource::{FollowUp, agentcore_runtime::document::Document},
    target::Target,
};

/// The small flow for the endpoints of one runtime.
pub struct EndpointsFlow<'a> {
    /// The reading half.
    pub observe: &'a ObserveEndpoints,
    /// The writing half; there is none in report mode and unless endpoints are to be moved.
    pub enforce: Option<&'a MoveEndpoints>,
    /// The tag that exempts an endpoint, or a runtime and its endpoints with it.
    pub exception: &'a ExceptionTag,
    /// When it is.
    pub moment: Moment,
    /// What the invocation may still spend.
    pub patience: Patience,
    /// Whether to wait for endpoints that AWS is at work on, and that may have to be moved.
    pub waits: bool,
}

impl FollowUp for EndpointsFlow<'_> {
    async fn follow_up(&self, target: &Target, outcome: Outcome) -> Outcome {
        let Some(runtime) = Runtime::of(&outcome) else { return outcome };
        let mut found = Found::default();
        let in_time = self.patience.until_end(self.look_after(target, &runtime, &mut found)).await;
        if let Err(failure) = in_time.unwrap_or_else(|| Err(out_of_time(found.write_begun))) {
            found.unread(failure);
        }
        found.complete(&runtime, outcome)
    }
}

/// Versions of a runtime that were read. They never change.
type Versions = BTreeMap<String, Document>;

impl EndpointsFlow<'_> {
    async fn look_after(&self, target: &Target, runtime: &Runtime, found: &mut Found) -> Result<(), Failure> {
        let mut versions = Versions::new();
        let pinned = self.pinned(target, runtime, &mut versions, found).await?;
        found.pinned(&pinned);
        if let Some(why) = runtime.why_first() {
            pinned.iter().for_each(|it| found.stays(it, why));
            return Ok(());
        }
        if pinned.is_empty() {
            return Ok(());
        }
        let Some(now) = self.observe.current(target).await? else {
            found.all_gone();
            return Ok(());
        };
        let to = now.text(&["agentRuntimeVersion"]).unwrap_or_default();
        for it in &pinned {
            match why_it_stays(&it.endpoint, versions.get(&it.version), &now, &to) {
                Some(why) => found.stays(it, &why),
                None => self.settle(target, it, &to, found).await,
            }
        }
        Ok(())
    }

    /// The endpoints on a version without MMDSv2, when AWS is done with them or there is no use in waiting.
    async fn pinned(
        &self,
        target: &Target,
        runtime: &Runtime,
        versions: &mut Versions,
        found: &mut Found,
    ) -> Result<Vec<Pinned>, Failure> {
        let may_move = self.enforce.is_some() && runtime.is_done();
        let mut pauses = self.patience.pauses();
        loop {
            let mut endpoints = self.observe.endpoints(target).await?;
            // What follows the runtime may be on its way.
            endpoints.retain(|endpoint| !endpoint.follows() || (endpoint.rests() && runtime.is_followed()));
            *found = Found::default();
            let mut pinned = Vec::new();
            for endpoint in endpoints {
                match self.without_mmdsv2(target, &endpoint, runtime, versions).await {
                    Ok(version) => pinned.extend(version.map(|version| Pinned { endpoint, version })),
                    Err(failure) => found.unread(of(&endpoint, failure)),
                }
            }
            let is_worth_it = self.waits && may_move && pinned.iter().any(|it| it.endpoint.is_changing());
            if !is_worth_it || !pauses.pause().await {
                return Ok(pinned);
            }
        }
    }

    /// The version without MMDSv2 that an endpoint is on, or will be on.
    async fn without_mmdsv2(
        &self,
        target: &Target,
        endpoint: &Listed,
        runtime: &Runtime,
        versions: &mut Versions,
    ) -> Result<Option<String>, Failure> {
        for version in endpoint.versions() {
            let requires_mmdsv2 = if Some(version) == runtime.version.as_deref() {
                runtime.requires_mmdsv2
            } else {
                if !versions.contains_key(version) {
                    versions.insert(version.to_owned(), self.observe.version(target, version).await?);
                }
                versions.get(version).is_some_and(|it| it.requires_mmdsv2() == Some(true))
            };
            if !requires_mmdsv2 {
                return Ok(Some(version.to_owned()));
            }
        }
        Ok(None)
    }

    async fn settle(&self, target: &Target, it: &Pinned, to: &str, found: &mut Found) {
        let Some(enforce) = self.enforce else {
            let why = format!(
                "version {to} differs from it in requireMMDSV2 only, so that the guardrail would move it with \
                 PINNED_ENDPOINTS=repoint in enforce mode"
            );
            return found.stays(it, &why);
        };
        match self.exemption(target, &it.endpoint).await {
            Ok(None) => {}
            Ok(Some(why)) => return found.stays(it, &why),
            Err(failure) => return found.failed(it, failure),
        }
        found.write_begun = true;
        match enforce.go(target, Way { name: &it.endpoint.name, from: &it.version, to }, &self.patience).await {
            Ok(Moved::Yes) => found.moved(it, to),
            Ok(Moved::No(why)) => found.stays(it, &why),
            Ok(Moved::Gone) => found.gone(it),
            Err(failure) => found.failed(it, failure),
        }
    }

    /// Why a tag forbids the move. Tags are read just before each one: a runtime that requires MMDSv2 is compliant
    /// whatever its tags, so that nobody has read them yet.
    async fn exemption(&self, target: &Target, endpoint: &Listed) -> Result<Option<String>, Failure> {
        for (arn, what) in [(target.arn(), "the runtime"), (endpoint.arn.as_str(), "it")] {
            let tags = self.observe.tags(arn).await?;
            let key = self.exception.key();
            let value = tags.get(key).map(String::as_str);
            if let Exemption::Exempt { .. } = self.exception.exemption(value, self.moment.now.date_naive()) {
                return Ok(Some(format!("the tag {key} exempts {what}, so that it is not moved")));
            }
        }
        Ok(None)
    }
}

fn of(endpoint: &Listed, failure: Failure) -> Failure {
    let detail = format!("The version of the endpoint {} could not be read. {}", endpoint.name, failure.detail);
    Failure { detail, ..failure }
}

fn out_of_time(write_begun: bool) -> Failure {
    let written = if write_begun { "one may or may not have been moved" } else { "none was moved" };
    let detail = format!(
        "The invocation's time ran out before its endpoints were looked after; {written}. A retry looks again."
    );
    Failure::new(Reason::OutOfTime, detail)
}

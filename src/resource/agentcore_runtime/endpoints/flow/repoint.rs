//! One pinned endpoint: reads what the decision about it asks for, and moves it if nothing is
//! against that. After an attempt that AWS did not take, everything is read and decided anew.

use super::EndpointsRun;
use crate::{
    exception::Exemption,
    failure::Failure,
    patience::{MAX_AGE, Stopwatch},
    resource::{
        Denial, Refusal,
        agentcore_runtime::{
            document::Document,
            endpoints::{
                decision::{Decision, Keep, Missing, decide},
                document::{EndpointDocument, Listed},
                enforce::{Repoint, verified},
                observed::{Current, EndpointExemption, Known, Now, Pinned},
            },
        },
    },
};

/// What became of a pinned endpoint.
pub(super) enum Repointed {
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
    exempt: Option<EndpointExemption>,
    now: Option<EndpointDocument>,
}

impl Reading {
    fn start() -> Self {
        Self {
            since: Stopwatch::start(),
            runtime: None,
            differences: None,
            exempt: None,
            now: None,
        }
    }
}

impl EndpointsRun<'_> {
    /// Decides about an endpoint, reads what the decision asks for, and moves the endpoint if
    /// nothing rules it out. After an attempt that AWS did not take, everything is read and decided
    /// afresh.
    pub(super) async fn repoint(&mut self, pinned: &Pinned) -> Result<Repointed, Failure> {
        let mut reading = Reading::start();
        loop {
            match decide(&self.known(pinned, &reading)) {
                Decision::Keep(keep) => return Ok(Repointed::Kept(keep)),
                Decision::Wait => return Ok(Repointed::NotYet(still_changing(&pinned.endpoint))),
                Decision::Read(missing) => {
                    if !self.read(missing, pinned, &mut reading).await? {
                        return Ok(Repointed::Gone);
                    }
                }
                Decision::WaitForMove => {
                    reading = self.try_again(Failure::still_changing("UPDATING")).await?
                }
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

    /// Reads what is missing. Returns whether the endpoint is still there.
    async fn read(
        &mut self,
        missing: Missing,
        pinned: &Pinned,
        reading: &mut Reading,
    ) -> Result<bool, Failure> {
        let observe = self.flow.observe;
        let is_there = match missing {
            Missing::Runtime => {
                reading.runtime = observe.current(self.target).await?;
                reading.runtime.is_some()
            }
            Missing::Version => {
                let version = self.version(&pinned.version).await?;
                reading.differences =
                    reading.runtime.as_ref().map(|runtime| version.differences(runtime));
                reading.differences.is_some()
            }
            Missing::Tags => {
                reading.exempt = self.exempt(&pinned.endpoint).await?;
                reading.exempt.is_some()
            }
            Missing::Endpoint => {
                reading.now = observe.endpoint(self.target, &pinned.endpoint.name).await?;
                reading.now.is_some()
            }
        };
        Ok(is_there)
    }

    fn known<'f>(&'f self, pinned: &'f Pinned, reading: &Reading) -> Known<'f> {
        let current = reading.runtime.as_ref().map(|runtime| Current::of(self.target, runtime));
        let to = current.as_ref().and_then(|current| current.version.as_deref());
        let now = reading.now.as_ref().map(|now| Now {
            rests_on_old: now.rests_on(&pinned.version),
            rests_on_new: to.is_some_and(|to| now.rests_on(to)),
            is_on_its_way: to.is_some_and(|to| now.is_on_its_way_to(to)),
            unknown_members: now.unknown_members(),
        });
        Known {
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
    async fn exempt(&self, endpoint: &Listed) -> Result<Option<EndpointExemption>, Failure> {
        for (arn, exempt) in [
            (self.target.arn(), EndpointExemption::ByRuntime),
            (endpoint.arn.as_str(), EndpointExemption::ByEndpoint),
        ] {
            match self.flow.observe.tags(self.target, endpoint, arn).await {
                Ok(None) => return Ok(None),
                Ok(Some(tags)) => {
                    if let Exemption::Exempt(_) = self.flow.context.exemption(Some(&tags)) {
                        return Ok(Some(exempt));
                    }
                }
                // If nothing is to be written, this is not a failure.
                Err(failure) if self.flow.enforce.is_none() => {
                    return Ok(Some(EndpointExemption::Unreadable(failure.detail)));
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(Some(EndpointExemption::No))
    }

    /// Makes one attempt at a move. Returns `None` if there may be another.
    async fn attempt(
        &mut self,
        pinned: &Pinned,
        to: &str,
        reading: Reading,
    ) -> Result<Option<Repointed>, Failure> {
        let (Some(enforce), Some(before)) = (self.flow.enforce, reading.now) else {
            return Err(Failure::unanswered());
        };
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
        let repoint =
            Repoint { target: self.target, name: &pinned.endpoint.name, from: &pinned.version, to };
        let refusal = match enforce.enforce(repoint, &before, &self.flow.context.patience).await {
            Ok(()) => return Ok(Some(Repointed::To(to.to_owned()))),
            Err(refusal) => refusal,
        };
        self.attempts.note(&refusal, || Some(before));
        match refusal {
            Refusal::Throttled(failure)
            | Refusal::NotTaken(failure)
            | Refusal::Unclear(failure) => self.try_again(failure).await.map(|_| None),
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
}

fn still_changing(endpoint: &Listed) -> Keep {
    Keep::StillChanging {
        status: endpoint.status.clone(),
        target_version: endpoint.target_version.clone(),
    }
}

//! From a look at the account defaults to their outcome.

use std::iter;

use super::{Defaults, EnforceDefaults, ObserveDefaults, enforce::verified};
use crate::{
    failure::{Failure, shortened},
    outcome::{Finding, Outcome, Reason, State, Verdict},
    patience::{MAX_AGE, Pauses, Stopwatch},
    resource::Refusal,
    target::{Home, Kind},
    terms::Terms,
    wording::WRITE_IS_OPEN,
};

/// What to do about the account defaults.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Require version 2.
    Enforce,
    /// Leave them as they are.
    Leave(Verdict, Reason),
}

/// Decides about the defaults that were read. Only the account's own are written: EC2 names whoever else manages them.
pub fn decide(defaults: &Defaults) -> Decision {
    match (defaults.require_v2(), defaults.managed_by.as_deref()) {
        (true, _) => Decision::Leave(Verdict::Compliant, Reason::V2Required),
        (false, None) if !defaults.are_shown => Decision::Leave(Verdict::Held, Reason::UnknownManager),
        (false, None | Some("account")) => Decision::Enforce,
        (false, Some("declarative-policy")) => Decision::Leave(Verdict::Held, Reason::ManagedByPolicy),
        (false, Some(_)) => Decision::Leave(Verdict::Held, Reason::UnknownManager),
    }
}

/// The course of the account defaults of one Region through one sweep.
pub struct DefaultsFlow<'a> {
    /// The reading half.
    pub observe: &'a ObserveDefaults,
    /// The writing half; where only a report is wanted there is none.
    pub enforce: Option<&'a EnforceDefaults>,
    /// The account and the Region.
    pub home: &'a Home,
    /// What holds for everything that this sweep looks at; no exception tag applies here.
    pub terms: Terms<'a>,
}

impl DefaultsFlow<'_> {
    /// Takes the defaults to their outcome.
    ///
    /// # Errors
    /// EC2 has no such defaults in this Region.
    pub async fn settle(&self) -> Result<Outcome, Failure> {
        let mut course = Course::new(self);
        let in_time = self.terms.patience.until_end(course.run()).await;
        match in_time.unwrap_or_else(|| Err(Failure::out_of_time(course.write_is_open))) {
            Err(failure) if failure.reason != Reason::NotOffered => Ok(course.failed(failure)),
            ended => ended,
        }
    }

    fn left(&self, before: &Defaults, verdict: Verdict, reason: Reason) -> Outcome {
        self.outcome(Some(before), verdict, reason, why_left(before, reason), None)
    }

    fn would_enforce(&self, before: &Defaults) -> Outcome {
        self.outcome(Some(before), Verdict::WouldEnforce, Reason::V1Allowed, WOULD_ENFORCE.to_owned(), None)
    }

    fn enforced(&self, before: &Defaults, after: &Defaults) -> Outcome {
        self.outcome(Some(before), Verdict::Enforced, Reason::V1Allowed, ENFORCED.to_owned(), Some(after.state()))
    }

    fn refused(&self, before: &Defaults, failure: &Failure) -> Outcome {
        let detail = format!("EC2 refuses to change them. {}", failure.detail);
        self.outcome(Some(before), Verdict::Held, Reason::Refused, detail, None)
    }

    /// AWS has no ARN for the defaults; this one has the form of one, so that it is unique and names the account.
    fn outcome(
        &self,
        before: Option<&Defaults>,
        result: Verdict,
        reason: Reason,
        detail: String,
        after: Option<State>,
    ) -> Outcome {
        let Home { partition, region, account, .. } = self.home;
        let is_enforced = before.is_some_and(Defaults::are_enforced);
        let findings = findings(before, result);
        let remarks = [
            is_enforced.then_some(EXCEPTIONS_ARE_REFUSED),
            findings.contains(&Finding::HopLimit1).then_some(HOP_LIMIT_1),
        ];
        Outcome {
            kind: Kind::AccountDefaults,
            id: region.clone(),
            arn: format!("arn:{partition}:ec2:{region}:{account}:account-defaults"),
            result,
            reason,
            detail: iter::once(detail.as_str()).chain(remarks.into_iter().flatten()).collect::<Vec<_>>().join(" "),
            before: before.map(Defaults::state),
            after,
            findings,
            launched_by: None,
            write_is_open: false,
        }
    }
}

/// The defaults on their way to an outcome: after each attempt that EC2 did not take they are read and decided about
/// anew.
struct Course<'a> {
    flow: &'a DefaultsFlow<'a>,
    retries: Pauses,
    /// What was read last.
    before: Option<Defaults>,
    /// What was read before a write whose answer was lost.
    sent: Option<Defaults>,
    /// Whether a write is under way, or its answer was lost.
    write_is_open: bool,
    /// What EC2 answered last.
    answered: Option<String>,
}

impl<'a> Course<'a> {
    fn new(flow: &'a DefaultsFlow<'a>) -> Self {
        let retries = flow.terms.retries();
        Self { flow, retries, before: None, sent: None, write_is_open: false, answered: None }
    }

    async fn run(&mut self) -> Result<Outcome, Failure> {
        loop {
            let read = Stopwatch::start();
            let before = self.flow.observe.observe().await?;
            self.before = Some(before.clone());
            if let Some(sent) = self.sent.as_ref().filter(|_| before.require_v2()) {
                return verified(sent, before).map(|after| self.flow.enforced(sent, &after));
            }
            match (decide(&before), self.flow.enforce) {
                (Decision::Leave(verdict, reason), _) => {
                    return Ok(self.doubted(self.flow.left(&before, verdict, reason)));
                }
                (Decision::Enforce, None) => return Ok(self.flow.would_enforce(&before)),
                (Decision::Enforce, Some(_)) if read.elapsed() > MAX_AGE => self.pause(Failure::outdated()).await?,
                (Decision::Enforce, Some(enforce)) => {
                    if let Some(outcome) = self.enforce(&before, enforce).await? {
                        return Ok(outcome);
                    }
                }
            }
        }
    }

    /// One attempt; gives no outcome if there may be another.
    async fn enforce(&mut self, before: &Defaults, enforce: &EnforceDefaults) -> Result<Option<Outcome>, Failure> {
        self.write_is_open = true;
        let refusal = match enforce.enforce(before, &self.flow.terms.patience).await {
            Ok(after) => return Ok(Some(self.flow.enforced(before, &after))),
            Err(refusal) => refusal,
        };
        let is_unclear = matches!(refusal, Refusal::Unclear(_));
        self.write_is_open = is_unclear || self.sent.is_some();
        if !is_unclear || self.answered.is_none() {
            self.answered = Some(refusal.failure().detail.clone());
        }
        match refusal {
            Refusal::Throttled(failure) | Refusal::NotTaken(failure) => self.pause(failure).await.map(|()| None),
            Refusal::Unclear(failure) => {
                self.sent = Some(before.clone());
                self.pause(failure).await.map(|()| None)
            }
            Refusal::ForGood(failure) => Ok(Some(self.doubted(self.flow.refused(before, &failure)))),
            refusal => Err(refusal.failure().clone()),
        }
    }

    /// An outcome without a write, unless the answer to one was lost.
    fn doubted(&self, outcome: Outcome) -> Outcome {
        if self.sent.is_none() {
            return outcome;
        }
        Outcome { detail: format!("{} {WRITE_IS_OPEN}", outcome.detail), write_is_open: true, ..outcome }
    }

    async fn pause(&mut self, failure: Failure) -> Result<(), Failure> {
        if self.retries.pause().await { Ok(()) } else { Err(failure) }
    }

    fn failed(self, failure: Failure) -> Outcome {
        let failure = match self.answered {
            Some(answered) if answered != failure.detail => failure.preceded_by(&answered),
            _ => failure,
        };
        let Failure { reason, detail, after, write_is_open } = failure;
        let outcome = self.flow.outcome(self.before.as_ref(), Verdict::Failed, reason, detail, after);
        Outcome { write_is_open: write_is_open || self.write_is_open, ..outcome }
    }
}

fn findings(before: Option<&Defaults>, result: Verdict) -> Vec<Finding> {
    let has_hop_limit_1 = before.is_some_and(|defaults| defaults.hop_limit == Some(1));
    let matters = matches!(result, Verdict::Enforced | Verdict::WouldEnforce);
    (has_hop_limit_1 && matters).then_some(Finding::HopLimit1).into_iter().collect()
}

const ENFORCED: &str = "HttpTokens is required in the Region's defaults for new instances now; nothing else was \
                        changed. Existing instances keep what they have.";
const WOULD_ENFORCE: &str = "The Region's defaults for new instances do not require IMDSv2. In enforce mode with \
                             ACCOUNT_DEFAULTS=enforce the guardrail would set HttpTokens=required.";
const EXCEPTIONS_ARE_REFUSED: &str = "HttpTokensEnforced is enabled, so EC2 refuses to launch an instance that allows \
                                      version 1 and to switch version 1 back on. The exception tag does not help \
                                      there: exceptions cannot be launched or switched back.";
const HOP_LIMIT_1: &str = "Their hop limit is 1, so containers on new instances may lose the metadata service; they \
                           need a hop limit of 2.";

fn why_left(defaults: &Defaults, reason: Reason) -> String {
    match reason {
        Reason::V2Required => {
            "The Region's defaults for new instances require IMDSv2 already; there is nothing to do.".to_owned()
        }
        Reason::ManagedByPolicy => {
            let said = defaults.policy_message.as_deref().map(shortened);
            let said = said.map(|said| format!(" (\u{201c}{said}\u{201d})")).unwrap_or_default();
            format!(
                "A declarative policy of the organisation sets the Region's defaults for new instances{said}, so they \
                 were not changed. Require IMDSv2 in that policy."
            )
        }
        _ => {
            let manager = defaults.managed_by.as_deref().map_or("somebody EC2 does not name".to_owned(), shortened);
            format!(
                "The Region's defaults for new instances are managed by {manager}, which this version does not know, \
                 so they were not changed. A person has to look at them."
            )
        }
    }
}

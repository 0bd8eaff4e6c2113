//! The sentences of outcomes: what happened, to what, and what a person can do next. Sentences
//! about one kind only are kept with that kind, as its [`Words`].

use std::marker::PhantomData;

use chrono::NaiveDate;

use crate::{
    context::Context,
    decision::Leave,
    exception::{Exempt, Exemption},
    failure::{Failure, RETRY},
    observed::{Hold, Observation, Observed},
    outcome::{Finding, Outcome, State},
    target::Target,
    text::quoted,
    verdict::{Compliant, Deferred, Enforced, Gone, Held, Verdict},
};

/// What to say about a write whose answer was lost, whatever came after it.
pub const WRITE_IS_OPEN: &str =
    "The answer to a write was lost; the write may have happened anyway.";

/// What is said of one kind of resource and of no other.
pub trait Words {
    /// What the kind needs for a write, such as a runtime's configuration.
    type Document;

    /// What AWS calls version 2 of its metadata service.
    const VERSION_2: &'static str;
    /// What to say if version 2 is already required.
    const COMPLIANT: &'static str;
    /// What an exemption means for its owner, besides that nothing was changed.
    const EXEMPT: Option<&'static str>;

    /// What was done to it. `after` is the setting as it was read after the write.
    fn enforced(before: &Observed<Self::Document>, after: &State) -> String;

    /// What was noticed, as far as it is true and matters with this verdict.
    fn findings(observed: &Observed<Self::Document>, verdict: Verdict) -> Vec<Finding>;

    /// What else a person should know, in this order.
    fn remarks(
        observed: &Observed<Self::Document>,
        verdict: Verdict,
        target: &Target,
        context: Context<'_>,
    ) -> Vec<String>;
}

/// Writes the outcome of one target of a kind.
pub struct Wording<'a, W> {
    target: &'a Target,
    context: Context<'a>,
    words: PhantomData<W>,
    /// Whether the answer to a write was lost. The write may have happened all the same.
    pub write_is_open: bool,
}

impl<'a, W: Words> Wording<'a, W> {
    /// For a target to which nothing was sent yet.
    pub fn new(target: &'a Target, context: Context<'a>) -> Self {
        Self { target, context, words: PhantomData, write_is_open: false }
    }

    /// The outcome of a target that was left as it is.
    pub fn left(&self, observation: Option<&Observation<W::Document>>, leave: &Leave) -> Outcome {
        let facts = observation.and_then(Observation::found);
        self.outcome(facts, leave.verdict(), self.why_left(leave), None)
    }

    /// The outcome of a target that would be changed in enforce mode.
    pub fn would_enforce(&self, observation: Option<&Observation<W::Document>>) -> Outcome {
        let detail = format!(
            "Version 1 is allowed. In enforce mode the guardrail would require {}.",
            W::VERSION_2
        );
        self.outcome(observation.and_then(Observation::found), Verdict::WouldEnforce, detail, None)
    }

    /// The outcome of a target that was written and verified. `after` is the setting as it was read
    /// then.
    pub fn enforced(&self, before: &Observed<W::Document>, after: State) -> Outcome {
        let detail = W::enforced(before, &after);
        self.outcome(Some(before), Verdict::Enforced(Enforced::V1Allowed), detail, Some(after))
    }

    /// The outcome of a target whose write AWS refused for good.
    pub fn refused(
        &self,
        observation: Option<&Observation<W::Document>>,
        failure: Failure,
    ) -> Outcome {
        let detail = if self.write_is_open {
            failure.detail
        } else {
            format!("It was not changed. {}", failure.detail)
        };
        self.outcome(
            observation.and_then(Observation::found),
            Verdict::Held(Held::Refused),
            detail,
            None,
        )
    }

    /// The outcome of a target that could not be finished. `observation` is what was known of it.
    pub fn failed(
        &self,
        observation: Option<&Observation<W::Document>>,
        failure: Failure,
    ) -> Outcome {
        let Failure { reason, detail, after, write_is_open, obstacle } = failure;
        let facts = observation.and_then(Observation::found);
        let outcome = self.outcome(facts, Verdict::Failed(reason), detail, after);
        let write_is_open = write_is_open || outcome.write_is_open;
        Outcome { write_is_open, obstacle, ..outcome }
    }

    fn outcome(
        &self,
        facts: Option<&Observed<W::Document>>,
        verdict: Verdict,
        detail: String,
        after: Option<State>,
    ) -> Outcome {
        // What was enforced has been verified, and what is gone needs nothing.
        let write_is_open =
            self.write_is_open && !matches!(verdict, Verdict::Enforced(_) | Verdict::Gone(_));
        let exemption = self.context.exemption(facts.and_then(|facts| facts.tags.known()));
        let (exception, about_exception) = self.about_exception(&exemption, verdict).unzip();
        let mut findings = facts.map(|facts| W::findings(facts, verdict)).unwrap_or_default();
        findings.extend(exception);
        findings.sort();
        let mut sentences = vec![detail];
        sentences.extend(write_is_open.then(|| WRITE_IS_OPEN.to_owned()));
        let remarks = |facts| W::remarks(facts, verdict, self.target, self.context);
        sentences.extend(facts.map(remarks).unwrap_or_default());
        sentences.extend(about_exception);
        Outcome {
            kind: self.target.kind(),
            id: self.target.id().to_owned(),
            place: self.target.place().clone(),
            arn: self.target.arn().to_owned(),
            verdict,
            detail: sentences.join(" "),
            before: facts.map(|facts| facts.state.clone()),
            after,
            findings,
            exempt_until: exempt_until(&exemption, verdict),
            imdsv1_use: facts.and_then(|facts| facts.usage.read()),
            launched_by: facts.and_then(|facts| facts.launched_by.clone()),
            write_is_open,
            obstacle: None,
            is_unfinished: false,
        }
    }

    /// What a person should know about the exception tag.
    fn about_exception(
        &self,
        exemption: &Exemption,
        verdict: Verdict,
    ) -> Option<(Finding, String)> {
        let is_exempt = verdict == Verdict::Exempt;
        match exemption {
            Exemption::Expired { until } if !matches!(verdict, Verdict::Compliant(_)) => Some((
                Finding::ExceptionExpired,
                format!("Its exception expired at the end of {until} (UTC)."),
            )),
            Exemption::Exempt(Exempt { malformed: true, .. }) => Some((
                Finding::ExceptionMalformed,
                "The tag's value looks like a date but is not a valid one, so the exception never \
                 expires; correct the tag."
                    .to_owned(),
            )),
            Exemption::Exempt(exempt) if is_exempt && self.ends_soon(exempt) => Some((
                Finding::ExceptionEndsSoon,
                format!(
                    "The exception ends within 14 days; then {} will be required. Get ready for \
                     that, or set a later date.",
                    W::VERSION_2
                ),
            )),
            Exemption::None | Exemption::Expired { .. } | Exemption::Exempt(_) => None,
        }
    }

    fn ends_soon(&self, exempt: &Exempt) -> bool {
        exempt.ends_soon(self.context.now.date_naive())
    }

    fn why_left(&self, leave: &Leave) -> String {
        match leave {
            Leave::NotFoundYet => {
                format!(
                    "AWS does not know it yet: the event is less than five minutes old. \
                         {RETRY}"
                )
            }
            Leave::Broken { status, said, .. } => {
                let said = said.as_deref().map(quoted).unwrap_or_default();
                format!(
                    "Its status is {status}{said}, so it was not changed. A person has to \
                         repair it first."
                )
            }
            Leave::Held(hold) => why_held(hold),
            Leave::Imdsv1InUse { number, since } => format!(
                "Software on it uses IMDSv1: since {since} (UTC) CloudWatch has counted {number} \
                 calls without a token (MetadataNoToken), so it was not changed. Update that \
                 software; the first event or sweep that finds no such calls within \
                 IMDSV1_USAGE_DAYS will require IMDSv2."
            ),
            Leave::Imdsv1UseUnknown => "CloudWatch has no data about its use of IMDSv1, so it was \
                                        not changed: it may have been stopped all the time. Once \
                                        it has run for some minutes, the next event or sweep will \
                                        decide. If it stays stopped, use the exception tag or \
                                        change it yourself."
                .to_owned(),
            Leave::Deferred(reason) => why_deferred(*reason).to_owned(),
            Leave::Exempt(exempt) => self.why_exempt(exempt),
            Leave::Gone(reason) => why_gone(*reason).to_owned(),
            Leave::Compliant(Compliant::V2Required) => W::COMPLIANT.to_owned(),
            Leave::Compliant(Compliant::EndpointDisabled) => {
                "Its metadata endpoint is disabled, so neither version can be reached; it stays \
                 disabled."
                    .to_owned()
            }
        }
    }

    fn why_exempt(&self, exempt: &Exempt) -> String {
        let until = exempt
            .until
            .map(|until| format!(" until the end of {until} (UTC)"))
            .unwrap_or_default();
        let reason = if exempt.reason.is_empty() { String::new() } else { quoted(&exempt.reason) };
        let unchanged = if self.write_is_open { "." } else { "; it was not changed." };
        let exempts = format!(
            "The tag {} exempts it{until}{reason}{unchanged}",
            self.context.exception.key()
        );
        [exempts.as_str()].into_iter().chain(W::EXEMPT).collect::<Vec<_>>().join(" ")
    }
}

/// The last day of the exemption to which an outcome is due.
fn exempt_until(exemption: &Exemption, verdict: Verdict) -> Option<NaiveDate> {
    match exemption {
        Exemption::Exempt(exempt) if verdict == Verdict::Exempt => exempt.until,
        Exemption::None | Exemption::Expired { .. } | Exemption::Exempt(_) => None,
    }
}

fn why_held(hold: &Hold) -> String {
    match hold {
        Hold::Operator(operator) => format!(
            "AWS manages it for {operator}, so it was not changed. Require IMDSv2 in that \
             operator's configuration, such as its node class."
        ),
        Hold::Harness => "It is the runtime of a harness, and only the harness can update it, so \
                          it was not changed. Update the harness with UpdateHarness or recreate it."
            .to_owned(),
        Hold::InstancesCompute => "It runs on Instances compute, for which AWS does not document \
                                   MMDSv2, so it was not changed. Require IMDSv2 where its \
                                   capacity provider is set up."
            .to_owned(),
        Hold::MutableArtifact => "Its artifact is not known to be fixed (an image with a digest, \
                                  or an object with a version), so sending it again may deploy \
                                  other code. It was not changed. Give the artifact a digest or a \
                                  version, or deploy with MUTABLE_ARTIFACTS=enforce."
            .to_owned(),
    }
}

fn why_deferred(reason: Deferred) -> &'static str {
    match reason {
        Deferred::Pending => {
            "It is pending and cannot be changed yet; its `running` event, its next start or the \
             next sweep will finish this."
        }
        Deferred::Stopping => {
            "It is stopping and cannot be changed now; its next start or the next sweep will \
             finish this."
        }
        Deferred::StillChanging => {
            "AWS is still changing it; the next look at it will finish this."
        }
    }
}

fn why_gone(reason: Gone) -> &'static str {
    match reason {
        Gone::ShuttingDown => "It is shutting down.",
        Gone::Terminated => "It is terminated.",
        Gone::Deleting => "It is being deleted.",
        Gone::NotFound => "AWS does not know it, or no longer does.",
    }
}

//! The sentences of outcomes: what happened, to what, and what a person can do next.

use crate::{
    decision::Moment,
    exception::{ExceptionTag, Exemption},
    failure::Failure,
    observed::{Hold, Observation, Observed, Phase, Usage},
    outcome::{Finding, Outcome, Reason, State, Verdict},
    target::{Kind, Target},
    text::quoted,
};

/// Writes the outcome of one target.
#[derive(Clone, Copy)]
pub struct Wording<'a> {
    /// The target.
    pub target: &'a Target,
    /// The tag that exempts.
    pub exception: &'a ExceptionTag,
    /// The time its exemption is read at.
    pub moment: &'a Moment,
    /// Whether the answer to a write was lost, which may have happened all the same.
    pub write_is_open: bool,
}

/// What there is to say of a write whose answer was lost, whatever came after it.
pub const WRITE_IS_OPEN: &str = "The answer to a write was lost, and it may have happened all the same.";

impl Wording<'_> {
    /// The outcome of a target that was left as it is.
    pub fn left<D>(&self, look: Option<&Observation<D>>, verdict: Verdict, reason: Reason) -> Outcome {
        let observed = look.and_then(Observation::found);
        let detail = self.why_left(observed, reason);
        self.outcome(observed, verdict, reason, detail, None)
    }

    /// The outcome of a target that was written and verified; `after` is what was read then.
    pub fn enforced<D>(&self, look: Option<&Observation<D>>, after: State) -> Outcome {
        let observed = look.and_then(Observation::found);
        let detail = match &after {
            State::Instance { .. } | State::AccountDefaults { .. } => {
                "HttpTokens is required now; nothing else was changed.".to_owned()
            }
            State::Runtime { version, .. } => format!(
                "requireMMDSV2 is true now{}, in version {}; every other member of the configuration is unchanged.",
                if gets_authorizer(observed) { " and the authorizer is set" } else { "" },
                version.as_deref().unwrap_or("unknown")
            ),
        };
        self.outcome(observed, Verdict::Enforced, Reason::V1Allowed, detail, Some(after))
    }

    /// The outcome of a target whose write AWS refused for good.
    pub fn refused<D>(&self, look: Option<&Observation<D>>, failure: Failure) -> Outcome {
        let detail =
            if self.write_is_open { failure.detail } else { format!("It was not changed. {}", failure.detail) };
        self.outcome(look.and_then(Observation::found), Verdict::Held, Reason::Refused, detail, None)
    }

    /// The outcome of a target that no tag exempts as far as the guardrail sees, and whose write its own role denies.
    pub fn refused_by_own_deny<D>(&self, look: Option<&Observation<D>>, failure: Failure) -> Outcome {
        self.refused(look, failure.of_own_deny(self.exception.key()))
    }

    /// The outcome of a target that could not be finished; `look` is what was known of it.
    pub fn failed<D>(&self, look: Option<&Observation<D>>, failure: Failure) -> Outcome {
        let observed = look.and_then(Observation::found);
        let outcome = self.outcome(observed, Verdict::Failed, failure.reason, failure.detail, failure.after);
        Outcome { write_is_open: failure.write_is_open || outcome.write_is_open, ..outcome }
    }

    fn outcome<D>(
        &self,
        observed: Option<&Observed<D>>,
        result: Verdict,
        reason: Reason,
        detail: String,
        after: Option<State>,
    ) -> Outcome {
        let exemption = observed.map_or(Exemption::None, |seen| self.exemption(seen));
        let findings = findings(observed, result, &exemption);
        let remarks = findings.iter().filter_map(|finding| remark(*finding, &exemption));
        let authorizer = about_authorizer(observed, result, reason).map(str::to_owned);
        // What was enforced has been verified, and what is gone needs nothing.
        let write_is_open = self.write_is_open && !matches!(result, Verdict::Enforced | Verdict::Gone);
        let doubt = write_is_open.then(|| WRITE_IS_OPEN.to_owned());
        let detail = [detail].into_iter().chain(doubt).chain(authorizer).chain(remarks).collect::<Vec<_>>().join(" ");
        Outcome {
            kind: self.target.kind(),
            id: self.target.id().to_owned(),
            arn: self.target.arn().to_owned(),
            result,
            reason,
            detail,
            before: observed.map(|seen| seen.state.clone()),
            after,
            findings,
            launched_by: observed.and_then(|seen| seen.launched_by.clone()),
            write_is_open,
        }
    }

    fn exemption<D>(&self, seen: &Observed<D>) -> Exemption {
        self.exception.exemption(seen.tags.value(self.exception.key()), self.moment.now.date_naive())
    }

    fn why_left<D>(&self, observed: Option<&Observed<D>>, reason: Reason) -> String {
        let v2 = match self.target.kind() {
            Kind::Ec2Instance | Kind::AccountDefaults => "IMDSv2",
            Kind::AgentcoreRuntime => "MMDSv2",
        };
        match reason {
            Reason::V2Required if self.target.kind() == Kind::AgentcoreRuntime => {
                "MMDSv2 is required already; the runtime itself needs nothing.".to_owned()
            }
            Reason::V2Required => format!("{v2} is required already; there is nothing to do."),
            Reason::EndpointDisabled => {
                "Its metadata endpoint is disabled, so that no version can be reached; it stays disabled.".to_owned()
            }
            Reason::V1Allowed => format!("Version 1 is allowed. In enforce mode the guardrail would require {v2}."),
            Reason::ExceptionTag => self.why_exempt(observed),
            Reason::ManagedByOperator => why_held_by_operator(observed),
            Reason::ManagedByHarness => "It is the runtime of a harness, which alone updates it, so it was not changed. \
                                         Update the harness with UpdateHarness, or make it anew."
                .to_owned(),
            Reason::InstancesCompute => "It runs on Instances compute, for which AWS does not document MMDSv2, so it was \
                                         not changed. Require IMDSv2 where its capacity provider is set up."
                .to_owned(),
            Reason::MutableArtifact => "Its artifact is not known to be an image with a digest or an object with a version, \
                                        so sending it again may deploy other code, and it was not changed. Give the \
                                        artifact a digest or a version, or deploy with MUTABLE_ARTIFACTS=enforce."
                .to_owned(),
            Reason::Imdsv1InUse => why_held_by_usage(observed),
            Reason::Imdsv1UseUnknown => "CloudWatch has no data about its use of IMDSv1, so it was not changed: it may have \
                                         been stopped all the time. The next event or sweep after it has run for some \
                                         minutes decides; if it stays stopped, use the exception tag or change it yourself."
                .to_owned(),
            Reason::Pending => "It is pending and cannot be changed yet; the event that it runs, its next start or \
                                the next sweep finishes this."
                .to_owned(),
            Reason::StillChanging => "AWS is at work on it; its next event or the next sweep finishes this.".to_owned(),
            Reason::Stopping => {
                "It is stopping and cannot be changed now; its next start or the next sweep finishes this.".to_owned()
            }
            Reason::ShuttingDown => "It is shutting down.".to_owned(),
            Reason::Terminated => "It is terminated.".to_owned(),
            Reason::Deleting => "It is being deleted.".to_owned(),
            Reason::NotFound => "AWS does not know it (any more).".to_owned(),
            Reason::NotFoundYet => {
                "AWS does not know it yet, and the event is younger than five minutes. A retry looks again.".to_owned()
            }
            _ => why_held_by_status(observed),
        }
    }

    fn why_exempt<D>(&self, observed: Option<&Observed<D>>) -> String {
        let exemption = observed.map_or(Exemption::None, |seen| self.exemption(seen));
        let mut detail = format!("The tag {} exempts it", self.exception.key());
        if let Exemption::Exempt { until, reason, .. } = exemption {
            if let Some(until) = until {
                detail.push_str(&format!(" to the end of {until} (UTC)"));
            }
            if !reason.is_empty() {
                detail.push_str(&quoted(&reason));
            }
        }
        detail.push_str(if self.write_is_open { "." } else { "; it was not changed." });
        if self.target.kind() == Kind::AgentcoreRuntime {
            detail.push_str(" AWS refuses to invoke it as long as it does not require MMDSv2.");
        }
        detail
    }
}

fn why_held_by_operator<D>(observed: Option<&Observed<D>>) -> String {
    let operator = match observed.and_then(|seen| seen.hold.as_ref()) {
        Some(Hold::Operator(operator)) => operator,
        _ => "an operator",
    };
    format!(
        "AWS manages it for {operator}, so it was not changed. Require IMDSv2 in the configuration of that operator, \
         such as its node class."
    )
}

fn why_held_by_usage<D>(observed: Option<&Observed<D>>) -> String {
    let counted = match observed.map(|seen| seen.usage) {
        Some(Usage::Calls { number, since }) => {
            format!(": since {since} (UTC) CloudWatch has counted {number} as its MetadataNoToken")
        }
        _ => String::new(),
    };
    format!(
        "IMDSv1 is in use on it{counted}, so it was not changed. Update the software that calls without a token; the \
         next event or sweep that finds no such calls in the days of IMDSV1_USAGE_DAYS requires IMDSv2."
    )
}

fn why_held_by_status<D>(observed: Option<&Observed<D>>) -> String {
    match observed.map(|seen| &seen.phase) {
        Some(Phase::Broken { status, said, .. }) => {
            let said = said.as_deref().map(quoted).unwrap_or_default();
            format!("Its status is {status}{said}, so it was not changed. A person has to repair it first.")
        }
        _ => "It was not changed. A person has to look at it.".to_owned(),
    }
}

fn findings<D>(observed: Option<&Observed<D>>, result: Verdict, exemption: &Exemption) -> Vec<Finding> {
    let Some(seen) = observed else { return Vec::new() };
    let mut findings = seen.findings.clone();
    if matches!(result, Verdict::Enforced | Verdict::WouldEnforce) {
        findings.extend(&seen.findings_if_enforced);
    }
    // One of the two is not true: what was set is not missing any more, and what would be set is missing still.
    let is_set = result == Verdict::Enforced && gets_authorizer(observed);
    let untrue = if is_set { Finding::NoAuthorizer } else { Finding::AuthorizerSet };
    findings.retain(|finding| *finding != untrue);
    match exemption {
        Exemption::Expired { .. } if result != Verdict::Compliant => findings.push(Finding::ExceptionExpired),
        Exemption::Exempt { malformed: true, .. } => findings.push(Finding::ExceptionMalformed),
        _ => {}
    }
    findings.sort();
    findings
}

/// Whether the update that requires version 2 also sets an authorizer.
fn gets_authorizer<D>(observed: Option<&Observed<D>>) -> bool {
    observed.is_some_and(|seen| seen.findings_if_enforced.contains(&Finding::AuthorizerSet))
}

const ALSO_SETS_AUTHORIZER: &str = "The update that requires MMDSv2 also sets the authorizer.";

/// The sentence about the authorizer of a runtime that has none, where the guardrail was told to set one.
fn about_authorizer<D>(observed: Option<&Observed<D>>, result: Verdict, reason: Reason) -> Option<&'static str> {
    if !gets_authorizer(observed) {
        return None;
    }
    match result {
        Verdict::Enforced => Some("Calls to it that are signed with SigV4 are refused from now on."),
        Verdict::WouldEnforce => Some(
            "The same update would set the authorizer, and calls that are signed with SigV4 would be refused from \
             then on.",
        ),
        Verdict::Failed => Some(ALSO_SETS_AUTHORIZER),
        Verdict::Held if reason == Reason::Refused => Some(ALSO_SETS_AUTHORIZER),
        Verdict::Compliant => Some(
            "It has no authorizer and is given none: the guardrail sets one only in the update that requires MMDSv2.",
        ),
        Verdict::Held | Verdict::Deferred | Verdict::Exempt | Verdict::Gone => None,
    }
}

/// The sentence of a finding that a person should act on now.
fn remark(finding: Finding, exemption: &Exemption) -> Option<String> {
    match (finding, exemption) {
        (Finding::ExceptionExpired, Exemption::Expired { until }) => {
            Some(format!("Its exception expired at the end of {until} (UTC)."))
        }
        (Finding::ExceptionMalformed, _) => Some(
            "The tag's value begins like a date and is none, so the exception has no end; correct the tag.".to_owned(),
        ),
        (Finding::HopLimit1, _) => Some(
            "Its hop limit is 1, so containers on it may lose the metadata service; they need a hop limit of 2."
                .to_owned(),
        ),
        _ => None,
    }
}

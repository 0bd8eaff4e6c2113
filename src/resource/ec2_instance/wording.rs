//! What is said of instances.

use super::{Instances, observed::Options};
use crate::{
    failure::{Failure, RETRY},
    observed::Observed,
    outcome::{Finding, State},
    verdict::{Failed, Verdict},
    wording::Words,
};

impl Words for Instances {
    type Document = Options;

    const VERSION_2: &'static str = "IMDSv2";
    const COMPLIANT: &'static str = "IMDSv2 is already required; there is nothing to do.";
    const EXEMPT: Option<&'static str> = None;

    fn enforced(_: &Observed<Options>, _: &State) -> String {
        "HttpTokens is now required; nothing else was changed.".to_owned()
    }

    fn findings(observed: &Observed<Options>, verdict: Verdict) -> Vec<Finding> {
        let mut findings = observed.findings.clone();
        findings.extend(containers_lose_it(observed, verdict).then_some(Finding::HopLimit1));
        findings
    }

    fn remark(observed: &Observed<Options>, verdict: Verdict) -> Option<&'static str> {
        containers_lose_it(observed, verdict).then_some(
            "Its hop limit is 1, so containers on it may lose the metadata service; they need a \
             hop limit of 2.",
        )
    }
}

/// With a hop limit of 1, the answer with a token does not reach containers.
fn containers_lose_it(observed: &Observed<Options>, verdict: Verdict) -> bool {
    let loses_version_1 = matches!(verdict, Verdict::Enforced(_) | Verdict::WouldEnforce);
    loses_version_1 && observed.document.hop_limit == Some(1)
}

/// EC2 demands a request that the guardrail must not send.
pub fn endpoint_unknown() -> Failure {
    let detail = "EC2 demands HttpEndpoint=enabled in the request, but does not show that the \
                  endpoint is enabled. A person has to look at this instance.";
    Failure::new(Failed::WriteFailed, detail)
}

/// EC2's answer to the write shows these tokens.
pub fn not_verified(shown: Option<&str>) -> Failure {
    let shown =
        shown.map_or_else(|| "no HttpTokens".to_owned(), |shown| format!("HttpTokens={shown}"));
    let detail = format!(
        "EC2 accepted the change, but its answer shows {shown} instead of HttpTokens=required. \
         {RETRY}"
    );
    Failure::new(Failed::NotVerified, detail)
}

/// What is wrong with CloudWatch's answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WrongUsage<'a> {
    /// The answer has a warning.
    Warning,
    /// It says nothing about the instance.
    Missing,
    /// It has a warning about the instance.
    WarningForInstance,
    /// It is not complete for the instance; with CloudWatch's status.
    Status(&'a str),
    /// Its sum cannot be a number of calls.
    NotWhole,
}

/// Whether version 1 is in use could not be read.
pub fn usage_unreadable(wrong: WrongUsage<'_>) -> Failure {
    let what = match wrong {
        WrongUsage::Warning => "has a warning".to_owned(),
        WrongUsage::Missing => "does not mention this instance".to_owned(),
        WrongUsage::WarningForInstance => "has a warning about this instance".to_owned(),
        WrongUsage::Status(status) => format!("has the status {status} for this instance"),
        WrongUsage::NotWhole => "has a sum for this instance that is not a whole number".to_owned(),
    };
    let detail = format!(
        "CloudWatch's answer to GetMetricData {what}. Whether IMDSv1 is in use is not known, so \
         nothing was written. {RETRY}"
    );
    Failure::new(Failed::UsageUnreadable, detail)
}

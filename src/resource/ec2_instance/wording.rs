//! What is said of instances.

use chrono::TimeDelta;

use super::{Instances, observed::Options};
use crate::{
    context::Context,
    failure::{Failure, RETRY},
    observed::Observed,
    outcome::{Finding, State},
    target::Target,
    verdict::{Failed, Verdict},
    wording::Words,
};

/// How long the exception lasts that an owner is shown.
const A_SHORT_EXCEPTION: TimeDelta = TimeDelta::days(90);

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

    /// The hop limit comes first, because it may be all that an owner has to change.
    fn remarks(
        observed: &Observed<Options>,
        verdict: Verdict,
        target: &Target,
        context: Context<'_>,
    ) -> Vec<String> {
        let loses_containers = containers_lose_it(observed, verdict);
        let hop_limit = loses_containers.then(|| hop_limit_for_containers(target));
        let is_enforced = matches!(verdict, Verdict::Enforced(_));
        let way_back = is_enforced.then(|| keep_version_1(context));
        hop_limit.into_iter().chain(way_back).collect()
    }
}

fn hop_limit_for_containers(target: &Target) -> String {
    let (region, id) = (&target.place().region, target.id());
    format!(
        "Its hop limit is 1, so containers on it may lose the metadata service. They need a hop \
         limit of 2: `aws ec2 modify-instance-metadata-options --region {region} --instance-id \
         {id} --http-put-response-hop-limit 2`."
    )
}

/// How an owner gets version 1 back. In the other order the guardrail would require version 2 again
/// at once.
fn keep_version_1(context: Context<'_>) -> String {
    let tag = context.exception;
    let first = match tag.value() {
        Some(_) => format!("set the tag {tag}, and remove it when this is over"),
        None => {
            let until = (context.now + A_SHORT_EXCEPTION).date_naive();
            format!("set the tag {tag} to the day on which this ends, such as {until}")
        }
    };
    format!("To keep version 1 for now, first {first}; then set HttpTokens to optional.")
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

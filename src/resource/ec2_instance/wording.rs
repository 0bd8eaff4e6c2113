//! What is said of instances.

use super::{Instances, observe::Options};
use crate::{
    observed::Observed,
    outcome::{Finding, State},
    text::holding,
    verdict::Verdict,
    wording::Words,
};

impl Words for Instances {
    type Document = Options;

    const VERSION_2: &'static str = "IMDSv2";
    const COMPLIANT: &'static str = "IMDSv2 is required already; there is nothing to do.";
    const EXEMPT: Option<&'static str> = None;

    fn enforced(_: &Observed<Options>, _: &State) -> String {
        "HttpTokens is required now; nothing else was changed.".to_owned()
    }

    fn findings(observed: &Observed<Options>, verdict: Verdict) -> Vec<Finding> {
        holding([(containers_lose_it(observed, verdict), Finding::HopLimit1)]).collect()
    }

    fn remark(observed: &Observed<Options>, verdict: Verdict) -> Option<&'static str> {
        containers_lose_it(observed, verdict).then_some(
            "Its hop limit is 1, so containers on it may lose the metadata service; they need a hop limit of 2.",
        )
    }
}

/// A token's answer reaches no container over a hop limit of 1.
fn containers_lose_it(observed: &Observed<Options>, verdict: Verdict) -> bool {
    let loses_version_1 = matches!(verdict, Verdict::Enforced(_) | Verdict::WouldEnforce);
    loses_version_1 && observed.document.hop_limit == Some(1)
}

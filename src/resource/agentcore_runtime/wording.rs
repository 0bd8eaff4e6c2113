//! What is said of runtimes.

use super::{Runtimes, document::Document};
use crate::{
    observed::Observed,
    outcome::{Finding, State},
    verdict::{Held, Verdict},
    wording::Words,
};

const ALSO_SETS_AUTHORIZER: &str = "The update that requires MMDSv2 also sets the authorizer.";

impl Words for Runtimes {
    type Document = Document;

    const VERSION_2: &'static str = "MMDSv2";
    const COMPLIANT: &'static str = "MMDSv2 is required already; the runtime itself needs nothing.";
    const EXEMPT: Option<&'static str> = Some("AWS refuses to invoke it as long as it does not require MMDSv2.");

    fn enforced(before: &Observed<Document>, after: &State) -> String {
        let authorizer = if before.document.gets_authorizer() { " and the authorizer is set" } else { "" };
        let version = match after {
            State::Runtime { version: Some(version), .. } => version,
            State::Runtime { version: None, .. } | State::Instance { .. } | State::AccountDefaults { .. } => "unknown",
        };
        format!(
            "requireMMDSV2 is true now{authorizer}, in version {version}; every other member of the configuration is \
             unchanged."
        )
    }

    fn findings(observed: &Observed<Document>, verdict: Verdict) -> Vec<Finding> {
        let mut findings = observed.findings.clone();
        if observed.document.gets_authorizer() && matches!(verdict, Verdict::Enforced(_)) {
            findings.retain(|finding| *finding != Finding::NoAuthorizer);
            findings.push(Finding::AuthorizerSet);
        }
        findings
    }

    /// About the authorizer of a runtime that has none, if the guardrail was told to set one.
    fn remark(observed: &Observed<Document>, verdict: Verdict) -> Option<&'static str> {
        if !observed.document.gets_authorizer() {
            return None;
        }
        match verdict {
            Verdict::Enforced(_) => Some("Calls to it that are signed with SigV4 are refused from now on."),
            Verdict::WouldEnforce => Some(
                "The same update would set the authorizer, and calls that are signed with SigV4 would be refused from \
                 then on.",
            ),
            Verdict::Failed(_) | Verdict::Held(Held::Refused) => Some(ALSO_SETS_AUTHORIZER),
            Verdict::Compliant(_) => Some(
                "It has no authorizer and is given none: the guardrail sets one only in the update that requires \
                 MMDSv2.",
            ),
            Verdict::Held(_) | Verdict::Deferred(_) | Verdict::Exempt | Verdict::Gone(_) => None,
        }
    }
}

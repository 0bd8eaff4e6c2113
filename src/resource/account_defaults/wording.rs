//! The sentences of the account defaults' outcome.

use std::iter;

use super::{Defaults, Leave};
use crate::{
    failure::{Failure, RETRY},
    outcome::{Finding, Outcome, State},
    place::Place,
    target::Kind,
    text::{quoted, shortened},
    verdict::{Enforced, Failed, Held, Verdict},
};

/// Writes the outcome of the account defaults of one Region.
#[derive(Clone, Copy)]
pub struct Wording<'a> {
    /// The account and the Region.
    pub place: &'a Place,
}

impl Wording<'_> {
    /// The outcome of defaults that were left as they are.
    pub fn left(&self, before: &Defaults, leave: Leave) -> Outcome {
        self.outcome(Some(before), leave.verdict(), why_left(before, leave), None)
    }

    /// The outcome of defaults that would be changed.
    pub fn would_enforce(&self, before: &Defaults) -> Outcome {
        self.outcome(Some(before), Verdict::WouldEnforce, WOULD_ENFORCE.to_owned(), None)
    }

    /// The outcome of defaults that were written and verified.
    pub fn enforced(&self, before: &Defaults, after: &Defaults) -> Outcome {
        let verdict = Verdict::Enforced(Enforced::V1Allowed);
        self.outcome(Some(before), verdict, ENFORCED.to_owned(), Some(after.state()))
    }

    /// The outcome of defaults whose write EC2 refused for good.
    pub fn refused(&self, before: &Defaults, failure: &Failure) -> Outcome {
        let detail = format!("EC2 refuses to change them. {}", failure.detail);
        self.outcome(Some(before), Verdict::Held(Held::Refused), detail, None)
    }

    /// The outcome of defaults that could not be finished; `before` is what was known of them.
    pub fn failed(&self, before: Option<&Defaults>, failure: Failure) -> Outcome {
        let Failure { reason, detail, after, write_is_open, obstacle } = failure;
        Outcome {
            write_is_open,
            obstacle,
            ..self.outcome(before, Verdict::Failed(reason), detail, after)
        }
    }

    /// AWS has no ARN for the defaults. This one has the form of an ARN, so that it is unique and
    /// names the account.
    fn outcome(
        &self,
        before: Option<&Defaults>,
        verdict: Verdict,
        detail: String,
        after: Option<State>,
    ) -> Outcome {
        let Place { partition, account, region } = self.place;
        let is_enforced = before.is_some_and(Defaults::are_enforced);
        let loses_containers = containers_lose_it(before, verdict);
        let remarks = [
            is_enforced.then_some(EXCEPTIONS_ARE_REFUSED),
            loses_containers.then_some(HOP_LIMIT_1),
        ];
        Outcome {
            kind: Kind::AccountDefaults,
            id: region.clone(),
            place: self.place.clone(),
            arn: format!("arn:{partition}:ec2:{region}:{account}:account-defaults"),
            verdict,
            detail: iter::once(detail.as_str())
                .chain(remarks.into_iter().flatten())
                .collect::<Vec<_>>()
                .join(" "),
            before: before.map(Defaults::state),
            after,
            findings: loses_containers.then_some(Finding::HopLimit1).into_iter().collect(),
            exempt_until: None,
            imdsv1_use: None,
            launched_by: None,
            write_is_open: false,
            obstacle: None,
            is_unfinished: false,
        }
    }
}

/// A token's answer reaches no container over a hop limit of 1.
fn containers_lose_it(before: Option<&Defaults>, verdict: Verdict) -> bool {
    let loses_version_1 = matches!(verdict, Verdict::Enforced(_) | Verdict::WouldEnforce);
    loses_version_1 && before.is_some_and(|defaults| defaults.hop_limit == Some(1))
}

const ENFORCED: &str = "HttpTokens is now required in the Region's defaults for new instances; \
                        nothing else was changed. Existing instances keep their settings.";
const WOULD_ENFORCE: &str = "The Region's defaults for new instances do not require IMDSv2. In \
                             enforce mode with ACCOUNT_DEFAULTS=enforce the guardrail would set \
                             HttpTokens=required.";
const EXCEPTIONS_ARE_REFUSED: &str = "HttpTokensEnforced is enabled, so EC2 refuses to launch an \
                                      instance that allows version 1, and nobody can turn version \
                                      1 back on. The exception tag does not help there: exempt \
                                      instances cannot be launched or switched back to version 1.";
const HOP_LIMIT_1: &str = "Their hop limit is 1, so containers on new instances may lose the \
                           metadata service; they need a hop limit of 2.";

fn why_left(defaults: &Defaults, leave: Leave) -> String {
    match leave {
        Leave::Compliant => {
            "The Region's defaults for new instances already require IMDSv2; there is nothing to \
             do."
            .to_owned()
        }
        Leave::ManagedByPolicy => {
            let said = defaults.policy_message.as_deref().map(shortened);
            let said = said.as_deref().map(quoted).unwrap_or_default();
            format!(
                "A declarative policy of the organisation sets the Region's defaults for new \
                 instances{said}, so they were not changed. Require IMDSv2 in that policy."
            )
        }
        Leave::UnknownManager => {
            let manager = match &defaults.managed_by {
                Some(manager) => format!(
                    "{}, which this version does not \
                                          know",
                    shortened(manager)
                ),
                None => "somebody EC2 does not name".to_owned(),
            };
            format!(
                "The Region's defaults for new instances are managed by {manager}, so they were \
                 not changed. A person has to look at them."
            )
        }
    }
}

/// EC2 knows no such defaults.
pub const NOT_OFFERED: &str = "EC2 has no defaults for new instances in this Region: it does not \
                               know GetInstanceMetadataDefaults.";

/// Why they could not be read, with what to do about that: unless told otherwise, every sweep reads
/// them.
pub fn unread(why: &str) -> String {
    format!(
        "{why} To keep sweeps from reading the account defaults, deploy with ACCOUNT_DEFAULTS=off."
    )
}

/// EC2 accepted the write, and then they could not be read.
pub fn not_read_back(why: &str) -> Failure {
    let detail = format!("EC2 accepted the change, but the defaults could not be read back. {why}");
    Failure::new(Failed::NotVerified, detail)
}

/// EC2 accepted the write, and shows these tokens.
pub fn not_verified(shown: Option<&str>) -> Failure {
    let shown =
        shown.map_or_else(|| "no HttpTokens".to_owned(), |shown| format!("HttpTokens={shown}"));
    let detail = format!(
        "EC2 accepted the change, but shows {shown} instead of HttpTokens=required. {RETRY}"
    );
    Failure::new(Failed::NotVerified, detail)
}

/// These other defaults are not what they were.
pub fn others_changed(names: &[&str]) -> Failure {
    let detail = format!(
        "HttpTokens is now required, but other defaults changed at the same time, not by the \
         guardrail: {}. A person has to look at them.",
        names.join(", ")
    );
    Failure::new(Failed::ConfigurationChanged, detail)
}

//! What is said of runtimes.

use std::fmt;

use super::{
    Runtimes,
    document::{Document, UnsafeToSend},
};
use crate::{
    context::Context,
    failure::{Failure, RETRY},
    observed::Observed,
    outcome::{Finding, State},
    target::Target,
    text::{listed, quoted, shortened},
    verdict::{Failed, Held, Verdict},
    wording::Words,
};

const ALSO_SETS_AUTHORIZER: &str = "The update that requires MMDSv2 also sets the authorizer.";

impl Words for Runtimes {
    type Document = Document;

    const VERSION_2: &'static str = "MMDSv2";
    const COMPLIANT: &'static str = "MMDSv2 is already required; the runtime itself needs nothing.";
    const EXEMPT: Option<&'static str> = Some("AWS refuses to invoke it until it requires MMDSv2.");

    fn enforced(before: &Observed<Document>, after: &State) -> String {
        let authorizer =
            if before.document.gets_authorizer() { " and the authorizer is set" } else { "" };
        let version = match after {
            State::Runtime { version: Some(version), .. } => version,
            State::Runtime { version: None, .. }
            | State::Instance { .. }
            | State::AccountDefaults { .. } => "unknown",
        };
        format!(
            "requireMMDSV2 is now true{authorizer}, in version {version}; every other member of \
             the configuration is unchanged."
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

    /// About the authorizer of a runtime that has none, if the guardrail is to set one.
    fn remarks(
        observed: &Observed<Document>,
        verdict: Verdict,
        _: &Target,
        _: Context<'_>,
    ) -> Vec<String> {
        if !observed.document.gets_authorizer() {
            return Vec::new();
        }
        let remark = match verdict {
            Verdict::Enforced(_) => {
                Some("From now on it refuses calls that are signed with SigV4.")
            }
            Verdict::WouldEnforce => Some(
                "The same update would set the authorizer, and the runtime would then refuse calls \
                 that are signed with SigV4.",
            ),
            Verdict::Failed(_) | Verdict::Held(Held::Refused) => Some(ALSO_SETS_AUTHORIZER),
            Verdict::Compliant(_) => Some(
                "It has no authorizer and does not get one: the guardrail sets one only in the \
                 update that requires MMDSv2.",
            ),
            Verdict::Held(_) | Verdict::Deferred(_) | Verdict::Exempt | Verdict::Gone(_) => None,
        };
        remark.into_iter().map(str::to_owned).collect()
    }
}

/// AWS's answer to a request is not what was asked for.
pub fn unreadable(reason: Failed, operation: &str) -> Failure {
    let detail = format!(
        "The answer to {operation} is not the resource that was asked for, as a JSON object. \
         {RETRY}"
    );
    Failure::new(reason, detail)
}

/// AgentCore has no endpoint here.
pub const NOT_OFFERED: &str = "The service has no endpoint in this Region. If AgentCore is not \
                               offered here, deploy with AgentCore=disabled.";

/// The update cannot be built.
pub fn unsafe_to_send(why: &UnsafeToSend) -> Failure {
    let detail = format!("{why}; nothing was written. A person has to look at this runtime.");
    Failure::new(Failed::UnsafeToSend, detail)
}

/// Why an update that was sent could not be verified.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unverified<'a> {
    /// AWS does not know the runtime any more.
    Gone,
    /// The runtime is being deleted.
    Deleting,
    /// AWS still shows this version.
    OldVersion(&'a str),
    /// It still does not require MMDSv2.
    V1Allowed,
    /// It could not be read, in a sentence.
    Unread(&'a str),
}

/// An update was sent and could not be verified.
pub fn not_verified(why: Unverified<'_>) -> Failure {
    let why = match why {
        Unverified::Gone => format!("AWS no longer knows the runtime. {RETRY}"),
        Unverified::Deleting => format!("The runtime is being deleted. {RETRY}"),
        Unverified::OldVersion(version) => format!("AWS still shows version {version}. {RETRY}"),
        Unverified::V1Allowed => format!("The runtime still does not require MMDSv2. {RETRY}"),
        Unverified::Unread(why) => why.to_owned(),
    };
    Failure::new(
        Failed::NotVerified,
        format!("An update was sent but could not be verified. {why}"),
    )
}

/// The versions of a runtime before and after an update.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Versions<'a> {
    /// The version that was read before.
    pub before: &'a str,
    /// The version that AWS shows now.
    pub now: &'a str,
}

impl fmt::Display for Versions<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "version {} (before) and version {} (now)", self.before, self.now)
    }
}

/// Somebody else's update came in between. `changed` are the paths of the members that differ.
pub fn concurrent_update(Versions { before, now }: Versions<'_>, changed: &[String]) -> Failure {
    let changed = if changed.is_empty() {
        "No member differs, but whatever a version in between had changed was overwritten"
            .to_owned()
    } else {
        format!("These members differ: {}", listed(changed))
    };
    let detail = format!(
        "Somebody else updated the runtime at the same time: the guardrail's own update makes one \
         version, but the runtime went from version {before} to version {now}. {changed}. Decide \
         which configuration is right."
    );
    Failure::new(Failed::ConcurrentUpdate, detail)
}

/// After the update configuration is not as it was sent. `changed` are the paths of the members
/// that differ.
pub fn configuration_changed(versions: Versions<'_>, changed: &[String]) -> Failure {
    let detail = format!(
        "After the update these members are not as they were sent: {}. Compare {versions} and \
         restore them.",
        listed(changed)
    );
    Failure::new(Failed::ConfigurationChanged, detail)
}

/// AWS accepted the update and could not apply it. `said` is its reason, without any value of the
/// configuration.
pub fn update_failed(status: &str, said: Option<&str>) -> Failure {
    let why = said
        .map_or_else(|| ", and AWS gives no reason".to_owned(), |said| quoted(&shortened(said)));
    let detail = format!(
        "After the update the runtime's status became {status}{why}. Its configuration may have \
         changed anyway; a person has to repair it."
    );
    Failure::new(Failed::UpdateFailed, detail)
}

/// The same failure of an update of which nobody knows whether it happened.
pub fn doubted(failure: Failure) -> Failure {
    failure.preceded_by(
        "The update may or may not have happened. What follows may come from it or from somebody \
         else's deployment; find out which before you restore anything.",
    )
}

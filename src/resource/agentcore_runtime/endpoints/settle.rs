//! What follows the outcome of a runtime that requires MMDSv2: which of its endpoints are on a version that does not,
//! and the move of those for which it changes nothing else.

use std::collections::BTreeMap;

use super::{
    observe::{Listed, ObserveEndpoints},
    repoint::{MoveEndpoints, Moved, Way},
};
use crate::{
    decision::Moment,
    exception::{ExceptionTag, Exemption},
    failure::Failure,
    outcome::{Finding, Outcome, Reason, State, Verdict},
    patience::Patience,
    resource::{
        FollowUp,
        agentcore_runtime::{document::Document, observe::has_mutable_artifact, verify::listed},
    },
    target::Target,
};

/// An outcome names this many endpoints at the most: it must stay small.
const MOST_NAMED: usize = 10;

/// The small flow for the endpoints of one runtime.
pub struct EndpointsFlow<'a> {
    /// The reading half.
    pub observe: &'a ObserveEndpoints,
    /// The writing half; there is none in report mode and unless endpoints are to be moved.
    pub enforce: Option<&'a MoveEndpoints>,
    /// The tag that exempts a runtime, and its endpoints with it.
    pub exception: &'a ExceptionTag,
    /// When it is.
    pub moment: Moment,
    /// What the invocation may still spend.
    pub patience: Patience,
    /// Whether to wait for endpoints that AWS is at work on, and that may have to be moved.
    pub waits: bool,
}

impl FollowUp for EndpointsFlow<'_> {
    /// What is wrong with an endpoint does not undo what was done to the runtime: `before` and `after` stay. But the
    /// outcome fails, because a retry finds the runtime compliant and comes here again.
    async fn follow_up(&self, target: &Target, outcome: Outcome) -> Outcome {
        if !matches!(
            (outcome.result, outcome.reason),
            (Verdict::Enforced, _) | (Verdict::Compliant, Reason::V2Required)
        ) {
            return outcome;
        }
        let mut found = Found::default();
        let in_time = self.patience.until_end(self.look_after(target, version(&outcome), &mut found)).await;
        match in_time {
            Some(Ok(())) => {}
            Some(Err(failure)) => found.failures.push(failure),
            None => found.failures.push(out_of_time(found.write_begun)),
        }
        found.complete(outcome)
    }
}

/// An endpoint on a version without MMDSv2.
struct Pinned {
    endpoint: Listed,
    version: String,
}

impl EndpointsFlow<'_> {
    async fn look_after(&self, target: &Target, current: Option<&str>, found: &mut Found) -> Result<(), Failure> {
        let mut pauses = self.patience.pauses();
        let mut documents = BTreeMap::new();
        let pinned = loop {
            let endpoints = self.observe.endpoints(target).await?;
            let pinned = self.pinned(target, endpoints, current, &mut documents, found).await;
            let is_waiting = self.waits && self.enforce.is_some();
            if !is_waiting || !pinned.iter().any(|it| it.endpoint.is_changing()) || !pauses.pause().await {
                break pinned;
            }
        };
        if pinned.is_empty() {
            return Ok(());
        }
        found.pinned = pinned.len();
        let Some(now) = self.observe.current(target).await? else { return Ok(()) };
        let mut due = Vec::new();
        for it in pinned {
            match why_it_stays(&it.endpoint, documents.get(&it.version), &now) {
                Some(why) => found.stays(&it, &why),
                None => due.push(it),
            }
        }
        self.move_all(target, &due, &now, found).await
    }

    /// The endpoints on a version without MMDSv2. A version that cannot be read hides no other one.
    async fn pinned(
        &self,
        target: &Target,
        endpoints: Vec<Listed>,
        current: Option<&str>,
        documents: &mut BTreeMap<String, Document>,
        found: &mut Found,
    ) -> Vec<Pinned> {
        found.failures.clear();
        let mut pinned = Vec::new();
        for endpoint in endpoints {
            let versions: Vec<_> = endpoint.versions().filter(|version| Some(*version) != current).collect();
            let mut without = None;
            for version in versions {
                if !documents.contains_key(version) {
                    match self.observe.version(target, version).await {
                        Ok(document) => _ = documents.insert(version.to_owned(), document),
                        Err(failure) => found.failures.push(of(&endpoint.name, failure)),
                    }
                }
                let is_without = documents.get(version).is_some_and(|it| it.requires_mmdsv2() != Some(true));
                without = without.or_else(|| is_without.then(|| version.to_owned()));
            }
            pinned.extend(without.map(|version| Pinned { endpoint, version }));
        }
        pinned
    }

    async fn move_all(
        &self,
        target: &Target,
        due: &[Pinned],
        now: &Document,
        found: &mut Found,
    ) -> Result<(), Failure> {
        let to = now.text(&["agentRuntimeVersion"]).unwrap_or_default();
        let Some(enforce) = self.enforce.filter(|_| !due.is_empty()) else {
            let why = format!(
                "version {to} differs from it in requireMMDSV2 only, so that the guardrail would move it with \
                 PINNED_ENDPOINTS=repoint in enforce mode"
            );
            due.iter().for_each(|it| found.stays(it, &why));
            return Ok(());
        };
        if let Some(why) = self.exemption(target).await? {
            due.iter().for_each(|it| found.stays(it, &why));
            return Ok(());
        }
        for it in due {
            let way = Way { name: &it.endpoint.name, from: &it.version, to: &to };
            found.write_begun = true;
            match enforce.go(target, way, &self.patience).await {
                Ok(Moved::Yes) => found.moved(it, &to),
                Ok(Moved::No(why)) => found.stays(it, &why),
                Err(failure) => found.failures.push(of(&it.endpoint.name, failure)),
            }
        }
        Ok(())
    }

    /// Why the runtime's tags forbid a move. They are read for its own sake, because a runtime that requires MMDSv2 is
    /// compliant whatever its tags.
    async fn exemption(&self, target: &Target) -> Result<Option<String>, Failure> {
        let tags = self.observe.tags(target).await?;
        let key = self.exception.key();
        let value = tags.get(key).map(String::as_str);
        Ok(match self.exception.exemption(value, self.moment.now.date_naive()) {
            Exemption::Exempt { .. } => Some(format!("the tag {key} exempts the runtime, so that it is not moved")),
            _ => None,
        })
    }
}

/// Why an endpoint cannot be moved without changing more than MMDSv2; `None` where it can.
fn why_it_stays(endpoint: &Listed, pinned: Option<&Document>, now: &Document) -> Option<String> {
    let (Some(pinned), Some(to)) = (pinned, now.text(&["agentRuntimeVersion"])) else {
        return Some("AWS does not show both versions, so that it is not moved".to_owned());
    };
    if !endpoint.rests() && !endpoint.is_changing() {
        return Some(format!(
            "its status is {}, so that the guardrail does not move it; move it yourself, or make it anew",
            endpoint.status
        ));
    }
    if !endpoint.rests() {
        return Some(format!(
            "its status is {} and its target version {}, so that it is not moved; its next event or the next sweep \
             looks again",
            endpoint.status,
            endpoint.target.as_deref().unwrap_or("not given")
        ));
    }
    if now.requires_mmdsv2() != Some(true) || now.text(&["status"]).as_deref() != Some("READY") {
        return Some(format!("version {to} is not READY with MMDSv2, so that it is not moved there"));
    }
    let differences = pinned.differences(now);
    if !differences.is_empty() {
        return Some(format!(
            "version {to} differs from it in other members, too ({}), so that it is not moved; see whether its callers \
             can use version {to} and move it yourself",
            listed(&differences)
        ));
    }
    has_mutable_artifact(now).then(|| {
        format!(
            "its artifact has a name that can come to mean something else, so that version {to} may run other code; \
             move it yourself if that is what it shall run"
        )
    })
}

/// What there is to say about the endpoints of one runtime.
#[derive(Default)]
struct Found {
    pinned: usize,
    moved: usize,
    said: Vec<String>,
    failures: Vec<Failure>,
    write_begun: bool,
}

impl Found {
    fn stays(&mut self, it: &Pinned, why: &str) {
        let (name, version) = (&it.endpoint.name, &it.version);
        self.said
            .push(format!("The endpoint {name} is pinned to version {version}, which does not require MMDSv2: {why}."));
    }

    fn moved(&mut self, it: &Pinned, to: &str) {
        self.moved += 1;
        let (name, version) = (&it.endpoint.name, &it.version);
        self.said.push(format!(
            "The endpoint {name} was moved from version {version} to version {to}, which differs from it in \
             requireMMDSV2 only."
        ));
    }

    fn complete(mut self, mut outcome: Outcome) -> Outcome {
        self.failures.sort_by_key(|failure| failure.reason != Reason::EndpointNotVerified);
        let findings = [(self.pinned > self.moved, Finding::PinnedEndpoint), (self.moved > 0, Finding::EndpointMoved)];
        outcome.findings.extend(findings.into_iter().filter(|(is_so, _)| *is_so).map(|(_, finding)| finding));
        outcome.findings.sort();
        if let Some(failure) = self.failures.first() {
            (outcome.result, outcome.reason) = (Verdict::Failed, failure.reason);
        } else if self.moved > 0 && outcome.result == Verdict::Compliant {
            (outcome.result, outcome.reason) = (Verdict::Enforced, Reason::PinnedEndpoint);
        }
        self.said.splice(..0, self.failures.into_iter().map(|failure| failure.detail));
        let more = self.said.len().saturating_sub(MOST_NAMED);
        self.said.truncate(MOST_NAMED);
        if more > 0 {
            self.said.push(format!("There are {more} more such endpoints."));
        }
        outcome.detail = [outcome.detail].into_iter().chain(self.said).collect::<Vec<_>>().join(" ");
        outcome
    }
}

fn of(endpoint: &str, failure: Failure) -> Failure {
    Failure { detail: format!("Of the endpoint {endpoint}: {}", failure.detail), ..failure }
}

fn out_of_time(write_begun: bool) -> Failure {
    let written = if write_begun { "one may or may not have been moved" } else { "none was moved" };
    let detail = format!(
        "The invocation's time ran out before its endpoints were looked after; {written}. A retry looks again."
    );
    Failure::new(Reason::OutOfTime, detail)
}

/// The version of the runtime, as it was read last.
fn version(outcome: &Outcome) -> Option<&str> {
    match outcome.after.as_ref().or(outcome.before.as_ref()) {
        Some(State::Runtime { version, .. }) => version.as_deref(),
        _ => None,
    }
}

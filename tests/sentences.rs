//! Every sentence that the guardrail can say to a person, on one page for review.
//!
//! What stands in quotes in `src/` and reads like a part of a sentence has to be on that page: a
//! new sentence has to be rendered here, and read aloud once.

mod beside;
mod bus;
mod edges;
mod failures;
mod outcomes;
mod source;

use std::{collections::BTreeSet, fs, path::Path, str::FromStr};

use metadata_guardrail::{
    outcome::State,
    resource::{account_defaults::Leave, agentcore_runtime::Runtimes, ec2_instance::Instances},
    verdict::{Compliant, Deferred, Gone, Held, Verdict},
};
use proc_macro2::TokenStream;
use strum::VariantNames;

use self::{
    beside::{LEAVES_OF_DEFAULTS, about_defaults, about_endpoints, keeps, kept},
    bus::{of_outcomes, of_sweeps, untold},
    edges::{log_lines, payloads, settings},
    failures::{failures, failures_of_instances, failures_of_runtimes, requests},
    outcomes::{
        about_authorizers, about_exceptions, leaves_of_instances, leaves_of_runtimes, left, written,
    },
    source::{parts_of_sentences, source_files},
};

/// Sentences under the headings they are reviewed by.
#[derive(Default)]
struct Page(Vec<(&'static str, Vec<String>)>);

impl Page {
    fn under(&mut self, heading: &'static str, sentences: impl IntoIterator<Item = String>) {
        self.0.push((heading, sentences.into_iter().collect()));
    }

    fn text(&self) -> String {
        let chapters = self.0.iter().map(|(heading, sentences)| {
            let lines: Vec<_> =
                sentences.iter().map(|sentence| format!("- {sentence}\n")).collect();
            format!("## {heading}\n{}", lines.concat())
        });
        chapters.collect::<Vec<_>>().join("\n")
    }
}

/// Everything that can be said.
async fn page() -> Page {
    let mut page = Page::default();
    page.under("Instances: left as they are", leaves_of_instances().iter().map(left::<Instances>));
    page.under(
        "Instances: written, and not",
        written::<Instances>(&State::Instance {
            http_tokens: Some("required".to_owned()),
            hop_limit: Some(1),
        }),
    );
    page.under("Instances: failures", failures_of_instances());
    page.under("Runtimes: left as they are", leaves_of_runtimes().iter().map(left::<Runtimes>));
    page.under(
        "Runtimes: written, and not",
        written::<Runtimes>(&State::Runtime {
            require_mmdsv2: Some(true),
            version: Some("2".to_owned()),
        }),
    );
    page.under("Runtimes: with an authorizer to set", about_authorizers());
    page.under("Runtimes: failures", failures_of_runtimes());
    page.under("Endpoints: left where they are", keeps().iter().map(kept));
    page.under("Endpoints: moved, and not", about_endpoints());
    page.under("Account defaults", about_defaults());
    page.under("The exception tag", about_exceptions());
    page.under("Every kind: what went wrong with AWS", requests());
    page.under("Every kind: what went wrong here", failures());
    page.under("The bus: messages about one resource", of_outcomes());
    page.under("The bus: messages about a sweep", of_sweeps());
    page.under("The bus: what the log says if telling fails", untold());
    page.under("Settings", settings());
    page.under("Payloads that are not events", payloads().await);
    page.under("The log", log_lines().await);
    page
}

#[tokio::test]
async fn every_sentence_is_as_reviewed() {
    insta::assert_snapshot!(page().await.text());
}

#[tokio::test]
async fn no_sentence_in_the_source_is_missing_from_the_page() {
    let page = page().await.text();
    let mut missing = Vec::new();
    for file in source_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let source = fs::read_to_string(&file).expect("a source file");
        let parts = parts_of_sentences(TokenStream::from_str(&source).expect("Rust"));
        let unsaid = parts
            .into_iter()
            .filter(|part| !page.contains(part.as_str()) && !NOT_SAID.contains(&part.as_str()));
        missing.extend(unsaid.map(|part| format!("{}: {part}", file.display())));
    }
    assert!(missing.is_empty(), "render these in tests/sentences.rs:\n{}", missing.join("\n"));
}

#[test]
fn every_reason_to_leave_something_has_a_sentence_on_the_page() {
    let leaves = leaves_of_instances().into_iter().chain(leaves_of_runtimes());
    let defaults = LEAVES_OF_DEFAULTS.map(Leave::verdict);
    let said = leaves.map(|leave| leave.verdict()).chain(defaults).map(Verdict::reason);
    // Its sentence is AWS's answer. Two statuses stand for all, which share one sentence.
    let others = ["refused", "create_failed", "delete_failed"];
    let reasons = [Held::VARIANTS, Deferred::VARIANTS, Gone::VARIANTS, Compliant::VARIANTS];
    let reasons = reasons.concat().into_iter().chain(["exception_tag", "not_found_yet"]);
    assert_eq!(said.chain(others).collect::<BTreeSet<_>>(), reasons.collect::<BTreeSet<_>>());
}

/// What reads like a sentence and is not said to a person.
const NOT_SAID: [&str; 17] = [
    // How EventBridge names events.
    "AWS API Call via CloudTrail",
    "EC2 Instance State-change Notification",
    // How AWS refuses writes.
    "Agents created after 2026-06-11T00:00:00Z cannot modify requireServiceS3Endpoint",
    "The HttpEndpoint is not set to 'enabled' in this request",
    "with an explicit deny in a resource control policy",
    "with an explicit deny in a service control policy",
    "with an explicit deny in an identity-based policy",
    // What metrics count; CloudWatch does not show it.
    "Events that asked for nothing, by reason",
    "How long an invocation took",
    "Messages that came back to their queue",
    "Sweeps that came to their end",
    "Sweeps that reached everything",
    "Targets that failed in a sweep, and targets whose write AWS refused for good",
    "Targets, by kind and result",
    "What events name that is not an id of a known form",
    "Writes that AWS accepted, or may have, and that did not end as they should",
    // A response can always be written.
    "the response cannot be written as JSON:",
];

//! Every sentence that the guardrail can say to a person, on one page for review.
//!
//! What stands in quotes in `src/` and reads like a part of a sentence has to be on that page: a new sentence has to be
//! rendered here, and read aloud once.

use std::{collections::BTreeMap, fs, path::Path, str::FromStr, time::Duration};

use aws_sdk_ec2::{
    config::http::HttpResponse,
    error::{ConnectorError, ErrorMetadata, SdkError},
    operation::describe_instances::DescribeInstancesError,
};
use aws_smithy_types::body::SdkBody;
use chrono::{DateTime, NaiveDate, Utc};
use metadata_guardrail::{
    context::{Context, Occasion},
    decision::{Leave, Moment},
    exception::{ExceptionTag, Exempt, Exemption},
    failure::Failure,
    observed::{Hold, MetadataAccess, Observation, Observed, Phase, TagMap, Tags, Usage},
    outcome::State,
    patience::{Pace, Patience},
    raw_json::NotAnObject,
    resource::{
        account_defaults::{self, Defaults, wording as of_defaults},
        agentcore_runtime::{
            PartOf, Runtimes,
            document::{Document, UnsafeToSend},
            endpoints::{decision::Keep, wording as of_endpoints},
            wording as of_runtimes,
        },
        ec2_instance::{Instances, Options, wording as of_instances},
    },
    settings::{Authorizer, Settings},
    target::Target,
    verdict::{Compliant, Deferred, Failed, Gone, Held},
    wording::{Wording, Words},
};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::{Value, json};

use crate::support::{
    harness::{Scene, agentcore_call, due, home, running, started},
    names::{DESCRIBE_INSTANCES, EXEMPT, INSTANCE, RUNTIME},
    stand_in::Fault,
};

const NOW: &str = "2026-11-21T12:00:00Z";

/// Sentences under the headings they are reviewed by.
#[derive(Default)]
struct Page(Vec<(&'static str, Vec<String>)>);

impl Page {
    fn under(&mut self, heading: &'static str, sentences: impl IntoIterator<Item = String>) {
        self.0.push((heading, sentences.into_iter().collect()));
    }

    fn text(&self) -> String {
        let chapters = self.0.iter().map(|(heading, sentences)| {
            let lines: Vec<_> = sentences.iter().map(|sentence| format!("- {sentence}\n")).collect();
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
        written::<Instances>(&State::Instance { http_tokens: Some("required".to_owned()), hop_limit: Some(1) }),
    );
    page.under("Instances: failures", failures_of_instances());
    page.under("Runtimes: left as they are", leaves_of_runtimes().iter().map(left::<Runtimes>));
    page.under(
        "Runtimes: written, and not",
        written::<Runtimes>(&State::Runtime { require_mmdsv2: Some(true), version: Some("2".to_owned()) }),
    );
    page.under("Runtimes: with an authorizer to set", about_authorizers());
    page.under("Runtimes: failures", failures_of_runtimes());
    page.under("Endpoints: left where they are", keeps().iter().map(kept));
    page.under("Endpoints: moved, and not", about_endpoints());
    page.under("Account defaults", about_defaults());
    page.under("The exception tag", about_exceptions());
    page.under("Every kind: what went wrong with AWS", requests());
    page.under("Every kind: what went wrong here", failures());
    page.under("Settings", settings());
    page.under("Payloads that are no events", payloads().await);
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
        let unsaid =
            parts.into_iter().filter(|part| !page.contains(part.as_str()) && !NOT_SAID.contains(&part.as_str()));
        missing.extend(unsaid.map(|part| format!("{}: {part}", file.display())));
    }
    assert!(missing.is_empty(), "render these in tests/sentences.rs:\n{}", missing.join("\n"));
}

/// What AWS says, and what is described for CloudWatch.
const NOT_SAID: [&str; 0] = [];

fn source_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.into_iter().chain(folders.iter().flat_map(|folder| source_files(folder))).collect()
}

/// The pieces of text between placeholders that are at least four words.
fn parts_of_sentences(tokens: TokenStream) -> Vec<String> {
    let mut parts = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // Of attributes, documentation among them, only errors are said.
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Punct(_)) = tokens.peek() {
                    tokens.next();
                }
                if let Some(TokenTree::Group(group)) = tokens.next() {
                    let is_error = group.stream().to_string().starts_with("error");
                    parts.extend(is_error.then(|| parts_of_sentences(group.stream())).into_iter().flatten());
                }
            }
            TokenTree::Group(group) => {
                assert_ne!(group.delimiter(), Delimiter::None);
                parts.extend(parts_of_sentences(group.stream()));
            }
            TokenTree::Literal(literal) => {
                let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) else { continue };
                let text = text.value();
                let pieces = text.split(['{', '}']).step_by(2).map(str::trim);
                parts.extend(pieces.filter(|piece| piece.split_whitespace().count() >= 4).map(str::to_owned));
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
    parts
}

fn context(exception: &ExceptionTag) -> Context<'_> {
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    Context {
        exception,
        moment: Moment { now, event: None },
        patience: Patience::new(Pace::default(), Duration::from_secs(300)),
        occasion: Occasion::Event,
    }
}

/// A kind, and an example of it that has all that can be remarked on.
trait Example: Words + Sized {
    fn target() -> Target;
    fn document() -> Self::Document;
    fn state() -> State;

    fn observed(tags: TagMap) -> Observation<Self::Document> {
        Observation::Found(Box::new(Observed {
            target: Self::target(),
            phase: Phase::Settled,
            access: MetadataAccess::V1Allowed,
            tags: Tags::Confirmed(tags),
            hold: None,
            created: None,
            usage: Usage::NotAsked,
            state: Self::state(),
            launched_by: None,
            findings: Vec::new(),
            document: Self::document(),
        }))
    }
}

impl Example for Instances {
    fn target() -> Target {
        Target::instance(&home(), INSTANCE).expect("an id")
    }

    fn document() -> Options {
        Options { endpoint_is_enabled: true, hop_limit: Some(1) }
    }

    fn state() -> State {
        State::Instance { http_tokens: Some("optional".to_owned()), hop_limit: Some(1) }
    }
}

impl Example for Runtimes {
    fn target() -> Target {
        Target::runtime(&home(), RUNTIME).expect("an id")
    }

    fn document() -> Document {
        Document::parse(b"{}").expect("an object")
    }

    fn state() -> State {
        State::Runtime { require_mmdsv2: None, version: Some("1".to_owned()) }
    }
}

fn left<K: Example>(leave: &Leave) -> String {
    let exception = ExceptionTag::default();
    let (target, observation) = (K::target(), K::observed(TagMap::new()));
    Wording::<K>::new(&target, context(&exception)).left(Some(&observation), leave).detail
}

/// The outcomes with a write, or with one that was wanted.
fn written<K: Example>(after: &State) -> Vec<String> {
    let exception = ExceptionTag::default();
    let (target, observation) = (K::target(), K::observed(TagMap::new()));
    let mut wording = Wording::<K>::new(&target, context(&exception));
    let Some(observed) = observation.found() else { panic!("it is there") };
    let mut said = vec![
        wording.would_enforce(Some(&observation)).detail,
        wording.enforced(observed, after.clone()).detail,
        wording.refused(Some(&observation), failed()).detail,
        wording.refused(Some(&observation), failed().of_own_deny(EXEMPT)).detail,
        wording.failed(Some(&observation), failed()).detail,
    ];
    wording.write_is_open = true;
    said.push(wording.refused(Some(&observation), failed()).detail);
    said.push(wording.left(Some(&observation), &Leave::Exempt(exempt("yes"))).detail);
    said
}

fn failed() -> Failure {
    Failure::new(Failed::WriteFailed, "[What AWS answered.]")
}

fn exempt(value: &str) -> Exempt {
    let today = NOW.parse::<DateTime<Utc>>().expect("a time").date_naive();
    match ExceptionTag::default().exemption(Some(value), today) {
        Exemption::Exempt(exempt) => exempt,
        other => panic!("{value} is {other:?}"),
    }
}

/// What both kinds can be left for. Whoever adds a reason adds it here, because this does not compile without it.
fn leaves_of_every_kind() -> Vec<Leave> {
    let broken = |reason| match reason {
        Held::UpdateFailed | Held::CreateFailed | Held::DeleteFailed | Held::UnknownStatus => Leave::Broken {
            reason,
            status: "ODD".to_owned(),
            said: (reason == Held::UpdateFailed).then(|| "The image could not be pulled.".to_owned()),
        },
        Held::ManagedByOperator
        | Held::ManagedByHarness
        | Held::InstancesCompute
        | Held::MutableArtifact
        | Held::Refused
        | Held::Imdsv1InUse
        | Held::Imdsv1UseUnknown
        | Held::ManagedByPolicy
        | Held::UnknownManager => panic!("it is not a status"),
    };
    vec![
        Leave::NotFoundYet,
        broken(Held::UnknownStatus),
        broken(Held::UpdateFailed),
        Leave::Exempt(exempt("2027-03-31 vendor agent needs version 1")),
        Leave::Gone(Gone::NotFound),
    ]
}

fn leaves_of_instances() -> Vec<Leave> {
    let since = NaiveDate::from_ymd_opt(2026, 11, 14).expect("a day");
    let others = [
        Leave::Held(Hold::Operator("eks.amazonaws.com".to_owned())),
        Leave::Imdsv1InUse { number: 42, since },
        Leave::Imdsv1UseUnknown,
        Leave::Deferred(Deferred::Pending),
        Leave::Deferred(Deferred::Stopping),
        Leave::Gone(Gone::ShuttingDown),
        Leave::Gone(Gone::Terminated),
        Leave::Compliant(Compliant::V2Required),
        Leave::Compliant(Compliant::EndpointDisabled),
    ];
    leaves_of_every_kind().into_iter().chain(others).collect()
}

fn leaves_of_runtimes() -> Vec<Leave> {
    let others = [
        Leave::Held(Hold::Harness),
        Leave::Held(Hold::InstancesCompute),
        Leave::Held(Hold::MutableArtifact),
        Leave::Deferred(Deferred::StillChanging),
        Leave::Gone(Gone::Deleting),
        Leave::Compliant(Compliant::V2Required),
    ];
    leaves_of_every_kind().into_iter().chain(others).collect()
}

fn failures_of_instances() -> Vec<String> {
    use of_instances::{WrongUsage, endpoint_unknown, not_verified, usage_unreadable};
    let wrong = [
        WrongUsage::Warning,
        WrongUsage::Missing,
        WrongUsage::WarningForInstance,
        WrongUsage::Status("PartialData"),
        WrongUsage::NotWhole,
    ];
    let written = [endpoint_unknown(), not_verified(Some("optional")), not_verified(None)];
    written.into_iter().chain(wrong.map(usage_unreadable)).map(|failure| failure.detail).collect()
}

fn about_authorizers() -> Vec<String> {
    let authorizer: Authorizer =
        json!({"discoveryUrl": "https://id.example.com/.well-known/openid-configuration", "allowedClients": ["a"]})
            .to_string()
            .parse()
            .expect("a valid authorizer");
    let exception = ExceptionTag::default();
    let (target, mut observation) = (Runtimes::target(), Runtimes::observed(TagMap::new()));
    if let Observation::Found(observed) = &mut observation {
        observed.document = Runtimes::document().with_authorizer(&authorizer);
    }
    let Some(observed) = observation.found() else { panic!("it is there") };
    let wording = Wording::<Runtimes>::new(&target, context(&exception));
    let after = State::Runtime { require_mmdsv2: Some(true), version: Some("2".to_owned()) };
    vec![
        wording.would_enforce(Some(&observation)).detail,
        wording.enforced(observed, after).detail,
        wording.refused(Some(&observation), failed()).detail,
        wording.failed(Some(&observation), failed()).detail,
        wording.left(Some(&observation), &Leave::Compliant(Compliant::V2Required)).detail,
    ]
}

fn failures_of_runtimes() -> Vec<String> {
    use of_runtimes::{
        NOT_OFFERED, UNREADABLE, Unverified, Versions, concurrent_update, configuration_changed, doubted, not_verified,
        unsafe_to_send, update_failed,
    };
    let versions = Versions { before: "1", now: "3" };
    let changed = ["environmentVariables.DATABASE_PASSWORD".to_owned(), "description".to_owned()];
    let many: Vec<_> = (1..=21).map(|number| format!("environmentVariables.NAME_{number}")).collect();
    let unverified = [
        Unverified::Gone,
        Unverified::Deleting,
        Unverified::OldVersion("1"),
        Unverified::V1Allowed,
        Unverified::Unread("[Why it could not be read.]"),
    ];
    let failures = [
        unsafe_to_send(&UnsafeToSend::Missing("roleArn")),
        unsafe_to_send(&NotAnObject("metadataConfiguration".to_owned()).into()),
        concurrent_update(versions, &[]),
        concurrent_update(versions, &changed),
        configuration_changed(versions, &changed),
        configuration_changed(versions, &many),
        update_failed("UPDATE_FAILED", Some("The image could not be pulled.")),
        update_failed("UPDATE_FAILED", None),
        doubted(configuration_changed(versions, &changed)),
    ];
    let failures = failures.into_iter().chain(unverified.map(not_verified)).map(|failure| failure.detail);
    failures.chain([UNREADABLE.to_owned(), NOT_OFFERED.to_owned()]).collect()
}

/// Why an endpoint can be left. Whoever adds a reason adds it here, because this does not compile without it.
fn keeps() -> Vec<Keep> {
    let to = || "3".to_owned();
    let all = vec![
        Keep::RuntimeIsExempt,
        Keep::RuntimeAllowsV1,
        Keep::RuntimeIsNotInOrder,
        Keep::NoCurrentVersion,
        Keep::PartOf(PartOf::Harness),
        Keep::PartOf(PartOf::InstancesCompute),
        Keep::ShouldFollow { to: to() },
        Keep::Status("UPDATE_FAILED".to_owned()),
        Keep::NotReady { to: to() },
        Keep::Differs { to: to(), members: vec!["description".to_owned(), "futureMember".to_owned()] },
        Keep::MutableArtifact { to: to() },
        Keep::UnknownArtifact { to: to() },
        Keep::ExemptByRuntime,
        Keep::ExemptByEndpoint,
        Keep::TagsUnreadable("[Why they could not be read.]".to_owned()),
        Keep::StillChanging { status: "UPDATING".to_owned(), target: Some("2".to_owned()) },
        Keep::StillChanging { status: "CREATING".to_owned(), target: None },
        Keep::WouldRepoint { to: to() },
        Keep::Changed,
        Keep::UnknownMembers(vec!["trafficShaping".to_owned()]),
    ];
    for keep in &all {
        match keep {
            Keep::RuntimeIsExempt
            | Keep::RuntimeAllowsV1
            | Keep::RuntimeIsNotInOrder
            | Keep::NoCurrentVersion
            | Keep::PartOf(PartOf::Harness | PartOf::InstancesCompute)
            | Keep::ShouldFollow { .. }
            | Keep::Status(_)
            | Keep::NotReady { .. }
            | Keep::Differs { .. }
            | Keep::MutableArtifact { .. }
            | Keep::UnknownArtifact { .. }
            | Keep::ExemptByRuntime
            | Keep::ExemptByEndpoint
            | Keep::TagsUnreadable(_)
            | Keep::StillChanging { .. }
            | Keep::WouldRepoint { .. }
            | Keep::Changed
            | Keep::UnknownMembers(_) => {}
        }
    }
    all
}

fn kept(keep: &Keep) -> String {
    of_endpoints::kept("prod", "1", &of_endpoints::why_kept(keep, EXEMPT))
}

fn about_endpoints() -> Vec<String> {
    use of_endpoints::{
        UNREADABLE, Unverified, in_doubt, more_remarks, moved, not_moved, not_verified, out_of_time, unexplained,
        version_not_shown, version_unread,
    };
    let differing = ["description".to_owned()];
    let unverified = [
        Unverified::Gone,
        Unverified::Unread("[Why it could not be read.]"),
        Unverified::State { status: "UPDATE_FAILED", live_version: "1" },
        Unverified::Differs(&differing),
    ];
    let failures = [version_not_shown("7"), version_unread("prod", failed()), out_of_time(false), out_of_time(true)];
    let failures = failures.into_iter().chain(unverified.map(not_verified)).map(|failure| failure.detail);
    let said = [
        moved("prod", "1", "2"),
        unexplained("prod", "1"),
        not_moved("prod", "1", "[What AWS answered.]"),
        in_doubt("prod"),
        more_remarks(3),
        UNREADABLE.to_owned(),
    ];
    said.into_iter().chain(failures).collect()
}

fn about_defaults() -> Vec<String> {
    use account_defaults::Leave;
    let home = home();
    let wording = of_defaults::Wording { home: &home };
    let account = Defaults { managed_by: Some("account".to_owned()), are_shown: true, ..Defaults::default() };
    let policy = Defaults {
        managed_by: Some("declarative-policy".to_owned()),
        policy_message: Some("Ask the cloud platform team.".to_owned()),
        ..account.clone()
    };
    let unknown = Defaults { managed_by: Some("organization-unit".to_owned()), ..account.clone() };
    let unnamed = Defaults { managed_by: None, ..account.clone() };
    let enforced = Defaults { http_tokens_enforced: Some("enabled".to_owned()), hop_limit: Some(1), ..account.clone() };
    let outcomes = [
        wording.left(&account, Leave::Compliant),
        wording.left(&policy, Leave::ManagedByPolicy),
        wording.left(&unknown, Leave::UnknownManager),
        wording.left(&unnamed, Leave::UnknownManager),
        wording.would_enforce(&account),
        wording.enforced(&account, &account),
        wording.enforced(&enforced, &enforced),
        wording.refused(&account, &failed()),
    ];
    let failures = [
        of_defaults::not_read_back("[Why they could not be read.]"),
        of_defaults::not_verified(Some("optional")),
        of_defaults::not_verified(None),
        of_defaults::others_changed(&["HttpPutResponseHopLimit", "HttpEndpoint"]),
    ];
    let unread = [of_defaults::unread(of_defaults::NOT_OFFERED), of_defaults::unread("[What AWS answered.]")];
    let failures = failures.into_iter().map(|failure| failure.detail);
    outcomes.into_iter().map(|outcome| outcome.detail).chain(failures).chain(unread).collect()
}

fn about_exceptions() -> Vec<String> {
    let exception = ExceptionTag::default();
    let target = Instances::target();
    let said = |value: &str, leave: &Leave| {
        let observation = Instances::observed(BTreeMap::from([(EXEMPT.to_owned(), value.to_owned())]));
        Wording::<Instances>::new(&target, context(&exception)).left(Some(&observation), leave).detail
    };
    vec![
        said("yes", &Leave::Exempt(exempt("yes"))),
        said("", &Leave::Exempt(exempt(""))),
        said("2027/03/31", &Leave::Exempt(exempt("2027/03/31"))),
        said("2026-10-31", &Leave::Imdsv1UseUnknown),
    ]
}

fn requests() -> Vec<String> {
    type Error = SdkError<DescribeInstancesError>;
    let response = |status: u16| HttpResponse::new(status.try_into().expect("a status"), SdkBody::empty());
    let answered = |code: &str, message: &str| {
        let metadata = ErrorMetadata::builder().code(code).message(message).build();
        Error::service_error(DescribeInstancesError::generic(metadata), response(400))
    };
    let said = |error: Error| Failure::of_request(Failed::ReadFailed, "DescribeInstances", &error).detail;
    let unparsed = DescribeInstancesError::generic(ErrorMetadata::builder().build());
    vec![
        said(answered("RequestLimitExceeded", "Request limit exceeded.")),
        said(answered("UnauthorizedOperation", "You are not authorized to perform this operation.")),
        said(answered("UnsupportedOperation", "Not on this type.")),
        said(Error::service_error(unparsed, response(500))),
        said(Error::service_error(DescribeInstancesError::generic(ErrorMetadata::builder().build()), response(200))),
        said(Error::timeout_error("slow")),
        said(Error::dispatch_failure(ConnectorError::io("reset".into()))),
        said(Error::response_error("garbage", response(200))),
        said(Error::construction_failure("odd")),
    ]
}

fn failures() -> Vec<String> {
    let failures = [
        Failure::still_changing("UPDATING"),
        Failure::out_of_time(false),
        Failure::out_of_time(true),
        Failure::outdated(),
        Failure::too_late(),
        Failure::unanswered(),
        Failure::unknown_ids("DescribeInstances", 2, "i-of-another-form"),
        Failure::repeated_page(Failed::ReadFailed, "DescribeInstances"),
    ];
    failures.into_iter().map(|failure| failure.detail).collect()
}

/// One sentence for each way in which a setting can be wrong.
fn settings() -> Vec<String> {
    let wrong = |variables: &[(&str, &str)]| {
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        let read = Settings::read(|name| variables.get(name).map(Into::into));
        read.expect_err("it is wrong").to_string()
    };
    let authorizer = |json: &str| wrong(&[("RUNTIME_AUTHORIZER_CONFIG", json)]);
    let long = "k".repeat(129);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let choices = ["GUARDRAIL_MODE", "AGENTCORE", "MUTABLE_ARTIFACTS", "PINNED_ENDPOINTS", "ACCOUNT_DEFAULTS"];
    let choices = choices.map(|name| wrong(&[(name, "maybe")]));
    let others = [
        wrong(&[("GUARDRAIL_MODE", "maybe"), ("AGENTCORE", "perhaps")]),
        wrong(&[("SWEEP_MARGIN_SECONDS", "10")]),
        wrong(&[("IMDSV1_USAGE_DAYS", "91")]),
        wrong(&[("EXCEPTION_TAG", "a=b=c")]),
        wrong(&[("EXCEPTION_TAG", "=b")]),
        wrong(&[("EXCEPTION_TAG", "aws:a")]),
        wrong(&[("EXCEPTION_TAG", &long)]).replace(&long, "[129 letters]"),
        wrong(&[("RUNTIME_AUTHORIZER", "enforce")]),
        authorizer("[]"),
        authorizer(r#"{"customJWTAuthorizer":{}}"#),
        authorizer(r#"{"allowedClients":[],"customClaims":[]}"#),
        authorizer(r#"{"discoveryUrl":"https://id.example.com/.well-known/openid-configuration"}"#),
        authorizer(&format!(r#"{{"deep":{deep},"allowedClients":["a"]}}"#)),
    ];
    choices.into_iter().chain(others).collect()
}

async fn payloads() -> Vec<String> {
    let with = |member: &str, value: Value| {
        let mut event = running(INSTANCE);
        event[member] = value;
        event
    };
    let mut said = Vec::new();
    for payload in [json!([]), json!({"source": "aws.ec2"}), with("account", json!(1)), with("time", json!("noon"))] {
        said.push(Scene::new().await.handle(payload).await.expect_err("it is no event").to_string());
    }
    let no_detail = json!({"source": "aws.ec2", "detail-type": "EC2"});
    said.push(Scene::new().await.handle(no_detail).await.expect_err("it is no event").to_string());
    let elsewhere = Scene::new().await.with_function_arn("arn:aws:lambda");
    said.push(elsewhere.handle(due()).await.expect_err("it has no home").to_string());
    said
}

/// The messages of log lines; their members say the rest.
async fn log_lines() -> Vec<String> {
    let mut said = Vec::new();
    for event in [
        running(INSTANCE),
        started([INSTANCE, "i-of-another-form"]),
        started(["i-of-another-form"]),
        agentcore_call("DeleteAgentRuntime", json!({}), json!({})),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        said.extend(messages(&scene, event).await);
    }
    let refused = Scene::new().await;
    refused.aws.world().fault(DESCRIBE_INSTANCES, Fault::AccessDenied, 1);
    said.extend(messages(&refused, due()).await);
    said.extend(messages(&Scene::new().await.without_agentcore_endpoint(), due()).await);
    said.sort();
    said.dedup();
    said
}

async fn messages(scene: &Scene, event: Value) -> Vec<String> {
    let _ = scene.handle(event).await;
    scene.log_lines().iter().map(|line| line["message"].as_str().expect("a message").to_owned()).collect()
}

//! What is said of instances and runtimes that are left, written or refused, and of their
//! exemptions.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use metadata_guardrail::{
    context::{Asked, Context, Occasion},
    decision::Leave,
    exception::{ExceptionTag, Exempt, Exemption},
    failure::Failure,
    observed::{Broken, Hold, MetadataAccess, Observation, Observed, Phase, TagMap, Tags, Usage},
    outcome::State,
    patience::{Pace, Patience},
    resource::{
        agentcore_runtime::{Runtimes, document::Document},
        ec2_instance::{Instances, Options},
    },
    settings::Authorizer,
    target::Target,
    verdict::{Compliant, Deferred, Failed, Gone},
    wording::{Wording, Words},
};
use serde_json::json;

use crate::support::{
    harness::place,
    names::{EXEMPT, INSTANCE, RUNTIME},
};

const NOTHING_ASKED: &Asked = &BTreeMap::new();
const NOW: &str = "2026-11-21T12:00:00Z";

fn context(exception: &ExceptionTag) -> Context<'_> {
    let now: DateTime<Utc> = NOW.parse().expect("a time");
    Context {
        exception,
        now,
        asked: NOTHING_ASKED,
        patience: Patience::new(Pace::default(), Some(Duration::from_secs(300))),
        occasion: Occasion::Events { longest_wait: None },
    }
}

/// A kind, and an example of it that has all that can be remarked on.
pub trait Example: Words + Sized {
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
        Target::instance(&place(), INSTANCE).expect("an id")
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
        Target::runtime(&place(), RUNTIME).expect("an id")
    }

    fn document() -> Document {
        Document::parse(b"{}").expect("an object")
    }

    fn state() -> State {
        State::Runtime { require_mmdsv2: None, version: Some("1".to_owned()) }
    }
}

pub fn left<K: Example>(leave: &Leave) -> String {
    let exception = ExceptionTag::default();
    let (target, observation) = (K::target(), K::observed(TagMap::new()));
    Wording::<K>::new(&target, context(&exception))
        .left(Some(&observation), leave)
        .detail
}

/// The outcomes with a write, or with one that was wanted.
pub fn written<K: Example>(after: &State) -> Vec<String> {
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

pub fn failed() -> Failure {
    Failure::new(Failed::WriteFailed, "[What AWS answered.]")
}

fn exempt(value: &str) -> Exempt {
    let today = NOW.parse::<DateTime<Utc>>().expect("a time").date_naive();
    match ExceptionTag::default().exemption(Some(value), today) {
        Exemption::Exempt(exempt) => exempt,
        other => panic!("{value} is {other:?}"),
    }
}

/// What both kinds can be left for.
fn leaves_of_every_kind() -> Vec<Leave> {
    let status = || "ODD".to_owned();
    let said = Some("The image could not be pulled.".to_owned());
    vec![
        Leave::NotFoundYet,
        Leave::Broken { reason: Broken::UnknownStatus, status: status(), said: None },
        Leave::Broken { reason: Broken::UpdateFailed, status: status(), said },
        Leave::Exempt(exempt("2027-03-31 vendor agent needs version 1")),
        Leave::Gone(Gone::NotFound),
    ]
}

pub fn leaves_of_instances() -> Vec<Leave> {
    let since = NaiveDate::from_ymd_opt(2026, 11, 14).expect("a day");
    let others = [
        Leave::Held(Hold::Operator("eks.amazonaws.com".to_owned())),
        Leave::Held(Hold::Operator("an operator EC2 does not name".to_owned())),
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

pub fn leaves_of_runtimes() -> Vec<Leave> {
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

pub fn about_authorizers() -> Vec<String> {
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
        wording
            .left(Some(&observation), &Leave::Compliant(Compliant::V2Required))
            .detail,
    ]
}

/// How version 1 is kept if only one value of the tag exempts.
fn about_one_value() -> String {
    let exception: ExceptionTag = "imds=v1 needed".parse().expect("a tag");
    let (target, observation) = (Instances::target(), Instances::observed(TagMap::new()));
    let Some(observed) = observation.found() else { panic!("it is there") };
    Wording::<Instances>::new(&target, context(&exception))
        .enforced(observed, Instances::state())
        .detail
}

pub fn about_exceptions() -> Vec<String> {
    let exception = ExceptionTag::default();
    let target = Instances::target();
    let said = |value: &str, leave: &Leave| {
        let observation =
            Instances::observed(BTreeMap::from([(EXEMPT.to_owned(), value.to_owned())]));
        Wording::<Instances>::new(&target, context(&exception))
            .left(Some(&observation), leave)
            .detail
    };
    vec![
        said("yes", &Leave::Exempt(exempt("yes"))),
        said("", &Leave::Exempt(exempt(""))),
        said("2026-11-30 agent", &Leave::Exempt(exempt("2026-11-30 agent"))),
        said("2027/03/31", &Leave::Exempt(exempt("2027/03/31"))),
        said("2026-10-31", &Leave::Imdsv1UseUnknown),
        about_one_value(),
    ]
}

//! Places: what they are called, how the guardrail gets there, and its door for whoever has work.

use std::{cell::RefCell, rc::Rc, time::Duration};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use metadata_guardrail::{
    aws::{Clients, load},
    guardrail::Guardrail,
    pacer::WriteRate,
    patience::Stopwatch,
    place::Place,
    places::Places,
    settings::{AccountDefaults, Mode, PinnedEndpoints, Settings},
    sweep::Extent,
    target::{Kind, Target},
    telemetry,
};
use stand_in::StandIn;
use strum::VariantArray;

use crate::support::{
    harness::{Logs, config, days_ago, document, place},
    names::{INSTANCE, RUNTIME},
};

/// Everything that can write, if the mode allows it.
fn writing(mode: Mode) -> Settings {
    Settings {
        mode,
        pinned_endpoints: PinnedEndpoints::Repoint,
        account_defaults: AccountDefaults::Enforce,
        ..Settings::default()
    }
}

/// Nobody answers here.
async fn nowhere() -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url("http://127.0.0.1:9")
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::for_tests());
    load(loader).await
}

fn elsewhere() -> Place {
    Place { account: "444455556666".to_owned(), ..place() }
}

#[tokio::test]
async fn report_mode_hands_out_no_writers() {
    for (mode, may_write) in [(Mode::Report, false), (Mode::Enforce, true)] {
        let access = Places::new(writing(mode), nowhere().await).at(&place());
        let endpoints = access.endpoints.as_ref().expect("they are read");
        let defaults = access.defaults.as_ref().expect("they are read");
        let writers = [
            access.instances.enforce.is_some(),
            access.runtimes.enforce.is_some(),
            endpoints.enforce.is_some(),
            defaults.enforce.is_some(),
        ];
        assert_eq!(writers, [may_write; 4], "{mode:?}");
    }
}

#[tokio::test]
async fn a_place_is_built_once_and_shares_nothing_with_another() {
    let places = Places::new(Settings::default(), nowhere().await);

    let (first, again, other) = (places.at(&place()), places.at(&place()), places.at(&elsewhere()));

    assert!(Rc::ptr_eq(&first, &again));
    assert!(!Rc::ptr_eq(&first, &other));
}

#[tokio::test]
async fn clients_speak_to_the_region_of_their_place() {
    let clients = Clients::new(&nowhere().await, &place());
    for region in [
        clients.ec2.config().region(),
        clients.agentcore.config().region(),
        clients.cloudwatch.config().region(),
    ] {
        assert_eq!(region.map(Region::as_ref), Some("eu-west-1"));
    }
}

#[tokio::test]
async fn clients_learn_of_throttling_for_their_own_place_alone() {
    let config = nowhere().await;
    let (here, there) = (Clients::new(&config, &place()), Clients::new(&config, &elsewhere()));
    let partition = |clients: &Clients| clients.ec2.config().retry_partition().cloned();
    assert!(partition(&here).is_some());
    assert_ne!(partition(&here), partition(&there));
}

#[tokio::test(start_paused = true)]
async fn a_throttled_place_slows_down_no_other() {
    let rate = WriteRate { burst: 1, per_second: 1 };
    let places = Places::new(Settings::default(), nowhere().await).with_write_rate(rate);
    let (throttled, other) = (places.at(&place()), places.at(&elsewhere()));

    throttled.pacer.slow_down();

    let stopwatch = Stopwatch::start();
    other.pacer.permit_for_event().await;
    assert!(stopwatch.elapsed().is_zero());
    throttled.pacer.permit_for_event().await;
    assert!(stopwatch.elapsed() > Duration::from_millis(500));
}

#[tokio::test]
async fn a_visit_needs_no_deadline_and_tells_outcomes_to_its_caller_alone() {
    let aws = StandIn::start().await;
    aws.world().add_instance(INSTANCE);
    aws.world().add_runtime(RUNTIME, &document());
    let settings = Settings { mode: Mode::Report, ..Settings::default() };
    let guardrail = Guardrail::new(settings, config(&aws.url(), None).await);
    let (place, outcomes, logs) = (place(), RefCell::new(Vec::new()), Logs::default());
    let writer = logs.clone();
    let _logging = tracing::subscriber::set_default(telemetry::subscriber(move || writer.clone()));

    let patience = guardrail.patience(None);
    let visit = guardrail.visit(&place, Mode::Report, days_ago(0), patience);
    let unfinished = visit
        .sweep(Kind::VARIANTS, Extent::MayNeedWrite, &|outcome| outcomes.borrow_mut().push(outcome))
        .await;

    assert!(unfinished.iter().all(|(_, unfinished)| !unfinished.out_of_time));
    let mut told: Vec<_> = outcomes.into_inner();
    told.sort_by(|one, other| one.id.cmp(&other.id));
    let told: Vec<_> =
        told.iter().map(|outcome| (&*outcome.id, outcome.verdict.result())).collect();
    let expected =
        [(RUNTIME, "would_enforce"), ("eu-west-1", "would_enforce"), (INSTANCE, "would_enforce")];
    assert_eq!(told, expected);
    assert_eq!(logs.text(), "");
    assert!(aws.writes().is_empty());
}

#[tokio::test]
async fn a_target_of_another_place_is_not_looked_at() {
    let aws = StandIn::start().await;
    aws.world().add_instance(INSTANCE);
    let guardrail = Guardrail::new(Settings::default(), config(&aws.url(), None).await);
    let target = Target::instance(&elsewhere(), INSTANCE).expect("an id");

    let (place, patience) = (place(), guardrail.patience(None));
    let visit = guardrail.visit(&place, Mode::Enforce, days_ago(0), patience);
    visit
        .look_at(&[(target, None)].into(), None, &|outcome| panic!("{outcome:?}"))
        .await;

    assert!(aws.calls().is_empty());
}

#[test]
fn a_place_is_called_by_its_partition_account_and_region() {
    assert_eq!(place().to_string(), "aws:111122223333:eu-west-1");
}

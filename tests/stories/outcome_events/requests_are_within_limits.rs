//! PutEvents takes 10 entries and less than 256 KB.

use std::time::Duration;

use metadata_guardrail::{
    outcome::Outcome,
    outcome_events::{OutcomeBus, OutcomeEvent},
    patience::{Pace, Patience},
    settings::Mode,
    target::Kind,
    verdict::{Failed, Verdict},
};

use super::{add_instances, entries, scene};
use crate::support::harness::{config, place, started};

/// A failure with so much to say.
fn event(bytes: usize) -> OutcomeEvent {
    let outcome = Outcome {
        kind: Kind::Ec2Instance,
        id: "i-0a1b2c3d4e5f60001".to_owned(),
        place: place(),
        arn: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60001".to_owned(),
        verdict: Verdict::Failed(Failed::WriteFailed),
        detail: "x".repeat(bytes / 2),
        before: None,
        after: None,
        findings: Vec::new(),
        exempt_until: None,
        imdsv1_use: None,
        launched_by: None,
        obstacle: None,
        write_is_open: false,
        is_unfinished: false,
    };
    // The detail is in it a second time, in the message.
    OutcomeEvent::of_outcome("request", Mode::Enforce, 1, &outcome).expect("it is told")
}

#[tokio::test]
async fn twenty_five_outcomes_take_three_requests() {
    let scene = scene().await;
    let ids = add_instances(&mut scene.aws.world(), 25);

    let messages = ids.iter().map(|id| started([id.as_str()]));
    assert_eq!(scene.deliver(messages).await, [0; 0]);

    assert_eq!(entries(&scene), [10, 10, 5]);
    let mut told: Vec<_> = scene
        .told()
        .iter()
        .map(|event| event.detail["id"].as_str().expect("an id").to_owned())
        .collect();
    told.sort();
    assert_eq!(told, ids);
}

#[tokio::test]
async fn large_outcomes_take_more_requests() {
    let scene = scene().await;
    let bus = OutcomeBus::new(&config(&scene.aws.url(), None).await, "default".to_owned());
    let patience = Patience::new(Pace::default(), Some(Duration::from_secs(60)));

    let events: Vec<_> = [100_000; 3].into_iter().chain([1_000; 3]).map(event).collect();
    assert_eq!(bus.put(&events, patience).await, Ok(()));

    assert_eq!(entries(&scene), [2, 4]);
    assert_eq!(scene.told().len(), 6);
}

//! How fast sweeps write. The clock of these tests is tokio's own, and it is paused.

use std::time::Duration;

use metadata_guardrail::{
    pacer::{Pacer, WriteRate},
    patience::Stopwatch,
};

/// How many writes a sweep may send within some time.
async fn sent_within(pacer: &Pacer, time: Duration) -> usize {
    let (whole, mut sent) = (Stopwatch::start(), 0);
    loop {
        let left = time.saturating_sub(whole.elapsed());
        if tokio::time::timeout(left, pacer.permit_for_sweep()).await.is_err() {
            return sent;
        }
        sent += 1;
    }
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn a_sweep_uses_only_part_of_what_ec2_allows() {
    let pacer = Pacer::new(WriteRate::default());
    assert_eq!(sent_within(&pacer, Duration::from_millis(1)).await, 40);
    let sent = sent_within(&pacer, MINUTE).await;
    assert!((238..=240).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn an_event_does_not_wait_for_a_permit() {
    let (pacer, whole) = (Pacer::new(WriteRate::default()), Stopwatch::start());
    for _ in 0..1_000 {
        pacer.permit_for_event().await;
    }
    assert_eq!(whole.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_empties_the_bucket_and_halves_the_pace_for_a_minute() {
    let pacer = Pacer::new(WriteRate::default());
    // Those that were under way with it are refused, too, and are one refusal.
    for _ in 0..8 {
        pacer.slow_down();
    }
    let sent = sent_within(&pacer, MINUTE).await;
    assert!((116..=120).contains(&sent), "{sent}");
    let sent = sent_within(&pacer, MINUTE).await;
    assert!((238..=242).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn further_refusals_slow_the_pace_down_to_an_eighth() {
    let pacer = Pacer::new(WriteRate::default());
    for _ in 0..6 {
        pacer.slow_down();
        tokio::time::advance(Duration::from_secs(2)).await;
    }
    pacer.slow_down();
    let sent = sent_within(&pacer, MINUTE).await;
    assert!((28..=32).contains(&sent), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn an_event_waits_after_a_refusal() {
    let (pacer, whole) = (Pacer::new(WriteRate::default()), Stopwatch::start());
    pacer.slow_down();
    for _ in 0..4 {
        pacer.permit_for_event().await;
    }
    let took = whole.elapsed();
    assert!(
        (Duration::from_millis(1_750)..=Duration::from_millis(2_050)).contains(&took),
        "{took:?}"
    );
}

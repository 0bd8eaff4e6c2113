//! How long an invocation waits. The clock of these tests is tokio's own, and it is paused.

use std::{cell::Cell, time::Duration};

use aws_config::{BehaviorVersion, retry::RetryMode};
use metadata_guardrail::{
    aws,
    patience::{MAX_AGE, Pace, Patience, Progress, Stopwatch, WAIT_MARGIN, WORK_MARGIN},
};

const PACE: Pace = Pace { first: Duration::from_secs(2), longest: Duration::from_secs(20) };

#[tokio::test(start_paused = true)]
async fn pauses_grow_up_to_the_maximum_and_end_before_the_margin() {
    let remaining = Duration::from_secs(300);
    let whole = Stopwatch::start();
    let mut pauses = Patience::new(PACE, Some(remaining)).pauses();
    let mut taken = Vec::new();
    loop {
        let pause = Stopwatch::start();
        if !pauses.pause().await {
            break;
        }
        taken.push(pause.elapsed());
    }
    assert!(whole.elapsed() <= remaining - WAIT_MARGIN, "{taken:?}");
    assert!(
        whole.elapsed() > remaining - WAIT_MARGIN - 2 * PACE.longest,
        "the time is used: {taken:?}"
    );
    for (at, pause) in taken.iter().enumerate() {
        let least = (PACE.first * 2_u32.pow(u32::try_from(at).unwrap().min(8))).min(PACE.longest);
        // Timers of tokio are a millisecond coarse.
        assert!(
            (least..=2 * least + Duration::from_millis(2)).contains(pause),
            "pause {at} in {taken:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_fixed_number_of_attempts_has_one_pause_fewer() {
    let mut pauses = Patience::new(PACE, Some(Duration::from_secs(900))).pauses_between(5);
    let mut taken = 0;
    while pauses.pause().await {
        taken += 1;
    }
    assert_eq!(taken, 4);
}

#[tokio::test(start_paused = true)]
async fn pauses_are_jittered() {
    let mut totals = Vec::new();
    for _ in 0..2 {
        let whole = Stopwatch::start();
        let mut pauses = Patience::new(PACE, Some(Duration::from_secs(300))).pauses();
        while pauses.pause().await {}
        totals.push(whole.elapsed());
    }
    assert_ne!(
        totals[0], totals[1],
        "jitter keeps many waiting functions from asking at the same moment"
    );
}

#[tokio::test(start_paused = true)]
async fn work_is_given_up_early_enough_to_report_it() {
    let remaining = Duration::from_secs(60);
    let whole = Stopwatch::start();

    let finished = Patience::new(PACE, Some(remaining))
        .until_end(std::future::pending::<()>())
        .await;

    assert_eq!(finished, None);
    assert!(
        (remaining - WORK_MARGIN..remaining).contains(&whole.elapsed()),
        "{:?}",
        whole.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn work_is_not_begun_after_the_end() {
    let patience = Patience::new(PACE, Some(WORK_MARGIN));
    let begun = std::cell::Cell::new(false);

    assert_eq!(patience.until_end(async { begun.set(true) }).await, None);

    assert!(!begun.get());
}

#[tokio::test]
async fn reads_time_out_and_are_retried_in_standard_mode() {
    let config =
        aws::load(aws_config::defaults(BehaviorVersion::v2026_01_12()).empty_test_environment())
            .await;
    let retries = config.retry_config().expect("set");
    let timeouts = config.timeout_config().expect("set");
    assert_eq!(
        (retries.mode(), retries.max_attempts()),
        (RetryMode::Standard, aws::MAX_READ_ATTEMPTS)
    );
    assert_eq!(aws::MAX_READ_ATTEMPTS, 8);
    assert_eq!(retries.initial_backoff(), Duration::from_millis(500));
    assert_eq!(retries.max_backoff(), Duration::from_secs(5));
    assert_eq!(timeouts.connect_timeout(), Some(Duration::from_secs(3)));
    assert_eq!(timeouts.operation_attempt_timeout(), Some(Duration::from_secs(10)));
    assert_eq!(timeouts.operation_timeout(), None, "it would hide what AWS answered last");
    let connected = timeouts.connect_timeout().expect("set");
    assert!(
        MAX_AGE + connected <= Duration::from_secs(10),
        "what forbids a write is no older when it is sent"
    );
}

#[test]
fn writes_are_sent_once() {
    let (ec2, agentcore) = (aws::ec2_write().build(), aws::agentcore_write().build());
    for retries in [ec2.retry_config(), agentcore.retry_config()] {
        assert_eq!(retries.expect("set").max_attempts(), 1);
    }
}

/// Watches a write whose reads show these one after the other; the result, and how many of them
/// were needed.
async fn watched(patience: Patience, shown: &[Progress<&'static str>]) -> (&'static str, usize) {
    let reads = Cell::new(0);
    let result = patience
        .watch(3, async || {
            let read = reads.get();
            reads.set(read + 1);
            shown[read.min(shown.len() - 1)]
        })
        .await;
    (result, reads.get())
}

#[tokio::test(start_paused = true)]
async fn a_write_is_watched_until_it_ends_or_too_many_reads_do_not_show_it() {
    use Progress::{Behind, Ended, Working};
    let patience = || Patience::new(PACE, Some(Duration::from_secs(900)));
    for (shown, expected) in [
        (&[Ended("done")][..], ("done", 1)),
        (&[Behind("old"), Behind("old"), Ended("done")], ("done", 3)),
        (&[Behind("old")], ("old", 4)),
        // Work that was seen makes the reads before it count no more.
        (
            &[Behind("old"), Behind("old"), Behind("old"), Working("busy"), Behind("late")],
            ("late", 8),
        ),
        (&[Behind("old"), Working("busy"), Ended("done")], ("done", 3)),
    ] {
        assert_eq!(watched(patience(), shown).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn work_is_watched_as_long_as_there_is_time_and_then_counts_as_it_is() {
    let long = Patience::new(PACE, Some(Duration::from_secs(300)));
    let (result, reads) = watched(long, &[Progress::Working("busy")]).await;
    assert_eq!(result, "busy");
    assert!(reads > 4, "{reads}");

    let short = Patience::new(PACE, Some(WAIT_MARGIN));
    assert_eq!(watched(short, &[Progress::Working("busy")]).await, ("busy", 1));
}

#[tokio::test(start_paused = true)]
async fn pauses_within_a_limit_do_not_last_longer() {
    let limit = Duration::from_secs(10);
    for patience in [Patience::new(PACE, None), Patience::new(PACE, Some(30 * limit))] {
        let (whole, mut pauses) = (Stopwatch::start(), patience.pauses_within(limit));
        let mut number = 0;
        while pauses.pause().await {
            number += 1;
        }
        assert!((1..=5).contains(&number), "{number}");
        assert!(whole.elapsed() <= limit + Duration::from_millis(5), "{:?}", whole.elapsed());
    }
    assert!(!Patience::new(PACE, None).pauses_within(Duration::ZERO).pause().await);
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_work_goes_on_for_days() {
    let patience = Patience::new(PACE, None);
    assert!(!patience.is_short());

    let day = Duration::from_secs(24 * 3600);
    assert_eq!(patience.until_end(tokio::time::sleep(3 * day)).await, Some(()));

    assert!(patience.pauses().pause().await);
}

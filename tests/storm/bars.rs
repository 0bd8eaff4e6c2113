//! What a scale-out may cost at the most.

use std::time::Duration;

use super::{
    play::WINDOW,
    scale_out::{ASSUMPTIONS, Figures, scale_out},
    stack,
};
use crate::support::names::DESCRIBE_INSTANCES;

/// A tenth of what it took when each event was an invocation of its own.
const BILLED: Duration = Duration::from_millis(56_500);

#[test]
fn a_scale_out_of_400_instances_stays_below_the_bars() {
    let figures = figures(400, 60, Duration::from_secs(10));
    assert!(figures.billed <= BILLED, "{figures:?}");
}

#[test]
fn a_scale_out_of_2000_instances_stays_below_the_bars() {
    figures(2_000, 100, Duration::from_secs(40));
}

/// The figures, which hold what both sizes have to.
fn figures(instances: usize, most_looks: usize, longest: Duration) -> Figures {
    let figures = scale_out(instances, &stack::events(WINDOW));
    let (accepted, refused) = figures.calls(DESCRIBE_INSTANCES);
    assert!((1..=most_looks).contains(&(accepted + refused)), "{figures:?}");
    assert_eq!(figures.failed, 0, "{figures:?}");
    assert_eq!((figures.open, figures.enforced), (instances / 10, instances / 10), "{figures:?}");
    assert!(figures.percentile(99) < longest, "{ASSUMPTIONS} {figures:?}");
    figures
}

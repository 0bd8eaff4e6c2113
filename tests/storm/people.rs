//! The people of a storm: they act when the plan says so.

use std::{ops::Range, time::Duration};

use stand_in::{StandIn, World};
use tokio::time::sleep;

use super::{
    plan::{Act, Deed, Plan},
    work,
};
use crate::support::names::EXEMPT;

/// A pipeline whose deployment is refused tries again after so long.
const AGAIN: Duration = Duration::from_secs(10);
/// After that it gives up.
const PATIENCE: Duration = Duration::from_secs(900);
/// How many milliseconds CloudTrail takes at least to know of a deployment.
const TRAIL: Range<u64> = 1_000..20_000;
/// It tells every so many milliseconds of all that it has gathered.
const GATHERED: u64 = 10_000;

/// Plays all acts.
pub async fn act(plan: &mut Plan, aws: &StandIn) {
    while let Some(Act { at, what }) = plan.next() {
        let now = aws.world().clock.elapsed();
        sleep(at.saturating_sub(now)).await;
        one(plan, &mut aws.world(), what);
    }
}

fn one(plan: &mut Plan, world: &mut World, what: Deed) {
    let now = world.clock.elapsed();
    match what {
        Deed::Tag { resource, value } => world.tag(&resource, EXEMPT, value),
        Deed::Become { instance, state } => _ = world.instance_mut(&instance).state(state),
        Deed::Deliver(event) => work::deliver(event, world),
        Deed::Send(body) => work::send(body, world),
        Deed::Sweep => work::ask_for_sweep(world),
        Deed::Deploy { runtime, document } => match world.deploy(&runtime, &document) {
            Ok(_) => {
                let at = told_at(now, plan.between(TRAIL));
                let at = plan.within_moments(at);
                plan.deliver(at, work::runtime_updated(&runtime));
            }
            Err(_) if now < PATIENCE => {
                plan.add(now + AGAIN, Deed::Deploy { runtime, document });
            }
            Err(_) => {}
        },
    }
}

/// When CloudTrail tells of it, at the next time at which it tells of all it has.
fn told_at(now: Duration, delay: u64) -> Duration {
    let at = u64::try_from(now.as_millis()).expect("minutes") + delay;
    Duration::from_millis(at.next_multiple_of(GATHERED))
}

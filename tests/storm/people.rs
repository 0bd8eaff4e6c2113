//! The people of a storm: they act when the plan says so.

use std::time::Duration;

use tokio::time::sleep;

use super::{
    plan::{Act, Deed, Plan},
    work,
};
use crate::support::{
    names::EXEMPT,
    stand_in::{StandIn, World},
};

/// A pipeline whose deployment is refused tries again after so long.
const AGAIN: Duration = Duration::from_secs(10);
/// After that it gives up.
const PATIENCE: Duration = Duration::from_secs(1_200);
/// How many seconds CloudTrail takes to tell of a deployment.
const TRAIL: std::ops::Range<u64> = 1..30;

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
        Deed::Sweep => work::ask_for_sweep(world),
        Deed::Deploy { runtime, document } => match world.deploy(&runtime, &document) {
            Ok(_) => {
                let at = now + Duration::from_secs(plan.between(TRAIL));
                plan.deliver(at, work::runtime_updated(&runtime));
            }
            Err(_) if now < PATIENCE => {
                plan.add(now + AGAIN, Deed::Deploy { runtime, document });
            }
            Err(_) => {}
        },
    }
}

//! What AWS refuses to write for as long as the storm lasts.

use super::{Deed, Plan};
use crate::{
    storm::{place, work},
    support::{
        harness::document,
        names::{MODIFY_INSTANCE, UPDATE_RUNTIME},
        stand_in::{Fault, World},
    },
};

const INSTANCE: &str = "i-0eeeeeeeeeeeeeeee";
const RUNTIME: &str = "refused-Ee00000000";
/// A sweep fails as well as long as there is a refusal, and would come back all day.
const MAX_SWEEP_RECEIVES: u32 = 3;

impl Plan {
    /// An instance or a runtime that the role may not write. Nobody else changes it, and its events
    /// arrive.
    pub(super) fn refuse(&mut self, world: &mut World) {
        let others = world.instances.keys().next().cloned();
        let (id, operation, event) = if self.random.bool() {
            world.add_instance(INSTANCE);
            let together: Vec<_> = others.into_iter().chain([INSTANCE.to_owned()]).collect();
            (INSTANCE, MODIFY_INSTANCE, work::started(&together))
        } else {
            world.add_runtime(RUNTIME, &document());
            (RUNTIME, UPDATE_RUNTIME, work::runtime_updated(RUNTIME))
        };
        world.fault_for(operation, id, Fault::AccessDenied, usize::MAX);
        let sweeps = world.queues.get_mut(place::SWEEPS).expect("it was added");
        let redrive = sweeps.redrive.as_mut().expect("it has dead letters");
        redrive.max_receives = MAX_SWEEP_RECEIVES;
        let at = self.busy_time();
        let at = self.within_moments(at);
        self.add(at, Deed::Deliver(event));
        self.refused = Some(id.to_owned());
    }
}

//! What AWS refuses to write for as long as the storm lasts.

use stand_in::{Fault, World};

use super::{Deed, Plan};
use crate::{
    storm::work,
    support::{
        harness::document,
        names::{MODIFY_INSTANCE, UPDATE_RUNTIME},
    },
};

const INSTANCE: &str = "i-0eeeeeeeeeeeeeeee";
const RUNTIME: &str = "refused-Ee00000000";

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
        let at = self.busy_time();
        let at = self.within_moments(at);
        self.add(at, Deed::Deliver(event));
        self.refused = Some(id.to_owned());
    }
}

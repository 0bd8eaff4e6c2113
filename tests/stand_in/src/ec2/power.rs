//! Instances that people start and stop. Here they are at once what they are to be.

use super::{numbered, shapes};
use crate::{call::Call, refusal::Refusal, world::World};

pub fn switch(world: &mut World, call: &Call, state: &str) -> Result<String, Refusal> {
    let ids: Vec<_> = numbered(call, "InstanceId.").collect();
    world.check_instances_exist(&ids)?;
    for id in ids {
        world.instance_mut(id).state(state);
    }
    Ok(shapes::done(&call.operation))
}

//! Tags of instances, as people set and delete them.

use super::{numbered, shapes};
use crate::{call::Call, refusal::Refusal, world::World};

pub fn create_tags(world: &mut World, call: &Call) -> Result<String, Refusal> {
    let (instances, tags) = (instances(world, call)?, tags(call)?);
    for id in &instances {
        for (key, value) in &tags {
            world.tag(id, key, value.as_deref().unwrap_or_default());
        }
    }
    Ok(shapes::done("CreateTags"))
}

pub fn delete_tags(world: &mut World, call: &Call) -> Result<String, Refusal> {
    let (instances, tags) = (instances(world, call)?, tags(call)?);
    for id in &instances {
        // A value that is given must be the tag's own; without one, any is good.
        world.instance_mut(id).tags.retain(|key, value| {
            !tags
                .iter()
                .any(|(of, only)| of == key && only.as_ref().is_none_or(|it| it == value))
        });
    }
    Ok(shapes::done("DeleteTags"))
}

fn instances(world: &World, call: &Call) -> Result<Vec<String>, Refusal> {
    let ids: Vec<_> = numbered(call, "ResourceId.").map(str::to_owned).collect();
    let known = ids.iter().all(|id| world.instances.contains_key(id));
    if ids.is_empty() || !known {
        let message = format!("The ID of one of {ids:?} is not valid");
        return Err(Refusal::new(400, "InvalidID", message));
    }
    Ok(ids)
}

/// Keys, and values where they are given.
fn tags(call: &Call) -> Result<Vec<(String, Option<String>)>, Refusal> {
    let keys = call.parameters.iter().filter_map(|(name, key)| {
        let number = name.strip_prefix("Tag.")?.strip_suffix(".Key")?;
        let value = call.parameter(&format!("Tag.{number}.Value"));
        Some((key.clone(), value.map(str::to_owned)))
    });
    let tags: Vec<_> = keys.collect();
    if tags.is_empty() {
        let message = "The request must contain the parameter tagSet";
        return Err(Refusal::new(400, "MissingParameter", message));
    }
    Ok(tags)
}

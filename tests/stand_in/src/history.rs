//! What happened to resources, and when: accepted writes, deployments and tags.

use std::{collections::BTreeMap, time::Duration};

use crate::{call::Call, refusal::Refusal, world::World};

/// What happened so far, in order. Times are measured from the start of the world.
#[derive(Debug, Default)]
pub struct History {
    /// Every write that a service accepted.
    pub writes: Vec<Write>,
    /// What [`World::deploy`] did.
    pub deployments: Vec<Deployment>,
    /// What [`World::tag`] did.
    pub tagged: Vec<Tagged>,
}

/// A write that a service accepted, whether or not its answer arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// When it happened.
    pub at: Duration,
    /// Who called, for callers that have a [`Transport`](crate::Transport).
    pub caller: String,
    /// The AWS name of the operation.
    pub operation: String,
    /// The id of the resource.
    pub resource: String,
    /// What the write found.
    pub before: State,
    /// The version of a runtime after it.
    pub version: u32,
}

/// What a write found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The tags of the resource.
    pub tags: BTreeMap<String, String>,
    /// The version of a runtime; 0 for what has no versions.
    pub version: u32,
}

/// An update of a runtime by somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The id of the resource.
    pub resource: String,
    /// The version that the update made.
    pub version: u32,
    /// When it was accepted.
    pub at: Duration,
    /// When the runtime was at rest again.
    pub ended: Duration,
}

/// A tag that somebody set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tagged {
    /// When it happened.
    pub at: Duration,
    /// The id of the resource.
    pub resource: String,
    /// The key of the tag.
    pub key: String,
    /// The value of the tag.
    pub value: String,
}

/// What a call that changes something finds at the one resource it names.
pub(super) fn state(world: &World, call: &Call) -> Option<State> {
    let resource = call.resource.as_deref().filter(|_| call.is_write())?;
    let id = resource.split('/').next()?;
    if let Some(instance) = world.instances.get(id) {
        return Some(State { tags: instance.tags.clone(), version: 0 });
    }
    let runtime = world.runtimes.get(id)?;
    Some(State { tags: runtime.tags.clone(), version: runtime.version })
}

/// Remembers that the call was accepted.
pub(super) fn remember(world: &mut World, call: &Call, before: Option<State>) {
    let (Some(before), Some(after)) = (before, state(world, call)) else { return };
    let at = world.clock.elapsed();
    world.history.writes.push(Write {
        at,
        caller: call.caller.clone(),
        operation: call.operation.clone(),
        resource: call.resource.clone().unwrap_or_default(),
        before,
        version: after.version,
    });
}

impl World {
    /// Somebody deploys: an update of a runtime with this document, as a client sends it. Gives the
    /// new version.
    pub fn deploy(&mut self, id: &str, document: &str) -> Result<u32, Refusal> {
        let (runtime, accepted) = self.update_runtime(id, document)?;
        let (version, settles_in) = (accepted.version, runtime.settles_in.unwrap_or_default());
        let at = self.clock.elapsed();
        self.history.deployments.push(Deployment {
            resource: id.to_owned(),
            version,
            at,
            ended: at + settles_in,
        });
        Ok(version)
    }

    /// Somebody sets a tag of an instance or a runtime, which must exist.
    #[track_caller]
    pub fn tag(&mut self, id: &str, key: &str, value: &str) {
        if self.instances.contains_key(id) {
            self.instance_mut(id).tag(key, value);
        } else {
            self.runtime_mut(id).tag(key, value);
        }
        let at = self.clock.elapsed();
        let [resource, key, value] = [id, key, value].map(str::to_owned);
        self.history.tagged.push(Tagged { at, resource, key, value });
    }
}

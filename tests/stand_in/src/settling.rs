//! How a runtime settles after a change: with reads, or with time.

use crate::{
    clock::now,
    refusal::Refusal,
    runtime::{Runtime, not_found},
    world::World,
};

impl Runtime {
    /// Sets the status. A transitional one lasts for `settle_polls` reads, or for `settles_in`.
    pub fn status(&mut self, status: &str) -> &mut Self {
        status.clone_into(&mut self.status);
        self.settles_at = self.settles_in.map(|time| now() + time);
        self.polls_left = self.settle_polls;
        self
    }

    pub(super) fn is_in_transition(&self) -> bool {
        ["CREATING", "UPDATING", "DELETING"].contains(&self.status.as_str())
    }

    /// Whether the time of a transition has come.
    fn is_due(&self) -> bool {
        self.settles_at.map_or(self.polls_left == 0, |at| at <= now())
    }

    /// Ends a transition whose time has come.
    fn settle(&mut self) {
        if !self.is_in_transition() || !self.is_due() {
            return;
        }
        self.failure_reason = self.fails_with.take();
        let settled = match self.failure_reason {
            Some(_) => "UPDATE_FAILED",
            None => "READY",
        };
        settled.clone_into(&mut self.status);
    }
}

impl World {
    /// One read of a runtime: time goes by, then its status shows.
    pub(super) fn read_runtime(&mut self, id: &str) -> Result<&Runtime, Refusal> {
        let runtime = self.settled(id)?;
        if runtime.is_in_transition() && runtime.polls_left < u32::MAX {
            runtime.polls_left = runtime.polls_left.saturating_sub(1);
        }
        Ok(runtime)
    }

    /// The version that a read of the runtime shows now.
    pub(super) fn shown_version(&mut self, id: &str) -> Result<u32, Refusal> {
        let runtime = self.settled(id)?;
        if runtime.reads_behind > 0 {
            runtime.reads_behind -= 1;
            return Ok(runtime.version - 1);
        }
        Ok(self.read_runtime(id)?.version)
    }

    /// The runtime with every transition ended that had its time.
    pub(super) fn settled(&mut self, id: &str) -> Result<&mut Runtime, Refusal> {
        let is_gone = |runtime: &Runtime| runtime.status == "DELETING" && runtime.is_due();
        if self.runtimes.get(id).is_some_and(is_gone) {
            self.runtimes.remove(id);
        }
        let runtime = self.runtimes.get_mut(id).ok_or_else(|| not_found(id))?;
        runtime.settle();
        Ok(runtime)
    }
}

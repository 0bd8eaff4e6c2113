//! The runtimes of a storm, and their releases.

use std::time::Duration;

use serde_json::{Value, json};
use stand_in::World;

use super::{Deed, Plan, QUIET};
use crate::{
    storm::work,
    support::{
        harness::document,
        names::{GET_RUNTIME, METADATA, REQUIRED},
    },
};

impl Plan {
    pub(super) fn runtimes(&mut self, world: &mut World) {
        let mut deployed = Vec::new();
        for number in 0..self.random.usize(2..8) {
            let is_harness = self.chance(8);
            let prefix = if is_harness { "harness_" } else { "agent" };
            let id = format!("{prefix}{number}-Aa{number:08}");
            self.runtime(&id, world);
            self.exempt_before(&id, world);
            let at = self.busy_time();
            let at = self.within_moments(at);
            self.deliver(at, work::runtime_updated(&id));
            if !is_harness {
                deployed.push(id);
            }
        }
        self.releases(&deployed);
        self.hasty_releases(&deployed, world);
    }

    fn runtime(&mut self, id: &str, world: &mut World) {
        let requires_v2 = self.chance(20);
        let runtime = world.add_runtime(id, &release(0, requires_v2));
        if self.chance(8) {
            runtime.status("UPDATE_FAILED");
        }
        if self.chance(8) {
            runtime.next_update_fails = Some("The image could not be pulled".to_owned());
        }
        // Most updates take seconds, and some take minutes, or longer than the function may.
        let takes = match self.random.u8(0..20) {
            0 => 250_000..600_000,
            1..5 => 60_000..200_000,
            _ => 1_000..20_000,
        };
        runtime.settles_in = Some(Duration::from_millis(self.random.u64(takes)));
    }

    /// Releases that begin and end just between a look at a runtime and its update. CloudTrail does
    /// not tell of them.
    fn hasty_releases(&mut self, ids: &[String], world: &mut World) {
        for (id, number) in ids.iter().zip(HASTY..) {
            if self.chance(25) {
                world.runtime_mut(id).settles_in = Some(Duration::from_millis(5));
                let (id, document) = (id.clone(), release(number, self.chance(33)));
                // It is refused while AWS is still at work on another update.
                world.after(GET_RUNTIME, move |world| {
                    let _ = world.clock.elapsed() < QUIET && world.deploy(&id, &document).is_ok();
                });
            }
        }
    }

    /// Each release deploys several runtimes at once. Most pipelines do not know of MMDSv2, and take
    /// it away again.
    fn releases(&mut self, ids: &[String]) {
        for number in 1..=self.random.u32(0..4) {
            let release_at = if self.random.bool() { self.busy_time() } else { self.time() };
            for runtime in ids {
                if self.chance(60) {
                    let document = release(number, self.chance(33));
                    let at = self.within_moments(release_at);
                    self.add(at, Deed::Deploy { runtime: runtime.clone(), document });
                }
            }
        }
    }
}

/// The number of releases that come at the worst moment.
const HASTY: u32 = 100;

/// A runtime's document as its pipeline has it, of this release.
fn release(number: u32, requires_v2: bool) -> String {
    let mut document: Value = serde_json::from_str(&document()).expect("JSON");
    document["environmentVariables"]["RELEASE"] = json!(number.to_string());
    document["hooksConfiguration"] =
        json!({"onStart": [{"command": "warm-up", "release": number}]});
    if requires_v2 {
        let required: Value = serde_json::from_str(REQUIRED.1).expect("JSON");
        document[METADATA] = required;
    }
    document.to_string()
}

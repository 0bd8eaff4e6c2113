//! The instances of a storm.

use std::time::Duration;

use stand_in::World;

use super::{Deed, Plan};
use crate::{storm::work, support::harness::sample};

impl Plan {
    pub(super) fn instances(&mut self, world: &mut World) {
        let number = self.random.usize(10..40);
        let ids: Vec<_> = (1..=number).map(|number| format!("i-{number:017x}")).collect();
        for id in &ids {
            self.instance(id, world);
            self.exempt_before(id, world);
        }
        for together in ids.chunks(self.random.usize(2..8)) {
            self.start(together);
        }
        if self.chance(20) {
            // One that is gone before anybody looks.
            let at = self.time();
            self.deliver(at, work::running("i-0ffffffffffffffff"));
        }
        if self.chance(20) {
            // A launch so large that its record names nothing.
            let at = self.busy_time();
            self.deliver(at, sample("ec2-launched-without-ids.json"));
        }
    }

    /// Instances that start together. EC2 tells of each, and CloudTrail of the call for all of them.
    fn start(&mut self, ids: &[String]) {
        let start = self.busy_time();
        for id in ids {
            let at = self.within_moments(start);
            self.deliver(at, work::running(id));
        }
        let at = self.within_moments(start);
        let record = if self.random.bool() { work::started(ids) } else { work::launched(ids) };
        self.deliver(at, record);
    }

    fn instance(&mut self, id: &str, world: &mut World) {
        let instance = world.add_instance(id);
        instance.tags_are_late = self.random.u8(0..10) == 0;
        match self.random.u8(0..100) {
            0..10 => _ = instance.http_tokens("required"),
            10..15 => _ = instance.http_endpoint("disabled"),
            15..20 => _ = instance.operator("eks.amazonaws.com"),
            20..25 => {
                instance.state("pending");
                self.becomes(id, "running");
            }
            25..30 => {
                instance.state("stopping");
                self.becomes(id, "stopped");
            }
            30..35 => self.becomes(id, "shutting-down"),
            _ => {}
        }
    }

    fn becomes(&mut self, id: &str, state: &'static str) {
        let at = Duration::from_millis(self.random.u64(1_000..60_000));
        self.add(at, Deed::Become { instance: id.to_owned(), state });
        if state == "running" {
            self.deliver(at, work::running(id));
        }
    }
}

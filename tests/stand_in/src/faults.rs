//! What goes wrong on demand: faults that tests ask for, and AWS's request limits.

use std::collections::HashMap;

use tokio::time::Instant;

use crate::call::Call;

/// What a call meets instead of its normal answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The service's own throttling error.
    Throttled,
    /// The service's own internal error, status 500.
    Internal,
    /// The service's own answer to missing permissions.
    AccessDenied,
    /// An explicit deny in a policy of this kind, such as `service control`.
    ExplicitDeny(&'static str),
    /// Any other error.
    Refused {
        /// The error code.
        code: &'static str,
        /// What AWS says.
        message: String,
        /// The HTTP status.
        status: u16,
    },
    /// The connection ends without a reply and nothing has happened.
    ConnectionReset,
    /// Status 200 with a body that no client understands.
    Garbage,
    /// Status 200 with this body, from a service that speaks JSON.
    Answer(String),
    /// The operation happens, then the connection ends before the reply.
    LostReply,
}

/// The faults still to come and the limits in force.
#[derive(Default)]
pub(super) struct Faults {
    planned: Vec<Planned>,
    limits: HashMap<String, Bucket>,
}

struct Planned {
    operation: String,
    resource: Option<String>,
    fault: Fault,
    times: usize,
}

impl Planned {
    fn concerns(&self, call: &Call) -> bool {
        self.operation == call.operation
            && (self.resource.is_none() || self.resource == call.resource)
    }
}

impl Faults {
    pub fn plan(&mut self, operation: &str, resource: Option<&str>, fault: Fault, times: usize) {
        self.planned.push(Planned {
            operation: operation.to_owned(),
            resource: resource.map(str::to_owned),
            fault,
            times,
        });
    }

    /// The fault this call meets, if any. The oldest plan that concerns the call comes first.
    pub fn strike(&mut self, call: &Call) -> Option<Fault> {
        let mut planned = self.planned.iter_mut();
        let plan = planned.find(|plan| plan.times > 0 && plan.concerns(call))?;
        // `usize::MAX` means always.
        if plan.times < usize::MAX {
            plan.times -= 1;
        }
        Some(plan.fault.clone())
    }

    pub fn limit(&mut self, operation: &str, bucket: u32, refill_per_second: f64) {
        let bucket = Bucket::full(f64::from(bucket), refill_per_second);
        self.limits.insert(operation.to_owned(), bucket);
    }

    /// Takes a token from the operation's bucket; false if the bucket is empty.
    pub fn admits(&mut self, operation: &str, now: Instant) -> bool {
        self.limits.get_mut(operation).is_none_or(|bucket| bucket.take(now))
    }
}

/// A token bucket, as EC2 documents its request limits.
struct Bucket {
    capacity: f64,
    tokens: f64,
    refill_per_second: f64,
    refilled: Option<Instant>,
}

impl Bucket {
    fn full(capacity: f64, refill_per_second: f64) -> Self {
        Self { capacity, tokens: capacity, refill_per_second, refilled: None }
    }

    fn take(&mut self, now: Instant) -> bool {
        let since = self.refilled.replace(now).unwrap_or(now);
        let refill = now.duration_since(since).as_secs_f64() * self.refill_per_second;
        self.tokens = (self.tokens + refill).min(self.capacity);
        let admitted = self.tokens >= 1.0;
        if admitted {
            self.tokens -= 1.0;
        }
        admitted
    }
}

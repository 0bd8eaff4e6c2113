//! What to do about one target: pure, and short enough for a security reviewer to read in a minute.

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    exception::{ExceptionTag, Exemption},
    observed::{MetadataAccess, Observation, Phase, Usage},
    outcome::{Reason, Verdict},
};

/// How long after an event AWS may still not know the resource it told of (eventual consistency).
pub const YOUNG: TimeDelta = TimeDelta::minutes(5);

/// How long an instance is new: CloudWatch need not know anything of it yet.
pub const NEW: TimeDelta = TimeDelta::hours(1);

/// The time, as far as decisions depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now.
    pub now: DateTime<Utc>,
    /// When the event that woke us happened.
    pub event: Option<DateTime<Utc>>,
}

impl Moment {
    fn event_is_young(&self) -> bool {
        self.event.is_some_and(|event| self.now - event < YOUNG)
    }

    fn is_new(&self, created: Option<DateTime<Utc>>) -> bool {
        created.is_some_and(|created| self.now - created < NEW)
    }
}

/// What to do next about a target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Decision {
    /// Look again when AWS may have finished; with AWS's word for the present status.
    Wait(String),
    /// A write is due unless version 1 is in use: read whether it is.
    ReadUsage,
    /// A write is due unless the exception tag says otherwise: read the tags for certain, last of all.
    ConfirmTags,
    /// Require version 2.
    Enforce,
    /// Leave it as it is.
    Leave(Verdict, Reason),
}

/// Decides about what was observed. A write needs all of: a settled resource that allows version 1, no exemption,
/// nobody else whose it is to write, no use of version 1 if that is asked for, and tags that were read for certain.
/// Those are read last: CloudWatch may take its time, and an exception must count up to the write.
pub fn decide<D>(observation: &Observation<D>, exception: &ExceptionTag, moment: &Moment) -> Decision {
    use Decision::{ConfirmTags, Enforce, Leave, ReadUsage, Wait};
    use MetadataAccess::{Disabled, V1Allowed, V2Required};

    let seen = match observation {
        Observation::Found(seen) => seen,
        Observation::NotFound if moment.event_is_young() => return Leave(Verdict::Failed, Reason::NotFoundYet),
        Observation::NotFound => return Leave(Verdict::Gone, Reason::NotFound),
    };
    let exemption = exception.exemption(seen.tags.value(exception.key()), moment.now.date_naive());
    match (&seen.phase, seen.access, &exemption, &seen.hold, seen.usage) {
        (Phase::Ending(reason), _, _, _, _) => Leave(Verdict::Gone, *reason),
        (Phase::Broken { reason, .. }, _, _, _, _) => Leave(Verdict::Held, *reason),
        (Phase::Changing(status), _, _, _, _) => Wait(status.clone()),
        (_, V2Required, _, _, _) => Leave(Verdict::Compliant, Reason::V2Required),
        (_, Disabled, _, _, _) => Leave(Verdict::Compliant, Reason::EndpointDisabled),
        (Phase::Creating(status), V1Allowed, _, _, _) => Wait(status.clone()),
        (_, V1Allowed, Exemption::Exempt { .. }, _, _) => Leave(Verdict::Exempt, Reason::ExceptionTag),
        (_, V1Allowed, _, Some(hold), _) => Leave(Verdict::Held, hold.reason()),
        (Phase::Passing(reason), V1Allowed, _, None, _) => Leave(Verdict::Deferred, *reason),
        (Phase::Settled, V1Allowed, _, None, Usage::Unread) => ReadUsage,
        (Phase::Settled, V1Allowed, _, None, Usage::Calls { number: 1.., .. }) => {
            Leave(Verdict::Held, Reason::Imdsv1InUse)
        }
        (Phase::Settled, V1Allowed, _, None, Usage::NoData) if !moment.is_new(seen.created) => {
            Leave(Verdict::Held, Reason::Imdsv1UseUnknown)
        }
        (Phase::Settled, V1Allowed, _, None, Usage::NotAsked | Usage::NoData | Usage::Calls { number: 0, .. }) => {
            if seen.tags.are_confirmed() {
                Enforce
            } else {
                ConfirmTags
            }
        }
    }
}

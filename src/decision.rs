//! What to do about one target. Pure, and short enough for a security reviewer to read in a minute.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use crate::{
    exception::{Exempt, Exemption},
    observed::{Broken, Hold, MetadataAccess, Observation, Phase, Usage},
    verdict::{Compliant, Deferred, Failed, Gone, Held, Verdict},
};

/// How long after an event AWS may still not know the resource it names (eventual consistency).
pub const YOUNG: TimeDelta = TimeDelta::minutes(5);

/// How long an instance counts as new: CloudWatch may not know anything about it yet.
pub const NEW: TimeDelta = TimeDelta::hours(1);

/// The time, as far as decisions depend on it.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Now.
    pub now: DateTime<Utc>,
    /// When the event that started the guardrail happened.
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
    /// Look again when AWS may have finished. Holds AWS's status.
    Wait(String),
    /// A write is due unless version 1 is in use: read whether it is.
    ReadUsage,
    /// A write is due unless the exception tag says otherwise: confirm the tags, last of all.
    ConfirmTags,
    /// Require version 2.
    Enforce,
    /// Leave it as it is.
    Leave(Leave),
}

/// Why a target is left as it is, with everything there is to say about it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Leave {
    /// AWS does not know it yet.
    NotFoundYet,
    /// A person has to repair it.
    Broken {
        /// The reason, for programs.
        reason: Broken,
        /// AWS's status.
        status: String,
        /// What AWS says about it, without any value of the configuration.
        said: Option<String>,
    },
    /// The guardrail must not write it.
    Held(Hold),
    /// Software on it uses version 1.
    Imdsv1InUse {
        /// How many calls without a session token were counted.
        number: u64,
        /// Counted since the beginning of this day, in UTC.
        since: NaiveDate,
    },
    /// It is not known whether software on it uses version 1.
    Imdsv1UseUnknown,
    /// Another look finishes it.
    Deferred(Deferred),
    /// The exception tag forbids changing it.
    Exempt(Exempt),
    /// It no longer exists, or is about to go.
    Gone(Gone),
    /// Version 1 is not allowed on it.
    Compliant(Compliant),
}

impl Leave {
    /// The same for programs.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::NotFoundYet => Verdict::Failed(Failed::NotFoundYet),
            Self::Broken { reason, .. } => Verdict::Held((*reason).into()),
            Self::Held(hold) => Verdict::Held(hold.reason()),
            Self::Imdsv1InUse { .. } => Verdict::Held(Held::Imdsv1InUse),
            Self::Imdsv1UseUnknown => Verdict::Held(Held::Imdsv1UseUnknown),
            Self::Deferred(reason) => Verdict::Deferred(*reason),
            Self::Exempt(_) => Verdict::Exempt,
            Self::Gone(reason) => Verdict::Gone(*reason),
            Self::Compliant(reason) => Verdict::Compliant(*reason),
        }
    }
}

/// Decides what to do about a target, given what was observed. A write needs all of these: a
/// settled resource that allows version 1, no exemption, no hold, no use of version 1 if that is
/// checked, and confirmed tags. The tags come last, because CloudWatch may take its time and an
/// exception must count right up to the write.
pub fn decide<D>(observation: &Observation<D>, exemption: &Exemption, moment: &Moment) -> Decision {
    use Decision::{ConfirmTags, Enforce, ReadUsage, Wait};
    use MetadataAccess::{Disabled, V1Allowed, V2Required};

    let facts = match observation {
        Observation::Found(facts) => facts,
        Observation::NotFound if moment.event_is_young() => {
            return Decision::Leave(Leave::NotFoundYet);
        }
        Observation::NotFound => return Decision::Leave(Leave::Gone(Gone::NotFound)),
    };
    let leave = match (&facts.phase, facts.access, exemption, &facts.hold, facts.usage) {
        (Phase::Ending(reason), _, _, _, _) => Leave::Gone(*reason),
        (Phase::Broken { reason, status, said }, _, _, _, _) => {
            Leave::Broken { reason: *reason, status: status.clone(), said: said.clone() }
        }
        (Phase::Changing(status), _, _, _, _) => return Wait(status.clone()),
        (_, V2Required, _, _, _) => Leave::Compliant(Compliant::V2Required),
        (_, Disabled, _, _, _) => Leave::Compliant(Compliant::EndpointDisabled),
        (Phase::Creating(status), V1Allowed, _, _, _) => return Wait(status.clone()),
        (_, V1Allowed, Exemption::Exempt(exempt), _, _) => Leave::Exempt(exempt.clone()),
        (_, V1Allowed, _, Some(hold), _) => Leave::Held(hold.clone()),
        (Phase::Passing(reason), V1Allowed, _, None, _) => Leave::Deferred((*reason).into()),
        (Phase::Settled, V1Allowed, _, None, Usage::Unread) => return ReadUsage,
        (Phase::Settled, V1Allowed, _, None, Usage::Calls { number: number @ 1.., since }) => {
            Leave::Imdsv1InUse { number, since }
        }
        (Phase::Settled, V1Allowed, _, None, Usage::NoData) if !moment.is_new(facts.created) => {
            Leave::Imdsv1UseUnknown
        }
        (
            Phase::Settled,
            V1Allowed,
            _,
            None,
            Usage::NotAsked | Usage::NoData | Usage::Calls { number: 0, .. },
        ) => {
            return if facts.tags.are_confirmed() { Enforce } else { ConfirmTags };
        }
    };
    Decision::Leave(leave)
}

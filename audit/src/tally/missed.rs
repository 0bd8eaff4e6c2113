//! What could not be listed.

use std::collections::BTreeMap;

use metadata_guardrail::{obstacle::Obstacle, target::Kind};

use crate::report::{NotSeen, Reason, Region, Sight};

/// A kind that could not be listed in a Region.
#[derive(Debug)]
pub(super) struct Missed {
    pub region: String,
    pub kind: Kind,
    pub obstacle: Obstacle,
    pub detail: String,
}

/// What was missed, in the order of Regions. What was missed for the same cause in one Region is told
/// together, in the words of the first. `read_failed` is no cause: there the words must be the same.
pub(super) fn together(
    mut missed: Vec<Missed>,
    regions: &BTreeMap<String, Region>,
) -> Vec<NotSeen> {
    missed.sort_by(|one, other| (&one.region, one.kind).cmp(&(&other.region, other.kind)));
    let mut told: Vec<NotSeen> = Vec::new();
    for Missed { region, kind, obstacle, detail } in missed {
        let reason = reason(obstacle);
        let same = told.iter_mut().find(|one| {
            let is_same_cause = one.reason != Reason::ReadFailed || one.detail == detail;
            one.region == region && one.reason == reason && is_same_cause
        });
        match same {
            Some(same) if same.kinds.contains(&kind) => {}
            Some(same) => same.kinds.push(kind),
            None => told.push(NotSeen { region, kinds: vec![kind], reason, detail }),
        }
    }
    for not_seen in &mut told {
        let region = regions.get(&not_seen.region);
        if not_seen.reason == Reason::AccessDenied
            && region.is_some_and(|region| is_all(region, not_seen))
        {
            not_seen.reason = Reason::RegionDenied;
        }
    }
    told
}

fn reason(obstacle: Obstacle) -> Reason {
    match obstacle {
        Obstacle::Denied => Reason::AccessDenied,
        Obstacle::CredentialsRejected => Reason::CredentialsRejected,
        Obstacle::NotReached => Reason::Unreachable,
        Obstacle::Other => Reason::ReadFailed,
    }
}

/// Whether these are several kinds, and all that the Region offers.
fn is_all(region: &Region, not_seen: &NotSeen) -> bool {
    let offered = region.kinds.values().filter(|sight| **sight != Sight::NotOffered).count();
    offered > 1 && offered == not_seen.kinds.len()
}

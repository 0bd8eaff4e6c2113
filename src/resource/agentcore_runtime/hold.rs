//! Which runtimes are not the guardrail's to write. Pure.

use super::document::{Artifact, Document};
use crate::{observed::Hold, settings::MutableArtifacts, target::Target};

/// AWS names the runtime behind a harness so.
const OF_HARNESS: &str = "harness_";
/// Where a runtime on Instances compute names its capacity.
const CAPACITY_PROVIDER: [&str; 1] = ["capacityProviderConfiguration"];

/// What a runtime is a part of, if that alone may write it and move its endpoints.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PartOf {
    /// A harness, which alone updates its runtime.
    Harness,
    /// Instances compute, for which MMDS is not documented.
    InstancesCompute,
}

impl PartOf {
    /// What a runtime is a part of.
    pub fn of(target: &Target, document: &Document) -> Option<Self> {
        if target.id().starts_with(OF_HARNESS) {
            return Some(Self::Harness);
        }
        document.has(&CAPACITY_PROVIDER).then_some(Self::InstancesCompute)
    }
}

impl From<PartOf> for Hold {
    fn from(part_of: PartOf) -> Self {
        match part_of {
            PartOf::Harness => Self::Harness,
            PartOf::InstancesCompute => Self::InstancesCompute,
        }
    }
}

/// Why the guardrail does not write a runtime.
pub(super) fn hold(target: &Target, document: &Document, artifacts: MutableArtifacts) -> Option<Hold> {
    let holds_artifact = artifacts == MutableArtifacts::Hold && Artifact::of(document) != Artifact::Fixed;
    let part_of = PartOf::of(target, document).map(Hold::from);
    part_of.or(holds_artifact.then_some(Hold::MutableArtifact))
}

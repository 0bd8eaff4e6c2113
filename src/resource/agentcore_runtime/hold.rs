//! Which runtimes the guardrail must not write. Pure.

use super::document::{Artifact, Document};
use crate::{observed::Hold, settings::MutableArtifacts, target::Target};

/// AWS gives the runtime behind a harness an id with this prefix.
const OF_HARNESS: &str = "harness_";
/// Where a runtime on Instances compute names its capacity.
const CAPACITY_PROVIDER: [&str; 1] = ["capacityProviderConfiguration"];

/// What a runtime is part of. The guardrail then neither writes it nor moves its endpoints.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PartOf {
    /// A harness: only the harness updates its runtime.
    Harness,
    /// Instances compute, for which AWS does not document MMDS.
    InstancesCompute,
}

impl PartOf {
    /// What a runtime is part of; `None` if it stands alone.
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

/// Why the guardrail must not write a runtime.
pub(super) fn hold(
    target: &Target,
    document: &Document,
    artifacts: MutableArtifacts,
) -> Option<Hold> {
    let holds_artifact =
        artifacts == MutableArtifacts::Hold && Artifact::of(document) != Artifact::Fixed;
    let part_of = PartOf::of(target, document).map(Hold::from);
    part_of.or(holds_artifact.then_some(Hold::MutableArtifact))
}

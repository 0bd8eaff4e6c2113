//! Which runtimes are not the guardrail's to write. Pure.

use super::document::{Artifact, Document};
use crate::{observed::Hold, settings::MutableArtifacts, target::Target};

/// AWS names the runtime behind a harness so.
const OF_HARNESS: &str = "harness_";
/// Where a runtime on Instances compute names its capacity.
const CAPACITY_PROVIDER: [&str; 1] = ["capacityProviderConfiguration"];

impl Hold {
    /// Why nobody but its owner may write a runtime or move its endpoints.
    pub(crate) fn of_owner(target: &Target, document: &Document) -> Option<Self> {
        if target.id().starts_with(OF_HARNESS) {
            return Some(Self::Harness);
        }
        document.has(&CAPACITY_PROVIDER).then_some(Self::InstancesCompute)
    }

    /// Why the guardrail does not write a runtime.
    pub(crate) fn of_runtime(target: &Target, document: &Document, artifacts: MutableArtifacts) -> Option<Self> {
        let holds_artifact = artifacts == MutableArtifacts::Hold && Artifact::of(document) != Artifact::Fixed;
        Self::of_owner(target, document).or(holds_artifact.then_some(Self::MutableArtifact))
    }
}

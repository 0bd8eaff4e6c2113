//! What a runtime's artifact stands for: the code it runs. Pure.

use super::Document;

const IMAGE: [&str; 3] = ["agentRuntimeArtifact", "containerConfiguration", "containerUri"];
const OBJECT: [&str; 4] = ["agentRuntimeArtifact", "codeConfiguration", "code", "s3"];
const OBJECT_VERSION: [&str; 5] =
    ["agentRuntimeArtifact", "codeConfiguration", "code", "s3", "versionId"];

/// Whether what an artifact stands for can change.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Artifact {
    /// It cannot: it is an image with a digest or an S3 object with a version.
    Fixed,
    /// It can. Sending it again, or moving to another version of the runtime that has it, may
    /// deploy whatever its name points at now.
    Mutable,
    /// It is of a kind that this version of the guardrail does not know.
    Unknown,
}

impl Artifact {
    /// The artifact of a runtime.
    pub fn of(document: &Document) -> Self {
        let image = document.text(&IMAGE).map(|image| image.contains("@sha256:"));
        let object = document.has(&OBJECT).then(|| has_version(document));
        let parts: Vec<_> = image.into_iter().chain(object).collect();
        match parts.as_slice() {
            [] => Self::Unknown,
            parts if parts.iter().all(|is_fixed| *is_fixed) => Self::Fixed,
            _ => Self::Mutable,
        }
    }
}

/// `null` is the version of an object that was stored while the bucket kept no versions. It is
/// overwritten in place.
fn has_version(document: &Document) -> bool {
    document
        .text(&OBJECT_VERSION)
        .is_some_and(|version| !["", "null"].contains(&version.as_str()))
}

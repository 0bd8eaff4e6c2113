//! What is different from an earlier report. Pure.

use metadata_guardrail::target::Kind;
use serde::Serialize;

/// What is different from an earlier report, as far as open resources go.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Changes {
    /// Open now, and not then.
    pub new: Vec<Named>,
    /// Open now, and not seen or not asked for then, so nobody knows whether it is new.
    pub not_known_then: Vec<Named>,
    /// Open then, and safe now.
    pub mended: Vec<Named>,
    /// Open then, and exempt or gone now.
    pub no_longer_open: Vec<Named>,
    /// Open then, and not seen now, so nobody knows.
    pub not_seen: Vec<Named>,
    /// How many were open then and are open now.
    pub unchanged: usize,
}

/// A resource by its names.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Named {
    /// Its Amazon Resource Name.
    pub arn: String,
    /// What it is.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its Region.
    pub region: String,
}

impl Named {
    /// The names of a resource.
    pub fn new(kind: Kind, id: &str, region: &str, arn: &str) -> Self {
        Self {
            arn: arn.to_owned(),
            kind: kind.name().to_owned(),
            id: id.to_owned(),
            region: region.to_owned(),
        }
    }
}

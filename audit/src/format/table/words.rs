//! Words that several sections of the table need. Pure.

use metadata_guardrail::target::Kind;

pub use crate::format::words::{are, counted, kinds, number, regions, standing, were};

/// The first names, and how many more there are: `a, b and 3 more`; the last two joined by `and`
/// if that is all.
pub fn listed(names: &[&str], max: usize) -> String {
    let (shown, more) = names.split_at(names.len().min(max));
    match (shown, more.len()) {
        ([others @ .., last], 0) if !others.is_empty() => {
            format!("{} and {last}", others.join(", "))
        }
        (_, 0) => shown.join(", "),
        (_, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// What one resource of a kind is.
pub fn one(kind: Kind) -> &'static str {
    match kind {
        Kind::Ec2Instance => "instance",
        Kind::AgentcoreRuntime => "runtime",
        Kind::AccountDefaults => "defaults",
    }
}

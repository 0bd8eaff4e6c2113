//! Words that several sections need. Pure.

use metadata_guardrail::target::Kind;

use crate::standing::Standing;

/// A number and its noun: `1 Region`, `2 Regions`. The plural of the noun ends in `s`.
pub fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

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

/// What all resources of a kind are.
pub fn all(kind: Kind) -> &'static str {
    match kind {
        Kind::Ec2Instance => "EC2 instances",
        Kind::AgentcoreRuntime => "AgentCore runtimes",
        Kind::AccountDefaults => "account defaults",
    }
}

/// How a resource stands.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::NotSeen => "not seen",
        Standing::Open => "open",
        Standing::Exempt => "exempt",
        Standing::Safe => "safe",
    }
}

//! Words that several formats for people share. Pure.

use metadata_guardrail::target::Kind;

use crate::standing::Standing;

/// What many resources of a kind are.
pub fn kinds(kind: Kind) -> &'static str {
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

/// A number with a comma between thousands.
pub fn number(number: usize) -> String {
    match (number / 1000, number % 1000) {
        (0, ones) => ones.to_string(),
        (thousands, ones) => format!("{},{ones:03}", self::number(thousands)),
    }
}

/// A number and its noun: `1 Region`, `2 Regions`. The plural of the noun ends in `s`.
pub fn counted(number: usize, noun: &str) -> String {
    format!("{} {noun}{}", self::number(number), if number == 1 { "" } else { "s" })
}

/// The verb after so many.
pub fn are(number: usize) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// The verb after so many, of what is over.
pub fn were(number: usize) -> &'static str {
    if number == 1 { "was" } else { "were" }
}

/// The Regions of an audit; `named` says whether a person named them: `17 Regions`, or `the 2
/// Regions that were asked for`.
pub fn regions(number: usize, named: bool) -> String {
    let regions = counted(number, "Region");
    if named { format!("the {regions} that {} asked for", were(number)) } else { regions }
}

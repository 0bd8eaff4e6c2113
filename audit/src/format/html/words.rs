//! Words and numbers of the page. Pure. They take references, as templates give them.

use std::borrow::Borrow;

use metadata_guardrail::{
    outcome::{Finding, State},
    target::Kind,
};

use crate::{control::Control, report::Sight, standing::Standing};

/// What one resource of a kind is.
pub fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Ec2Instance => "EC2 instance",
        Kind::AgentcoreRuntime => "AgentCore runtime",
        Kind::AccountDefaults => "Account defaults",
    }
}

/// What many resources of a kind are.
pub fn kinds(kind: &Kind) -> &'static str {
    match kind {
        Kind::Ec2Instance => "EC2 instances",
        Kind::AgentcoreRuntime => "AgentCore runtimes",
        Kind::AccountDefaults => "Account defaults",
    }
}

/// A standing as the first word of a sentence.
pub fn standing(standing: &Standing) -> &'static str {
    match standing {
        Standing::NotSeen => "Not seen",
        Standing::Open => "Open",
        Standing::Exempt => "Exempt",
        Standing::Safe => "Safe",
    }
}

/// What a standing means.
pub fn meaning(standing: &Standing) -> &'static str {
    match standing {
        Standing::NotSeen => "listed, but could not be read",
        Standing::Open => "version 1 is allowed",
        Standing::Exempt => "allowed by the exception tag",
        Standing::Safe => "version 1 is not allowed",
    }
}

/// The place of a standing in an order: what a person has to look at comes first.
pub fn rank(standing: &Standing) -> u8 {
    *standing as u8
}

/// How far something was seen.
pub fn sight(sight: &Sight) -> &'static str {
    match sight {
        Sight::Seen => "seen",
        Sight::NotOffered => "not offered",
        Sight::NotSeen => "not seen",
    }
}

/// How far something was seen, as a class of the style.
pub fn sight_class(sight: &Sight) -> &'static str {
    match sight {
        Sight::Seen => "safe",
        Sight::NotOffered => "not_offered",
        Sight::NotSeen => "not_seen",
    }
}

/// A finding as the word that programs know.
pub fn finding(finding: &Finding) -> &'static str {
    finding.into()
}

/// A setting under the names that AWS gives its parts.
pub fn setting(state: &State) -> String {
    listed(parts(state))
}

fn parts(state: &State) -> Vec<String> {
    let hops = |limit: &Option<i32>| limit.map(|limit| format!("hop limit {limit}"));
    match state {
        State::Instance { http_tokens, hop_limit } => {
            let tokens = http_tokens.as_ref().map(|tokens| format!("HttpTokens {tokens}"));
            tokens.into_iter().chain(hops(hop_limit)).collect()
        }
        State::Runtime { require_mmdsv2, version } => {
            let required = match require_mmdsv2 {
                Some(required) => format!("requireMMDSV2 {required}"),
                None => "requireMMDSV2 not set".to_owned(),
            };
            let version = version.as_ref().map(|version| format!("version {version}"));
            [required].into_iter().chain(version).collect()
        }
        State::AccountDefaults { http_tokens, http_tokens_enforced, hop_limit, managed_by } => {
            let tokens = http_tokens.as_deref().unwrap_or("no-preference");
            let enforced = http_tokens_enforced
                .as_ref()
                .map(|enforced| format!("HttpTokensEnforced {enforced}"));
            let managed = managed_by.as_ref().map(|by| format!("managed by {by}"));
            [format!("HttpTokens {tokens}")]
                .into_iter()
                .chain(enforced)
                .chain(hops(hop_limit))
                .chain(managed)
                .collect()
        }
    }
}

/// The controls of each version of a benchmark, in the order of the first of each.
pub fn benchmarks(controls: &[Control]) -> Vec<(&'static str, &'static str, String)> {
    let is_same = |one: &Control, other: &Control| {
        (one.benchmark, one.version) == (other.benchmark, other.version)
    };
    let benchmarks = controls.chunk_by(is_same).filter_map(|of_one| {
        let first = of_one.first()?;
        Some((first.benchmark, first.version, listed(of_one.iter().map(|one| one.control))))
    });
    benchmarks.collect()
}

/// A number with a comma between thousands.
pub fn number(number: impl Borrow<usize>) -> String {
    let number = *number.borrow();
    match (number / 1000, number % 1000) {
        (0, ones) => ones.to_string(),
        (thousands, ones) => format!("{},{ones:03}", self::number(thousands)),
    }
}

/// A number of things, in words: `1 Region`, `2 Regions`.
pub fn counted(number: impl Borrow<usize>, one: &str, many: &str) -> String {
    let number = *number.borrow();
    format!("{} {}", self::number(number), if number == 1 { one } else { many })
}

/// Words, with commas between them.
pub fn listed<T: AsRef<str>>(words: impl IntoIterator<Item = T>) -> String {
    words.into_iter().fold(String::new(), |mut list, word| {
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(word.as_ref());
        list
    })
}

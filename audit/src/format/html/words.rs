//! Words and numbers of the page. Pure. They take references, as templates give them.

use std::borrow::Borrow;

use metadata_guardrail::{
    outcome::{Finding, Imdsv1Use, State},
    target::Kind,
};

use crate::{
    control::Control,
    format::words,
    report::{NO_PREFERENCE, Sight},
    standing::Standing,
};

/// What one resource of a kind is.
pub fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Ec2Instance => "EC2 instance",
        Kind::AgentcoreRuntime => "AgentCore runtime",
        Kind::AccountDefaults => "Account defaults",
    }
}

/// What many resources of a kind are, in a sentence.
pub fn kinds(kind: &Kind) -> &'static str {
    words::kinds(*kind)
}

/// A standing as the first word of a sentence.
pub fn standing(standing: &Standing) -> String {
    capital(words::standing(*standing))
}

/// The heading of the tile of a standing. A tile counts what was listed, and nothing else.
pub fn tile(standing: &Standing) -> String {
    match standing {
        Standing::NotSeen => "Listed, not read".to_owned(),
        Standing::Open | Standing::Exempt | Standing::Safe => self::standing(standing),
    }
}

/// A text as the beginning of a sentence.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .iter()
        .flat_map(|first| first.to_uppercase())
        .chain(letters)
        .collect()
}

/// What a standing means.
pub fn meaning(standing: &Standing) -> &'static str {
    match standing {
        Standing::NotSeen => "nobody knows whether version 1 is allowed",
        Standing::Open => "version 1 is allowed, or may be",
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

/// What a finding means, in a sentence.
pub fn finding_meaning(finding: &Finding) -> &'static str {
    match finding {
        Finding::AuthorizerSet => {
            "The runtime had no authorizer, and the update that requires version 2 gave it one."
        }
        Finding::EndpointMoved => {
            "An endpoint was on a version that does not require version 2, and was moved."
        }
        Finding::EndpointsUnread => "The endpoints of the runtime could not be read.",
        Finding::ExceptionEndsSoon => "The exception that exempts it ends within 14 days.",
        Finding::ExceptionExpired => "The exception had an end date, which has passed.",
        Finding::ExceptionMalformed => {
            "The exception looks like a date but is none, so it never expires."
        }
        Finding::HopLimit1 => {
            "The hop limit is 1, so containers may lose the metadata service under version 2."
        }
        Finding::MutableArtifact => {
            "The artifact is an image without a digest, or an S3 object without a version."
        }
        Finding::NoAuthorizer => {
            "The runtime has no authorizer of its own, and callers sign with SigV4."
        }
        Finding::PinnedEndpoint => {
            "An endpoint is on a version that does not require version 2: it cannot be invoked."
        }
        Finding::PublicNetwork => "The network mode of the runtime is PUBLIC.",
    }
}

/// The place of a use of IMDSv1 in an order: not read, no data, then by the number of calls.
pub fn use_rank(used: &Option<Imdsv1Use>) -> String {
    match used {
        None => "-2".to_owned(),
        Some(Imdsv1Use::NoData) => "-1".to_owned(),
        Some(Imdsv1Use::Counted { calls, .. }) => calls.to_string(),
    }
}

/// A setting under the names that AWS gives its parts.
pub fn setting(state: &State) -> String {
    parts(state).join(", ")
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
            let tokens = http_tokens.as_deref().unwrap_or(NO_PREFERENCE);
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
        let names: Vec<_> = of_one.iter().map(|one| one.control).collect();
        Some((first.benchmark, first.version, names.join(", ")))
    });
    benchmarks.collect()
}

/// A number with a comma between thousands.
pub fn number(number: impl Borrow<usize>) -> String {
    words::number(*number.borrow())
}

/// A number and its noun: `1 Region`, `2 Regions`.
pub fn counted(number: impl Borrow<usize>, noun: &str) -> String {
    words::counted(*number.borrow(), noun)
}

/// The verb after so many, of what is over.
pub fn were(number: impl Borrow<usize>) -> &'static str {
    words::were(*number.borrow())
}

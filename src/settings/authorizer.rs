//! The authorizer of a runtime, which decides who may invoke it: what to do if there is none, and
//! which one to set. Pure.
//!
//! A runtime without an authorizer takes every call that is signed with SigV4 and allowed by IAM. A
//! runtime with a `customJWTAuthorizer` takes JSON Web Tokens instead, and refuses calls that are
//! signed with SigV4.

use std::str::FromStr;

use crate::{
    raw_json::{MAX_DEPTH, RawObject, depth, is_empty},
    text::holding,
};

/// The member of `authorizerConfiguration` that is set.
const CUSTOM_JWT: &str = "customJWTAuthorizer";
/// The lists of who may invoke the runtime. At least one of them is needed.
const ALLOWED: [&str; 3] = ["allowedAudience", "allowedClients", "allowedScopes"];
/// How many levels of a runtime's JSON are around its `customJWTAuthorizer`.
const LEVELS_ABOVE: usize = 2;

/// What to do about a runtime that has no authorizer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum RuntimeAuthorizer {
    /// Nothing. It is not even reported.
    Off,
    /// Report it.
    #[default]
    Report,
    /// Report it, and set this one in the update that requires MMDSv2. No update is sent for the
    /// authorizer alone.
    Enforce(Authorizer),
}

impl RuntimeAuthorizer {
    /// The authorizer to set, if one is to be set.
    pub fn to_set(&self) -> Option<&Authorizer> {
        match self {
            Self::Enforce(authorizer) => Some(authorizer),
            Self::Off | Self::Report => None,
        }
    }
}

/// An authorizer, checked as far as that is possible without AWS. Unknown members are kept byte for
/// byte. Its `Debug` output holds no values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Authorizer(RawObject);

/// What is wrong with an authorizer. Names members, never values.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum WrongAuthorizer {
    /// It is not JSON, or not a JSON object.
    #[error("is not a JSON object")]
    NotAnObject,
    /// After the update nobody could read the runtime to verify it.
    #[error("is nested too deep")]
    TooDeep,
    /// It is the object around the one that is meant.
    #[error("has a member customJWTAuthorizer; it has to be the object inside that member")]
    Wrapped,
    /// `discoveryUrl` is absent, or not an https address that AWS takes.
    #[error(
        "has no discoveryUrl that begins with https://, names a host and ends in \
         /.well-known/openid-configuration"
    )]
    DiscoveryUrl,
    /// This list of who is allowed is present, but not in a form that AWS takes.
    #[error("has a member {0} that is not a list of one or more texts, none of them empty")]
    NotTexts(&'static str),
    /// There is no list of who is allowed.
    #[error(
        "has none of allowedAudience, allowedClients and allowedScopes; at least one is needed"
    )]
    NobodyAllowed,
    /// `customClaims` is empty, which AWS does not take.
    #[error("has a member customClaims that is empty")]
    NoClaims,
}

impl Authorizer {
    /// `authorizerConfiguration` with this authorizer as its only member.
    pub fn configuration(&self) -> &RawObject {
        &self.0
    }

    /// Its texts and numbers, each with its path in a runtime. None of them may be repeated in a
    /// message.
    pub fn values(&self) -> Vec<(String, String)> {
        let values = self.0.values().into_iter();
        values
            .map(|(path, value)| (format!("authorizerConfiguration.{path}"), value))
            .collect()
    }
}

impl FromStr for Authorizer {
    type Err = Vec<WrongAuthorizer>;

    /// Reads the JSON of a `customJWTAuthorizer`: the object inside that member, not the one around
    /// it. If a member appears twice, the last one counts, and only that one is sent. A member that
    /// is null counts as absent.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    fn from_str(json: &str) -> Result<Self, Self::Err> {
        let authorizer =
            RawObject::parse(json.as_bytes()).ok_or_else(|| vec![WrongAuthorizer::NotAnObject])?;
        let wrong = wrong_with(&authorizer, depth(json.as_bytes()));
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let mut configuration = RawObject::default();
        configuration
            .set(&[CUSTOM_JWT], &authorizer)
            .map_err(|_| vec![WrongAuthorizer::NotAnObject])?;
        Ok(Self(configuration))
    }
}

fn wrong_with(authorizer: &RawObject, depth: usize) -> Vec<WrongAuthorizer> {
    if authorizer.get(&[CUSTOM_JWT]).is_some() {
        return vec![WrongAuthorizer::Wrapped];
    }
    let given: Vec<_> = ALLOWED.into_iter().filter(|name| is_given(authorizer, name)).collect();
    let checks = [
        (depth + LEVELS_ABOVE > MAX_DEPTH, WrongAuthorizer::TooDeep),
        (!has_discovery_url(authorizer), WrongAuthorizer::DiscoveryUrl),
        (given.is_empty(), WrongAuthorizer::NobodyAllowed),
        (
            authorizer.get(&["customClaims"]).is_some_and(|json| is_empty(&json)),
            WrongAuthorizer::NoClaims,
        ),
    ];
    let not_texts = given
        .into_iter()
        .filter(|name| !has_texts(authorizer, name))
        .map(WrongAuthorizer::NotTexts);
    holding(checks).chain(not_texts).collect()
}

fn is_given(authorizer: &RawObject, name: &str) -> bool {
    authorizer.get(&[name]).is_some_and(|json| json != "null")
}

fn has_texts(authorizer: &RawObject, name: &str) -> bool {
    let texts: Option<Vec<String>> = authorizer.get_as(&[name]);
    texts.is_some_and(|texts| !texts.is_empty() && texts.iter().all(|text| !text.is_empty()))
}

/// Whether `discoveryUrl` is an https address whose path has the required end. It must be the path,
/// not the query or the fragment.
fn has_discovery_url(authorizer: &RawObject) -> bool {
    let url: Option<String> = authorizer.get_as(&["discoveryUrl"]);
    let between = |url: &str| {
        let place = url
            .strip_prefix("https://")?
            .strip_suffix("/.well-known/openid-configuration")?;
        Some(!place.is_empty() && !place.starts_with('/') && !place.contains(is_no_part_of_a_path))
    };
    url.is_some_and(|url| between(&url) == Some(true))
}

fn is_no_part_of_a_path(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control() || ['?', '#', '\\'].contains(&letter)
}

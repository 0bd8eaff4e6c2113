//! What EC2's answer says about the account defaults. Pure.

use aws_sdk_ec2::types::InstanceMetadataDefaultsResponse;

use crate::{outcome::State, text::holding};

/// How EC2 names a default that nobody has set, where it does not leave it out.
const NO_PREFERENCE: &str = "no-preference";

/// The account defaults of one Region, in EC2's own words. `None` means no preference.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Defaults {
    /// `HttpTokens`: `optional` or `required`.
    pub http_tokens: Option<String>,
    /// `HttpTokensEnforced`: `enabled` if EC2 refuses anything that allows version 1, otherwise
    /// `disabled`.
    pub http_tokens_enforced: Option<String>,
    /// `HttpPutResponseHopLimit`, 1 to 64.
    pub hop_limit: Option<i32>,
    /// `HttpEndpoint`: `enabled` or `disabled`.
    pub http_endpoint: Option<String>,
    /// `InstanceMetadataTags`: `enabled` or `disabled`.
    pub instance_metadata_tags: Option<String>,
    /// `ManagedBy`: `account` or `declarative-policy`; `None` if EC2 did not say.
    pub managed_by: Option<String>,
    /// `ManagedExceptionMessage`: what a declarative policy says to those who want to change them.
    pub policy_message: Option<String>,
    /// Whether EC2's answer has an account level at all. If it does not, nothing above is known.
    pub are_shown: bool,
}

impl Defaults {
    /// Whether they require version 2. No preference counts as no.
    pub fn require_v2(&self) -> bool {
        self.http_tokens.as_deref() == Some("required")
    }

    /// Whether EC2 refuses to launch anything that allows version 1, and to switch version 1 back
    /// on.
    pub fn are_enforced(&self) -> bool {
        self.http_tokens_enforced.as_deref() == Some("enabled")
    }

    /// The defaults, for the outcome.
    pub fn state(&self) -> State {
        State::AccountDefaults {
            http_tokens: self.http_tokens.clone(),
            http_tokens_enforced: self.http_tokens_enforced.clone(),
            hop_limit: self.hop_limit,
            managed_by: self.managed_by.clone(),
        }
    }

    /// The names of the defaults other than `HttpTokens` that differ between the two.
    pub(super) fn others_unlike(&self, other: &Self) -> Vec<&'static str> {
        let differences = [
            (self.http_tokens_enforced != other.http_tokens_enforced, "HttpTokensEnforced"),
            (self.hop_limit != other.hop_limit, "HttpPutResponseHopLimit"),
            (self.http_endpoint != other.http_endpoint, "HttpEndpoint"),
            (self.instance_metadata_tags != other.instance_metadata_tags, "InstanceMetadataTags"),
        ];
        holding(differences).collect()
    }
}

impl From<InstanceMetadataDefaultsResponse> for Defaults {
    fn from(shown: InstanceMetadataDefaultsResponse) -> Self {
        Self {
            http_tokens: preference(shown.http_tokens),
            http_tokens_enforced: preference(shown.http_tokens_enforced),
            hop_limit: shown.http_put_response_hop_limit.filter(|hops| *hops > 0),
            http_endpoint: preference(shown.http_endpoint),
            instance_metadata_tags: preference(shown.instance_metadata_tags),
            managed_by: shown.managed_by.map(|manager| manager.as_str().to_owned()),
            policy_message: shown.managed_exception_message.filter(|message| !message.is_empty()),
            are_shown: true,
        }
    }
}

fn preference(shown: Option<impl AsRef<str>>) -> Option<String> {
    shown
        .map(|value| value.as_ref().to_owned())
        .filter(|value| value != NO_PREFERENCE)
}

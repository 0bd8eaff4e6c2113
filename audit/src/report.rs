//! What an audit found. Its JSON is a contract: other programs parse it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use metadata_guardrail::{
    outcome::{Imdsv1Use, Outcome, State},
    target::Kind,
};
use serde::Serialize;
use strum::{IntoStaticStr, VariantArray, VariantNames};

use crate::{changes::Changes, control::Control, standing::Standing, summary::Summary};

/// The name and the version of the form of this report. A new member does not change it; a member
/// that goes or means something else does.
pub const SCHEMA: &str = "metadata-guardrail-audit/1";

/// What an account default is if nobody has set it.
pub const NO_PREFERENCE: &str = "no-preference";

/// What an audit of one account found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The version of the program.
    pub version: &'static str,
    /// The account, twelve digits.
    pub account: String,
    /// The partition, such as `aws`.
    pub partition: String,
    /// When the audit began.
    pub audited_at: DateTime<Utc>,
    /// What it was asked for.
    pub asked: Asked,
    /// What everything adds up to.
    pub summary: Summary,
    /// The controls that each kind is checked for.
    pub controls: BTreeMap<Kind, Vec<Control>>,
    /// The Regions, by name.
    pub regions: Vec<Region>,
    /// What could not be listed, and why.
    pub not_seen: Vec<NotSeen>,
    /// The resources: those that are open come first. Without [`Asked::all`], what is safe is left
    /// out, unless there is something to say about it.
    pub resources: Vec<Resource>,
    /// What is different from an earlier report; `None` if none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

impl Report {
    /// Whether everything that was asked for was seen: all was listed, and all of that was read.
    pub fn is_whole(&self) -> bool {
        let mut sights = self.regions.iter().flat_map(|region| region.kinds.values());
        self.not_seen.is_empty()
            && sights.all(|sight| *sight != Sight::NotSeen)
            && self.summary.by_kind.values().all(|counts| counts.not_seen == 0)
    }
}

/// What an audit was asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Asked {
    /// The kinds of resources.
    pub kinds: Vec<Kind>,
    /// The Regions that a person named; empty if every enabled one was looked at.
    pub regions: Vec<String>,
    /// The exception tag, `KEY` or `KEY=VALUE`.
    pub exception_tag: String,
    /// Exceptions are judged as on this day, in UTC.
    pub as_of: NaiveDate,
    /// Over how many days IMDSv1 use was read; 0 if it was not.
    pub imdsv1_usage_days: u8,
    /// Whether safe resources are listed too.
    pub all: bool,
}

/// One Region of the account.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Region {
    /// Its code, such as `eu-west-1`.
    pub region: String,
    /// How far each kind was seen.
    pub kinds: BTreeMap<Kind, Sight>,
    /// What `HttpTokens` is for new instances that say nothing themselves: `optional`, `required`
    /// or `no-preference`; `None` if it was not seen.
    pub account_default: Option<String>,
}

/// How far one kind of resource was seen in a Region.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, Serialize, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Sight {
    /// All of it was listed.
    Seen,
    /// The Region does not offer it, so there is nothing to see.
    NotOffered,
    /// Not everything could be listed; [`Report::not_seen`] says why.
    NotSeen,
}

impl Sight {
    /// How far, as a word: `not_seen`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Something that could not be listed in one Region.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct NotSeen {
    /// The Region.
    pub region: String,
    /// The kinds that it is about.
    pub kinds: Vec<Kind>,
    /// Why, as a word.
    pub reason: Reason,
    /// Why, as sentences for a person.
    pub detail: String,
}

/// Why something could not be listed.
#[derive(Clone, Copy, Debug, Eq, IntoStaticStr, PartialEq, Serialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// Policies allow nothing in this Region.
    RegionDenied,
    /// Policies do not allow the action.
    AccessDenied,
    /// AWS does not accept the credentials any longer.
    CredentialsRejected,
    /// AWS was not reached, or did not answer in time.
    Unreachable,
    /// Anything else.
    ReadFailed,
}

impl Reason {
    /// The reason as a word: `region_denied`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// One resource.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Resource {
    /// The outcome, as the Lambda function would report it in report mode.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How it stands.
    pub standing: Standing,
    /// Where the setting of an instance comes from, as far as EC2 tells, in words; `None` for
    /// anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The command that mends it by hand, on one line; `None` if there is nothing to mend, or no
    /// one command does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Resource {
    /// The one setting as a word: `HttpTokens` of an instance or of the account defaults,
    /// `requireMMDSV2` of a runtime. `None` if nothing could be read.
    pub fn setting(&self) -> Option<&str> {
        Some(match self.outcome.before.as_ref()? {
            State::Instance { http_tokens, .. } => http_tokens.as_deref().unwrap_or("absent"),
            State::AccountDefaults { http_tokens, .. } => {
                http_tokens.as_deref().unwrap_or(NO_PREFERENCE)
            }
            State::Runtime { require_mmdsv2: None, .. } => "absent",
            State::Runtime { require_mmdsv2: Some(true), .. } => "true",
            State::Runtime { require_mmdsv2: Some(false), .. } => "false",
        })
    }

    /// How many calls without a session token were counted on an instance, or `no data`; `None` if
    /// that was not read.
    pub fn imdsv1_calls(&self) -> Option<String> {
        Some(match self.outcome.imdsv1_use? {
            Imdsv1Use::NoData => "no data".to_owned(),
            Imdsv1Use::Counted { calls, .. } => calls.to_string(),
        })
    }
}

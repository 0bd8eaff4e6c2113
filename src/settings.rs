//! The settings, from the environment. A wrong one stops the function at its start; none of them
//! falls back to a default.

use std::{ffi::OsString, fmt, str::FromStr, time::Duration};

use serde::Serialize;
use strum::{EnumString, IntoStaticStr, VariantNames};
use thiserror::Error;

use crate::exception::ExceptionTag;

pub mod authorizer;

pub use authorizer::{Authorizer, RuntimeAuthorizer};

/// What the guardrail may do.
#[derive(
    Clone, Copy, Debug, Default, EnumString, Eq, IntoStaticStr, PartialEq, Serialize, VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    /// Require version 2 where it is not required yet.
    #[default]
    Enforce,
    /// Say what would be done, but write nothing.
    Report,
}

/// Whether AgentCore runtimes are guarded.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum AgentCore {
    /// They are.
    #[default]
    Enabled,
    /// They are not: the Region does not offer AgentCore.
    Disabled,
}

/// `RUNTIME_AUTHORIZER`, as it is written.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
enum AuthorizerChoice {
    Off,
    #[default]
    Report,
    Enforce,
}

/// What a sweep does about the Region's account defaults.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum AccountDefaults {
    /// They are not even read.
    Off,
    /// They are read but never written.
    #[default]
    Report,
    /// In enforce mode they are made to require version 2.
    Enforce,
}

/// What to do about a runtime that allows MMDSv1 and whose artifact has a name that can come to
/// mean something else.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum MutableArtifacts {
    /// Require MMDSv2 on it and report the artifact, because the update may deploy other code.
    #[default]
    Enforce,
    /// Leave it as it is.
    Hold,
}

/// What to do about endpoints pinned to a version of their runtime that does not require MMDSv2.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum PinnedEndpoints {
    /// They are not even read.
    Off,
    /// Report them.
    #[default]
    Report,
    /// Report them. In enforce mode, also move those for which the current version changes nothing
    /// else.
    Repoint,
}

/// How much of an invocation's time a sweep leaves for work that is under way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SweepMargin(pub Duration);

impl Default for SweepMargin {
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

impl FromStr for SweepMargin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(seconds @ 30..=240) => Ok(Self(Duration::from_secs(seconds))),
            _ => Err("it can be a number of seconds from 30 to 240"),
        }
    }
}

/// How many days of IMDSv1 use CloudWatch is asked about before an instance is enforced. 0 turns
/// the check off.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct UsageDays(pub u8);

impl FromStr for UsageDays {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(days @ 0..=90) => Ok(Self(days)),
            _ => Err("it can be a number of days from 0 to 90"),
        }
    }
}

/// The URL of the queue of sweeps; `None` if there is no such queue.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SweepsQueueUrl(pub Option<String>);

impl FromStr for SweepsQueueUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once("://") {
            Some(("https" | "http", rest)) if rest.contains('/') => Ok(Self(Some(text.to_owned()))),
            _ => Err("it can be the URL of a queue"),
        }
    }
}

/// The name of the event bus on which outcomes are told; `None` if they are not.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OutcomeBusName(pub Option<String>);

impl FromStr for OutcomeBusName {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_known = |letter: u8| letter.is_ascii_alphanumeric() || b"/.-_".contains(&letter);
        match text {
            "" => Ok(Self(None)),
            arn if arn.starts_with("arn:") => {
                Err("it can be the name of an event bus of this account and Region, not an ARN")
            }
            name if name.len() <= 256 && name.bytes().all(is_known) => {
                Ok(Self(Some(name.to_owned())))
            }
            _ => Err("it can be the name of an event bus: at most 256 letters, digits and / . - _"),
        }
    }
}

/// How the guardrail was told to work.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    /// `GUARDRAIL_MODE`: `enforce`, the default, or `report`.
    pub mode: Mode,
    /// `AGENTCORE`: `enabled`, the default, or `disabled` if the Region does not offer it. If
    /// disabled, sweeps leave it out and its events are ignored.
    pub agentcore: AgentCore,
    /// `SWEEP_MARGIN_SECONDS`: a sweep begins nothing new when less than this is left, and no
    /// runtime when less than 120 are left. 30 to 240; the default is 60.
    pub sweep_margin: SweepMargin,
    /// `EXCEPTION_TAG`: `KEY` or `KEY=VALUE`; the default is `metadata-guardrail:exempt`.
    pub exception: ExceptionTag,
    /// `RUNTIME_AUTHORIZER`: `off`, `report`, the default, or `enforce`. With `enforce`,
    /// `RUNTIME_AUTHORIZER_CONFIG` is the JSON of the `customJWTAuthorizer` to set.
    pub runtime_authorizer: RuntimeAuthorizer,
    /// `MUTABLE_ARTIFACTS`: `enforce`, the default, or `hold`.
    pub mutable_artifacts: MutableArtifacts,
    /// `PINNED_ENDPOINTS`: `off`, `report`, the default, or `repoint`, which writes in enforce mode
    /// only.
    pub pinned_endpoints: PinnedEndpoints,
    /// `ACCOUNT_DEFAULTS`: `off`, `report`, the default, or `enforce`, which writes in enforce mode
    /// only.
    pub account_defaults: AccountDefaults,
    /// `IMDSV1_USAGE_DAYS`: an instance that used IMDSv1 within this many days is not enforced. 1
    /// to 90; 0, the default, turns the check off.
    pub imdsv1_usage_days: UsageDays,
    /// `SWEEPS_QUEUE_URL`: the FIFO queue into which the function puts a sweep if a message does
    /// not say what it is about. Without it, the default, such a message fails.
    pub sweeps_queue: SweepsQueueUrl,
    /// `OUTCOME_BUS`: the name of the event bus, in the function's own account and Region, on which
    /// outcomes are told; `default` is the account's own. Without a name, the default, they are
    /// not.
    pub outcome_bus: OutcomeBusName,
}

/// Every wrong setting, one sentence each.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("The guardrail does not start, because its settings are wrong. {}", .0.join(" "))]
pub struct WrongSettings(pub Vec<String>);

impl Settings {
    /// Reads the settings. `variable` returns the value of an environment variable, or `None` if it
    /// is not set.
    ///
    /// # Errors
    /// Every wrong setting at once.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, WrongSettings> {
        let mut from = Variables { variable, wrong: Vec::new() };
        let settings = Self {
            mode: from.choice("GUARDRAIL_MODE"),
            exception: from.parsed("EXCEPTION_TAG"),
            agentcore: from.choice("AGENTCORE"),
            sweep_margin: from.parsed("SWEEP_MARGIN_SECONDS"),
            runtime_authorizer: from.runtime_authorizer(),
            mutable_artifacts: from.choice("MUTABLE_ARTIFACTS"),
            pinned_endpoints: from.choice("PINNED_ENDPOINTS"),
            account_defaults: from.choice("ACCOUNT_DEFAULTS"),
            imdsv1_usage_days: from.parsed("IMDSV1_USAGE_DAYS"),
            sweeps_queue: from.parsed("SWEEPS_QUEUE_URL"),
            outcome_bus: from.parsed("OUTCOME_BUS"),
        };
        if from.wrong.is_empty() { Ok(settings) } else { Err(WrongSettings(from.wrong)) }
    }
}

/// The environment, and a sentence for each wrong variable. The default stands in for a wrong
/// value, so that all wrong ones are found.
struct Variables<F> {
    variable: F,
    wrong: Vec<String>,
}

impl<F: Fn(&str) -> Option<OsString>> Variables<F> {
    /// A setting that is one of a few words.
    fn choice<T: Default + FromStr + VariantNames>(&mut self, name: &str) -> T {
        self.setting(name, |text| {
            text.parse().map_err(|_| format!("it can be {}", alternatives(T::VARIANTS)))
        })
    }

    /// A setting with a grammar of its own.
    fn parsed<T: Default + FromStr<Err: fmt::Display>>(&mut self, name: &str) -> T {
        self.setting(name, |text| text.parse().map_err(|why: T::Err| why.to_string()))
    }

    fn setting<T: Default>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, String>) -> T {
        let Some(value) = (self.variable)(name) else { return T::default() };
        let parsed = match value.to_str() {
            None => Err(format!("{name} is not valid UTF-8.")),
            Some(text) => parse(text).map_err(|why| format!("{name} is {text:?}: {why}.")),
        };
        parsed.unwrap_or_else(|why| {
            self.wrong.push(why);
            T::default()
        })
    }

    /// `RUNTIME_AUTHORIZER` and its configuration, which is checked even if it is not used. The
    /// message about a wrong configuration names members and never a value.
    fn runtime_authorizer(&mut self) -> RuntimeAuthorizer {
        const CONFIG: &str = "RUNTIME_AUTHORIZER_CONFIG";
        let choice = self.choice("RUNTIME_AUTHORIZER");
        let config =
            (self.variable)(CONFIG).map(|json| match json.to_str().map(str::parse::<Authorizer>) {
                None => Err(vec![format!("{CONFIG} is not valid UTF-8.")]),
                Some(parsed) => {
                    parsed.map_err(|all| all.iter().map(|why| format!("{CONFIG} {why}.")).collect())
                }
            });
        match (choice, config) {
            (_, Some(Err(all))) => self.wrong.extend(all),
            (AuthorizerChoice::Off, _) => return RuntimeAuthorizer::Off,
            (AuthorizerChoice::Enforce, Some(Ok(authorizer))) => {
                return RuntimeAuthorizer::Enforce(authorizer);
            }
            (AuthorizerChoice::Enforce, None) => {
                self.wrong
                    .push(format!("RUNTIME_AUTHORIZER is \"enforce\", which needs {CONFIG}."));
            }
            (AuthorizerChoice::Report, _) => {}
        }
        RuntimeAuthorizer::Report
    }
}

/// The words in quotes: "a", "b" or "c".
fn alternatives(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

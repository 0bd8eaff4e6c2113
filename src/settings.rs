//! The settings, from the environment. A wrong one stops the function at its start; none falls back to a default.

use std::{ffi::OsString, fmt, str::FromStr, time::Duration};

use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use thiserror::Error;

use crate::exception::ExceptionTag;

pub mod authorizer;

pub use authorizer::{Authorizer, RuntimeAuthorizer};

/// What the guardrail may do.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, IntoStaticStr, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case", parse_err_ty = String, parse_err_fn = neither_enforce_nor_report)]
pub enum Mode {
    /// Require version 2 where it is not required.
    #[default]
    Enforce,
    /// Say what would be done, and write nothing.
    Report,
}

/// Whether Bedrock AgentCore is looked after.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq)]
#[strum(serialize_all = "snake_case", parse_err_ty = String, parse_err_fn = neither_enabled_nor_disabled)]
pub enum AgentCore {
    /// It is.
    #[default]
    Enabled,
    /// The Region does not offer it.
    Disabled,
}

/// `RUNTIME_AUTHORIZER`, as it is written.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq)]
#[strum(serialize_all = "snake_case", parse_err_ty = String, parse_err_fn = neither_off_report_nor_enforce)]
enum AuthorizerChoice {
    Off,
    #[default]
    Report,
    Enforce,
}

/// Whether a sweep looks after the Region's account defaults.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq)]
#[strum(serialize_all = "snake_case", parse_err_ty = String, parse_err_fn = neither_off_report_nor_enforce)]
pub enum AccountDefaults {
    /// They are not even read.
    Off,
    /// They are read, and never written.
    #[default]
    Report,
    /// In enforce mode they are made to require version 2.
    Enforce,
}

/// What to do about a runtime that allows MMDSv1 and whose artifact has a name that can come to mean something else.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq)]
#[strum(serialize_all = "snake_case", parse_err_ty = String, parse_err_fn = neither_enforce_nor_hold)]
pub enum MutableArtifacts {
    /// Require MMDSv2 on it and report the artifact: the update may deploy other code.
    #[default]
    Enforce,
    /// Leave it as it is.
    Hold,
}

/// What to do about endpoints that are pinned to a version of their runtime that does not require MMDSv2.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, PartialEq)]
#[strum(serialize_all = "snake_case", parse_err_ty = String, parse_err_fn = neither_off_report_nor_repoint)]
pub enum PinnedEndpoints {
    /// They are not even read.
    Off,
    /// Report them.
    #[default]
    Report,
    /// Report them, and in enforce mode move those to the current version for which that changes nothing else.
    Repoint,
}

/// How much of an invocation's time a sweep leaves to what is under way.
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

/// Over how many days CloudWatch is asked for the use of IMDSv1 before an instance is enforced; with 0 it is not asked.
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

fn neither_enforce_nor_report(_: &str) -> String {
    "it can be \"enforce\" or \"report\"".to_owned()
}

fn neither_enabled_nor_disabled(_: &str) -> String {
    "it can be \"enabled\" or \"disabled\"".to_owned()
}

fn neither_enforce_nor_hold(_: &str) -> String {
    "it can be \"enforce\" or \"hold\"".to_owned()
}

fn neither_off_report_nor_repoint(_: &str) -> String {
    "it can be \"off\", \"report\" or \"repoint\"".to_owned()
}

fn neither_off_report_nor_enforce(_: &str) -> String {
    "it can be \"off\", \"report\" or \"enforce\"".to_owned()
}

/// How the guardrail was told to work.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    /// `GUARDRAIL_MODE`: `enforce`, the default, or `report`.
    pub mode: Mode,
    /// `AGENTCORE`: `enabled`, the default, or `disabled` where the Region does not offer it; sweeps leave it out then, and
    /// its events are ignored.
    pub agentcore: AgentCore,
    /// `SWEEP_MARGIN_SECONDS`: a sweep begins nothing new when less than this is left, 30 to 240; the default is 60.
    pub sweep_margin: SweepMargin,
    /// `EXCEPTION_TAG`: `KEY` or `KEY=VALUE`; the default is `metadata-guardrail:exempt`.
    pub exception: ExceptionTag,
    /// `RUNTIME_AUTHORIZER`: `off`, `report`, the default, or `enforce`; with `enforce`, `RUNTIME_AUTHORIZER_CONFIG` is
    /// the JSON of the `customJWTAuthorizer` to set.
    pub runtime_authorizer: RuntimeAuthorizer,
    /// `MUTABLE_ARTIFACTS`: `enforce`, the default, or `hold`.
    pub mutable_artifacts: MutableArtifacts,
    /// `PINNED_ENDPOINTS`: `off`, `report`, the default, or `repoint`, which writes in enforce mode only.
    pub pinned_endpoints: PinnedEndpoints,
    /// `ACCOUNT_DEFAULTS`: `off`, `report`, the default, or `enforce`, which writes in enforce mode only.
    pub account_defaults: AccountDefaults,
    /// `IMDSV1_USAGE_DAYS`: an instance that used IMDSv1 in so many days is not enforced, 1 to 90; with 0, the default,
    /// nobody asks.
    pub imdsv1_usage_days: UsageDays,
}

/// Every wrong setting, one sentence each.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("The guardrail does not start, because its settings are wrong. {}", .0.join(" "))]
pub struct WrongSettings(pub Vec<String>);

impl Settings {
    /// Reads the settings. `variable` gives the value of an environment variable, `None` where it is not set.
    ///
    /// # Errors
    /// Every wrong setting at once.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, WrongSettings> {
        let mut wrong = Vec::new();
        let settings = Self {
            mode: setting("GUARDRAIL_MODE", &variable, &mut wrong),
            exception: setting("EXCEPTION_TAG", &variable, &mut wrong),
            agentcore: setting("AGENTCORE", &variable, &mut wrong),
            sweep_margin: setting("SWEEP_MARGIN_SECONDS", &variable, &mut wrong),
            runtime_authorizer: runtime_authorizer(&variable, &mut wrong),
            mutable_artifacts: setting("MUTABLE_ARTIFACTS", &variable, &mut wrong),
            pinned_endpoints: setting("PINNED_ENDPOINTS", &variable, &mut wrong),
            account_defaults: setting("ACCOUNT_DEFAULTS", &variable, &mut wrong),
            imdsv1_usage_days: setting("IMDSV1_USAGE_DAYS", &variable, &mut wrong),
        };
        if wrong.is_empty() { Ok(settings) } else { Err(WrongSettings(wrong)) }
    }
}

/// `RUNTIME_AUTHORIZER` and its configuration, which is checked even where it is not used. Of a wrong configuration the
/// names of members are said, and no value.
fn runtime_authorizer(variable: impl Fn(&str) -> Option<OsString>, wrong: &mut Vec<String>) -> RuntimeAuthorizer {
    const CONFIG: &str = "RUNTIME_AUTHORIZER_CONFIG";
    let choice = setting("RUNTIME_AUTHORIZER", &variable, wrong);
    let config = variable(CONFIG).map(|json| match json.to_str().map(str::parse::<Authorizer>) {
        None => Err(vec![format!("{CONFIG} is not valid UTF-8.")]),
        Some(parsed) => parsed.map_err(|all| all.iter().map(|why| format!("{CONFIG} {why}.")).collect()),
    });
    match (choice, config) {
        (_, Some(Err(all))) => wrong.extend(all),
        (AuthorizerChoice::Off, _) => return RuntimeAuthorizer::Off,
        (AuthorizerChoice::Enforce, Some(Ok(authorizer))) => return RuntimeAuthorizer::Enforce(authorizer),
        (AuthorizerChoice::Enforce, None) => {
            wrong.push(format!("RUNTIME_AUTHORIZER is \"enforce\", which needs {CONFIG}."));
        }
        (AuthorizerChoice::Report, _) => {}
    }
    RuntimeAuthorizer::Report
}

/// One setting; where it is wrong, its default and a sentence in `wrong`.
fn setting<T>(name: &str, variable: impl Fn(&str) -> Option<OsString>, wrong: &mut Vec<String>) -> T
where
    T: Default + FromStr<Err: fmt::Display>,
{
    let Some(value) = variable(name) else { return T::default() };
    let parsed = match value.to_str() {
        None => Err(format!("{name} is not valid UTF-8.")),
        Some(text) => text.parse().map_err(|why| format!("{name} is {text:?}: {why}.")),
    };
    parsed.unwrap_or_else(|why| {
        wrong.push(why);
        T::default()
    })
}

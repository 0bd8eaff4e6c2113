//! The settings, from the environment. A wrong one stops the function at its start; none falls back to a default.

use std::ffi::OsString;

use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use thiserror::Error;

use crate::{
    exception::ExceptionTag,
    resource::agentcore_runtime::authorizer::{Authorizer, RuntimeAuthorizer},
};

/// What the guardrail may do.
#[derive(Clone, Copy, Debug, Default, EnumString, Eq, IntoStaticStr, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mode {
    /// Require version 2 where it is not required.
    #[default]
    Enforce,
    /// Say what would be done, and write nothing.
    Report,
}

/// How the guardrail was told to work.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Settings {
    /// `GUARDRAIL_MODE`: `enforce`, the default, or `report`.
    pub mode: Mode,
    /// `EXCEPTION_TAG`: `KEY` or `KEY=VALUE`; the default is `metadata-guardrail:exempt`.
    pub exception: ExceptionTag,
    /// `RUNTIME_AUTHORIZER`: `off`, `report`, the default, or `enforce`; with `enforce`, `RUNTIME_AUTHORIZER_CONFIG` is
    /// the JSON of the `customJWTAuthorizer` to set.
    pub runtime_authorizer: RuntimeAuthorizer,
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
        let mut setting = |name: &str| match variable(name)?.into_string() {
            Ok(value) => Some(value),
            Err(_) => {
                wrong.push(format!("{name} is not valid UTF-8."));
                None
            }
        };
        let (mode, exception) = (setting("GUARDRAIL_MODE"), setting("EXCEPTION_TAG"));
        let (authorizer, config) = (setting("RUNTIME_AUTHORIZER"), setting("RUNTIME_AUTHORIZER_CONFIG"));
        let mut settings = Self::default();
        if let Some(text) = mode {
            match text.parse() {
                Ok(mode) => settings.mode = mode,
                Err(_) => wrong.push(format!("GUARDRAIL_MODE is {text:?}; it can be \"enforce\" or \"report\".")),
            }
        }
        if let Some(text) = exception {
            match text.parse() {
                Ok(tag) => settings.exception = tag,
                Err(why) => wrong.push(format!("EXCEPTION_TAG is {text:?}: {why}.")),
            }
        }
        settings.runtime_authorizer = runtime_authorizer(authorizer.as_deref(), config.as_deref(), &mut wrong);
        if wrong.is_empty() { Ok(settings) } else { Err(WrongSettings(wrong)) }
    }
}

/// `RUNTIME_AUTHORIZER` and its configuration, which is checked even where it is not used. Of a wrong one the names of
/// members are said, and no value.
fn runtime_authorizer(setting: Option<&str>, config: Option<&str>, wrong: &mut Vec<String>) -> RuntimeAuthorizer {
    let config = config.map(str::parse::<Authorizer>);
    if let Some(Err(all)) = &config {
        wrong.extend(all.iter().map(|why| format!("RUNTIME_AUTHORIZER_CONFIG {why}.")));
    }
    match (setting, config) {
        (Some("off"), _) => return RuntimeAuthorizer::Off,
        (Some("enforce"), Some(Ok(authorizer))) => return RuntimeAuthorizer::Enforce(authorizer),
        (Some("enforce"), None) => {
            wrong.push("RUNTIME_AUTHORIZER is \"enforce\", which needs RUNTIME_AUTHORIZER_CONFIG.".to_owned());
        }
        (None | Some("report" | "enforce"), _) => {}
        (Some(text), _) => {
            wrong.push(format!("RUNTIME_AUTHORIZER is {text:?}; it can be \"off\", \"report\" or \"enforce\"."))
        }
    }
    RuntimeAuthorizer::Report
}

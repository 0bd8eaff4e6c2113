//! The settings, from the environment. A wrong one stops the function at its start; none falls back to a default.

use std::ffi::OsString;

use serde::Serialize;
use strum::{EnumString, IntoStaticStr};
use thiserror::Error;

use crate::exception::ExceptionTag;

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
        if wrong.is_empty() { Ok(settings) } else { Err(WrongSettings(wrong)) }
    }
}

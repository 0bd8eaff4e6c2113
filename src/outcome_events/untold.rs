//! What could not be told, and why.

use std::{collections::BTreeSet, fmt};

use aws_runtime::retries::classifiers::THROTTLING_ERRORS;
use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};
use thiserror::Error;

use super::OutcomeEvent;

/// The codes with which AWS refuses something only for the moment, besides those of a throttle.
const INTERNAL_ERRORS: [&str; 3] = ["InternalException", "InternalFailure", "ServiceUnavailable"];

/// What is not on the bus, as far as is known.
#[derive(Debug, Eq, PartialEq)]
pub struct Untold {
    /// How many outcomes and summaries.
    pub number: usize,
    /// Why.
    pub why: BTreeSet<Why>,
}

impl Untold {
    /// As many events, before any is sent.
    pub(super) fn all(number: usize) -> Self {
        Self { number, why: BTreeSet::new() }
    }

    /// Remembers why these are not there.
    pub(super) fn blame(&mut self, refused: Vec<(&OutcomeEvent, Why)>) {
        self.why.extend(refused.into_iter().map(|(_, why)| why));
    }
}

impl fmt::Display for Untold {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why: Vec<_> = self.why.iter().map(Why::to_string).collect();
        write!(
            formatter,
            "outcome events are missing on the bus, as far as is known, {} in all, because {}. \
             Nothing else fails with them; the log has the outcomes.",
            self.number,
            why.join(" and ")
        )
    }
}

/// Why something is not on the bus.
#[derive(Clone, Debug, Eq, Error, Ord, PartialEq, PartialOrd)]
pub enum Why {
    /// AWS says so, with this error code.
    #[error("AWS answered PutEvents with {0}")]
    Refused(String),
    /// There is no answer, or none that can be read. So it may be there.
    #[error("PutEvents had no answer that could be read")]
    NoAnswer,
    /// The answer did not come in time. So it may be there.
    #[error("PutEvents took too long")]
    TooSlow,
    /// It was not sent.
    #[error("there was too little time to send them")]
    NoTime,
}

impl Why {
    /// Of the answer to a whole request.
    pub(super) fn of_request<E: ProvideErrorMetadata>(error: &SdkError<E>) -> Self {
        error.code().map_or(Self::NoAnswer, |code| Self::Refused(code.to_owned()))
    }

    /// Of the error code in the answer to one entry; `None` if it was taken. The answer may lack
    /// the entry.
    pub(super) fn of_entry(code: Option<Option<&str>>) -> Option<Self> {
        match code {
            Some(code) => code.map(|code| Self::Refused(code.to_owned())),
            None => Some(Self::NoAnswer),
        }
    }

    /// Whether AWS has not taken it and may do so a moment later.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Refused(code) => {
                let code = code.as_str();
                THROTTLING_ERRORS.contains(&code) || INTERNAL_ERRORS.contains(&code)
            }
            Self::NoAnswer | Self::TooSlow | Self::NoTime => false,
        }
    }
}

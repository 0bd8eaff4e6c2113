//! Why there is no report.

use std::{io, path::PathBuf};

use thiserror::Error as ThisError;

use crate::{baseline::WrongBaseline, status::Status};

/// Why there is no report, as sentences for a person.
#[derive(Debug, ThisError)]
pub enum Error {
    /// A person named a Region that does not exist.
    #[error(
        "{name:?} is no Region of the partition {partition}. `aws account list-regions` shows \
         those of your account."
    )]
    UnknownRegion {
        /// What the person named.
        name: String,
        /// The partition of the credentials.
        partition: String,
    },
    /// A person named a Region that the account has not enabled.
    #[error(
        "The Region {0} is not enabled in this account, so nothing can run there. Enable it or \
         leave it out."
    )]
    DisabledRegion(String),
    /// There are no credentials, or they could not be had.
    #[error(
        "There are no AWS credentials: {0}. Log in, for example with `aws sso login`, or name a \
         profile with --profile."
    )]
    NoCredentials(String),
    /// AWS did not answer what everything depends on.
    #[error("The account could not be looked at. {0}")]
    NotAnswered(String),
    /// The day lies in the past.
    #[error(
        "{0} has passed. --as-of takes today or a later day, because what was set earlier is not \
         known."
    )]
    DayPassed(chrono::NaiveDate),
    /// The day and the use of IMDSv1 were both asked for.
    #[error(
        "--as-of and --usage-days cannot be used together, because the use of IMDSv1 up to a later \
         day is not known. Leave one of them out."
    )]
    DayAndUsage,
    /// The configuration of the authorizer is wrong. The sentence names members and never a value.
    #[error("--runtime-authorizer-config (RUNTIME_AUTHORIZER_CONFIG) is wrong: {0}.")]
    WrongAuthorizer(String),
    /// The suffix of a file names no format.
    #[error(
        "The suffix of {} names no format. Use .txt, .json, .ndjson, .csv, .html or .ocsf.json, \
         or name the format with --format.", .0.display()
    )]
    NoFormat(PathBuf),
    /// The suffix of a file and an option name different formats.
    #[error(
        "The suffix of {} names another format than --format {format}. Leave one of them out.",
        path.display()
    )]
    TwoFormats {
        /// The file.
        path: PathBuf,
        /// What the option names.
        format: String,
    },
    /// Two reports would go to the same file.
    #[error("{} is named twice by --output.", .0.display())]
    SameFile(PathBuf),
    /// A file cannot be written.
    #[error("{} cannot be written: {source}.", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The earlier report cannot be read.
    #[error("{} cannot be read: {source}.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The earlier report is none.
    #[error(transparent)]
    WrongBaseline(#[from] WrongBaseline),
    /// Standard output cannot be written.
    #[error("Standard output cannot be written: {0}.")]
    Stdout(io::Error),
}

impl Error {
    /// The status with which the program ends.
    pub fn status(&self) -> Status {
        match self {
            Self::NoCredentials(_) | Self::NotAnswered(_) => Status::NotSeen,
            Self::UnknownRegion { .. }
            | Self::DisabledRegion(_)
            | Self::DayPassed(_)
            | Self::DayAndUsage
            | Self::WrongAuthorizer(_)
            | Self::NoFormat(_)
            | Self::TwoFormats { .. }
            | Self::SameFile(_)
            | Self::Unwritable { .. }
            | Self::Unreadable { .. }
            | Self::WrongBaseline(_)
            | Self::Stdout(_) => Status::WrongUse,
        }
    }
}

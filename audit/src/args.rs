//! The options of the program, each with an environment variable. What the Lambda function is told
//! by a variable has the same variable here, so that both can be given the same values.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, ValueEnum, builder::BoolishValueParser};
use clap_complete::Shell;
use metadata_guardrail::{
    exception::ExceptionTag,
    settings::{
        AccountDefaults, Authorizer, Mode, MutableArtifacts, PinnedEndpoints, RuntimeAuthorizer,
        Settings, UsageDays,
    },
    target::Kind,
};

use crate::{error::Error, format::Format};

const EXAMPLES: &str = "\
Examples:
  metadata-guardrail-audit
      every enabled Region of the account that your credentials belong to
  metadata-guardrail-audit --profile prod --region eu-west-1 --only instances
      the instances of one Region
  metadata-guardrail-audit --usage-days 14 --output audit.html --output audit.json
      with the use of IMDSv1, as a page for people and as data for programs
  metadata-guardrail-audit --baseline audit.json
      what has changed since then
  metadata-guardrail-audit --print-policy > policy.json
      the IAM policy that it needs

Exit status:
  0    everything was seen, and nothing is open
  1    something is open: it allows version 1 of its metadata service, and is not exempt
  2    the program was called with wrong options, or a file cannot be read or written
  3    not everything could be seen, whatever else is open
  129  its terminal was closed
  130  it was interrupted
  143  it was told to end, as by a pipeline that is cancelled";

/// Says which EC2 instances and Bedrock AgentCore runtimes of an account still allow version 1 of
/// their metadata service, and what the guardrail would do about each. It only reads.
#[derive(Clone, Debug, Parser)]
#[command(name = "metadata-guardrail-audit", version, after_help = EXAMPLES)]
pub struct Args {
    /// The profile whose credentials and Region to use, as in ~/.aws/config
    #[arg(long, value_name = "NAME", env = "AWS_PROFILE", help_heading = "What to look at")]
    pub profile: Option<String>,

    /// A Region to look at; may be repeated. Without it: every Region that is enabled
    #[arg(
        long = "region",
        value_name = "REGION",
        env = "AUDIT_REGIONS",
        value_delimiter = ',',
        value_parser = region,
        help_heading = "What to look at"
    )]
    pub regions: Vec<String>,

    /// The kinds to look at; may be repeated. Without it: all of them
    #[arg(
        long,
        value_name = "KIND",
        env = "AUDIT_ONLY",
        value_delimiter = ',',
        help_heading = "What to look at"
    )]
    pub only: Vec<Only>,

    /// The tag that exempts: KEY or KEY=VALUE
    #[arg(
        long,
        value_name = "TAG",
        env = "EXCEPTION_TAG",
        default_value_t = ExceptionTag::default(),
        help_heading = "How to judge"
    )]
    pub exception_tag: ExceptionTag,

    /// Over how many days to read the use of IMDSv1, 1 to 90; 0 does not read it. An instance that
    /// uses IMDSv1 is open, but the guardrail would leave it as it is
    #[arg(
        long,
        value_name = "DAYS",
        env = "IMDSV1_USAGE_DAYS",
        default_value = "0",
        help_heading = "How to judge"
    )]
    pub usage_days: UsageDays,

    /// What the guardrail is told to do about runtimes without an authorizer
    #[arg(
        long,
        value_name = "WHAT",
        env = "RUNTIME_AUTHORIZER",
        default_value = "report",
        help_heading = "How to judge"
    )]
    pub runtime_authorizer: AuthorizerChoice,

    /// The customJWTAuthorizer that the guardrail would set, as JSON; for
    /// `--runtime-authorizer enforce`
    #[arg(
        long,
        value_name = "JSON",
        env = "RUNTIME_AUTHORIZER_CONFIG",
        hide_env_values = true,
        required_if_eq("runtime_authorizer", "enforce"),
        help_heading = "How to judge"
    )]
    pub runtime_authorizer_config: Option<String>,

    /// What the guardrail is told to do about runtimes whose artifact can change under its name
    #[arg(
        long,
        value_name = "WHAT",
        env = "MUTABLE_ARTIFACTS",
        default_value = "enforce",
        help_heading = "How to judge"
    )]
    pub mutable_artifacts: ArtifactsChoice,

    /// Judge exceptions as on this day, YYYY-MM-DD: today, or a later one
    #[arg(
        long,
        value_name = "DATE",
        env = "AUDIT_AS_OF",
        value_parser = day,
        help_heading = "How to judge"
    )]
    pub as_of: Option<NaiveDate>,

    /// List safe resources too
    #[arg(
        long,
        env = "AUDIT_ALL",
        value_parser = BoolishValueParser::new(),
        help_heading = "What comes out"
    )]
    pub all: bool,

    /// A file to write the report to; may be repeated. Its suffix names the format: .txt, .json,
    /// .ndjson, .csv, .html, .ocsf.json
    #[arg(short, long, value_name = "FILE", env = "AUDIT_OUTPUT", help_heading = "What comes out")]
    pub output: Vec<PathBuf>,

    /// The format of standard output, or with --output that of files whose suffix names none
    #[arg(long, value_name = "FORMAT", env = "AUDIT_FORMAT", help_heading = "What comes out")]
    pub format: Option<Format>,

    /// An earlier report in the format json, to tell what has changed since
    #[arg(long, value_name = "FILE", env = "AUDIT_BASELINE", help_heading = "What comes out")]
    pub baseline: Option<PathBuf>,

    /// End with status 0 even if something is open. What was not seen still gives 3
    #[arg(
        long,
        env = "AUDIT_EXIT_ZERO",
        value_parser = BoolishValueParser::new(),
        help_heading = "What comes out"
    )]
    pub exit_zero: bool,

    /// Print the IAM policy that an audit with these options needs, and end
    #[arg(long, help_heading = "Instead of an audit")]
    pub print_policy: bool,

    /// Print completions for a shell, and end
    #[arg(long, value_name = "SHELL", help_heading = "Instead of an audit")]
    pub completions: Option<Shell>,
}

/// A kind of resource, as a person writes it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Only {
    /// EC2 instances
    Instances,
    /// Bedrock AgentCore runtimes
    Runtimes,
    /// The account defaults of EC2, which new instances are given
    Defaults,
}

/// `RUNTIME_AUTHORIZER`, as it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum AuthorizerChoice {
    /// They are not even reported
    Off,
    /// They are reported
    Report,
    /// They are given an authorizer together with MMDSv2
    Enforce,
}

/// `MUTABLE_ARTIFACTS`, as it is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum ArtifactsChoice {
    /// MMDSv2 is required on them
    Enforce,
    /// They are left as they are
    Hold,
}

impl Args {
    /// The kinds to look at, each once.
    pub fn kinds(&self) -> Vec<Kind> {
        let all = [
            (Only::Instances, Kind::Ec2Instance),
            (Only::Runtimes, Kind::AgentcoreRuntime),
            (Only::Defaults, Kind::AccountDefaults),
        ];
        let is_asked = |only| self.only.is_empty() || self.only.contains(&only);
        all.into_iter()
            .filter(|(only, _)| is_asked(*only))
            .map(|(_, kind)| kind)
            .collect()
    }

    /// The settings of a guardrail that would be deployed with these values, in report mode: it
    /// holds nothing that can write.
    ///
    /// # Errors
    /// The authorizer's configuration is wrong.
    pub fn settings(&self) -> Result<Settings, Error> {
        Ok(Settings {
            mode: Mode::Report,
            exception: self.exception_tag.clone(),
            imdsv1_usage_days: self.usage_days,
            runtime_authorizer: self.authorizer()?,
            mutable_artifacts: match self.mutable_artifacts {
                ArtifactsChoice::Enforce => MutableArtifacts::Enforce,
                ArtifactsChoice::Hold => MutableArtifacts::Hold,
            },
            account_defaults: AccountDefaults::Report,
            pinned_endpoints: PinnedEndpoints::Report,
            ..Settings::default()
        })
    }

    /// It is read here and not by the parser of options, which would repeat a wrong value.
    fn authorizer(&self) -> Result<RuntimeAuthorizer, Error> {
        let config = self.runtime_authorizer_config.as_deref().map(str::parse::<Authorizer>);
        let config = config.transpose().map_err(|all| {
            let all: Vec<_> = all.iter().map(|why| format!("it {why}")).collect();
            Error::WrongAuthorizer(all.join(", "))
        })?;
        Ok(match (self.runtime_authorizer, config) {
            (AuthorizerChoice::Off, _) => RuntimeAuthorizer::Off,
            (AuthorizerChoice::Enforce, Some(authorizer)) => RuntimeAuthorizer::Enforce(authorizer),
            (AuthorizerChoice::Report | AuthorizerChoice::Enforce, _) => RuntimeAuthorizer::Report,
        })
    }
}

/// A Region by its code. Whether there is such a Region, AWS knows.
fn region(text: &str) -> Result<String, String> {
    let is_known =
        |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if text.is_empty() || !text.bytes().all(is_known) {
        return Err("it is not the code of a Region, such as eu-west-1".to_owned());
    }
    Ok(text.to_owned())
}

fn day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| day.to_string() == text)
        .ok_or_else(|| "it is not a day of the form YYYY-MM-DD, such as 2027-01-31".to_owned())
}

//! The end of the day: the account as `metadata-guardrail-audit` shows it.

use std::io;

use chrono::{DateTime, Utc};
use clap::Parser;
use metadata_guardrail_audit::{
    args::Args,
    audit::audit,
    format::{Screen, table},
    progress::Progress,
};

use super::{
    USAGE_DAYS,
    support::harness::{Scene, config},
};

/// A terminal on a small screen, which shows what matters most.
const SCREEN: Screen = Screen { columns: Some(96), colours: false };

/// Audits the world of a scene with the settings of its guardrail, and prints what a person sees.
pub async fn play(scene: &Scene, now: &str) {
    let command = format!("metadata-guardrail-audit --usage-days {USAGE_DAYS}");
    println!("\n$ {command}");
    let args = Args::try_parse_from(command.split(' ')).expect("valid options");
    let config = config(&scene.aws.url(), None).await;
    let now: DateTime<Utc> = now.parse().expect("a time");
    let writes = scene.aws.writes().len();
    let report = audit(&args, &config, None, now, &Progress::hidden()).await.expect("a report");
    assert_eq!(scene.aws.writes().len(), writes, "an audit writes nothing");
    table::write(&report, SCREEN, &mut io::stdout().lock()).expect("standard output");
}

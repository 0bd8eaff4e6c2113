//! An audit: every Region of an account, through the guardrail's own door.

use std::{cell::RefCell, collections::BTreeMap};

use aws_config::SdkConfig;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures_util::{StreamExt, future::join_all, stream};
use metadata_guardrail::{
    guardrail::Guardrail, outcome::Outcome, settings::Mode, sweep::Extent, target::Kind,
};
use tokio::sync::Semaphore;

use crate::{
    account::Account,
    args::Args,
    baseline::Baseline,
    changes::Named,
    control,
    error::Error,
    progress::Progress,
    remedy::Hand,
    report::{Asked, Region, Report, SCHEMA, Sight},
    standing::Standing,
    tally::{Found, Tally, Terms},
};

/// How many Regions are looked at at once. A laptop may have 256 connections open, and a Region
/// takes up to eleven.
const REGIONS_AT_ONCE: usize = 20;
/// In how many of them instances are listed at once. Each has a page of them in memory meanwhile,
/// which takes some 5 MiB, while the tags of the page before are read.
const INSTANCES_AT_ONCE: usize = 4;

/// Audits the account of this configuration's credentials, as the options say.
///
/// # Errors
/// There is nothing to report, because the account could not be looked at or the options do not fit
/// it. What could not be seen of an account is part of its report.
pub async fn audit(
    args: &Args,
    config: &SdkConfig,
    baseline: Option<Baseline>,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<Report, Error> {
    let (as_of, settings) = (as_of(args, now)?, args.settings()?);
    let account = Account::find(config, &args.regions).await?;
    let baseline = baseline.map(|baseline| baseline.for_account(&account.id)).transpose()?;
    let baseline = baseline.map(|baseline| baseline.among(|named| is_asked(args, named)));
    let terms = Terms {
        hand: Hand { exception_key: args.exception_tag.key(), profile: args.profile.as_deref() },
        as_of: as_of.date_naive(),
        all: args.all,
        baseline: baseline.as_ref(),
    };
    let guardrail = Guardrail::new(settings, config.clone());
    let found = look(&guardrail, &args.kinds(), &account, terms, as_of, progress).await;
    Ok(report(args, account, found, baseline, as_of.date_naive(), now))
}

/// The moment for which exceptions are judged.
fn as_of(args: &Args, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let today = now.date_naive();
    match args.as_of {
        None => Ok(now),
        Some(_) if args.usage_days.0 > 0 => Err(Error::DayAndUsage),
        Some(day) if day == today => Ok(now),
        Some(day) if day > today => Ok(day.and_time(NaiveTime::MIN).and_utc()),
        Some(day) => Err(Error::DayPassed(day)),
    }
}

async fn look(
    guardrail: &Guardrail,
    kinds: &[Kind],
    account: &Account,
    terms: Terms<'_>,
    as_of: DateTime<Utc>,
    progress: &Progress,
) -> Found {
    let tally = RefCell::new(Tally::new(terms));
    let each = |outcome: Outcome| {
        let mut tally = tally.borrow_mut();
        tally.add(outcome);
        progress.seen(tally.seen());
    };
    let instances = Semaphore::new(INSTANCES_AT_ONCE);
    progress.begin(account.regions.len());
    let regions = stream::iter(&account.regions).map(async |region| {
        let place = account.place(region);
        let visit = guardrail.visit(&place, Mode::Report, as_of, guardrail.patience(None));
        let kinds = kinds.iter().map(async |kind| {
            let _permit = match kind {
                Kind::Ec2Instance => instances.acquire().await.ok(),
                // These wait for AWS's limits, which each Region has for itself.
                Kind::AgentcoreRuntime | Kind::AccountDefaults => None,
            };
            visit.sweep(&[*kind], Extent::Everything, &each).await
        });
        let unfinished = join_all(kinds).await;
        tally.borrow_mut().ended(region, unfinished.concat());
        progress.region_done();
    });
    regions.buffer_unordered(REGIONS_AT_ONCE).collect::<()>().await;
    progress.end();
    tally.into_inner().found()
}

fn report(
    args: &Args,
    account: Account,
    found: Found,
    baseline: Option<Baseline>,
    as_of: NaiveDate,
    now: DateTime<Utc>,
) -> Report {
    let kinds = args.kinds();
    let Found { summary, regions, not_seen, resources, open, then_open } = found;
    let standing_now =
        |named: &Named| then_open.get(&named.arn).copied().or_else(|| unseen(&regions, named));
    let changes = baseline.map(|baseline| baseline.compare(open, standing_now));
    Report {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        account: account.id,
        partition: account.partition,
        audited_at: now,
        controls: controls(&kinds),
        asked: Asked {
            kinds,
            regions: args.regions.clone(),
            exception_tag: args.exception_tag.to_string(),
            as_of,
            imdsv1_usage_days: args.usage_days.0,
            all: args.all,
        },
        summary,
        regions,
        not_seen,
        resources,
        changes,
    }
}

/// Whether an audit with these options looks for a resource.
fn is_asked(args: &Args, named: &Named) -> bool {
    let is_kind = args.kinds().iter().any(|kind| kind.name() == named.kind);
    is_kind && (args.regions.is_empty() || args.regions.contains(&named.region))
}

/// [`Standing::NotSeen`] unless all of a resource's kind was seen in its Region.
fn unseen(regions: &[Region], named: &Named) -> Option<Standing> {
    let region = regions.iter().find(|region| region.region == named.region);
    let mut kinds = region.iter().flat_map(|region| &region.kinds);
    match kinds.find(|(kind, _)| kind.name() == named.kind) {
        Some((_, Sight::Seen | Sight::NotOffered)) => None,
        Some((_, Sight::NotSeen)) | None => Some(Standing::NotSeen),
    }
}

fn controls(kinds: &[Kind]) -> BTreeMap<Kind, Vec<control::Control>> {
    kinds.iter().map(|kind| (*kind, control::of_kind(*kind).to_vec())).collect()
}

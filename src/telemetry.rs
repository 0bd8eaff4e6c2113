//! What the person on call sees: JSON log lines, and metrics in CloudWatch's embedded metric
//! format.

mod counts;

use std::time::Duration;

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use metrics::{counter, histogram};
use serde::Serialize;
use serde_json::Value;
use tracing::{error, info, level_filters::LevelFilter, warn};
use tracing_subscriber::{Layer, filter::Targets, fmt::MakeWriter, layer::SubscriberExt};

use crate::{
    event::{Ask, Ignored, Work},
    outcome::Outcome,
    outcome_events::Untold,
    place::Place,
    response::{Answer, InvocationError, NotListed, Response, Returned},
    settings::Mode,
    text::shortened,
    verdict::{Held, Verdict},
};

pub use self::counts::{Metrics, NAMESPACE};

/// A subscriber that writes one JSON line per event: our own from `INFO`, and the Lambda runtime's
/// from `WARN`.
///
/// The levels are fixed on purpose: the SDK would log requests and responses, which hold the
/// configuration of runtimes. What goes wrong there shows in the outcomes.
pub fn subscriber<W>(writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let levels = Targets::new()
        .with_target(env!("CARGO_CRATE_NAME"), LevelFilter::INFO)
        .with_target("lambda_runtime", LevelFilter::WARN)
        // The span that puts the request id on the runtime's own lines.
        .with_target("lambda_runtime::layers::trace", LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer)
        .with_filter(levels);
    tracing_subscriber::registry().with(lines)
}

/// Where an event came from, for its lines in the log.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// Lambda's id of the invocation.
    pub request_id: &'a str,
    /// SQS's id of the message that holds the event; `None` if the event itself was the payload.
    pub message_id: Option<&'a str>,
}

const NAMES_NOTHING: &str =
    "; nothing it names can be read, so a sweep looks at all resources of its kind";

/// Logs what triggered the guardrail, and for how many resources. A sweep does not know their
/// number yet.
pub fn report_ask(Origin { request_id, message_id }: Origin<'_>, ask: &Ask) {
    let Ask { place, cause, work, id: event_id, unknown_ids, .. } = ask;
    let Place { account, region, .. } = place;
    let (cause, event_id): (&str, _) = (cause.into(), event_id.as_deref());
    let (targets, swept) = match work {
        Work::Targets(targets) => (Some(targets.len()), ""),
        Work::Unnamed(_) => (None, NAMES_NOTHING),
        Work::Sweep(..) => (None, ""),
    };
    info!(
        request_id,
        message_id, event_id, cause, account, region, targets, "triggered by {cause}{swept}"
    );
    if let Some(first) = unknown_ids.first() {
        let number = unknown_ids.len();
        counter!("UnknownIds").increment(number as u64);
        warn!(
            request_id,
            message_id,
            event_id,
            cause,
            account,
            region,
            unknown_ids = number,
            "the event names ids in an unknown form, {number} in all, such as {:?}; the resources \
             they name were {}. Update the guardrail.",
            shortened(first),
            if targets.is_some() { "not looked at" } else { "covered by a sweep" }
        );
    }
}

/// Logs and counts an event that asks for nothing.
pub fn report_ignored(
    Origin { request_id, message_id }: Origin<'_>,
    mode: Mode,
    event: &EventBridgeEvent<Value>,
    reason: Ignored,
) {
    let (mode, reason): (&str, &str) = (mode.into(), reason.into());
    let (account, region) = (event.account.as_deref(), event.region.as_deref());
    counter!("Ignored", "Reason" => reason).increment(1);
    info!(
        request_id,
        message_id,
        mode,
        account,
        region,
        ignored = reason,
        "the event was ignored: {reason}"
    );
}

/// Logs and counts a message that comes back to its queue.
pub fn report_returned(
    Origin { request_id, message_id }: Origin<'_>,
    Place { account, region, .. }: &Place,
    why: &Returned,
) {
    counter!("ReturnedMessages").increment(1);
    warn!(
        request_id,
        message_id, account, region, "the message comes back to its queue, because {why}"
    );
}

/// Logs that something is not told on the bus. It is not counted: the outcomes are, and each of
/// them has its own line.
pub fn report_untold(request_id: &str, Place { account, region, .. }: &Place, untold: &Untold) {
    warn!(request_id, account, region, untold = untold.number, "{untold}");
}

/// Counts the outcome of a target in a sweep. A sweep does not fail with a target.
pub fn count_in_sweep(outcome: &Outcome) {
    if let Verdict::Failed(_) = outcome.verdict {
        counter!("UnfinishedTargets").increment(1);
    }
}

/// Logs and counts how one invocation ended. Everything else was reported before, as soon as it was
/// known.
pub fn report(request_id: &str, took: Duration, result: &Result<Answer, InvocationError>) {
    histogram!("Duration").record(took.as_secs_f64() * 1000.0);
    let Err(error) = result else { return };
    counter!("Failures").increment(1);
    match error {
        // Its outcomes have log lines of their own.
        InvocationError::RemediationFailed(_) => {}
        InvocationError::NotAnEvent(_) | InvocationError::NoHome(_) => {
            error!(request_id, "{error}");
        }
    }
}

/// Logs and counts how a sweep ended. `response` holds its outcomes.
pub fn report_sweep(request_id: &str, response: &Response) {
    let Some(sweep) = &response.sweep else { return };
    for NotListed { kind, place, why } in &sweep.not_listed {
        let Place { account, region, .. } = place;
        let (kind, reason, detail): (&str, _, _) = (kind.into(), why.reason(), why.detail());
        if why.is_failure() {
            error!(request_id, kind, account, region, reason, detail, "{kind} could not be listed");
        } else {
            info!(request_id, kind, account, region, reason, detail, "{kind} is not offered here");
        }
    }
    if sweep.is_whole && !response.has_failed() && sweep.complete {
        counter!("CompleteSweeps").increment(1);
    }
    let (mode, complete): (&str, _) = (response.mode.into(), sweep.complete);
    let Place { account, region, .. } = &sweep.place;
    let (counts, launched_by) = (json(&response.counts), json(&sweep.launched_by));
    info!(request_id, mode, account, region, complete, counts, launched_by, "the sweep has ended");
}

/// Logs and counts one outcome.
pub fn report_outcome(request_id: &str, mode: Mode, outcome: &Outcome) {
    let (kind, result): (&str, _) = (outcome.kind.into(), outcome.verdict.result());
    counter!("Outcomes", "Kind" => kind, "Result" => result).increment(1);
    if outcome.is_unverified_write() {
        counter!("UnverifiedWrites").increment(1);
    }
    if outcome.verdict == Verdict::Held(Held::Refused) {
        counter!("UnfinishedTargets").increment(1);
    }
    log(request_id, mode.into(), outcome);
}

/// Writes one line per outcome, with the outcome's members. Those that are not plain text are
/// written as JSON.
fn log(request_id: &str, mode: &str, outcome: &Outcome) {
    let Outcome {
        kind,
        id,
        place,
        arn,
        verdict,
        detail,
        before,
        after,
        findings,
        exempt_until,
        imdsv1_use,
        launched_by,
        write_is_open: _,
        obstacle: _,
        is_unfinished: _,
    } = outcome;
    let (kind, result, reason): (&str, _, _) = (kind.into(), verdict.result(), verdict.reason());
    let Place { account, region, .. } = place;
    let (before, after, findings) = (json(before), json(after), json(findings));
    let exempt_until = exempt_until.map(|until| until.to_string());
    let imdsv1_use = imdsv1_use.as_ref().map(json);
    let launched_by = launched_by.as_ref().map(json);
    let unverified_write = outcome.is_unverified_write().then_some(true);
    // tracing fixes the level at compile time, so each level needs its own expansion.
    macro_rules! log_at {
        ($level:ident) => {
            $level!(
                request_id,
                mode,
                kind,
                id,
                account,
                region,
                arn,
                result,
                reason,
                detail,
                before,
                after,
                findings,
                exempt_until,
                imdsv1_use,
                launched_by,
                unverified_write,
                "{id}: {result}"
            )
        };
    }
    match verdict {
        Verdict::Failed(_) => log_at!(error),
        Verdict::Held(_) => log_at!(warn),
        Verdict::Enforced(_)
        | Verdict::WouldEnforce
        | Verdict::Deferred(_)
        | Verdict::Exempt
        | Verdict::Gone(_)
        | Verdict::Compliant(_) => log_at!(info),
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

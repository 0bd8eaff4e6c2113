//! What to know before a command of the report is run. Pure.

use metadata_guardrail::{target::Kind, text::holding};

use crate::report::{Report, Resource};

const CARE: &str = "Before you run a command, make sure that nothing on the resource uses version \
                    1, and ask its owner.";
const NOT_READ: &str =
    "Whether open instances use it was not read: --usage-days 14 counts their calls.";
const RUNTIMES: &str =
    "A runtime's command needs an AWS CLI that knows all its members: see docs/src/audit.md.";

/// The sentences for a report of which these resources are shown with their commands; none if
/// there are no commands.
pub fn before<'a>(
    report: &Report,
    commands: impl IntoIterator<Item = &'a Resource>,
) -> Vec<&'static str> {
    let commands: Vec<_> =
        commands.into_iter().filter(|resource| resource.remedy.is_some()).collect();
    let has = |kind| commands.iter().any(|resource| resource.outcome.kind == kind);
    let was_read = report.asked.imdsv1_usage_days > 0;
    let has_open_instances = report
        .summary
        .by_kind
        .get(&Kind::Ec2Instance)
        .is_some_and(|counts| counts.open > 0);
    let sentences = vec![
        (!commands.is_empty(), CARE),
        (!commands.is_empty() && has_open_instances && !was_read, NOT_READ),
        (has(Kind::AgentcoreRuntime), RUNTIMES),
    ];
    holding(sentences).collect()
}

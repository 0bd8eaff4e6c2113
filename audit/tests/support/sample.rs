//! A report for the formats: small, with everything in it that a format has to cope with. What
//! people write in tags and names is as hostile as it can be.

use std::collections::BTreeMap;

use metadata_guardrail::{
    outcome::{Finding, Imdsv1Use, LaunchTemplate, LaunchedBy, Outcome, State},
    place::Place,
    target::Kind,
    verdict::{Compliant, Deferred, Failed, Held, Verdict},
};
use metadata_guardrail_audit::{
    changes::{Changes, Named},
    control,
    remedy::{self, Hand},
    report::{Asked, NotSeen, Reason, Region, Report, Resource, SCHEMA, Sight},
    source,
    standing::Standing,
    summary::{self, Counts, Ending, Summary},
};

/// What an attacker would write into a tag.
pub const HOSTILE: &str = "=HYPERLINK(\"http://evil.example\")</script><script>alert(1)</script>,\r\n\u{202e}\"'&\u{1b}[31m";

const ACCOUNT: &str = "111122223333";
const EXCEPTION_TAG: &str = "metadata-guardrail:exempt";

/// The report.
pub fn report() -> Report {
    let resources = resources();
    let count = |standing| {
        resources
            .iter()
            .filter(|one| one.standing == standing && one.outcome.kind != Kind::AccountDefaults)
            .count()
    };
    let counts = Counts {
        safe: 320,
        open: count(Standing::Open),
        exempt: count(Standing::Exempt),
        not_seen: count(Standing::NotSeen),
    };
    let mut by_kind = BTreeMap::new();
    for resource in &resources {
        let counts: &mut Counts = by_kind.entry(resource.outcome.kind).or_default();
        match resource.standing {
            Standing::Open => counts.open += 1,
            Standing::Exempt => counts.exempt += 1,
            Standing::NotSeen => counts.not_seen += 1,
            Standing::Safe => {}
        }
    }
    by_kind.entry(Kind::Ec2Instance).or_default().safe = 290;
    by_kind.entry(Kind::AgentcoreRuntime).or_default().safe = 30;
    by_kind.entry(Kind::AccountDefaults).or_default().safe = 1;
    let mut by_result = BTreeMap::from([("compliant", 321)]);
    for resource in &resources {
        let result = resource.outcome.verdict.result();
        if result != "compliant" {
            *by_result.entry(result).or_default() += 1;
        }
    }
    let kinds = |instances, runtimes, defaults| {
        BTreeMap::from([
            (Kind::Ec2Instance, instances),
            (Kind::AgentcoreRuntime, runtimes),
            (Kind::AccountDefaults, defaults),
        ])
    };
    Report {
        schema: SCHEMA,
        version: "0.1.0",
        account: ACCOUNT.to_owned(),
        partition: "aws".to_owned(),
        audited_at: "2026-11-21T09:00:00Z".parse().expect("a time"),
        asked: Asked {
            kinds: vec![Kind::Ec2Instance, Kind::AgentcoreRuntime, Kind::AccountDefaults],
            regions: Vec::new(),
            exception_tag: EXCEPTION_TAG.to_owned(),
            as_of: "2026-11-21".parse().expect("a day"),
            imdsv1_usage_days: 14,
            all: false,
        },
        summary: Summary {
            resources: counts,
            by_kind,
            by_region: BTreeMap::from([
                ("eu-north-1".to_owned(), Counts { safe: 20, ..Counts::default() }),
                ("eu-west-1".to_owned(), Counts { safe: 300, ..counts }),
            ]),
            by_result,
            by_source: by_source(&resources),
            exceptions_ending: vec![Ending {
                kind: Kind::Ec2Instance,
                id: "i-0a1b2c3d4e5f60003".to_owned(),
                region: "eu-west-1".to_owned(),
                until: "2026-12-01".parse().expect("a day"),
            }],
        },
        controls: [Kind::Ec2Instance, Kind::AgentcoreRuntime, Kind::AccountDefaults]
            .into_iter()
            .map(|kind| (kind, control::of_kind(kind).to_vec()))
            .collect(),
        regions: vec![
            Region {
                region: "eu-north-1".to_owned(),
                kinds: kinds(Sight::Seen, Sight::NotOffered, Sight::Seen),
                account_default: Some("required".to_owned()),
            },
            Region {
                region: "eu-south-2".to_owned(),
                kinds: kinds(Sight::NotSeen, Sight::NotSeen, Sight::NotSeen),
                account_default: None,
            },
            Region {
                region: "eu-west-1".to_owned(),
                kinds: kinds(Sight::Seen, Sight::Seen, Sight::Seen),
                account_default: Some("optional".to_owned()),
            },
        ],
        not_seen: vec![NotSeen {
            region: "eu-south-2".to_owned(),
            kinds: vec![Kind::Ec2Instance, Kind::AgentcoreRuntime, Kind::AccountDefaults],
            reason: Reason::RegionDenied,
            detail: "AWS answered DescribeInstances with UnauthorizedOperation (\"You are not \
                     authorized to perform this operation, with an explicit deny in a service \
                     control policy\"), request id 3fbd5a1c. Check the policies of your role."
                .to_owned(),
        }],
        resources,
        changes: Some(Changes {
            not_known_then: Vec::new(),
            new: vec![Named::new(
                Kind::Ec2Instance,
                "i-0a1b2c3d4e5f60001",
                "eu-west-1",
                "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60001",
            )],
            mended: vec![Named::new(
                Kind::Ec2Instance,
                "i-0a1b2c3d4e5f60009",
                "eu-west-1",
                "arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1b2c3d4e5f60009",
            )],
            no_longer_open: Vec::new(),
            not_seen: Vec::new(),
            unchanged: 4,
        }),
    }
}

fn resources() -> Vec<Resource> {
    let lost = "GetAgentRuntime timed out. A retry will look again.";
    let would = "IMDSv2 would be required; this is report mode, so nothing was written.";
    let exempt = format!(
        "The tag metadata-guardrail:exempt exempts it until the end of 2026-12-01 (UTC) ({HOSTILE:?}); it was not changed."
    );
    vec![
        unread("lost_agent-Qw56Er78Ty", Verdict::Failed(Failed::ReadFailed), lost),
        instance("i-0a1b2c3d4e5f60001", Verdict::WouldEnforce, would, Some(by_template())),
        instance(
            "i-0a1b2c3d4e5f60002",
            Verdict::Held(Held::Imdsv1InUse),
            "Software on it called IMDSv1 42 times since 2026-11-07.",
            Some(by_group()),
        ),
        instance(
            "i-0a1b2c3d4e5f60004",
            Verdict::Deferred(Deferred::Pending),
            "It is pending.",
            None,
        ),
        runtime(
            "quotes_agent-Qw56Er78Ty",
            Verdict::WouldEnforce,
            "MMDSv2 would be required; this is report mode, so nothing was written.",
            vec![Finding::NoAuthorizer],
        ),
        defaults("eu-west-1", Verdict::WouldEnforce, "New instances would be given IMDSv2."),
        exempt_instance("i-0a1b2c3d4e5f60003", &exempt),
        runtime(
            "claims_agent-Xy12Ab34Cd",
            Verdict::Compliant(Compliant::V2Required),
            "MMDSv2 is already required; there is nothing to do.",
            vec![Finding::PinnedEndpoint],
        ),
    ]
}

fn by_template() -> LaunchedBy {
    LaunchedBy {
        launch_template: Some(LaunchTemplate {
            id: "lt-0a1b2c3d4e5f60001".to_owned(),
            version: Some("7".to_owned()),
        }),
        auto_scaling_group: None,
    }
}

fn by_group() -> LaunchedBy {
    LaunchedBy { launch_template: None, auto_scaling_group: Some(HOSTILE.to_owned()) }
}

fn instance(id: &str, verdict: Verdict, detail: &str, by: Option<LaunchedBy>) -> Resource {
    let http_tokens = Some("optional".to_owned());
    resource(Outcome {
        launched_by: by,
        before: Some(State::Instance { http_tokens, hop_limit: Some(1) }),
        findings: vec![Finding::HopLimit1],
        imdsv1_use: imdsv1_use(verdict),
        ..outcome(Kind::Ec2Instance, "ec2", "instance/", id, verdict, detail)
    })
}

/// It is read of what would be changed, and decides whether it is.
fn imdsv1_use(verdict: Verdict) -> Option<Imdsv1Use> {
    let since = "2026-11-07".parse().expect("a day");
    match verdict {
        Verdict::WouldEnforce => Some(Imdsv1Use::Counted { calls: 0, since }),
        Verdict::Held(Held::Imdsv1InUse) => Some(Imdsv1Use::Counted { calls: 42, since }),
        _ => None,
    }
}

fn exempt_instance(id: &str, detail: &str) -> Resource {
    let exempt = instance(id, Verdict::Exempt, detail, None).outcome;
    resource(Outcome {
        exempt_until: Some("2026-12-01".parse().expect("a day")),
        findings: vec![Finding::ExceptionEndsSoon],
        ..exempt
    })
}

fn runtime(id: &str, verdict: Verdict, detail: &str, findings: Vec<Finding>) -> Resource {
    let require = (verdict != Verdict::WouldEnforce).then_some(true);
    let before = State::Runtime { require_mmdsv2: require, version: Some("3".to_owned()) };
    let base = unread(id, verdict, detail).outcome;
    resource(Outcome { before: Some(before), findings, ..base })
}

fn unread(id: &str, verdict: Verdict, detail: &str) -> Resource {
    resource(outcome(Kind::AgentcoreRuntime, "bedrock-agentcore", "runtime/", id, verdict, detail))
}

fn defaults(region: &str, verdict: Verdict, detail: &str) -> Resource {
    let base = outcome(Kind::AccountDefaults, "ec2", "", region, verdict, detail);
    let arn = format!("arn:aws:ec2:{region}:{ACCOUNT}:account-defaults");
    let before = State::AccountDefaults {
        http_tokens: Some("optional".to_owned()),
        http_tokens_enforced: None,
        hop_limit: None,
        managed_by: Some("account".to_owned()),
    };
    resource(Outcome { arn, before: Some(before), ..base })
}

fn outcome(
    kind: Kind,
    service: &str,
    prefix: &str,
    id: &str,
    verdict: Verdict,
    detail: &str,
) -> Outcome {
    Outcome {
        kind,
        id: id.to_owned(),
        place: Place {
            partition: "aws".to_owned(),
            account: ACCOUNT.to_owned(),
            region: "eu-west-1".to_owned(),
        },
        arn: format!("arn:aws:{service}:eu-west-1:{ACCOUNT}:{prefix}{id}"),
        verdict,
        detail: detail.to_owned(),
        before: None,
        after: None,
        findings: Vec::new(),
        exempt_until: None,
        imdsv1_use: None,
        launched_by: None,
        write_is_open: false,
        obstacle: None,
        is_unfinished: false,
    }
}

/// A resource as the program makes it of an outcome.
fn resource(outcome: Outcome) -> Resource {
    let standing = Standing::of(&outcome).expect("it exists");
    let source = source::words(&outcome, Some("optional"));
    let remedy = remedy::of(&outcome, Hand { exception_key: EXCEPTION_TAG, profile: None });
    Resource { outcome, standing, source, remedy }
}

/// Where those that are open come from, one from each.
fn by_source(resources: &[Resource]) -> Vec<summary::Source> {
    let open = resources.iter().filter(|resource| resource.standing == Standing::Open);
    open.filter_map(|resource| {
        let region = resource.outcome.place.region.clone();
        Some(summary::Source { region, source: resource.source.clone()?, open: 1 })
    })
    .collect()
}

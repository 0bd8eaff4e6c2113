//! An audit only reads, asks for nothing that its policy does not name, and keeps secrets.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use metadata_guardrail::target::Kind;
use metadata_guardrail_audit::policy::actions;
use stand_in::Fault;

use crate::support::{
    names::{
        CANARY, DESCRIBE_INSTANCES, DESCRIBE_REGIONS, DESCRIBE_TAGS, FOURTH, GET_CALLER,
        GET_DEFAULTS, GET_METRIC_DATA, GET_RUNTIME, HARNESS_RUNTIME, INSTANCE, LIST_ENDPOINTS,
        LIST_RUNTIMES, LIST_TAGS, NEIGHBOUR, NORTH, OTHER_RUNTIME, REQUIRED, RUNTIME, THIRD,
        document,
    },
    scene::{EXEMPT, Scene},
};

const AUTHORIZER: &str = r#"{
    "discoveryUrl": "https://id.example.com/.well-known/openid-configuration",
    "allowedClients": ["web"]
}"#;

/// With everything in it that is wrong in one way or another.
fn scene() -> Scene {
    let scene = Scene::new();
    let yesterday = scene.now - TimeDelta::days(1);
    for region in [stand_in::REGION, NORTH] {
        let mut world = scene.aws.region(region);
        world.add_instance(INSTANCE).calls_without_token(yesterday, 0.0);
        world.add_instance(NEIGHBOUR).calls_without_token(yesterday, 12.0);
        world.add_instance(THIRD).tag(EXEMPT, "2026-12-01").hop_limit = 1;
        world.add_instance(FOURTH).operator("eks.amazonaws.com");
        world.add_runtime(RUNTIME, &document()).endpoint("prod", 1);
        world.runtime_mut(RUNTIME).publish(&[REQUIRED]);
        world.add_runtime(OTHER_RUNTIME, &document()).endpoint("beta", 1);
        world.add_runtime(HARNESS_RUNTIME, &document());
        let broken = world.add_runtime("broken_agent-Xy12Ab34Cd", &document());
        "UPDATE_FAILED".clone_into(&mut broken.status);
        broken.failure_reason = Some(format!("DATABASE_PASSWORD={CANARY} is not accepted"));
    }
    let mut north = scene.aws.region(NORTH);
    north.fault_for(GET_RUNTIME, OTHER_RUNTIME, Fault::Internal, usize::MAX);
    north.fault(DESCRIBE_TAGS, Fault::AccessDenied, usize::MAX);
    drop(north);
    scene
}

/// What is called, as actions of IAM policies. Everybody may ask who they are.
fn called(scene: &Scene) -> BTreeSet<&'static str> {
    let operations = scene.aws.operations().into_iter();
    operations
        .filter(|operation| operation != GET_CALLER)
        .map(|operation| action(&operation))
        .collect()
}

#[track_caller]
fn action(operation: &str) -> &'static str {
    match operation {
        DESCRIBE_INSTANCES => "ec2:DescribeInstances",
        DESCRIBE_REGIONS => "ec2:DescribeRegions",
        DESCRIBE_TAGS => "ec2:DescribeTags",
        GET_DEFAULTS => "ec2:GetInstanceMetadataDefaults",
        GET_METRIC_DATA => "cloudwatch:GetMetricData",
        GET_RUNTIME => "bedrock-agentcore:GetAgentRuntime",
        LIST_ENDPOINTS => "bedrock-agentcore:ListAgentRuntimeEndpoints",
        LIST_RUNTIMES => "bedrock-agentcore:ListAgentRuntimes",
        LIST_TAGS => "bedrock-agentcore:ListTagsForResource",
        other => panic!("nobody expects {other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn no_option_makes_an_audit_write() {
    for options in [
        &[][..],
        &["--all", "--usage-days", "90"],
        &["--as-of", "2030-01-01"],
        &["--runtime-authorizer", "enforce", "--runtime-authorizer-config", AUTHORIZER],
        &["--runtime-authorizer", "off", "--mutable-artifacts", "hold", "--exit-zero"],
        &["--exception-tag", "nobody=has-it", "--region", NORTH],
    ] {
        let scene = scene();
        scene.report(options).await;
        assert!(scene.aws.writes().is_empty(), "{options:?}: {:?}", scene.aws.writes());
    }
}

#[tokio::test(start_paused = true)]
async fn the_policy_names_exactly_what_an_audit_calls() {
    for (only, kinds) in [
        (&[][..], &[Kind::Ec2Instance, Kind::AgentcoreRuntime, Kind::AccountDefaults][..]),
        (&["--only", "instances"], &[Kind::Ec2Instance]),
        (&["--only", "runtimes"], &[Kind::AgentcoreRuntime]),
        (&["--only", "defaults"], &[Kind::AccountDefaults]),
        (&["--only", "instances,defaults"], &[Kind::Ec2Instance, Kind::AccountDefaults]),
    ] {
        for days in ["0", "7"] {
            let scene = scene();
            scene.report(&[only, &["--usage-days", days]].concat()).await;
            let actions = actions(kinds, days != "0");
            assert_eq!(
                called(&scene).into_iter().collect::<Vec<_>>(),
                actions,
                "{only:?}, {days} days"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_value_of_a_runtimes_configuration_is_in_a_report() {
    let report = scene().report(&["--all", "--usage-days", "7"]).await;
    assert!(report.resources.len() > 10, "{}", report.resources.len());
    assert!(!format!("{report:?}").contains(CANARY));
    let json = serde_json::to_string(&report).expect("a report is JSON");
    assert!(!json.contains(CANARY));
}

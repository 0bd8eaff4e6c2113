//! An account of 17 Regions with everything in it that can be: 300 instances and 40 runtimes, the
//! same in each run.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use stand_in::{ACCOUNT, Fault, Instance, StandIn, World};

use crate::support::{sample::HOSTILE, scene::EXEMPT};

/// The secret in the environment of each runtime.
pub const CANARY: &str = "canary-9f3b6c1e-must-not-be-seen";

/// Each Region, with how many instances and runtimes it has.
const REGIONS: [(&str, usize, usize); 17] = [
    ("ap-northeast-1", 24, 3),
    ("ap-northeast-2", 3, 0),
    ("ap-northeast-3", 6, 0),
    ("ap-south-1", 18, 2),
    ("ap-southeast-1", 12, 2),
    ("ap-southeast-2", 12, 3),
    ("ca-central-1", 6, 0),
    ("eu-central-1", 42, 6),
    ("eu-north-1", 9, 0),
    ("eu-west-1", 72, 12),
    ("eu-west-2", 15, 2),
    ("eu-west-3", 3, 1),
    ("sa-east-1", 6, 0),
    ("us-east-1", 48, 6),
    ("us-east-2", 15, 2),
    ("us-west-1", 0, 0),
    ("us-west-2", 9, 1),
];
/// Denied as a whole by a policy of the organisation.
pub const DENIED: &str = "sa-east-1";
/// Without AgentCore.
pub const NOT_OFFERED: &str = "ap-northeast-3";
/// Far away, or overloaded.
pub const SLOW: &str = "ap-northeast-1";

/// Fills a stand-in.
pub fn fill(aws: &StandIn) {
    let (mut instances, mut runtimes) = (0, 0);
    for (place, (region, of_instances, of_runtimes)) in REGIONS.into_iter().enumerate() {
        let mut world = aws.region(region);
        let yesterday = world.now - TimeDelta::days(1);
        for number in instances..instances + of_instances {
            let id = format!("i-0a1b2c3d4e5f6{number:04}");
            add_instance(world.add_instance(&id), place, number, yesterday);
        }
        for number in runtimes..runtimes + of_runtimes {
            add_runtime(&mut world, number);
        }
        if place % 3 == 0 {
            world.account_defaults.http_tokens("required");
        }
        instances += of_instances;
        runtimes += of_runtimes;
    }
    aws.region("eu-west-1").account_defaults.http_tokens("optional").hop_limit = Some(1);
    aws.region("us-east-1").account_defaults.policy("Ask the cloud team.");
    aws.region("us-east-2").account_defaults.managed_by("somebody-new");
    aws.region(DENIED).denied_by_policy = true;
    aws.account().disabled_regions.insert("ap-east-1".to_owned());
}

/// Lets requests wait for their answers, or find none.
pub fn obstruct(aws: &StandIn) {
    aws.region(NOT_OFFERED).agentcore_is_offered = false;
    aws.region(SLOW).latency = Duration::from_secs(4);
    aws.region("us-west-2").fault("DescribeInstances", Fault::Throttled, 2);
    aws.region("ap-south-1")
        .fault("GetInstanceMetadataDefaults", Fault::Internal, usize::MAX);
    aws.region("eu-west-3")
        .fault("ListAgentRuntimes", Fault::AccessDenied, usize::MAX);
    let mut world = aws.region("eu-west-2");
    let first = world.runtimes.keys().next().cloned().expect("it has some");
    world.fault_for("GetAgentRuntime", &first, Fault::AccessDenied, usize::MAX);
}

/// What an instance is like, by its number. Most are safe, as everywhere.
fn add_instance(instance: &mut Instance, place: usize, number: usize, yesterday: DateTime<Utc>) {
    launched_by(instance, place, number / 3);
    instance.tag("Name", &format!("web-{number}"));
    let case = number % 60;
    match case {
        0..=5 => {}
        6 => _ = instance.tag(EXEMPT, "2026-12-05 waits for the new agent"),
        7 => _ = instance.tag(EXEMPT, &format!("true {}", hostile())),
        8 => _ = instance.tag(EXEMPT, "2026-11-01 was to be mended by then"),
        9 => _ = instance.tag(EXEMPT, "2026-13-45 ends never"),
        10 => _ = instance.http_endpoint("disabled"),
        11 => _ = instance.operator("eks.amazonaws.com"),
        12 => _ = instance.state("pending"),
        13 => _ = instance.state("stopping"),
        14 => _ = instance.state("stopped"),
        15 => _ = instance.state("terminated"),
        16 => _ = instance.state("shutting-down"),
        17 => instance.hop_limit = 1,
        _ => _ = instance.http_tokens("required"),
    }
    // The others that are open have no data.
    match case {
        0 | 1 => _ = instance.calls_without_token(yesterday, 42.0),
        2 | 3 | 14 | 17 => _ = instance.calls_without_token(yesterday, 0.0),
        _ => {}
    }
}

/// Who launched an instance.
fn launched_by(instance: &mut Instance, place: usize, number: usize) {
    const TEMPLATE: &str = "aws:ec2launchtemplate:id";
    const VERSION: &str = "aws:ec2launchtemplate:version";
    const GROUP: &str = "aws:autoscaling:groupName";
    match number % 5 {
        0 => {
            instance.tag(TEMPLATE, &format!("lt-0a1b2c3d4e5f600{place:02}"));
            instance.tag(VERSION, &(number % 3 + 1).to_string()).tag(GROUP, "web");
        }
        1 => _ = instance.tag(TEMPLATE, &format!("lt-0a1b2c3d4e5f601{place:02}")),
        2 => _ = instance.tag(GROUP, &format!("batch {}", hostile())),
        _ => {}
    }
}

/// What an attacker would write into a tag, as far as EC2's XML can hold it.
fn hostile() -> String {
    HOSTILE.replace(char::is_control, "")
}

/// What a runtime is like, by its number.
fn add_runtime(world: &mut World, number: usize) {
    let name = match number % 12 {
        7 => "harness_support",
        _ => "claims_agent",
    };
    let mut document = document();
    let members = document.as_object_mut().expect("it is an object");
    if number % 12 == 5 {
        members.remove("authorizerConfiguration");
        members.insert("networkConfiguration".to_owned(), json!({"networkMode": "PUBLIC"}));
        members.insert("agentRuntimeArtifact".to_owned(), container("agent:latest"));
    }
    let id = format!("{name}-Xy12Ab34{number:02}");
    let runtime = world.add_runtime(&id, &document.to_string());
    match number % 12 {
        0 | 5 | 7 => {}
        1 => _ = runtime.tag(EXEMPT, "2026-12-21 until the SDK is updated"),
        2 => {
            runtime.publish(&[("metadataConfiguration", r#"{"requireMMDSV2":true}"#)]);
            runtime.endpoint("prod", 1);
        }
        3 => runtime.status = "CREATE_FAILED".to_owned(),
        4 => {
            runtime.status = "DELETING".to_owned();
            runtime.polls_left = u32::MAX;
        }
        6 => _ = runtime.tag(EXEMPT, &format!("true {HOSTILE}")),
        8 => {
            runtime.status = "UPDATING".to_owned();
            runtime.polls_left = u32::MAX;
        }
        _ => _ = runtime.set("metadataConfiguration", r#"{"requireMMDSV2":true}"#),
    }
}

/// The configuration of a runtime.
fn document() -> Value {
    json!({
        "agentRuntimeArtifact": container("agent@sha256:0a1b2c3d4e5f"),
        "roleArn": format!("arn:aws:iam::{ACCOUNT}:role/agents/claims"),
        "networkConfiguration": {"networkMode": "VPC", "networkModeConfig": {
            "securityGroups": ["sg-0a1b2c3d4e5f60001"], "subnets": ["subnet-0a1b2c3d4e5f60001"]
        }},
        "authorizerConfiguration": {"customJWTAuthorizer": {
            "discoveryUrl": "https://id.example.com/.well-known/openid-configuration",
            "allowedClients": ["claims-web"]
        }},
        "environmentVariables": {"DATABASE_PASSWORD": CANARY}
    })
}

fn container(image: &str) -> Value {
    let image = format!("{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/{image}");
    json!({"containerConfiguration": {"containerUri": image}})
}

/// How many instances and runtimes there are.
pub fn sizes() -> [usize; 2] {
    let of = |size: fn(&(&str, usize, usize)) -> usize| REGIONS.iter().map(size).sum();
    [of(|(_, instances, _)| *instances), of(|(.., runtimes)| *runtimes)]
}

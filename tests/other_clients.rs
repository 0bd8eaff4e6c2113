//! Ordinary AWS clients can talk to the stand-in, so that it is a model of AWS and not of our SDK.

use std::{process::Output, time::Duration};

use serde_json::{Value, json};
use stand_in::{ACCOUNT, Queue, REGION, StandIn};
use tokio::process::Command;

use crate::support::{
    harness::document,
    names::{INSTANCE, RUNTIME},
};

/// What the client's code has at hand, and how it answers.
const PRELUDE: &str = "
import boto3, json, sys
url, region, instance, runtime = sys.argv[1:]
def client(name, region):
    return boto3.client(name, endpoint_url=url, region_name=region, aws_access_key_id='a', aws_secret_access_key='b')
ec2, agentcore, sqs, events = [
    client(name, region) for name in ('ec2', 'bedrock-agentcore-control', 'sqs', 'events')
]
def answer(reply):
    print(json.dumps(reply, default=str))
";

#[tokio::test]
async fn boto3_reads_and_modifies_an_instance() {
    let Some(boto3) = Boto3::find().await else { return };
    boto3.aws.world().add_instance(INSTANCE).tag("Name", "reporting");

    let found = boto3.run(
        "answer(ec2.describe_instances(InstanceIds=[instance])['Reservations'][0]['Instances'][0])",
    );
    let found = found.await;
    assert_eq!(found["InstanceId"], INSTANCE);
    assert_eq!(found["State"], json!({"Code": 16, "Name": "running"}));
    assert_eq!(found["MetadataOptions"]["HttpTokens"], "optional");
    assert_eq!(found["Tags"], json!([{"Key": "Name", "Value": "reporting"}]));

    let modified =
        "answer(ec2.modify_instance_metadata_options(InstanceId=instance, HttpTokens='required'))";
    let modified = boto3.run(modified).await;
    assert_eq!(modified["InstanceId"], INSTANCE);
    assert_eq!(modified["InstanceMetadataOptions"]["HttpTokens"], "required");
    assert_eq!(boto3.aws.world().instance(INSTANCE).http_tokens, "required");
}

#[tokio::test]
async fn boto3_reads_and_modifies_the_account_defaults() {
    let Some(boto3) = Boto3::find().await else { return };
    boto3.aws.world().account_defaults.hop_limit = Some(2);

    let modified = boto3
        .run("answer(ec2.modify_instance_metadata_defaults(HttpTokens='required'))")
        .await;
    assert_eq!(modified["Return"], true);
    let found = boto3.run("answer(ec2.get_instance_metadata_defaults()['AccountLevel'])").await;
    assert_eq!(
        found,
        json!({"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "ManagedBy": "account"})
    );
}

#[tokio::test]
async fn boto3_reads_and_updates_a_runtime() {
    let Some(boto3) = Boto3::find().await else { return };
    boto3.aws.world().add_runtime(RUNTIME, &document());

    let found = boto3.run("answer(agentcore.get_agent_runtime(agentRuntimeId=runtime))").await;
    assert_eq!(found["agentRuntimeId"], RUNTIME);
    assert_eq!((&found["status"], &found["agentRuntimeVersion"]), (&json!("READY"), &json!("1")));
    assert_eq!(found["lifecycleConfiguration"]["maxLifetime"], 28800);

    let updated = boto3.run(
        "found = agentcore.get_agent_runtime(agentRuntimeId=runtime)
kept = {name: found[name] for name in ('agentRuntimeArtifact', 'roleArn', 'networkConfiguration')}
answer(agentcore.update_agent_runtime(agentRuntimeId=runtime, metadataConfiguration={'requireMMDSV2': True}, **kept))",
    );
    let updated = updated.await;
    assert_eq!(
        (&updated["status"], &updated["agentRuntimeVersion"]),
        (&json!("UPDATING"), &json!("2"))
    );
    let world = boto3.aws.world();
    assert!(world.runtime(RUNTIME).requires_mmdsv2());
    // An update replaces everything: what was not sent is lost.
    assert_eq!(world.runtime(RUNTIME).member("environmentVariables"), None);
}

#[tokio::test]
async fn boto3_sends_a_message_and_understands_the_refusals() {
    let Some(boto3) = Boto3::find().await else { return };
    let queue = Queue::fifo(Duration::from_secs(30));
    boto3.aws.world().queues.insert("work.fifo".to_owned(), queue);

    let script = format!(
        "queues = 'https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/'
send = lambda name, **more: sqs.send_message(QueueUrl=queues + name, MessageBody='hello', **more)
answers = [send('work.fifo', MessageGroupId='g', MessageDeduplicationId='d')['MD5OfMessageBody']]
for call in (lambda: send('nowhere'), lambda: send('work.fifo')):
    try:
        call()
    except sqs.exceptions.ClientError as error:
        answers.append(error.response['Error']['Code'])
answer(answers)"
    );
    let answers = boto3.run(&script).await;

    assert_eq!(
        answers,
        json!([
            "5d41402abc4b2a76b9719d911017c592",
            "AWS.SimpleQueueService.NonExistentQueue",
            "MissingParameter"
        ])
    );
    assert_eq!(boto3.aws.world().queue("work.fifo").messages[0].body, "hello");
}

#[tokio::test]
async fn boto3_puts_events_and_understands_the_refusals() {
    let Some(boto3) = Boto3::find().await else { return };
    let bus = "arn:aws:events:eu-west-1:111122223333:event-bus/default";

    let script = format!(
        "entry = dict(Source='mine', DetailType='Hello', Detail='{{}}', Resources=['arn:of:it'])
put = lambda entries: events.put_events(Entries=entries)
answer = lambda reply: print(json.dumps(reply))
reply = put([
    dict(entry, Detail='{{\"n\": 1}}'), dict(entry, Detail='hello'), dict(entry, Source='aws.ec2'),
    dict(entry, EventBusName='{bus}'), dict(entry, EventBusName='nowhere'), {{'Source': 'mine', 'Detail': '{{}}'}},
])
answers = [reply['FailedEntryCount']] + [each.get('ErrorCode') for each in reply['Entries']]
for entries in [entry] * 11, [dict(entry, Detail=json.dumps('x' * 140_000))] * 2:
    try:
        put(entries)
    except events.exceptions.ClientError as error:
        answers.append(error.response['Error']['Code'])
answer(answers)"
    );
    let answers = boto3.run(&script).await;

    let [malformed, source, missing] =
        ["MalformedDetail", "NotAuthorizedForSourceException", "InvalidArgument"];
    let [first, second] = ["ValidationException"; 2];
    let expected = json!([3, null, malformed, source, null, null, missing, first, second]);
    assert_eq!(answers, expected);
    let mut world = boto3.aws.world();
    // What is put on a bus that does not exist is lost, and nobody is told.
    let [first, second] = &world.bus_mut("default").events[..] else { panic!("two are there") };
    assert_eq!((&first.detail, &second.detail), (&json!({"n": 1}), &json!({})));
    assert_eq!((&*first.source, &*first.detail_type), ("mine", "Hello"));
    assert_eq!(first.resources, ["arn:of:it"]);
}

#[tokio::test]
async fn boto3_lists_the_regions_and_sees_in_each_what_is_there() {
    let Some(boto3) = Boto3::find().await else { return };
    boto3.aws.region("eu-north-1").add_instance(INSTANCE);
    boto3.aws.region("eu-south-2");
    boto3.aws.account().disabled_regions.insert("ap-east-1".to_owned());

    let script = "shown = lambda **more: [
    (each['RegionName'], each['OptInStatus'], each['Endpoint'])
    for each in ec2.describe_regions(**more)['Regions']
]
answers = [shown(), shown(AllRegions=True, RegionNames=['ap-east-1'])]
for name in (region, 'eu-north-1', 'ap-east-1', 'eu-nowhere-1'):
    try:
        if name == 'eu-nowhere-1':
            shown(RegionNames=[name])
        pages = client('ec2', name).get_paginator('describe_instances').paginate()
        answers.append([one['InstanceId'] for page in pages for group in page['Reservations'] for one in group['Instances']])
    except ec2.exceptions.ClientError as error:
        answers.append(error.response['Error']['Code'])
answer(answers)";
    let answers = boto3.run(script).await;

    let region =
        |name: &str, status: &str| json!([name, status, format!("ec2.{name}.amazonaws.com")]);
    let enabled = [
        region("eu-north-1", "opt-in-not-required"),
        region("eu-south-2", "opted-in"),
        region(REGION, "opt-in-not-required"),
    ];
    assert_eq!(
        answers,
        json!([
            enabled,
            [region("ap-east-1", "not-opted-in")],
            [],
            [INSTANCE],
            "AuthFailure",
            "InvalidParameterValue"
        ])
    );
}

#[tokio::test]
async fn boto3_learns_who_it_is_until_its_credentials_expire() {
    let Some(boto3) = Boto3::find().await else { return };
    boto3.aws.world().denied_by_policy = true;

    let identity = boto3.run("answer(client('sts', region).get_caller_identity())").await;
    assert_eq!(identity["Account"], ACCOUNT);
    assert_eq!(identity["Arn"], format!("arn:aws:sts::{ACCOUNT}:assumed-role/auditor/alice"));

    boto3.aws.account().credentials_are_expired = true;
    let codes = boto3.run(
        "codes = []
for call in (
    client('sts', region).get_caller_identity, ec2.describe_instances, agentcore.list_agent_runtimes, events.list_rules,
):
    try:
        call()
    except ec2.exceptions.ClientError as error:
        codes.append(error.response['Error']['Code'])
answer(codes)",
    );
    let later = "ExpiredTokenException";
    assert_eq!(codes.await, json!(["ExpiredToken", "RequestExpired", later, later]));
}

#[tokio::test]
async fn boto3_understands_the_errors() {
    let Some(boto3) = Boto3::find().await else { return };

    let codes = boto3.run(
        "codes = []
for call in (
    lambda: ec2.describe_instances(InstanceIds=[instance]),
    lambda: agentcore.get_agent_runtime(agentRuntimeId=runtime),
):
    try:
        call()
    except (ec2.exceptions.ClientError, agentcore.exceptions.ResourceNotFoundException) as error:
        codes.append(error.response['Error']['Code'])
answer(codes)",
    );

    assert_eq!(codes.await, json!(["InvalidInstanceID.NotFound", "ResourceNotFoundException"]));
}

/// Python with boto3, pointed at a stand-in.
struct Boto3 {
    aws: StandIn,
}

impl Boto3 {
    /// `None` where this machine has none; `.ci/run` installs it.
    async fn find() -> Option<Self> {
        let python = Command::new("python3").args(["-c", "import boto3"]).output().await;
        if !python.is_ok_and(|Output { status, .. }| status.success()) {
            #[expect(
                clippy::disallowed_methods,
                reason = "a switch of the tests, not a setting of the guardrail"
            )]
            let required = std::env::var_os("REQUIRE_BOTO3").is_some();
            assert!(!required, "python3 has no boto3 here");
            println!("skipped: this machine has no python3 with boto3");
            return None;
        }
        Some(Self { aws: StandIn::start().await })
    }

    /// Runs a script and gives what it answered.
    async fn run(&self, script: &str) -> Value {
        let mut python = Command::new("python3");
        python.args([
            "-c",
            &format!("{PRELUDE}{script}"),
            &self.aws.url(),
            REGION,
            INSTANCE,
            RUNTIME,
        ]);
        // No profile of the machine may come into it.
        python
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
        let output = python.output().await.expect("python3 was there");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("the script answers in JSON")
    }
}

//! The same account as boto3 sees it, and as the built program does.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::world;
use crate::support::{built::Built, python};

/// Lists every Region in turn, and judges by AWS's documentation and by the exception tag.
const SCRIPT: &str = r#"
import datetime, json, os, re, sys
os.environ.update(AWS_CONFIG_FILE='/dev/null', AWS_SHARED_CREDENTIALS_FILE='/dev/null')
os.environ.pop('AWS_PROFILE', None)
import boto3, botocore
url = json.load(sys.stdin)['url']
keys = dict(endpoint_url=url, aws_access_key_id='a', aws_secret_access_key='b')
account = boto3.client('sts', region_name='eu-west-1', **keys).get_caller_identity()['Account']
today = datetime.datetime.now(datetime.timezone.utc).date()
seen, denied = {}, []

def exempts(tags):
    value = tags.get('metadata-guardrail:exempt')
    if value is None or not re.match(r'\d{4}[-/.]\d', value):
        return value is not None
    try:
        return datetime.date.fromisoformat(value[:10]) >= today
    except ValueError:
        return True

def standing(is_safe, tags):
    return 'safe' if is_safe else 'exempt' if exempts(tags) else 'open'

def instances(region, ec2):
    for page in ec2.get_paginator('describe_instances').paginate(IncludeManagedResources=True):
        for one in (one for group in page['Reservations'] for one in group['Instances']):
            if one['State']['Name'] in ('terminated', 'shutting-down'):
                continue
            options = one['MetadataOptions']
            is_safe = options['HttpTokens'] == 'required' or options['HttpEndpoint'] == 'disabled'
            tags = {tag['Key']: tag['Value'] for tag in one.get('Tags', [])}
            hops = options['HttpPutResponseHopLimit']
            setting = {'http_tokens': options['HttpTokens'], 'hop_limit': hops}
            arn = f'arn:aws:ec2:{region}:{account}:instance/' + one['InstanceId']
            seen[arn] = [standing(is_safe, tags), setting]

def runtimes(agentcore):
    for page in agentcore.get_paginator('list_agent_runtimes').paginate():
        for listed in page['agentRuntimes']:
            one = agentcore.get_agent_runtime(agentRuntimeId=listed['agentRuntimeId'])
            if one['status'] == 'DELETING':
                continue
            requires = one.get('metadataConfiguration', {}).get('requireMMDSV2')
            tags = agentcore.list_tags_for_resource(resourceArn=one['agentRuntimeArn'])['tags']
            setting = {'require_mmdsv2': requires, 'version': one['agentRuntimeVersion']}
            stands = 'open' if one['status'].endswith('FAILED') else standing(requires, tags)
            # Nobody knows what an update that is under way will end in.
            if one['status'] == 'UPDATING':
                stands = 'open'
            seen[one['agentRuntimeArn']] = [stands, setting]

def defaults(region, ec2):
    level = ec2.get_instance_metadata_defaults()['AccountLevel']
    setting = {
        'http_tokens': level.get('HttpTokens'),
        'http_tokens_enforced': level.get('HttpTokensEnforced'),
        'hop_limit': level.get('HttpPutResponseHopLimit'),
        'managed_by': level.get('ManagedBy'),
    }
    arn = f'arn:aws:ec2:{region}:{account}:account-defaults'
    seen[arn] = [standing(setting['http_tokens'] == 'required', {}), setting]

for region in boto3.client('ec2', region_name='eu-west-1', **keys).describe_regions()['Regions']:
    region = region['RegionName']
    client = lambda service: boto3.client(service, region_name=region, **keys)
    try:
        instances(region, client('ec2'))
        runtimes(client('bedrock-agentcore-control'))
        defaults(region, client('ec2'))
    except botocore.exceptions.ClientError as error:
        denied.append([region, error.response['Error']['Code']])
print(json.dumps({'seen': seen, 'denied': denied}))
"#;

#[tokio::test]
async fn boto3_and_the_program_agree_on_every_resource() {
    let built = Built::new().await;
    world::fill(&built.aws);
    let input = json!({"url": built.aws.url()}).to_string();
    // The stand-in has to answer while Python runs.
    let boto3 = tokio::task::spawn_blocking(move || python::run("boto3", SCRIPT, input.as_bytes()));
    let Some(boto3) = boto3.await.expect("Python ends") else { return };
    let report = built.json(&["--all"]).await;

    assert_eq!(boto3["denied"], json!([[world::DENIED, "UnauthorizedOperation"]]));
    let resources = report["resources"].as_array().expect("a list");
    let seen: BTreeMap<_, _> = resources
        .iter()
        .map(|one| {
            let arn = one["arn"].as_str().expect("text");
            (arn, json!([one["standing"], one["before"]]))
        })
        .collect();
    let by_boto3: BTreeMap<_, _> = boto3["seen"]
        .as_object()
        .expect("an object")
        .iter()
        .map(|(arn, seen)| (arn.as_str(), seen.clone()))
        .collect();
    assert!(by_boto3.len() > 300, "{}", by_boto3.len());
    for (arn, seen) in &seen {
        assert_eq!(Some(seen), by_boto3.get(arn), "{arn}");
    }
    assert!(by_boto3.keys().eq(seen.keys()));
    let unseen = report["not_seen"].as_array().expect("a list").iter();
    let unseen: Vec<&Value> = unseen.map(|one| &one["region"]).collect();
    assert_eq!(unseen, [world::DENIED]);
}

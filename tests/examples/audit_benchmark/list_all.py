"""Counts what allows version 1 of its metadata service, as a plain script does: one Region after
the other, and one request after the other.

It looks at instances and runtimes, and neither at account defaults nor at endpoints.
"""

import json

import boto3

EXEMPT = "metadata-guardrail:exempt"


def is_open_instance(instance):
    options = instance["MetadataOptions"]
    tags = {tag["Key"] for tag in instance.get("Tags", [])}
    allows_v1 = options["HttpTokens"] != "required" and options["HttpEndpoint"] == "enabled"
    return allows_v1 and EXEMPT not in tags


def instances(region):
    ec2 = boto3.client("ec2", region_name=region)
    for page in ec2.get_paginator("describe_instances").paginate(MaxResults=1000):
        for reservation in page["Reservations"]:
            yield from reservation["Instances"]


def is_open_runtime(agentcore, runtime_id):
    runtime = agentcore.get_agent_runtime(agentRuntimeId=runtime_id)
    if runtime.get("metadataConfiguration", {}).get("requireMMDSV2"):
        return False
    tags = agentcore.list_tags_for_resource(resourceArn=runtime["agentRuntimeArn"])["tags"]
    return EXEMPT not in tags


def runtimes(region):
    """For each runtime, whether it is open."""
    agentcore = boto3.client("bedrock-agentcore-control", region_name=region)
    for page in agentcore.get_paginator("list_agent_runtimes").paginate(maxResults=100):
        for runtime in page["agentRuntimes"]:
            yield is_open_runtime(agentcore, runtime["agentRuntimeId"])


regions = [region["RegionName"] for region in boto3.client("ec2").describe_regions()["Regions"]]
open_resources = 0
for region in regions:
    open_resources += sum(is_open_instance(instance) for instance in instances(region))
    open_resources += sum(runtimes(region))
print(json.dumps({"open": open_resources}))

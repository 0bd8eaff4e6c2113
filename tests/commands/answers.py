"""Answers to the calls of the pages that the stand-in does not model: short, and with something in every list, so that a
`--query` and whatever reads its result have something to find."""

import io
import json

ACCOUNT = "111122223333"
INSTANCE = "i-0a1b2c3d4e5f60011"
RUNTIME = "quotes_agent-Qw56Er78Ty"
DAY = "2026-11-24T09:00:00Z"
OUTCOME = {
    "kind": "ec2_instance",
    "id": INSTANCE,
    "account": ACCOUNT,
    "region": "eu-west-1",
    "result": "would_enforce",
    "reason": "v1_allowed",
    "detail": "HttpTokens would be set to required.",
    "findings": [],
}
LINE = {"timestamp": DAY, "level": "INFO", "message": "the sweep has ended", "request_id": "request-1", **OUTCOME}
SWEEP = {"mode": "report", "complete": True, "counts": {"would_enforce": 1}, "not_listed": [], "launched_by": {}}


def of(service, operation):
    """The answer, or None if there is none."""
    answer = ANSWERS.get(f"{service}.{operation}")
    return answer() if callable(answer) else answer


def invoked():
    from awscli.botocore.response import StreamingBody

    body = json.dumps({**SWEEP, "ignored": None, "outcomes": [OUTCOME]}).encode()
    return {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": StreamingBody(io.BytesIO(body), len(body))}


ANSWERS = {
    "autoscaling.CreateOrUpdateTags": {},
    "autoscaling.DescribeAutoScalingGroups": {
        "AutoScalingGroups": [{"AutoScalingGroupName": "reporting", "Instances": [{"InstanceId": INSTANCE}]}]
    },
    "bedrock-agentcore-control.ListAgentRuntimeVersions": {
        "agentRuntimes": [{"agentRuntimeVersion": "8", "status": "READY", "lastUpdatedAt": DAY}]
    },
    "bedrock-agentcore-control.TagResource": {},
    "bedrock-agentcore-control.UntagResource": {},
    "cloudformation.CreateStackInstances": {"OperationId": "1"},
    "cloudformation.CreateStackSet": {"StackSetId": "metadata-guardrail:1"},
    "cloudformation.UpdateStackInstances": {"OperationId": "1"},
    "cloudtrail.LookupEvents": {
        "Events": [{"EventTime": DAY, "Username": "operator", "CloudTrailEvent": json.dumps({"id": INSTANCE})}]
    },
    "cloudwatch.DescribeAlarms": {
        "MetricAlarms": [{"AlarmName": "metadata-guardrail-OldEventsAlarm", "StateReason": "Threshold Crossed"}]
    },
    "cloudwatch.GetMetricStatistics": {"Datapoints": [{"Timestamp": DAY, "Sum": 3.0}]},
    "cloudwatch.PutMetricAlarm": {},
    "ec2.CreateLaunchTemplateVersion": {"LaunchTemplateVersion": {"VersionNumber": 4}},
    "ec2.ModifyLaunchTemplate": {"LaunchTemplate": {"DefaultVersionNumber": 4}},
    "ec2.RunInstances": {"Instances": [{"InstanceId": INSTANCE}]},
    "ec2.TerminateInstances": {"TerminatingInstances": [{"InstanceId": INSTANCE}]},
    "lambda.Invoke": invoked,
    "logs.DeleteLogGroup": {},
    "logs.FilterLogEvents": {"events": [{"timestamp": 1, "message": json.dumps(LINE | SWEEP)}]},
    "logs.GetQueryResults": {"status": "Complete", "results": [[{"field": "id", "value": INSTANCE}]]},
    "logs.StartQuery": {"queryId": "1"},
    "sns.Subscribe": {"SubscriptionArn": "pending confirmation"},
    "sqs.DeleteQueue": {},
    "sqs.GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "2"}},
    "sqs.GetQueueUrl": {"QueueUrl": f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/queue"},
    "sqs.ListMessageMoveTasks": {"Results": [{"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 2}]},
    "sqs.ReceiveMessage": {"Messages": [{"MessageId": "1", "ReceiptHandle": "1", "Body": json.dumps({"id": "event"})}]},
    "sqs.StartMessageMoveTask": {"TaskHandle": "1"},
    "ssm.GetParameter": {"Parameter": {"Value": "ami-0a1b2c3d4e5f60001"}},
    "sts.GetCallerIdentity": {
        "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/operator", "UserId": "AIDAEXAMPLE"
    },
}

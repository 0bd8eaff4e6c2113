"""Answers to the calls of the pages that the stand-in does not model: short, and with something in every list, so that
a `--query` and whatever reads its result have something to find."""

import io
import json

ACCOUNT = "111122223333"
INSTANCE = "i-0a1b2c3d4e5f60011"
MESSAGE = "059f36b4-87a3-44ab-83d2-661975830a7d"
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
SWEEP = {"mode": "report", "complete": True, "counts": {"would_enforce": 1}, "not_listed": [], "launched_by": {}}
# Some lines are about an outcome, and some about a sweep; this one is about both. The log has lists as texts.
LINE = {
    name: value if isinstance(value, (bool, str)) else json.dumps(value)
    for name, value in {
        **OUTCOME, **SWEEP, "timestamp": DAY, "level": "INFO", "message": "the sweep has ended", "request_id": "1"
    }.items()
}
ALARMS = [
    "UnverifiedWritesAlarm", "ErrorsAlarm", "OldEventsAlarm", "ThrottlesAlarm", "DeadLettersAlarm", "UndeliveredAlarm",
    "UndeliverableEventsAlarm", "SweepsMissingAlarm", "UnfinishedTargetsAlarm", "UnknownIdsAlarm",
]
RECORD = {"id": INSTANCE, "requestParameters": {"instanceId": INSTANCE}, "responseElements": {"_return": True}}


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
    "autoscaling.UpdateAutoScalingGroup": {},
    "bedrock-agentcore-control.ListAgentRuntimeVersions": {
        "agentRuntimes": [{"agentRuntimeVersion": "8", "status": "READY", "lastUpdatedAt": DAY}]
    },
    "bedrock-agentcore-control.TagResource": {},
    "bedrock-agentcore-control.UntagResource": {},
    "cloudformation.CreateStack": {"StackId": "1"},
    "cloudformation.CreateStackInstances": {"OperationId": "1"},
    "cloudformation.CreateStackSet": {"StackSetId": "metadata-guardrail:1"},
    "cloudformation.DeleteStackInstances": {"OperationId": "1"},
    "cloudformation.DeleteStackSet": {},
    "cloudformation.DescribeStacks": {
        "Stacks": [{"Outputs": [{"OutputKey": "RuntimeAuthorizerConfig", "OutputValue": "{\"allowedClients\": []}"}]}]
    },
    "cloudformation.UpdateStackInstances": {"OperationId": "1"},
    "cloudformation.UpdateStackSet": {"OperationId": "1"},
    "cloudtrail.LookupEvents": {
        "Events": [{"EventTime": DAY, "Username": "operator", "CloudTrailEvent": json.dumps(RECORD)}]
    },
    "cloudwatch.DescribeAlarms": {
        "MetricAlarms": [
            {
                "AlarmName": f"metadata-guardrail-{name}-1A2B3C4D5E6F", "StateValue": "ALARM",
                "StateUpdatedTimestamp": DAY, "StateReason": "Threshold Crossed"
            }
            for name in ALARMS
        ]
    },
    "cloudwatch.GetMetricStatistics": {"Datapoints": [{"Timestamp": DAY, "Sum": 3.0}]},
    "cloudwatch.PutMetricAlarm": {},
    "cognito-idp.DescribeUserPoolClient": {"UserPoolClient": {"ClientSecret": "not-a-secret"}},
    "ec2.CreateLaunchTemplateVersion": {"LaunchTemplateVersion": {"VersionNumber": 4}},
    "ec2.ModifyLaunchTemplate": {"LaunchTemplate": {"DefaultVersionNumber": 4}},
    "ec2.RunInstances": {"Instances": [{"InstanceId": INSTANCE}]},
    "ec2.TerminateInstances": {"TerminatingInstances": [{"InstanceId": INSTANCE}]},
    "events.EnableRule": {},
    "events.ListRuleNamesByTarget": {"RuleNames": ["metadata-guardrail-SweepDueRule-1A2B3C4D5E6F"]},
    "events.ListRules": {
        "Rules": [
            {
                "Name": "metadata-guardrail-SweepDueRule-1A2B3C4D5E6F", "State": "DISABLED",
                "ScheduleExpression": "rate(6 hours)"
            }
        ]
    },
    "events.PutRule": {"RuleArn": f"arn:aws:events:eu-west-1:{ACCOUNT}:rule/guardrail-tickets"},
    "events.PutTargets": {"FailedEntryCount": 0, "FailedEntries": []},
    "iam.SimulatePrincipalPolicy": {
        "EvaluationResults": [
            {"EvalActionName": "bedrock-agentcore:UpdateAgentRuntime", "EvalDecision": "explicitDeny"}
        ]
    },
    "lambda.DeleteFunctionConcurrency": {},
    "lambda.GetAccountSettings": {
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000}
    },
    "lambda.GetFunctionConcurrency": {"ReservedConcurrentExecutions": 1},
    "lambda.GetFunctionConfiguration": {
        "State": "Active", "LastUpdateStatus": "Successful", "LastModified": DAY, "MemorySize": 256
    },
    "lambda.Invoke": invoked,
    "logs.DeleteLogGroup": {},
    "logs.DescribeQueryDefinitions": {
        "queryDefinitions": [{"name": "metadata-guardrail/query", "queryString": "fields @timestamp, id"}]
    },
    "logs.FilterLogEvents": {"events": [{"timestamp": 1, "message": json.dumps(LINE)}]},
    "logs.GetQueryResults": {"status": "Complete", "results": [[{"field": "id", "value": INSTANCE}]]},
    "logs.StartQuery": {"queryId": "1"},
    "organizations.AttachPolicy": {},
    "organizations.CreatePolicy": {"Policy": {"PolicySummary": {"Id": "p-0a1b2c3d"}}},
    "organizations.DetachPolicy": {},
    "sns.Subscribe": {"SubscriptionArn": "pending confirmation"},
    "sqs.CreateQueue": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/111122223333/metadata-guardrail-Events"},
    "sqs.DeleteMessage": {},
    "sqs.DeleteQueue": {},
    "sqs.GetQueueAttributes": {"Attributes": {"ApproximateNumberOfMessages": "2"}},
    "sqs.ListMessageMoveTasks": {"Results": [{"Status": "COMPLETED", "ApproximateNumberOfMessagesMoved": 2}]},
    "sqs.PurgeQueue": {},
    "sqs.ReceiveMessage": {
        "Messages": [
            {"MessageId": MESSAGE, "ReceiptHandle": "1", "Body": json.dumps({"id": "event", "time": DAY})}
        ]
    },
    "sqs.SetQueueAttributes": {},
    "sqs.StartMessageMoveTask": {"TaskHandle": "1"},
    "ssm.GetParameter": {"Parameter": {"Value": "ami-0a1b2c3d4e5f60001"}},
    "sts.GetCallerIdentity": {
        "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/operator", "UserId": "AIDAEXAMPLE"
    },
}

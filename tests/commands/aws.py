"""The real AWS CLI, as far as it reads, checks and serialises a command.

Calls of the operations that the stand-in models go to the stand-in. Calls of others get an answer of answers.py, which
must have the members that the service's model has. Pages are written for AWS CLI v2, and this one is v1, because v2 is
not on PyPI; what differs is in this file:

- `--cli-binary-format` and `--no-cli-pager` are options of v2. Where v2 would read a payload as Base64, this refuses.
- `AWS_REGION` counts in v2 only.
- `aws logs tail` is a command of v2. Only its options are checked.
"""

import argparse
import contextlib
import io
import os
import sys
import time

import answers

MODELLED = {
    "bedrock-agentcore-control": {
        "GetAgentRuntime", "GetAgentRuntimeEndpoint", "ListAgentRuntimeEndpoints", "ListAgentRuntimes",
        "ListTagsForResource", "UpdateAgentRuntime", "UpdateAgentRuntimeEndpoint",
    },
    "cloudformation": {"DescribeStacks"},
    "ec2": {
        "CreateTags", "DeleteTags", "DescribeInstances", "DescribeTags", "GetInstanceMetadataDefaults",
        "ModifyInstanceMetadataDefaults", "ModifyInstanceMetadataOptions", "StartInstances", "StopInstances",
    },
    "iam": {"DeleteRolePolicy", "PutRolePolicy"},
    "lambda": {"GetEventSourceMapping", "ListEventSourceMappings", "UpdateEventSourceMapping"},
    "sqs": {"GetQueueUrl", "SendMessage"},
}
# Commands that are more than one call. They are read, and then nothing happens.
READ_ONLY = {("cloudformation", "deploy"), ("cloudformation", "package"), ("s3", "cp"), ("s3", "rm"), ("s3", "sync")}
NOTHING = {"", "None", "null", "[]", "{}", "[[]]"}


class Wrong(Exception):
    """The command is wrong in a way that only AWS CLI v2 sees."""


def run(words):
    """The exit status of the command, and what is wrong with it."""
    try:
        words = of_version_1(list(words))
    except Wrong as wrong:
        return 252, str(wrong)
    if words[:2] == ["logs", "tail"]:
        return tail(words[2:])
    if "AWS_REGION" in os.environ:
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"]
    # Waiters have nothing to wait for.
    time.sleep = lambda _seconds: None
    printed, said = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
        try:
            status = driver(tuple(words[:2])).main([*words, "--endpoint-url", os.environ["STAND_IN"]])
        except SystemExit as end:
            status = end.code or 0
    print(printed.getvalue(), end="")
    print(said.getvalue(), end="", file=sys.stderr)
    said = said.getvalue().strip()
    if "DryRunOperation" in said and "--dry-run" in words:
        return status, None
    if status != 0:
        return status, in_short(said) or f"it ended with {status}"
    if any(word.split("=")[0] == "--query" for word in words) and printed.getvalue().strip() in NOTHING:
        return status, "its --query finds nothing in the answer"
    return status, None


def in_short(said):
    """The line that says what is wrong; a usage comes before it, and suggestions may follow."""
    lines = said.splitlines()
    wrong = [line for line in lines if "error" in line.lower() or line.startswith("Unknown options")]
    return (wrong or lines[-1:] or [""])[0]


def of_version_1(words):
    """The same command without what only version 2 knows."""
    formats = take(words, "--cli-binary-format", has_value=True)
    take(words, "--no-cli-pager", has_value=False)
    if any(value not in ("base64", "raw-in-base64-out") for value in formats):
        raise Wrong(f"--cli-binary-format has no value {formats}")
    if words[:2] == ["lambda", "invoke"] and "--payload" in words:
        payload = words[words.index("--payload") + 1]
        if formats != ["raw-in-base64-out"] and not payload.startswith("fileb://"):
            raise Wrong("AWS CLI v2 reads --payload as Base64 without --cli-binary-format raw-in-base64-out")
    return words


def take(words, option, has_value):
    """Takes the option out, and gives its values."""
    values = []
    while option in words:
        at = words.index(option)
        words.pop(at)
        values.append(words.pop(at) if has_value else None)
    return values


def tail(words):
    parser = argparse.ArgumentParser(exit_on_error=False, add_help=False, allow_abbrev=False)
    parser.add_argument("group_name")
    parser.add_argument("--follow", action="store_true")
    for option in ("--since", "--filter-pattern", "--log-stream-name-prefix", "--region", "--profile"):
        parser.add_argument(option)
    parser.add_argument("--log-stream-names", nargs="+")
    parser.add_argument("--format", choices=["detailed", "short", "json"])
    try:
        _, unknown = parser.parse_known_args(words)
    except argparse.ArgumentError as error:
        return 252, str(error)
    return (252, f"Unknown options: {unknown}") if unknown else (0, None)


def driver(command):
    from awscli.clidriver import create_clidriver
    from awscli.customizations.commands import BasicCommand

    if command in READ_ONLY:
        subcommand = command[1]
        real = BasicCommand.__call__

        def read(self, args, parsed_globals):
            if self.NAME == subcommand:
                self._run_main = lambda *_: 0
            return real(self, args, parsed_globals)

        BasicCommand.__call__ = read
    made = create_clidriver()
    made.session.register("before-call", prepared)
    return made


def prepared(model, params, **_rest):
    """The answer to a call that the stand-in does not model."""
    from awscli.botocore.awsrequest import AWSResponse

    service = model.service_model.service_name
    is_other_stack = service == "cloudformation" and params["body"].get("StackName") != "metadata-guardrail"
    if model.name in MODELLED.get(service, ()) and not is_other_stack:
        return None
    answer = answers.of(service, model.name)
    if answer is None:
        raise LookupError(f"tests/commands/answers.py has no answer to {service}.{model.name}")
    check(answer, model.output_shape, model.name)
    return AWSResponse("http://nowhere.invalid", 200, {}, None), answer


def check(answer, shape, where):
    """The answer has no member that the model does not have."""
    if isinstance(answer, dict) and shape is not None and shape.type_name == "structure":
        for name, value in answer.items():
            if name not in shape.members:
                raise LookupError(f"answers.py: {where} has no member {name}")
            check(value, shape.members[name], f"{where}.{name}")
    elif isinstance(answer, list):
        for value in answer:
            check(value, shape.member, where)

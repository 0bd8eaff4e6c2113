"""The lint finds what is misspelt or cannot work. It breaks the policies of this folder in one place each."""

import json
import sys
import unittest

sys.dont_write_bytecode = True

import lint

LINT = lint.Lint(lint.definition())

BROKEN = [
    # an action
    ("weakening.json", "ec2:ModifyInstanceMetadataOptions", "ec2:ModifyInstanceMetadataOption"),
    ("exception-tag.json", "bedrock-agentcore:TagResource", "bedrock-agent-core:TagResource"),
    # a key
    ("weakening.json", "ec2:Attribute/HttpTokens", "ec2:Attributes/HttpTokens"),
    ("role-delivery.json", "ec2:RoleDelivery", "ec2:RoleDeliveries"),
    ("launches.json", "aws:RequestTag/", "aws:RequestTags/"),
    # a key that belongs to another action
    ("weakening.json", "ec2:Attribute/HttpTokens", "ec2:CreateAction"),
    ("exception-tag.json", "aws:ResourceTag/metadata-guardrail:exempt", "ec2:MetadataHttpTokens"),
    # a key that belongs to another resource of the action
    ("launches.json", "arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:launch-template/*"),
    # a resource
    ("weakening.json", "arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:instances/*"),
    # an operator
    ("exception-tag.json", "ForAnyValue:StringEqualsIgnoreCase", "StringEqualsIgnoreCase"),
    ("exception-tag.json", "ArnNotLike", "NumericLessThan"),
    ("role-delivery.json", "NumericLessThan", "StringNotEquals"),
    # a value
    ("launches.json", '"true"', '"yes"'),
    # the form
    ("weakening.json", "AllowVersion1ByDefault", "AllowVersion1"),
    ("weakening.json", "2012-10-17", "2008-10-17"),
    ("weakening.json", '"Resource"', '"NotResource"'),
]


class LintTest(unittest.TestCase):
    def test_what_is_broken_is_found(self):
        for file, right, wrong in BROKEN:
            with self.subTest(file=file, wrong=wrong):
                text = (lint.HERE / file).read_text()
                self.assertIn(right, text)
                policy = json.loads(text.replace(right, wrong))
                self.assertTrue(list(LINT.policy(policy)))

    def test_a_member_that_stands_there_twice_is_found(self):
        with self.assertRaises(ValueError):
            json.loads('{"Null": {}, "Null": {}}', object_pairs_hook=lint.unique)

    def test_the_policies_of_the_template_are_read(self):
        statements = {
            statement.get("Sid")
            for name, policy in lint.all_policies()
            if name.startswith("template.yaml")
            for statement in policy["Statement"]
        }
        self.assertLessEqual({"RequireTokens", "KeepExemptions", "UpdateRuntimes", "SendSweeps"}, statements)


if __name__ == "__main__":
    unittest.main()

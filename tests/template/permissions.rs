//! What its role may do.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};

use super::stack::{Stack, texts};
use crate::support::files::files_under;

#[test]
fn the_role_may_do_what_the_code_calls_and_nothing_else() {
    let needed: BTreeSet<_> = operations_called()
        .into_iter()
        .chain(names(OWN_STACK))
        .chain(names(COMPANIONS))
        .collect();
    assert_eq!(allowed_actions(&Stack::with(EVERYTHING)), needed);
}

#[test]
fn the_role_may_read_no_object_and_use_no_key_unless_one_is_given() {
    let actions = allowed_actions(&Stack::with(&[]));
    assert!(
        !actions
            .iter()
            .any(|action| action.starts_with("s3:") || action.starts_with("kms:")),
        "{actions:?}"
    );
}

#[test]
fn the_role_may_change_nothing_in_report_mode() {
    // The writing half alone reads an endpoint by its name.
    let only_to_write = "bedrock-agentcore:GetAgentRuntimeEndpoint";
    let reads = operations_called()
        .into_iter()
        .filter(|action| is_read(action) && action != only_to_write);
    let harmless: BTreeSet<_> = reads.chain(names(OWN_STACK)).collect();
    let parameters: Vec<_> = EVERYTHING.iter().copied().chain([("Mode", "report")]).collect();
    assert_eq!(allowed_actions(&Stack::with(&parameters)), harmless);
}

#[test]
fn the_role_may_change_an_instance_only_to_require_tokens() {
    let writes = statements_allowing(&Stack::with(EVERYTHING), "ec2:ModifyInstanceMetadataOptions");
    let [write] = writes.as_slice() else { panic!("one statement allows it, not {writes:?}") };
    assert_eq!(write["Resource"], "arn:aws:ec2:eu-west-1:111122223333:instance/*");
    assert_eq!(
        write["Condition"],
        json!({"StringEquals": {"ec2:Attribute/HttpTokens": "required"}})
    );
}

#[test]
fn the_role_may_pass_roles_only_to_agentcore() {
    let stack = Stack::with(&[("RuntimeRoles", "agents/*")]);
    let passes = statements_allowing(&stack, "iam:PassRole");
    let [pass] = passes.as_slice() else { panic!("one statement allows it, not {passes:?}") };
    assert_eq!(pass["Resource"], "arn:aws:iam::111122223333:role/agents/*");
    assert_eq!(
        pass["Condition"],
        json!({"StringEquals": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}})
    );
}

#[test]
fn the_role_has_wildcard_resources_only_where_aws_offers_nothing_else() {
    for statement in Stack::with(EVERYTHING).statements("Allow") {
        if statement["Resource"] == "*" {
            let unlimited = [
                json!(["ec2:DescribeInstances", "ec2:DescribeTags"]),
                json!([
                    "bedrock-agentcore:ListAgentRuntimes",
                    "bedrock-agentcore:ListAgentRuntimeEndpoints"
                ]),
                json!("ec2:GetInstanceMetadataDefaults"),
                json!("ec2:ModifyInstanceMetadataDefaults"),
                json!("cloudwatch:GetMetricData"),
            ];
            assert!(unlimited.contains(&statement["Action"]), "{statement}");
        }
    }
}

#[test]
fn the_role_may_touch_account_defaults_only_if_the_settings_say_so() {
    let (read, write) = ("ec2:GetInstanceMetadataDefaults", "ec2:ModifyInstanceMetadataDefaults");
    for (mode, setting, expected) in [
        ("enforce", "off", vec![]),
        ("report", "off", vec![]),
        ("enforce", "report", vec![read]),
        ("report", "report", vec![read]),
        ("report", "enforce", vec![read]),
        ("enforce", "enforce", vec![read, write]),
    ] {
        let stack = Stack::with(&[("Mode", mode), ("AccountDefaults", setting)]);
        let mut actions = allowed_actions(&stack);
        actions.retain(|action| action.ends_with("InstanceMetadataDefaults"));
        assert_eq!(Vec::from_iter(actions), expected, "{mode}, {setting}");
        assert_eq!(stack.function()["Environment"]["Variables"]["ACCOUNT_DEFAULTS"], setting);
    }
}

#[test]
fn the_role_may_read_metrics_only_if_usage_matters() {
    for (days, expected) in [("0", vec![]), ("1", vec!["cloudwatch:GetMetricData"])] {
        for mode in ["report", "enforce"] {
            let stack = Stack::with(&[("Mode", mode), ("Imdsv1UsageDays", days)]);
            let mut actions = allowed_actions(&stack);
            actions.retain(|action| action.starts_with("cloudwatch:"));
            assert_eq!(Vec::from_iter(actions), expected, "{mode}, {days}");
            assert_eq!(stack.function()["Environment"]["Variables"]["IMDSV1_USAGE_DAYS"], days);
        }
    }
}

#[test]
fn the_role_may_list_endpoints_unless_they_are_off() {
    let list = "bedrock-agentcore:ListAgentRuntimeEndpoints";
    for (setting, agentcore, expected) in [
        ("off", "enabled", false),
        ("report", "enabled", true),
        ("repoint", "enabled", true),
        ("report", "disabled", false),
    ] {
        for mode in ["report", "enforce"] {
            let stack = Stack::with(&[
                ("Mode", mode),
                ("PinnedEndpoints", setting),
                ("AgentCore", agentcore),
            ]);
            assert_eq!(
                allowed_actions(&stack).contains(list),
                expected,
                "{mode}, {setting}, {agentcore}"
            );
        }
    }
}

#[test]
fn the_role_may_move_only_default_unless_all_settings_agree() {
    let (read, write) = (
        "bedrock-agentcore:GetAgentRuntimeEndpoint",
        "bedrock-agentcore:UpdateAgentRuntimeEndpoint",
    );
    let runtimes = "arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/*";
    let (default, all) =
        (format!("{runtimes}/runtime-endpoint/DEFAULT"), format!("{runtimes}/runtime-endpoint/*"));
    for (mode, setting, agentcore, to_read, to_write) in [
        ("report", "repoint", "enabled", vec![], vec![]),
        ("enforce", "repoint", "disabled", vec![], vec![]),
        ("enforce", "off", "enabled", vec![], vec![&*default]),
        ("enforce", "report", "enabled", vec![], vec![&*default]),
        ("enforce", "repoint", "enabled", vec![runtimes, &*all], vec![&*default, runtimes, &*all]),
    ] {
        let stack =
            Stack::with(&[("Mode", mode), ("PinnedEndpoints", setting), ("AgentCore", agentcore)]);
        assert_eq!(resources_allowing(&stack, read), to_read, "{mode}, {setting}, {agentcore}");
        assert_eq!(resources_allowing(&stack, write), to_write, "{mode}, {setting}, {agentcore}");
        assert_eq!(stack.function()["Environment"]["Variables"]["PINNED_ENDPOINTS"], setting);
    }
}

#[test]
fn the_role_may_change_account_defaults_only_to_require_tokens_here() {
    let writes =
        statements_allowing(&Stack::with(EVERYTHING), "ec2:ModifyInstanceMetadataDefaults");
    let [write] = writes.as_slice() else { panic!("one statement allows it, not {writes:?}") };
    assert_eq!(
        write["Condition"],
        json!({
            "StringEquals": {"aws:RequestedRegion": "eu-west-1", "ec2:Attribute/HttpTokens": "required"}
        })
    );
}

#[test]
fn the_role_may_read_two_queues_and_send_only_sweeps() {
    let stack = Stack::with(EVERYTHING);
    for (action, queues) in [
        ("sqs:ReceiveMessage", &["Events.Arn", "Sweeps.Arn"][..]),
        ("sqs:DeleteMessage", &["Events.Arn", "Sweeps.Arn"]),
        ("sqs:GetQueueAttributes", &["Events.Arn", "Sweeps.Arn"]),
        ("sqs:SendMessage", &["Sweeps.Arn"]),
    ] {
        assert_eq!(resources_allowing(&stack, action), queues, "{action}");
    }
}

#[test]
fn the_role_may_use_the_key_of_the_stack_only_through_its_services() {
    let uses = statements_allowing(&Stack::with(EVERYTHING), "kms:GenerateDataKey");
    let [allowed] = uses.as_slice() else { panic!("one statement allows it, not {uses:?}") };
    assert_eq!(actions(allowed), ["kms:Decrypt", "kms:GenerateDataKey"]);
    assert_eq!(allowed["Resource"], KEY);
    assert_eq!(
        allowed["Condition"],
        json!({
            "StringEquals": {
                "kms:ViaService": ["sqs.eu-west-1.amazonaws.com", "lambda.eu-west-1.amazonaws.com"]
            }
        })
    );
}

#[test]
fn the_role_needs_no_further_permission_to_set_an_authorizer() {
    let enforced =
        Stack::with(&[("RuntimeAuthorizer", "enforce"), ("RuntimeAuthorizerConfig", "{}")]);
    assert_eq!(allowed_actions(&enforced), allowed_actions(&Stack::with(&[])));
}

#[test]
fn the_policies_of_the_role_are_no_longer_than_iam_allows() {
    let (key, roles, bus) = (format!("{}=", "k".repeat(127)), "r".repeat(576), "b".repeat(256));
    for tag in ["k".repeat(128), key + &"v".repeat(256)] {
        let longest = [("ExceptionTag", &*tag), ("RuntimeRoles", &*roles), ("OutcomeBus", &*bus)];
        let stack = Stack::with(&[EVERYTHING, &longest].concat());
        let statements = [stack.statements("Allow"), stack.statements("Deny")].concat();
        // Each may stand in a policy of its own.
        let envelope = json!({"Version": "2012-10-17", "Statement": []}).to_string().len();
        let length: usize =
            statements.iter().map(|statement| statement.to_string().len() + envelope).sum();
        assert!(length <= 10_240, "{length} characters");
    }
}

/// Parameters with which every optional permission is there.
pub const EVERYTHING: &[(&str, &str)] = &[
    ("AccountDefaults", "enforce"),
    ("Imdsv1UsageDays", "30"),
    ("PinnedEndpoints", "repoint"),
    ("CodeArtifactArns", "arn:aws:s3:::my-agent-code/*"),
    (
        "CodeArtifactKeyArns",
        "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ),
    ("KeyArn", KEY),
    ("OutcomeBus", "default"),
];

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/9876fedc-98fe-76dc-54ba-0987654321fe";

/// What the function and Lambda in its name do within the stack, and why.
const OWN_STACK: &[(&str, &str)] = &[
    ("logs:CreateLogStream", "the log"),
    ("logs:PutLogEvents", "the log"),
    ("sqs:ReceiveMessage", "Lambda gets the messages"),
    ("sqs:DeleteMessage", "Lambda deletes what is done"),
    ("sqs:GetQueueAttributes", "Lambda reads the length of the queues"),
    ("sqs:SendMessage", "a record that cannot be read asks for a sweep"),
    ("kms:Decrypt", "the queues and the environment may be encrypted"),
    ("kms:GenerateDataKey", "the queue of the sweeps may be encrypted"),
    ("events:PutEvents", "outcomes are events on the bus that was named"),
];

/// What AWS asks for besides the action that is called, and why.
const COMPANIONS: &[(&str, &str)] = &[
    (
        "bedrock-agentcore:UpdateAgentRuntimeEndpoint",
        "UpdateAgentRuntime moves the endpoint DEFAULT",
    ),
    ("iam:PassRole", "UpdateAgentRuntime sends the runtime's role again"),
    ("s3:GetObject", "UpdateAgentRuntime sends the code's place again"),
    ("s3:GetObjectVersion", "UpdateAgentRuntime sends the code's place and version again"),
    ("kms:Decrypt", "the code may be encrypted"),
];

fn names(reasons: &[(&str, &str)]) -> impl Iterator<Item = String> {
    reasons.iter().map(|(action, _)| (*action).to_owned())
}

pub fn is_read(action: &str) -> bool {
    let (_, name) = action.split_once(':').expect("service:Action");
    ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
}

fn allowed_actions(stack: &Stack) -> BTreeSet<String> {
    stack.statements("Allow").iter().flat_map(actions).collect()
}

fn statements_allowing(stack: &Stack, action: &str) -> Vec<Value> {
    let statements = stack.statements("Allow").into_iter();
    statements
        .filter(|statement| actions(statement).contains(&action.to_owned()))
        .collect()
}

fn resources_allowing(stack: &Stack, action: &str) -> Vec<String> {
    statements_allowing(stack, action)
        .iter()
        .flat_map(|statement| texts(&statement["Resource"]))
        .collect()
}

pub fn actions(statement: &Value) -> Vec<String> {
    texts(&statement["Action"])
}

/// The IAM actions of the SDK operations that the code calls, on a value named `client`.
pub fn operations_called() -> BTreeSet<String> {
    let files = files_under("src");
    files.iter().flat_map(|file| operations_in(file)).collect()
}

fn operations_in(file: &Path) -> Vec<String> {
    let path = file.to_str().expect("a path in UTF-8");
    let service = match path {
        path if path.contains("agentcore") => "bedrock-agentcore",
        path if path.ends_with("usage.rs") => "cloudwatch",
        path if path.ends_with("sweeps_queue.rs") => "sqs",
        _ => "ec2",
    };
    let source = fs::read_to_string(file).expect("source code");
    let code: Vec<_> = source.lines().filter_map(|line| line.split("//").next()).collect();
    methods_of_client(&code.join("\n"))
        .map(|method| {
            let service = if method == "put_events" { "events" } else { service };
            format!("{service}:{}", pascal_case(method))
        })
        .collect()
}

/// The names of the methods called on `client`, whatever space stands around the dot.
fn methods_of_client(code: &str) -> impl Iterator<Item = &str> {
    let uses = code.match_indices("client").filter(|(at, _)| !code[..*at].ends_with(is_word));
    uses.filter_map(|(at, name)| {
        let call = code[at + name.len()..].trim_start().strip_prefix('.')?.trim_start();
        let method = call.split(|letter| !is_word(letter)).next()?;
        let arguments = call[method.len()..].trim_start();
        (arguments.starts_with('(') && !["clone", "config"].contains(&method)).then_some(method)
    })
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn pascal_case(method: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    method.split('_').map(word).collect()
}

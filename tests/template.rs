//! Stories of the template: the permissions are exactly what the code needs, and the rules deliver exactly the right
//! events.

mod stack;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use metadata_guardrail::{resource::agentcore_runtime::endpoints::TOKEN_PREFIX, telemetry};
use serde_json::{Value, json};

use self::stack::{Stack, document, text};

#[test]
fn the_role_may_do_what_the_code_calls_and_nothing_else() {
    let needed: BTreeSet<_> =
        operations_called().into_iter().chain(names(OWN_OUTPUT)).chain(names(COMPANIONS)).collect();
    assert_eq!(allowed_actions(&Stack::with(EVERYTHING)), needed);
}

#[test]
fn without_code_artifacts_the_role_may_read_no_object_and_use_no_key() {
    let actions = allowed_actions(&Stack::with(&[]));
    assert!(!actions.iter().any(|action| action.starts_with("s3:") || action.starts_with("kms:")), "{actions:?}");
}

#[test]
fn in_report_mode_the_role_may_change_nothing() {
    // The writing half alone reads an endpoint by its name.
    let only_to_write = "bedrock-agentcore:GetAgentRuntimeEndpoint";
    let reads = operations_called().into_iter().filter(|action| is_read(action) && action != only_to_write);
    let harmless: BTreeSet<_> = reads.chain(names(OWN_OUTPUT)).collect();
    let parameters: Vec<_> = EVERYTHING.iter().copied().chain([("Mode", "report")]).collect();
    assert_eq!(allowed_actions(&Stack::with(&parameters)), harmless);
}

#[test]
fn an_instance_can_be_changed_only_to_require_tokens() {
    let writes = statements_allowing(&Stack::with(EVERYTHING), "ec2:ModifyInstanceMetadataOptions");
    let [write] = writes.as_slice() else { panic!("one statement allows it, not {writes:?}") };
    assert_eq!(write["Resource"], "arn:aws:ec2:eu-west-1:111122223333:instance/*");
    assert_eq!(write["Condition"], json!({"StringEqualsIfExists": {"ec2:Attribute/HttpTokens": "required"}}));
}

#[test]
fn a_role_can_be_passed_only_to_agentcore() {
    let stack = Stack::with(&[("RuntimeRoles", "agents/*")]);
    let passes = statements_allowing(&stack, "iam:PassRole");
    let [pass] = passes.as_slice() else { panic!("one statement allows it, not {passes:?}") };
    assert_eq!(pass["Resource"], "arn:aws:iam::111122223333:role/agents/*");
    assert_eq!(pass["Condition"], json!({"StringEquals": {"iam:PassedToService": "bedrock-agentcore.amazonaws.com"}}));
}

#[test]
fn only_what_aws_cannot_limit_is_allowed_on_everything() {
    for statement in statements(&Stack::with(EVERYTHING)) {
        if statement["Resource"] == "*" {
            let unlimited = [
                json!(["ec2:DescribeInstances", "ec2:DescribeTags"]),
                json!(["bedrock-agentcore:ListAgentRuntimes", "bedrock-agentcore:ListAgentRuntimeEndpoints"]),
                json!("ec2:GetInstanceMetadataDefaults"),
                json!("ec2:ModifyInstanceMetadataDefaults"),
                json!("cloudwatch:GetMetricData"),
            ];
            assert!(unlimited.contains(&statement["Action"]), "{statement}");
        }
    }
}

#[test]
fn account_defaults_can_be_read_unless_off_and_changed_only_where_everything_enforces() {
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
fn metrics_can_be_read_only_where_the_use_of_imdsv1_counts() {
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
fn endpoints_can_be_moved_only_where_everything_says_so() {
    let (read, write) = ("bedrock-agentcore:GetAgentRuntimeEndpoint", "bedrock-agentcore:UpdateAgentRuntimeEndpoint");
    for (mode, setting, agentcore, expected) in [
        ("enforce", "report", "enabled", vec![]),
        ("report", "repoint", "enabled", vec![]),
        ("enforce", "repoint", "disabled", vec![]),
        ("enforce", "repoint", "enabled", vec![read, write]),
    ] {
        let stack = Stack::with(&[("Mode", mode), ("PinnedEndpoints", setting), ("AgentCore", agentcore)]);
        let mut actions = allowed_actions(&stack);
        actions.retain(|action| action.ends_with("RuntimeEndpoint"));
        assert_eq!(Vec::from_iter(actions), expected, "{mode}, {setting}, {agentcore}");
        assert_eq!(stack.function()["Environment"]["Variables"]["PINNED_ENDPOINTS"], setting);
    }
    let writes = statements_allowing(&Stack::with(EVERYTHING), write);
    let [statement] = writes.as_slice() else { panic!("one statement allows it, not {writes:?}") };
    let runtimes = "arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/*";
    assert_eq!(statement["Resource"], json!([runtimes, format!("{runtimes}/runtime-endpoint/*")]));
}

#[test]
fn the_guardrails_own_moves_are_known_by_their_client_token() {
    for (token, rules) in [
        (json!(format!("{TOKEN_PREFIX}3f9a")), vec![]),
        (json!("3f9a0c6be1d84725a0b4c9d2e7f15368"), vec!["RuntimeEndpointRule"]),
    ] {
        let event = changed("agentcore-endpoint-updated", "/detail/requestParameters", "clientToken", token);
        assert_eq!(Stack::with(&[]).rules_delivering(&event), rules, "{event}");
    }
}

#[test]
fn account_defaults_can_be_changed_only_to_require_tokens_and_only_in_this_region() {
    let writes = statements_allowing(&Stack::with(EVERYTHING), "ec2:ModifyInstanceMetadataDefaults");
    let [write] = writes.as_slice() else { panic!("one statement allows it, not {writes:?}") };
    assert_eq!(
        write["Condition"],
        json!({
            "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
            "StringEqualsIfExists": {"ec2:Attribute/HttpTokens": "required"}
        })
    );
}

#[test]
fn every_partition_gets_arns_of_its_own() {
    let mut stack = Stack::with(&[]);
    stack.values.insert("AWS::Partition".into(), "aws-cn".into());
    for (name, resource) in stack.resources() {
        assert!(!resource.to_string().contains("arn:aws:"), "{name}");
    }
}

#[test]
fn without_agentcore_no_rule_and_no_permission_names_it() {
    let stack = Stack::with(&[("AgentCore", "disabled")]);
    let kinds = ["AWS::IAM::Role", "AWS::Events::Rule", "AWS::Lambda::Permission", "AWS::SQS::QueuePolicy"];
    for (name, resource) in kinds.into_iter().flat_map(|kind| stack.resources_of(kind)) {
        assert!(!resource.to_string().to_lowercase().contains("agentcore"), "{name}");
        assert!(!resource.to_string().contains("Runtime"), "{name}");
    }
}

#[test]
fn every_sample_event_is_delivered_by_its_rule_or_by_none() {
    let stack = Stack::with(&[]);
    let files: BTreeSet<_> = files_under("events").iter().map(|file| stem(file)).collect();
    assert_eq!(files, DELIVERED_BY.iter().map(|(file, _)| (*file).to_owned()).collect());
    for (file, rule) in DELIVERED_BY {
        assert_eq!(stack.rules_delivering(&sample(file)), Vec::from_iter(*rule), "{file}");
    }
}

#[test]
fn a_failed_call_is_delivered_by_no_rule() {
    for (file, _) in DELIVERED_BY.iter().filter(|(file, _)| sample(file)["detail"].get("eventName").is_some()) {
        let failed = changed(file, "/detail", "errorCode", json!("AccessDenied"));
        assert_eq!(Stack::with(&[]).rules_delivering(&failed), [""; 0], "{file}");
    }
}

#[test]
fn what_happened_in_another_account_or_region_is_delivered_by_no_rule() {
    for (file, _) in DELIVERED_BY {
        for (member, elsewhere) in [("account", "444455556666"), ("region", "eu-west-2")] {
            let foreign = changed(file, "", member, json!(elsewhere));
            assert_eq!(Stack::with(&[]).rules_delivering(&foreign), [""; 0], "{file}");
        }
    }
}

#[test]
fn metadata_options_are_delivered_unless_they_require_tokens() {
    let nested = "/detail/requestParameters/ModifyInstanceMetadataOptionsRequest";
    let flat = "/detail/requestParameters";
    for (tokens, rules) in [
        (json!("required"), vec![]),
        (json!("optional"), vec!["InstanceOptionsModifiedRule"]),
        (json!(null), vec!["InstanceOptionsModifiedRule"]),
    ] {
        for (file, place, member) in [
            ("ec2-metadata-options-modified", nested, "HttpTokens"),
            ("ec2-metadata-options-modified-flat", flat, "httpTokens"),
        ] {
            let event = changed(file, place, member, tokens.clone());
            assert_eq!(Stack::with(&[]).rules_delivering(&event), rules, "{file} with {tokens}");
        }
    }
    let silent = changed("ec2-metadata-options-modified", "/detail/requestParameters", NESTED_REQUEST, json!({}));
    assert_eq!(Stack::with(&[]).rules_delivering(&silent), ["InstanceOptionsModifiedRule"]);
}

#[test]
fn a_runtime_update_is_delivered_unless_it_requires_mmdsv2() {
    for (configuration, rules) in [
        (json!({"requireMMDSV2": true}), vec![]),
        (json!({"requireMMDSV2": false}), vec!["RuntimeUpdatedRule"]),
        (json!({"requireMMDSV2": null}), vec!["RuntimeUpdatedRule"]),
        (json!({}), vec!["RuntimeUpdatedRule"]),
        (json!(null), vec!["RuntimeUpdatedRule"]),
    ] {
        let event =
            changed("agentcore-runtime-updated", "/detail/requestParameters", "metadataConfiguration", configuration);
        assert_eq!(Stack::with(&[]).rules_delivering(&event), rules, "{event}");
    }
}

#[test]
fn what_cloudtrail_omits_is_no_reason_to_drop_an_event() {
    for (file, rule) in [
        ("ec2-instance-launched", "InstanceStartedRule"),
        ("ec2-instance-started", "InstanceStartedRule"),
        ("ec2-metadata-options-modified", "InstanceOptionsModifiedRule"),
        ("ec2-exception-tag-deleted", "InstanceTagDeletedRule"),
        ("agentcore-runtime-created", "RuntimeCreatedRule"),
        ("agentcore-runtime-updated", "RuntimeUpdatedRule"),
        ("agentcore-endpoint-updated", "RuntimeEndpointRule"),
    ] {
        for omitted in [json!(null), json!({"omitted": true, "reason": "requestParameters too large"})] {
            let event = changed(file, "/detail", "requestParameters", omitted);
            assert_eq!(Stack::with(&[]).rules_delivering(&event), [rule], "{file}");
        }
    }
}

#[test]
fn deleting_tags_without_naming_any_is_delivered_because_it_deletes_them_all() {
    for nothing in [json!({}), json!({"items": []}), json!(null)] {
        let event = changed("ec2-exception-tag-deleted", "/detail/requestParameters", "tagSet", nothing);
        assert_eq!(Stack::with(&[]).rules_delivering(&event), ["InstanceTagDeletedRule"]);
    }
}

#[test]
fn the_exception_tag_is_one_of_several_that_were_removed() {
    let tags = json!({"items": [{"key": "cost-centre"}, {"key": "metadata-guardrail:exempt"}]});
    let event = changed("ec2-exception-tag-deleted", "/detail/requestParameters", "tagSet", tags);
    assert_eq!(Stack::with(&[]).rules_delivering(&event), ["InstanceTagDeletedRule"]);

    let keys = json!(["cost-centre", "metadata-guardrail:exempt"]);
    let event = changed("agentcore-exception-tag-removed", "/detail/requestParameters", "tagKeys", keys);
    assert_eq!(Stack::with(&[]).rules_delivering(&event), ["RuntimeTagRemovedRule"]);
}

#[test]
fn a_tag_removed_from_anything_but_a_runtime_is_delivered_by_no_rule() {
    for arn in [
        "arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/claims-gateway-xy12ab34cd",
        "arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/runtime-xy12ab34cd",
        "arn:aws:bedrock-agentcore:eu-west-1:444455556666:runtime/claims_agent-Xy12Ab34Cd",
    ] {
        let event = changed("agentcore-exception-tag-removed", "/detail/requestParameters", "resourceArn", json!(arn));
        assert_eq!(Stack::with(&[]).rules_delivering(&event), [""; 0], "{arn}");
    }
}

#[test]
fn a_percent_encoded_runtime_arn_is_delivered() {
    let arn = json!("arn%3Aaws%3Abedrock-agentcore%3Aeu-west-1%3A111122223333%3Aruntime%2Fclaims_agent-Xy12Ab34Cd");
    let event = changed("agentcore-exception-tag-removed", "/detail/requestParameters", "resourceArn", arn);
    assert_eq!(Stack::with(&[]).rules_delivering(&event), ["RuntimeTagRemovedRule"]);
}

#[test]
fn the_rules_look_for_the_key_of_the_exception_tag_that_was_set() {
    let stack = Stack::with(&[("ExceptionTag", "security=exempt=yes")]);
    for (file, list, tags) in [
        ("ec2-exception-tag-deleted", "tagSet", json!({"items": [{"key": "security"}]})),
        ("agentcore-exception-tag-removed", "tagKeys", json!(["security"])),
    ] {
        let event = changed(file, "/detail/requestParameters", list, tags);
        assert_eq!(stack.rules_delivering(&event).len(), 1, "{file}");
        assert_eq!(stack.rules_delivering(&sample(file)), [""; 0], "{file}");
    }
}

#[test]
fn every_rule_may_invoke_the_function_and_loses_nothing_it_cannot_hand_over() {
    let stack = Stack::with(&[]);
    let allowed: Vec<_> =
        stack.resources_of("AWS::Lambda::Permission").map(|(_, it)| it["SourceArn"].clone()).collect();
    let kept = &stack.resources_of("AWS::SQS::QueuePolicy").next().expect("a queue policy").1["PolicyDocument"];
    for (name, rule) in stack.resources_of("AWS::Events::Rule") {
        let arn = json!(format!("{name}.Arn"));
        assert!(allowed.contains(&arn), "{name} may invoke the function");
        let sources = &kept["Statement"][0]["Condition"]["ArnEquals"]["aws:SourceArn"];
        assert!(sources.as_array().is_some_and(|arns| arns.contains(&arn)), "{name} may write to the queue");
        let targets = rule["Targets"].as_array().expect("targets");
        for target in targets {
            assert_eq!(target["Arn"], "Guardrail.Arn", "{name}");
            assert!(target["RetryPolicy"].is_object(), "{name} tries again");
            assert_eq!(target["DeadLetterConfig"]["Arn"], "FailedEvents.Arn", "{name}");
        }
    }
}

#[test]
fn what_the_function_could_not_finish_is_kept_encrypted_for_14_days() {
    let stack = Stack::with(&[]);
    let [(name, queue)] = &stack.resources_of("AWS::SQS::Queue").collect::<Vec<_>>()[..] else { panic!("one queue") };
    assert_eq!(queue["SqsManagedSseEnabled"], true);
    assert_eq!(queue["MessageRetentionPeriod"], 14 * 24 * 60 * 60);
    let function = stack.function();
    let failures = &function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
    assert_eq!(*failures, json!({"Type": "SQS", "Destination": format!("{name}.Arn")}));
}

#[test]
fn the_schedule_asks_for_a_sweep_with_the_sample_event() {
    let nightly = "cron(0 3 * * ? *)";
    for (stack, expression) in
        [(Stack::with(&[]), "rate(6 hours)"), (Stack::with(&[("ScheduleExpression", nightly)]), nightly)]
    {
        let mut scheduled =
            stack.resources_of("AWS::Events::Rule").filter(|(_, rule)| rule.get("EventPattern").is_none());
        let (_, rule) = scheduled.next().expect("a schedule");
        assert!(scheduled.next().is_none(), "one schedule");
        assert_eq!(rule["ScheduleExpression"], expression);
        let input: Value = serde_json::from_str(rule["Targets"][0]["Input"].as_str().expect("a text")).expect("JSON");
        assert_eq!(input, sample("guardrail-sweep-due"));
    }
}

#[test]
fn the_function_is_told_the_settings_it_reads() {
    let defaults = json!({
        "GUARDRAIL_MODE": "enforce", "EXCEPTION_TAG": "metadata-guardrail:exempt", "AGENTCORE": "enabled",
        "SWEEP_MARGIN_SECONDS": "60", "RUNTIME_AUTHORIZER": "report", "PINNED_ENDPOINTS": "report",
        "ACCOUNT_DEFAULTS": "report", "IMDSV1_USAGE_DAYS": "0"
    });
    assert_eq!(Stack::with(&[]).function()["Environment"]["Variables"], defaults);

    let stack = Stack::with(&[
        ("Mode", "report"),
        ("ExceptionTag", "security=exempt"),
        ("AgentCore", "disabled"),
        ("SweepMarginSeconds", "90"),
        ("RuntimeAuthorizer", "off"),
        ("PinnedEndpoints", "repoint"),
        ("AccountDefaults", "enforce"),
        ("Imdsv1UsageDays", "30"),
    ]);
    let others = json!({
        "GUARDRAIL_MODE": "report", "EXCEPTION_TAG": "security=exempt", "AGENTCORE": "disabled",
        "SWEEP_MARGIN_SECONDS": "90", "RUNTIME_AUTHORIZER": "off", "PINNED_ENDPOINTS": "repoint",
        "ACCOUNT_DEFAULTS": "enforce", "IMDSV1_USAGE_DAYS": "30"
    });
    assert_eq!(stack.function()["Environment"]["Variables"], others);

    let config = r#"{"discoveryUrl":"https://id.example.com/.well-known/openid-configuration","allowedClients":["a"]}"#;
    let stack = Stack::with(&[("RuntimeAuthorizer", "enforce"), ("RuntimeAuthorizerConfig", config)]);
    let variables = &stack.function()["Environment"]["Variables"];
    assert_eq!(
        (&variables["RUNTIME_AUTHORIZER"], &variables["RUNTIME_AUTHORIZER_CONFIG"]),
        (&json!("enforce"), &json!(config))
    );
}

#[test]
fn an_authorizer_that_is_to_be_set_has_to_be_given() {
    let config = ("RuntimeAuthorizerConfig", "{}");
    for setting in ["off", "report", "enforce"] {
        assert!(Stack::with(&[("RuntimeAuthorizer", setting), config]).is_taken(), "{setting}");
        assert_eq!(Stack::with(&[("RuntimeAuthorizer", setting)]).is_taken(), setting != "enforce");
    }
}

#[test]
fn to_set_an_authorizer_the_role_needs_no_further_permission() {
    let enforced = Stack::with(&[("RuntimeAuthorizer", "enforce"), ("RuntimeAuthorizerConfig", "{}")]);
    assert_eq!(allowed_actions(&enforced), allowed_actions(&Stack::with(&[])));
}

#[test]
fn concurrency_is_reserved_and_alarms_notify_only_where_asked() {
    let silent = Stack::with(&[]);
    assert_eq!(silent.function().get("ReservedConcurrentExecutions"), None);
    assert!(silent.resources_of("AWS::CloudWatch::Alarm").all(|(_, alarm)| alarm.get("AlarmActions").is_none()));

    let topic = "arn:aws:sns:eu-west-1:111122223333:security";
    let asked = Stack::with(&[("ReservedConcurrency", "5"), ("AlarmTopicArn", topic)]);
    assert_eq!(asked.function()["ReservedConcurrentExecutions"], "5");
    assert!(asked.resources_of("AWS::CloudWatch::Alarm").all(|(_, alarm)| alarm["AlarmActions"] == json!([topic])));
}

#[test]
fn the_guardrails_own_metrics_have_an_alarm_where_nothing_else_would_tell() {
    let stack = Stack::with(&[]);
    let alarms = stack.resources_of("AWS::CloudWatch::Alarm").map(|(_, alarm)| alarm);
    let own = alarms.filter(|alarm| alarm["Namespace"] == telemetry::NAMESPACE);
    let watched: BTreeSet<_> = own.map(|alarm| alarm["MetricName"].as_str().expect("a metric").to_owned()).collect();
    assert_eq!(watched, ["IncompleteSweeps", "UnverifiedWrites"].map(str::to_owned).into());
}

#[test]
fn every_parameter_and_every_output_says_what_it_is() {
    let document = document();
    for section in ["Parameters", "Outputs"] {
        for (name, entry) in document[section].as_object().expect("a section") {
            assert!(entry["Description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}");
        }
    }
}

/// Which rule delivers each file of `events/`.
const DELIVERED_BY: &[(&str, Option<&str>)] = &[
    ("agentcore-endpoint-created", Some("RuntimeEndpointRule")),
    ("agentcore-endpoint-moved", None),
    ("agentcore-endpoint-updated", Some("RuntimeEndpointRule")),
    ("agentcore-exception-tag-removed", Some("RuntimeTagRemovedRule")),
    ("agentcore-runtime-created", Some("RuntimeCreatedRule")),
    ("agentcore-runtime-updated", Some("RuntimeUpdatedRule")),
    ("agentcore-runtime-updated-mmdsv2", None),
    ("ec2-exception-tag-deleted", Some("InstanceTagDeletedRule")),
    ("ec2-instance-launched", Some("InstanceStartedRule")),
    ("ec2-instance-running", Some("InstanceRunningRule")),
    ("ec2-instance-started", Some("InstanceStartedRule")),
    ("ec2-instance-stopped", None),
    ("ec2-instances-described", None),
    ("ec2-launch-failed", None),
    // Delivered because it makes the guardrail sweep the instances.
    ("ec2-launched-without-ids", Some("InstanceStartedRule")),
    ("ec2-metadata-options-modified", Some("InstanceOptionsModifiedRule")),
    ("ec2-metadata-options-modified-flat", Some("InstanceOptionsModifiedRule")),
    ("ec2-metadata-options-required", None),
    ("ec2-other-tag-deleted", None),
    ("ec2-start-dry-run", None),
    // The schedule and people hand these over themselves.
    ("guardrail-sweep-asked-for", None),
    ("guardrail-sweep-due", None),
    ("s3-bucket-created", None),
];

const NESTED_REQUEST: &str = "ModifyInstanceMetadataOptionsRequest";

/// Parameters with which every optional permission is there.
const EVERYTHING: &[(&str, &str)] = &[
    ("AccountDefaults", "enforce"),
    ("Imdsv1UsageDays", "30"),
    ("PinnedEndpoints", "repoint"),
    ("CodeArtifactArns", "arn:aws:s3:::my-agent-code/*"),
    ("CodeArtifactKeyArns", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
];

/// What Lambda does in the function's name, and why.
const OWN_OUTPUT: &[(&str, &str)] = &[
    ("logs:CreateLogStream", "the log"),
    ("logs:PutLogEvents", "the log"),
    ("sqs:SendMessage", "the failure destination"),
];

/// What AWS asks for besides the action that is called, and why.
const COMPANIONS: &[(&str, &str)] = &[
    ("iam:PassRole", "UpdateAgentRuntime sends the runtime's role again"),
    ("bedrock-agentcore:PassCapacityProvider", "UpdateAgentRuntime sends the capacity provider again"),
    ("s3:GetObject", "UpdateAgentRuntime sends the code's place again"),
    ("s3:GetObjectVersion", "UpdateAgentRuntime sends the code's place and version again"),
    ("kms:Decrypt", "the code may be encrypted"),
];

fn names(reasons: &[(&str, &str)]) -> impl Iterator<Item = String> {
    reasons.iter().map(|(action, _)| (*action).to_owned())
}

fn is_read(action: &str) -> bool {
    let (_, name) = action.split_once(':').expect("service:Action");
    ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb))
}

fn allowed_actions(stack: &Stack) -> BTreeSet<String> {
    statements(stack).iter().flat_map(actions).collect()
}

fn statements_allowing(stack: &Stack, action: &str) -> Vec<Value> {
    statements(stack).into_iter().filter(|statement| actions(statement).contains(&action.to_owned())).collect()
}

/// Every statement of every role of the stack; all of them allow.
fn statements(stack: &Stack) -> Vec<Value> {
    let roles = stack.resources_of("AWS::IAM::Role");
    let policies = roles.flat_map(|(_, role)| role["Policies"].as_array().cloned().expect("policies"));
    let statements: Vec<Value> = policies
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().cloned().expect("statements"))
        .collect();
    assert!(statements.iter().all(|statement| statement["Effect"] == "Allow"));
    statements
}

fn actions(statement: &Value) -> Vec<String> {
    match &statement["Action"] {
        Value::Array(actions) => actions.iter().map(text).collect(),
        action => vec![text(action)],
    }
}

/// The IAM actions of the SDK operations that the code under `src/resource` calls, on a value named `client`.
fn operations_called() -> BTreeSet<String> {
    let files = files_under("src/resource");
    files.iter().flat_map(|file| operations_in(file)).collect()
}

fn operations_in(file: &Path) -> Vec<String> {
    let path = file.to_str().expect("a path in UTF-8");
    let service = match path {
        path if path.contains("agentcore") => "bedrock-agentcore",
        path if path.ends_with("usage.rs") => "cloudwatch",
        _ => "ec2",
    };
    let source = fs::read_to_string(file).expect("source code");
    let code: Vec<_> = source.lines().filter_map(|line| line.split("//").next()).collect();
    methods_of_client(&code.join("\n")).map(|method| format!("{service}:{}", pascal_case(method))).collect()
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

fn sample(name: &str) -> Value {
    let text = fs::read_to_string(here("events").join(name).with_extension("json")).expect("a sample event");
    serde_json::from_str(&text).expect("a sample event in JSON")
}

/// A sample event in which one member of the object at `place`, a JSON pointer, has another value.
fn changed(name: &str, place: &str, member: &str, value: Value) -> Value {
    let mut event = sample(name);
    event.pointer_mut(place).expect("the place is there")[member] = value;
    event
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files_under(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(here(folder)).unwrap_or_else(|why| panic!("{folder}: {why}"));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files_under(path.to_str().expect("UTF-8")) } else { vec![path] }).collect()
}

fn stem(file: &Path) -> String {
    file.file_stem().and_then(|stem| stem.to_str()).expect("a file name in UTF-8").to_owned()
}

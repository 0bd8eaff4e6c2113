//! Which events its rules deliver.

use std::{collections::BTreeSet, path::Path};

use metadata_guardrail::{client_token::PREFIX, event, settings::Settings};
use serde_json::{Value, json};

use super::{
    sample,
    stack::{Stack, text},
};
use crate::support::{files::files_under, harness};

#[test]
fn every_sample_event_is_delivered_by_its_own_rule_or_none() {
    let stack = Stack::with(&[]);
    let files: BTreeSet<_> = files_under("events").iter().map(|file| stem(file)).collect();
    assert_eq!(files, DELIVERED_BY.iter().map(|(file, _)| (*file).to_owned()).collect());
    for (file, rule) in DELIVERED_BY {
        assert_eq!(stack.rules_delivering(&in_this_stack(file)), Vec::from_iter(*rule), "{file}");
    }
}

#[test]
fn a_delivered_event_is_never_ignored_whatever_cloudtrail_omits() {
    let left_out = [None, Some(json!(null)), Some(json!({"omitted": true}))];
    for (file, _) in DELIVERED_BY.iter().filter(|(_, rule)| rule.is_some()) {
        let shortened = left_out.iter().map(|left| without_parameters(file, left.as_ref()));
        for event in shortened.chain([sample(file)]) {
            let event = serde_json::from_value(event).expect("an EventBridge event");
            let asks = event::read(&event, &harness::deployment(), &Settings::default());
            assert!(asks.is_ok(), "{file} is ignored: {asks:?}");
        }
    }
}

#[test]
fn a_failed_call_is_delivered_by_no_rule() {
    for (file, _) in DELIVERED_BY
        .iter()
        .filter(|(file, _)| sample(file)["detail"].get("eventName").is_some())
    {
        let failed = changed(file, "/detail", "errorCode", json!("AccessDenied"));
        assert_eq!(Stack::with(&[]).rules_delivering(&failed), [""; 0], "{file}");
    }
}

#[test]
fn an_event_of_another_account_or_region_is_delivered_by_no_rule() {
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
    let silent = changed(
        "ec2-metadata-options-modified",
        "/detail/requestParameters",
        NESTED_REQUEST,
        json!({}),
    );
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
        let event = changed(
            "agentcore-runtime-updated",
            "/detail/requestParameters",
            "metadataConfiguration",
            configuration,
        );
        assert_eq!(Stack::with(&[]).rules_delivering(&event), rules, "{event}");
    }
}

#[test]
fn the_guardrails_own_moves_are_recognised_by_their_client_token() {
    for (token, rules) in [
        (json!(format!("{PREFIX}3f9a")), vec![]),
        (json!("3f9a0c6be1d84725a0b4c9d2e7f15368"), vec!["RuntimeEndpointRule"]),
    ] {
        let event = changed(
            "agentcore-endpoint-updated",
            "/detail/requestParameters",
            "clientToken",
            token,
        );
        assert_eq!(Stack::with(&[]).rules_delivering(&event), rules, "{event}");
    }
}

#[test]
fn an_event_is_not_dropped_for_what_cloudtrail_omits() {
    let marked = json!({"omitted": true, "reason": "requestParameters too large"});
    for (file, rule) in [
        ("ec2-instance-launched", "InstanceStartedRule"),
        ("ec2-instance-started", "InstanceStartedRule"),
        ("ec2-metadata-options-modified", "InstanceOptionsModifiedRule"),
        ("ec2-metadata-options-modified-flat", "InstanceOptionsModifiedRule"),
        ("ec2-exception-tag-deleted", "InstanceTagDeletedRule"),
        ("agentcore-runtime-created", "RuntimeCreatedRule"),
        ("agentcore-runtime-updated", "RuntimeUpdatedRule"),
        ("agentcore-endpoint-created", "RuntimeEndpointRule"),
        ("agentcore-endpoint-updated", "RuntimeEndpointRule"),
        ("agentcore-exception-tag-removed", "RuntimeTagRemovedRule"),
    ] {
        for left in [None, Some(&json!(null)), Some(&marked)] {
            let event = without_parameters(file, left);
            assert_eq!(Stack::with(&[]).rules_delivering(&event), [rule], "{file} with {left:?}");
        }
    }
}

#[test]
fn the_guardrails_own_records_are_dropped_even_without_parameters() {
    for (file, rule) in [
        ("ec2-metadata-options-modified", "InstanceOptionsModifiedRule"),
        ("ec2-metadata-options-modified-flat", "InstanceOptionsModifiedRule"),
        ("agentcore-runtime-updated", "RuntimeUpdatedRule"),
        ("agentcore-endpoint-created", "RuntimeEndpointRule"),
        ("agentcore-endpoint-updated", "RuntimeEndpointRule"),
    ] {
        for mut event in [
            sample(file),
            without_parameters(file, None),
            without_parameters(file, Some(&json!(null))),
        ] {
            assert_eq!(Stack::with(&[]).rules_delivering(&event), [rule], "{file} by another role");
            event.pointer_mut(ISSUER).expect("an issuer")["arn"] = json!("GuardrailRole.Arn");
            assert_eq!(
                Stack::with(&[]).rules_delivering(&event),
                [""; 0],
                "{file} by the guardrail"
            );
            event["detail"]["userIdentity"] = json!({"type": "IAMUser", "userName": "operator"});
            assert_eq!(Stack::with(&[]).rules_delivering(&event), [rule], "{file} by a user");
        }
    }
}

#[test]
fn a_deletion_of_all_tags_is_delivered() {
    for nothing in [json!({}), json!({"items": []}), json!(null)] {
        let event =
            changed("ec2-exception-tag-deleted", "/detail/requestParameters", "tagSet", nothing);
        assert_eq!(Stack::with(&[]).rules_delivering(&event), ["InstanceTagDeletedRule"]);
    }
}

#[test]
fn an_exception_tag_removed_among_others_is_delivered() {
    let tags = json!({"items": [{"key": "cost-centre"}, {"key": "metadata-guardrail:exempt"}]});
    let event = changed("ec2-exception-tag-deleted", "/detail/requestParameters", "tagSet", tags);
    assert_eq!(Stack::with(&[]).rules_delivering(&event), ["InstanceTagDeletedRule"]);

    let keys = json!(["cost-centre", "metadata-guardrail:exempt"]);
    let event =
        changed("agentcore-exception-tag-removed", "/detail/requestParameters", "tagKeys", keys);
    assert_eq!(Stack::with(&[]).rules_delivering(&event), ["RuntimeTagRemovedRule"]);
}

#[test]
fn a_tag_removed_from_anything_but_a_runtime_is_not_delivered() {
    for arn in [
        "arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/claims-gateway-xy12ab34cd",
        "arn:aws:bedrock-agentcore:eu-west-1:111122223333:gateway/runtime-xy12ab34cd",
        "arn:aws:bedrock-agentcore:eu-west-1:444455556666:runtime/claims_agent-Xy12Ab34Cd",
    ] {
        let event = changed(
            "agentcore-exception-tag-removed",
            "/detail/requestParameters",
            "resourceArn",
            json!(arn),
        );
        assert_eq!(Stack::with(&[]).rules_delivering(&event), [""; 0], "{arn}");
    }
}

#[test]
fn a_percent_encoded_runtime_arn_is_delivered() {
    let arn = json!(
        "arn%3Aaws%3Abedrock-agentcore%3Aeu-west-1%3A111122223333%3Aruntime%2Fclaims_agent-Xy12Ab34Cd"
    );
    let event =
        changed("agentcore-exception-tag-removed", "/detail/requestParameters", "resourceArn", arn);
    assert_eq!(Stack::with(&[]).rules_delivering(&event), ["RuntimeTagRemovedRule"]);
}

#[test]
fn the_rules_match_the_key_of_the_configured_exception_tag() {
    let stack = Stack::with(&[("ExceptionTag", "security=exempt")]);
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
fn every_rule_has_one_queue_and_another_for_what_cannot_be_delivered() {
    for (name, rule) in Stack::with(&[]).resources_of("AWS::Events::Rule") {
        let queue = if rule.get("EventPattern").is_some() { "Events.Arn" } else { "Sweeps.Arn" };
        let [target] = rule["Targets"].as_array().expect("targets").as_slice() else {
            panic!("{name} has one target")
        };
        assert_eq!(target["Arn"], queue, "{name}");
        assert!(target["RetryPolicy"].is_object(), "{name} tries again");
        assert_eq!(target["DeadLetterConfig"]["Arn"], "Undelivered.Arn", "{name}");
    }
}

/// Which rule delivers each file of `events/`.
const DELIVERED_BY: &[(&str, Option<&str>)] = &[
    ("agentcore-endpoint-created", Some("RuntimeEndpointRule")),
    ("agentcore-endpoint-moved", None),
    ("agentcore-endpoint-updated", Some("RuntimeEndpointRule")),
    ("agentcore-exception-tag-removed", Some("RuntimeTagRemovedRule")),
    ("agentcore-harness-runtime-created", Some("RuntimeCreatedRule")),
    ("agentcore-harness-updated", None),
    ("agentcore-runtime-created", Some("RuntimeCreatedRule")),
    ("agentcore-runtime-updated", Some("RuntimeUpdatedRule")),
    ("agentcore-runtime-updated-by-guardrail-without-parameters", None),
    ("agentcore-runtime-updated-mmdsv2", None),
    // What CloudTrail leaves out makes the guardrail sweep the kind.
    ("agentcore-runtime-updated-without-parameters", Some("RuntimeUpdatedRule")),
    ("agentcore-untagged-without-parameters", Some("RuntimeTagRemovedRule")),
    ("ec2-exception-tag-deleted", Some("InstanceTagDeletedRule")),
    ("ec2-instance-launched", Some("InstanceStartedRule")),
    ("ec2-instance-running", Some("InstanceRunningRule")),
    ("ec2-instance-started", Some("InstanceStartedRule")),
    ("ec2-instance-stopped", None),
    ("ec2-instances-described", None),
    ("ec2-launch-failed", None),
    ("ec2-launched-without-ids", Some("InstanceStartedRule")),
    ("ec2-metadata-options-denied", None),
    ("ec2-metadata-options-modified", Some("InstanceOptionsModifiedRule")),
    ("ec2-metadata-options-modified-flat", Some("InstanceOptionsModifiedRule")),
    ("ec2-metadata-options-required", None),
    ("ec2-other-tag-deleted", None),
    ("ec2-start-dry-run", None),
    ("ec2-tags-deleted-without-parameters", Some("InstanceTagDeletedRule")),
    // The schedule and people hand these over themselves.
    ("guardrail-sweep-asked-for", None),
    ("guardrail-sweep-due", None),
    ("s3-bucket-created", None),
];

const NESTED_REQUEST: &str = "ModifyInstanceMetadataOptionsRequest";
/// Whose session a caller has.
const ISSUER: &str = "/detail/userIdentity/sessionContext/sessionIssuer";

/// A sample event as it would happen beside this stack, whose role has a name of its own.
fn in_this_stack(name: &str) -> Value {
    let mut event = sample(name);
    if let Some(issuer) = event.pointer_mut(ISSUER)
        && text(&issuer["arn"]).contains(":role/metadata-guardrail-GuardrailRole-")
    {
        issuer["arn"] = json!("GuardrailRole.Arn");
    }
    event
}

/// A sample event in which one member of the object at `place`, a JSON pointer, has another value.
fn changed(name: &str, place: &str, member: &str, value: Value) -> Value {
    let mut event = sample(name);
    event.pointer_mut(place).expect("the place is there")[member] = value;
    event
}

/// A sample event whose request and response CloudTrail left out; `left` is what stands in their
/// place, if anything.
fn without_parameters(name: &str, left: Option<&Value>) -> Value {
    let mut event = sample(name);
    let detail = event["detail"].as_object_mut().expect("a record of CloudTrail");
    for member in ["requestParameters", "responseElements"] {
        detail.remove(member);
        detail.extend(left.map(|left| (member.to_owned(), left.clone())));
    }
    event
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .and_then(|stem| stem.to_str())
        .expect("a file name in UTF-8")
        .to_owned()
}

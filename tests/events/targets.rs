//! Events that name what they are about.

use chrono::{DateTime, Utc};
use metadata_guardrail::{
    event::{Ignored, Work},
    place::Deployment,
    target::{Kind, Target},
};
use serde_json::{Value, json};
use stand_in::{ACCOUNT, REGION};

use super::{ids, read, swept};
use crate::support::{
    harness::{Scene, agentcore_call, by_id, ec2_call, place, started},
    names::{EXEMPT, INSTANCE, MODIFY_INSTANCE, RUNTIME},
};

#[test]
fn target_arns_use_the_partition_of_the_function() {
    for (partition, region) in
        [("aws", "eu-west-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
    {
        let arn =
            format!("arn:{partition}:lambda:{region}:{ACCOUNT}:function:metadata-guardrail:live");
        let place = Deployment::from_function_arn(&arn).expect("a function's ARN").place;

        let runtime = Target::runtime(&place, RUNTIME).expect("a runtime");

        let expected =
            format!("arn:{partition}:bedrock-agentcore:{region}:{ACCOUNT}:runtime/{RUNTIME}");
        assert_eq!(runtime.arn(), expected);
        assert_eq!(Target::runtime_by_arn(&place, &expected), Some(runtime));
    }
    for arn in [
        "",
        "metadata-guardrail",
        "arn:aws:lambda:::function:x",
        "arn:aws:sns:eu-west-1:111122223333:x",
    ] {
        assert_eq!(Deployment::from_function_arn(arn), None, "{arn}");
    }
}

#[test]
fn a_record_gives_its_own_time_and_id_before_those_of_its_envelope() {
    let mut event = started([INSTANCE]);
    event["id"] = json!("of-the-envelope");
    let outer = read(event.clone()).expect("it names an instance");
    event["detail"]["eventTime"] = json!("2026-01-15T11:59:30Z");
    event["detail"]["eventID"] = json!("of-the-record");
    let inner = read(event).expect("it names an instance");

    assert_eq!(
        (outer.time, outer.id.as_deref()),
        (time("2026-01-15T12:00:00Z"), Some("of-the-envelope"))
    );
    assert_eq!(
        (inner.time, inner.id.as_deref()),
        (time("2026-01-15T11:59:30Z"), Some("of-the-record"))
    );
    assert_eq!((&inner.place, &outer.place), (&place(), &place()));
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    Some(text.parse().expect("a time"))
}

#[test]
fn ids_from_request_and_response_are_merged_without_duplicates() {
    let items = |ids: &[&str]| json!({"instancesSet": {"items": ids.iter().map(|id| json!({"instanceId": id})).collect::<Vec<_>>()}});
    let other = "i-0a1b2c3d";

    assert_eq!(
        ids(ec2_call("StartInstances", items(&[INSTANCE, other]), items(&[INSTANCE]))),
        [other, INSTANCE]
    );
    assert_eq!(ids(ec2_call("StartInstances", items(&[INSTANCE]), Value::Null)), [INSTANCE]);
}

#[test]
fn a_malformed_id_is_reported_and_the_others_stay_targets() {
    let event = read(started([INSTANCE, "nonsense", "i-0a1b2c3d", ""])).expect("two ids are good");
    let known =
        ["i-0a1b2c3d", INSTANCE].map(|id| Target::instance(&place(), id).expect("an instance"));
    assert_eq!(event.work, Work::Targets(known.to_vec()));
    assert_eq!(event.unknown_ids, ["nonsense", ""]);
}

#[tokio::test]
async fn an_id_of_unknown_form_is_a_warning_and_the_others_are_enforced() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);

    let response = scene
        .invoke(started([INSTANCE, "i-of-a-new-form", "i-another"]))
        .await
        .expect("success");

    assert_eq!(by_id(&response)[INSTANCE]["result"], "enforced");
    assert_eq!(response["counts"], json!({"enforced": 1}));
    let warnings: Vec<_> =
        scene.log_lines().into_iter().filter(|line| line["level"] == "WARN").collect();
    let [warning] = warnings.as_slice() else { panic!("one warning, not {warnings:?}") };
    assert_eq!(
        (&warning["unknown_ids"], &warning["cause"]),
        (&json!(2), &json!("instances_started"))
    );
    assert!(
        warning["message"]
            .as_str()
            .is_some_and(|message| message.contains("\"i-of-a-new-form\"")),
        "{warning}"
    );
}

#[test]
fn launched_instances_that_require_tokens_are_skipped() {
    let item = |id: &str, tokens: &str| json!({"instanceId": id, "metadataOptions": {"httpTokens": tokens}});
    let launched = |items: Vec<Value>| {
        ec2_call("RunInstances", json!({}), json!({"instancesSet": {"items": items}}))
    };

    assert_eq!(
        ids(launched(vec![item(INSTANCE, "optional"), item("i-0a1b2c3d", "required")])),
        [INSTANCE]
    );
    assert_eq!(
        ids(launched(vec![json!({"instanceId": INSTANCE})])),
        [INSTANCE],
        "unknown is not required"
    );
    assert_eq!(read(launched(vec![item(INSTANCE, "required")])), Err(Ignored::AlreadyRequired));
}

#[test]
fn modified_options_lead_to_a_look_unless_they_require_tokens() {
    let modified = |request: Value| read(ec2_call(MODIFY_INSTANCE, request, json!({})));
    let nested =
        |request: Value| modified(json!({"ModifyInstanceMetadataOptionsRequest": request}));

    assert!(nested(json!({"InstanceId": INSTANCE, "HttpTokens": "optional"})).is_ok());
    assert!(
        nested(json!({"InstanceId": INSTANCE, "HttpEndpoint": "enabled"})).is_ok(),
        "tokens may be optional"
    );
    assert!(modified(json!({"instanceId": INSTANCE, "httpTokens": "optional"})).is_ok());
    assert_eq!(
        nested(json!({"InstanceId": INSTANCE, "HttpTokens": "required"})),
        Err(Ignored::AlreadyRequired)
    );
    assert_eq!(
        modified(json!({"instanceId": INSTANCE, "httpTokens": "required"})),
        Err(Ignored::AlreadyRequired)
    );
    let silent = json!({"ModifyInstanceMetadataOptionsRequest": {"HttpTokens": "optional"}});
    assert_eq!(swept(ec2_call(MODIFY_INSTANCE, silent, json!({}))), (Kind::Ec2Instance, vec![]));
}

#[test]
fn deleted_tags_lead_to_a_look_if_the_exception_tag_may_be_among_them() {
    let resources =
        json!({"items": [{"resourceId": INSTANCE}, {"resourceId": "vol-0a1b2c3d4e5f60001"}]});
    let deleted = |tags: Value| {
        read(ec2_call("DeleteTags", json!({"resourcesSet": resources, "tagSet": tags}), json!({})))
    };

    assert!(deleted(json!({"items": [{"key": "Name"}, {"key": EXEMPT}]})).is_ok());
    assert!(deleted(json!({})).is_ok(), "a call without keys deletes every tag");
    assert!(deleted(Value::Null).is_ok());
    assert_eq!(deleted(json!({"items": [{"key": "Name"}]})), Err(Ignored::OtherTag));
}

#[test]
fn a_runtime_is_found_in_the_response_or_the_request() {
    let id = json!({"agentRuntimeId": RUNTIME});
    assert_eq!(
        ids(agentcore_call(
            "CreateAgentRuntime",
            json!({"agentRuntimeName": "claims"}),
            id.clone()
        )),
        [RUNTIME]
    );
    assert_eq!(ids(agentcore_call("UpdateAgentRuntime", id.clone(), Value::Null)), [RUNTIME]);
    let arn = json!({"agentRuntimeArn": format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{RUNTIME}")});
    assert_eq!(ids(agentcore_call("CreateAgentRuntime", json!({}), arn)), [RUNTIME]);
    let request = |required: Value| json!({"agentRuntimeId": RUNTIME, "metadataConfiguration": {"requireMMDSV2": required}});
    for open in [json!(false), json!(null)] {
        assert_eq!(ids(agentcore_call("UpdateAgentRuntime", request(open), id.clone())), [RUNTIME]);
    }
    let required = agentcore_call("UpdateAgentRuntime", request(json!(true)), id);
    assert_eq!(read(required), Err(Ignored::AlreadyRequired));
}

#[test]
fn an_untagged_runtime_is_found_by_its_arn_or_its_endpoints_arn() {
    let untagged = |arn: &str, keys: Value| {
        read(agentcore_call(
            "UntagResource",
            json!({"resourceArn": arn, "tagKeys": keys}),
            json!({}),
        ))
    };
    let arn = format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{RUNTIME}");

    assert!(untagged(&arn, json!([EXEMPT])).is_ok());
    assert!(
        untagged(&arn.replace(':', "%3A").replace('/', "%2F"), json!(["Name", EXEMPT])).is_ok()
    );
    assert_eq!(
        untagged(&format!("{arn}/runtime-endpoint/prod"), json!([EXEMPT])),
        untagged(&arn, json!([EXEMPT]))
    );
    assert_eq!(untagged(&arn, json!(["Name"])), Err(Ignored::OtherTag));
    for other in [
        arn.replace(ACCOUNT, "444455556666"),
        arn.replace(REGION, "us-east-1"),
        arn.replace(":runtime/", ":gateway/"),
        arn.replace("arn:aws:", "arn:aws-cn:"),
        "claims_agent".to_owned(),
    ] {
        assert_eq!(untagged(&other, json!([EXEMPT])), Err(Ignored::InvalidIds), "{other}");
    }
}

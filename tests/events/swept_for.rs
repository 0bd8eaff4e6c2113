//! Events that do not say what they are about: everything of their kind is looked at.

use metadata_guardrail::{event::Ignored, target::Kind};
use serde_json::{Value, json};
use stand_in::{ACCOUNT, REGION};

use super::{CALLS, read, recorded, swept, without_parameters};
use crate::support::{
    harness::{Scene, agentcore_call, by_id, document, ec2_call, running, started},
    names::{DESCRIBE_INSTANCES, EXEMPT, INSTANCE, LIST_RUNTIMES, RUNTIME},
};

#[test]
fn events_without_parameters_trigger_a_sweep_of_their_kind() {
    for (name, kind) in CALLS {
        for event in without_parameters(name, kind) {
            assert_eq!(swept(event), (kind, vec![]), "{name}");
        }
    }
}

#[test]
fn events_that_name_no_resource_trigger_a_sweep_of_their_kind() {
    for (name, kind) in CALLS {
        assert_eq!(swept(recorded(name, kind, json!({}), json!({}))), (kind, vec![]), "{name}");
    }
    let running = |detail: Value| {
        let mut event = running(INSTANCE);
        event["detail"] = detail;
        event
    };
    assert_eq!(swept(running(json!({"state": "running"}))), (Kind::Ec2Instance, vec![]));
    assert_eq!(
        swept(running(json!({"state": "running", "instance-id": 1}))),
        (Kind::Ec2Instance, vec![])
    );
}

#[tokio::test]
async fn a_sweep_triggered_by_an_event_does_not_list_the_other_kind() {
    for (name, kind) in CALLS {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);
        scene.aws.world().add_runtime(RUNTIME, &document());

        let response = scene
            .invoke(recorded(name, kind, Value::Null, Value::Null))
            .await
            .expect("success");

        let (id, unlisted) = match kind {
            Kind::Ec2Instance => (INSTANCE, LIST_RUNTIMES),
            _ => (RUNTIME, DESCRIBE_INSTANCES),
        };
        let ended = by_id(&response)
            .into_iter()
            .map(|(id, outcome)| (id, outcome["result"].clone()));
        assert_eq!(ended.collect::<Vec<_>>(), [(id.to_owned(), json!("enforced"))], "{name}");
        assert_eq!(response["complete"], true, "{name}");
        assert!(!scene.aws.operations().contains(&unlisted.to_owned()), "{name}");
    }
}

#[test]
fn malformed_ids_never_become_targets_and_trigger_a_sweep() {
    for id in [
        "",
        "i-",
        "i-xyz",
        "i-0A1B2C3D",
        "i-0a1b2c3d4e5f600011",
        "i-0a1b2c3d/../../x",
        "vol-0a1b2c3d",
    ] {
        assert_eq!(swept(started([id])), (Kind::Ec2Instance, vec![id.to_owned()]));
    }
    let long = format!("{}-Xy12Ab34Cd", "a".repeat(101));
    for id in [
        "",
        "agent",
        "1agent-Xy12Ab34Cd",
        "agent-short",
        "a/b-Xy12Ab34Cd",
        "a-b-Xy12Ab34Cd",
        "a-Xy12Ab34C?",
        &long,
    ] {
        let event = agentcore_call("CreateAgentRuntime", json!({}), json!({"agentRuntimeId": id}));
        assert_eq!(swept(event), (Kind::AgentcoreRuntime, vec![id.to_owned()]));
    }
}

#[tokio::test]
async fn an_id_of_unknown_form_alone_triggers_a_sweep_and_a_warning() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);

    let response = scene.invoke(started(["i-of-a-new-form"])).await.expect("success");

    assert_eq!(by_id(&response)[INSTANCE]["result"], "enforced");
    let warning = scene
        .log_lines()
        .into_iter()
        .find(|line| line["level"] == "WARN")
        .expect("a warning");
    assert!(
        warning["message"]
            .as_str()
            .is_some_and(|message| message.contains("were covered by a sweep")),
        "{warning}"
    );
}

#[test]
fn deleted_tags_trigger_a_sweep_only_if_resources_are_unreadable() {
    let deleted =
        |resources: Value| ec2_call("DeleteTags", json!({"resourcesSet": resources}), json!({}));
    let items = |ids: &[&str]| {
        let items: Vec<_> = ids.iter().map(|id| json!({"resourceId": id})).collect();
        json!({"items": items})
    };

    let volumes = items(&["vol-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60001"]);
    assert_eq!(read(deleted(volumes)), Err(Ignored::NoIds));
    for unreadable in [json!({}), items(&[]), Value::Null, json!({"omitted": true})] {
        assert_eq!(swept(deleted(unreadable)), (Kind::Ec2Instance, vec![]));
    }
    let without_an_id =
        json!({"items": [{"resourceId": "vol-0a1b2c3d4e5f60001"}, {"resourceId": 7}]});
    assert_eq!(swept(deleted(without_an_id)), (Kind::Ec2Instance, vec![String::new()]));
    let of_a_new_form =
        read(deleted(items(&["vol-0a1b2c3d4e5f60001", INSTANCE, "i-new"]))).expect("an instance");
    assert_eq!(of_a_new_form.unknown_ids, ["i-new"], "a volume is known to be none");
}

#[test]
fn an_untagged_runtime_with_an_unknown_arn_triggers_a_sweep() {
    let arn = format!("arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/{RUNTIME}");
    for unknown in [format!("{arn}/other/prod"), format!("{arn}X"), arn.replace(RUNTIME, "")] {
        let event = agentcore_call(
            "UntagResource",
            json!({"resourceArn": unknown, "tagKeys": [EXEMPT]}),
            json!({}),
        );
        assert_eq!(swept(event), (Kind::AgentcoreRuntime, vec![unknown]));
    }
}

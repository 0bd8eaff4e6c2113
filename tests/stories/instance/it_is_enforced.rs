//! An instance that allows version 1 is enforced, and only that is changed.

use serde_json::{Value, json};
use stand_in::{ACCOUNT, REGION};

use crate::support::{
    harness::{Scene, assert_found, assert_says, by_id, ec2_call, running, started},
    names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, EXEMPT, INSTANCE, MODIFY_INSTANCE, NEIGHBOUR},
};

const NOW: &str = "2026-11-21T12:00:00Z";

#[tokio::test]
async fn an_instance_that_allows_v1_is_enforced_and_nothing_else_is_sent() {
    let scene = Scene::new().await.at(NOW);
    scene.aws.world().add_instance(INSTANCE);

    let response = scene.invoke(running(INSTANCE)).await.expect("success");

    assert_eq!(
        response,
        json!({
            "mode": "enforce",
            "ignored": null,
            "counts": {"enforced": 1},
            "outcomes": [{
                "kind": "ec2_instance",
                "id": INSTANCE,
                "account": ACCOUNT,
                "region": REGION,
                "arn": format!("arn:aws:ec2:eu-west-1:111122223333:instance/{INSTANCE}"),
                "result": "enforced",
                "reason": "v1_allowed",
                "detail": "HttpTokens is now required; nothing else was changed. To keep version 1 for \
                           now, first set the tag metadata-guardrail:exempt to the day on which \
                           this ends, such as 2027-02-19; then set HttpTokens to optional.",
                "before": {"http_tokens": "optional", "hop_limit": 2},
                "after": {"http_tokens": "required", "hop_limit": 2},
                "findings": []
            }]
        })
    );
    assert_eq!(scene.aws.operations(), [DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE]);
    let sent = &scene.aws.writes()[0];
    let sent: Vec<_> = sent
        .parameters
        .iter()
        .filter(|(name, _)| !["Action", "Version"].contains(&name.as_str()))
        .collect();
    assert_eq!(
        sent,
        [
            &("InstanceId".to_owned(), INSTANCE.to_owned()),
            &("HttpTokens".to_owned(), "required".to_owned())
        ]
    );
}

#[tokio::test]
async fn every_other_metadata_option_stays_as_it_was() {
    let scene = Scene::new().await;
    let before = {
        let mut world = scene.aws.world();
        let instance = world.add_instance(INSTANCE).state("stopped");
        (instance.hop_limit, instance.http_protocol_ipv6, instance.instance_metadata_tags) =
            (7, "enabled".to_owned(), "enabled".to_owned());
        instance.clone()
    };

    scene.outcome(running(INSTANCE)).await;

    let mut expected = before;
    expected.http_tokens = "required".to_owned();
    assert_eq!(*scene.aws.world().instance(INSTANCE), expected);
}

#[tokio::test]
async fn an_exception_tag_key_with_a_wildcard_is_matched_literally() {
    let scene = Scene::new().await.with_exception_tag("exempt*");
    scene.aws.world().add_instance(INSTANCE).tag("exempt*", "yes").tags_are_late = true;
    scene.aws.world().add_instance(NEIGHBOUR).tag("exempted", "yes").tags_are_late = true;

    let outcomes = by_id(&scene.invoke(started([INSTANCE, NEIGHBOUR])).await.expect("success"));

    assert_eq!(outcomes[INSTANCE]["result"], "exempt");
    assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
}

#[tokio::test]
async fn launches_and_option_changes_are_enforced_like_starts() {
    let launched = json!({"instancesSet": {"items": [{"instanceId": INSTANCE, "metadataOptions": {"httpTokens": "optional"}}]}});
    let nested = json!({"ModifyInstanceMetadataOptionsRequest": {"InstanceId": INSTANCE, "HttpTokens": "optional"}});
    let flat = json!({"instanceId": INSTANCE, "httpEndpoint": "enabled"});
    for event in [
        ec2_call("RunInstances", json!({}), launched),
        ec2_call(MODIFY_INSTANCE, nested, json!({})),
        ec2_call(MODIFY_INSTANCE, flat, json!({})),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(INSTANCE);

        assert_eq!(scene.outcome(event.clone()).await["result"], "enforced", "{event}");
    }
}

#[tokio::test]
async fn an_expired_exception_does_not_exempt_an_instance() {
    let scene = Scene::new().await;
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .tag(EXEMPT, "2020-02-29 until the migration");

    let outcome = scene.outcome(running(INSTANCE)).await;

    assert_eq!(outcome["result"], "enforced");
    assert_found(&outcome, &["exception_expired"]);
    assert_says(&outcome, "expired at the end of 2020-02-29");
}

#[tokio::test]
async fn an_exception_tag_with_a_value_exempts_only_that_value() {
    let scene = Scene::new().await.with_exception_tag("imds=v1 needed");
    scene.aws.world().add_instance(INSTANCE).tag("imds", "v1 needed");
    scene.aws.world().add_instance(NEIGHBOUR).tag("imds", "yes");

    let outcomes = by_id(&scene.invoke(started([INSTANCE, NEIGHBOUR])).await.expect("success"));

    assert_eq!(outcomes[INSTANCE]["result"], "exempt");
    assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
    assert_says(
        &outcomes[NEIGHBOUR],
        "first set the tag imds=v1 needed, and remove it when this is over; then set",
    );
}

#[tokio::test]
async fn a_hop_limit_of_1_is_reported_where_it_matters_and_not_changed() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE).hop_limit = 1;
    scene.aws.world().add_instance(NEIGHBOUR).http_tokens("required").hop_limit = 1;

    let outcomes = by_id(&scene.invoke(started([INSTANCE, NEIGHBOUR])).await.expect("success"));

    assert_found(&outcomes[INSTANCE], &["hop_limit_1"]);
    assert_says(
        &outcomes[INSTANCE],
        &format!(
            "`aws ec2 modify-instance-metadata-options --region {REGION} --instance-id {INSTANCE} \
             --http-put-response-hop-limit 2`"
        ),
    );
    assert_eq!(outcomes[INSTANCE]["after"], json!({"http_tokens": "required", "hop_limit": 1}));
    assert_found(&outcomes[NEIGHBOUR], &[]);
}

#[tokio::test]
async fn deleting_the_exception_tag_enforces_the_instances_concerned() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);
    let resources =
        json!({"items": [{"resourceId": INSTANCE}, {"resourceId": "vol-0a1b2c3d4e5f60001"}]});
    let request = json!({"resourcesSet": resources, "tagSet": {"items": [{"key": EXEMPT}]}});

    let outcome = scene.outcome(ec2_call("DeleteTags", request, json!({"_return": true}))).await;

    assert_eq!((&outcome["id"], &outcome["result"]), (&json!(INSTANCE), &json!("enforced")));
}

#[tokio::test]
async fn every_outcome_is_logged_once_with_the_request_id() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(INSTANCE);

    let outcome = scene.outcome(running(INSTANCE)).await;

    let lines = scene.results_logged();
    let [line] = lines.as_slice() else { panic!("one line, not {lines:?}") };
    for member in ["kind", "id", "account", "region", "arn", "result", "reason", "detail"] {
        assert_eq!(line[member], outcome[member], "{member}");
    }
    for member in ["before", "after", "findings"] {
        let logged: Value =
            serde_json::from_str(line[member].as_str().expect("JSON as text")).expect("JSON");
        assert_eq!(logged, outcome[member], "{member}");
    }
    assert_eq!(
        (&line["request_id"], &line["mode"]),
        (&json!("8d2f4c1a-request"), &json!("enforce"))
    );
}

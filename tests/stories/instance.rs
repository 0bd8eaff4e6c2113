//! Stories of EC2 instances, through the real handler and the real SDK. First those in which nothing may happen.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    harness::{EXEMPT, Scene, assert_ended, assert_says, by_id, ec2_call, just_now, only_write, running, started},
    stand_in::{Call, Fault},
};

const ID: &str = "i-0a1b2c3d4e5f60001";
const NEIGHBOUR: &str = "i-0a1b2c3d4e5f60002";
const THIRD: &str = "i-0a1b2c3d4e5f60003";

#[tokio::test]
async fn an_instance_that_requires_tokens_is_not_written() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).http_tokens("required");

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("compliant"), &json!("v2_required")));
    assert_eq!(outcome["after"], json!(null));
    assert_eq!(scene.aws.operations(), ["DescribeInstances"]);
}

#[tokio::test]
async fn a_disabled_endpoint_is_compliant_and_is_never_enabled_again() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).http_endpoint("disabled");

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("compliant"), &json!("endpoint_disabled")));
    assert_eq!(scene.aws.operations(), ["DescribeInstances"]);
    assert_eq!(scene.aws.world().instance(ID).http_endpoint, "disabled");
}

#[tokio::test]
async fn an_exempt_instance_is_read_and_not_written() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).tag(EXEMPT, "2999-12-31 vendor agent needs v1");

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("exempt"), &json!("exception_tag")));
    assert_eq!(
        outcome["detail"],
        "The tag metadata-guardrail:exempt exempts it to the end of 2999-12-31 (UTC) (“vendor agent needs v1”); it was \
         not changed."
    );
    assert_eq!(scene.aws.operations(), ["DescribeInstances"]);
}

#[tokio::test]
async fn an_exception_that_describe_instances_does_not_show_yet_is_honoured() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).tag(EXEMPT, "yes").tags_are_late = true;

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!(outcome["result"], "exempt");
    assert_eq!(scene.aws.operations(), ["DescribeInstances", "DescribeTags"]);
}

#[tokio::test]
async fn without_certainty_about_the_tags_nothing_is_written() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    scene.aws.world().add_instance(NEIGHBOUR);
    scene.aws.world().fault("DescribeTags", Fault::AccessDenied, usize::MAX);

    let error = scene.invoke(started([ID, NEIGHBOUR])).await.expect_err("a failure that Lambda retries");

    assert_eq!(error.error_type, "RemediationFailed");
    assert!(error.error_message.contains(r#""counts":{"failed":2}"#), "{}", error.error_message);
    assert!(error.error_message.contains("tags_unreadable"));
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn in_report_mode_nothing_is_written() {
    let scene = Scene::new().await.in_report_mode();
    scene.aws.world().add_instance(ID);

    let response = scene.invoke(running(ID)).await.expect("a report");

    assert_eq!(response["mode"], "report");
    assert_eq!(response["counts"], json!({"would_enforce": 1}));
    assert_eq!(scene.aws.operations(), ["DescribeInstances", "DescribeTags"]);
}

#[tokio::test]
async fn an_instance_managed_for_an_operator_is_held_and_the_operator_named() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).operator("eks.amazonaws.com");

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("held"), &json!("managed_by_operator")));
    assert_says(&outcome, "eks.amazonaws.com");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn what_passes_by_is_left_to_a_later_event_and_what_goes_is_let_go() {
    for (state, result, reason) in [
        ("pending", "deferred", "pending"),
        ("stopping", "deferred", "stopping"),
        ("shutting-down", "gone", "shutting_down"),
        ("terminated", "gone", "terminated"),
        ("hibernating", "held", "unknown_status"),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(ID).state(state);

        let outcome = scene.outcome(running(ID)).await;

        assert_eq!((&outcome["result"], &outcome["reason"]), (&json!(result), &json!(reason)), "{state}");
        assert_eq!(scene.aws.operations(), ["DescribeInstances"], "{state}");
    }
}

#[tokio::test]
async fn an_instance_that_ec2_does_not_know_is_gone_unless_the_event_is_young() {
    let scene = Scene::new().await;

    let gone = scene.outcome(running(ID)).await;
    let not_yet = scene.failed_outcome(just_now(running(ID))).await;

    assert_eq!(
        (&gone["result"], &gone["reason"], &gone["before"]),
        (&json!("gone"), &json!("not_found"), &json!(null))
    );
    assert_eq!((&not_yet["result"], &not_yet["reason"]), (&json!("failed"), &json!("not_found_yet")));
}

#[tokio::test]
async fn an_instance_that_allows_v1_is_enforced_and_nothing_else_is_sent() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);

    let response = scene.invoke(running(ID)).await.expect("success");

    assert_eq!(
        response,
        json!({
            "mode": "enforce",
            "ignored": null,
            "counts": {"enforced": 1},
            "outcomes": [{
                "kind": "ec2_instance",
                "id": ID,
                "arn": format!("arn:aws:ec2:eu-west-1:111122223333:instance/{ID}"),
                "result": "enforced",
                "reason": "v1_allowed",
                "detail": "HttpTokens is required now; nothing else was changed.",
                "before": {"http_tokens": "optional", "hop_limit": 2},
                "after": {"http_tokens": "required", "hop_limit": 2},
                "findings": []
            }]
        })
    );
    assert_eq!(scene.aws.operations(), ["DescribeInstances", "DescribeTags", "ModifyInstanceMetadataOptions"]);
    let sent = &scene.aws.writes()[0];
    let sent: Vec<_> =
        sent.parameters.iter().filter(|(name, _)| !["Action", "Version"].contains(&name.as_str())).collect();
    assert_eq!(sent, [&("InstanceId".to_owned(), ID.to_owned()), &("HttpTokens".to_owned(), "required".to_owned())]);
}

#[tokio::test]
async fn every_other_metadata_option_stays_as_it_was() {
    let scene = Scene::new().await;
    let before = {
        let mut world = scene.aws.world();
        let instance = world.add_instance(ID).state("stopped");
        (instance.hop_limit, instance.http_protocol_ipv6, instance.instance_metadata_tags) =
            (7, "enabled".to_owned(), "enabled".to_owned());
        instance.clone()
    };

    scene.outcome(running(ID)).await;

    let mut expected = before;
    expected.http_tokens = "required".to_owned();
    assert_eq!(*scene.aws.world().instance(ID), expected);
}

#[tokio::test]
async fn the_endpoint_is_sent_only_where_ec2_demands_it() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    scene.aws.world().endpoint_demanded_with_tokens = true;

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!(outcome["result"], "enforced");
    let endpoints: Vec<_> =
        scene.aws.writes().iter().map(|call| call.parameter("HttpEndpoint").map(str::to_owned)).collect();
    assert_eq!(endpoints, [None, Some("enabled".to_owned())]);
}

#[tokio::test]
async fn an_endpoint_that_cannot_be_looked_at_again_is_not_sent() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    scene.aws.world().endpoint_demanded_with_tokens = true;
    scene.aws.world().after("DescribeTags", |world| world.fault("DescribeInstances", Fault::AccessDenied, usize::MAX));

    let outcome = scene.failed_outcome(running(ID)).await;

    assert_eq!(outcome["reason"], "read_failed");
    assert_says(&outcome, "AWS answered ModifyInstanceMetadataOptions with InvalidParameterValue");
    assert_says(&outcome, "AWS answered DescribeInstances with UnauthorizedOperation");
    assert!(scene.aws.writes().iter().all(|write| write.parameter("HttpEndpoint").is_none()));
    assert_eq!(scene.aws.world().instance(ID).http_tokens, "optional");
}

#[tokio::test]
async fn an_endpoint_that_is_disabled_after_the_look_stays_disabled() {
    for after in ["DescribeTags", "ModifyInstanceMetadataOptions"] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(ID);
        scene.aws.world().endpoint_demanded_with_tokens = true;
        scene.aws.world().after(after, |world| {
            world.instances.get_mut(ID).expect("it").http_endpoint("disabled");
        });

        let outcome = scene.outcome(running(ID)).await;

        assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("compliant"), &json!("endpoint_disabled")));
        assert_eq!(scene.aws.world().instance(ID).http_endpoint, "disabled");
        assert!(scene.aws.writes().iter().all(|write| write.parameter("HttpEndpoint").is_none()), "{after}");
    }
}

#[tokio::test]
async fn another_invalid_parameter_is_not_answered_by_sending_the_endpoint() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    let refused = Fault::Refused { code: "InvalidParameterValue", message: "Something else".to_owned(), status: 400 };
    scene.aws.world().fault("ModifyInstanceMetadataOptions", refused, 1);

    let outcome = scene.outcome(running(ID)).await;

    assert_ended(&outcome, "held", "refused");
    assert_says(&outcome, "AWS answered ModifyInstanceMetadataOptions with InvalidParameterValue (“Something else”)");
    assert_eq!(only_write(&scene).parameter("HttpEndpoint"), None);
}

#[tokio::test]
async fn a_write_is_believed_only_when_the_answer_shows_it() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).ignores_writes = true;

    let outcome = scene.failed_outcome(running(ID)).await;

    assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("failed"), &json!("not_verified")));
    assert_eq!(outcome["after"], json!({"http_tokens": "optional", "hop_limit": 2}));
}

#[tokio::test]
async fn an_instance_that_moved_on_before_the_write_is_looked_at_once_more() {
    for (state, result) in [("stopping", "deferred"), ("terminated", "gone")] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(ID);
        scene.aws.world().after("DescribeTags", move |world| {
            world.instances.get_mut(ID).unwrap().state(state);
        });

        let outcome = scene.outcome(running(ID)).await;

        assert_eq!(outcome["result"], result);
        assert_eq!(scene.aws.writes().len(), 1, "{state}");
    }
}

#[tokio::test]
async fn an_instance_that_moves_on_again_fails_instead_of_being_chased() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    let moved = Fault::Refused { code: "IncorrectInstanceState", message: "Not now".to_owned(), status: 400 };
    scene.aws.world().fault("ModifyInstanceMetadataOptions", moved, usize::MAX);

    let outcome = scene.failed_outcome(running(ID)).await;

    assert_eq!(outcome["reason"], "write_failed");
    assert_eq!(scene.aws.writes().len(), 2);
}

#[tokio::test]
async fn an_instance_that_vanishes_before_the_write_is_gone() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    scene.aws.world().after("DescribeTags", |world| {
        world.instances.remove(ID);
    });

    assert_eq!(scene.outcome(running(ID)).await["result"], "gone");
}

#[tokio::test]
async fn one_failure_and_one_vanished_instance_cost_their_neighbours_nothing() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    scene.aws.world().add_instance(NEIGHBOUR);
    scene.aws.world().fault_for("ModifyInstanceMetadataOptions", ID, Fault::AccessDenied, usize::MAX);

    let error = scene.invoke(started([ID, NEIGHBOUR, THIRD])).await.expect_err("one target failed");

    let response = serde_json::from_str(&error.error_message).unwrap();
    let outcomes = by_id(&response);
    assert_eq!(response["counts"], json!({"enforced": 1, "failed": 1, "gone": 1}));
    assert_eq!(response["outcomes"][0]["id"], ID, "what failed comes first");
    assert_says(&outcomes[ID], "UnauthorizedOperation");
    assert_eq!(scene.aws.world().instance(NEIGHBOUR).http_tokens, "required");
    assert_eq!(scene.aws.writes().len(), 2, "what is not allowed is not tried again");
}

#[tokio::test]
async fn a_retry_of_the_same_event_does_only_what_is_left() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    scene.aws.world().add_instance(NEIGHBOUR);
    scene.aws.world().fault_for("ModifyInstanceMetadataOptions", ID, Fault::AccessDenied, 1);

    scene.invoke(started([ID, NEIGHBOUR])).await.expect_err("the first attempt fails");
    let response = scene.invoke(started([ID, NEIGHBOUR])).await.expect("the second succeeds");

    assert_eq!(response["counts"], json!({"compliant": 1, "enforced": 1}));
    assert_eq!(scene.aws.writes().len(), 3);
}

#[tokio::test]
async fn the_tags_of_eight_instances_about_to_be_written_are_confirmed_in_one_call_when_their_turn_comes() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..24).map(|number| format!("i-{number:017x}")).collect();
    for id in &ids {
        scene.aws.world().add_instance(id);
    }

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"enforced": 24}));
    let calls = scene.aws.calls();
    let of = |operation: &str| calls.iter().filter(|call| call.operation == operation).collect::<Vec<_>>();
    let asked_for = |call: &&Call| {
        let values = call.parameters.iter().filter(|(_, value)| value.starts_with("i-"));
        values.map(|(_, id)| id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("DescribeInstances").iter().map(asked_for).collect::<Vec<_>>(), [&ids[..]], "one look at all");
    let asked_for: Vec<_> = of("DescribeTags").iter().map(asked_for).collect();
    assert_eq!(asked_for, [&ids[..8], &ids[8..16], &ids[16..]]);
    assert_eq!((of("ModifyInstanceMetadataOptions").len(), calls.len()), (24, 1 + 3 + 24));
    // Between the tags of eight and those of the next eight there are writes.
    let operations = scene.aws.operations();
    assert_eq!(operations[..3], ["DescribeInstances", "DescribeTags", "ModifyInstanceMetadataOptions"]);
    assert!(operations.windows(2).all(|two| two != ["DescribeTags", "DescribeTags"]), "{operations:?}");
}

#[tokio::test]
async fn more_instances_than_a_filter_takes_are_read_in_batches_and_pages() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..401).map(|number| format!("i-{number:017x}")).collect();
    scene.aws.world().page_size = 150;
    for id in &ids {
        scene.aws.world().add_instance(id).http_tokens("required");
    }

    let response = scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(response["counts"], json!({"compliant": 401}));
    assert_eq!(scene.aws.operations().len(), 5, "two pages, two pages, one page");
}

#[tokio::test]
async fn a_throttled_and_a_broken_write_are_decided_anew_and_one_whose_answer_is_lost_is_seen() {
    let [describe, tags, modify] = ["DescribeInstances", "DescribeTags", "ModifyInstanceMetadataOptions"];
    let again = vec![describe, tags, modify, describe, tags, modify];
    for (fault, calls) in [
        (Fault::Throttled, again.clone()),
        (Fault::Internal, again.clone()),
        (Fault::ConnectionReset, again),
        (Fault::LostReply, vec![describe, tags, modify, describe]),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(ID);
        scene.aws.world().fault(modify, fault.clone(), 1);

        let outcome = scene.outcome(running(ID)).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"], json!({"http_tokens": "required", "hop_limit": 2}), "{fault:?}");
        assert_eq!(scene.aws.operations(), calls, "{fault:?}");
    }
}

#[tokio::test]
async fn an_instance_that_cannot_be_read_fails_and_is_not_written() {
    for fault in [Fault::AccessDenied, Fault::Garbage, Fault::Internal] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(ID);
        scene.aws.world().fault("DescribeInstances", fault.clone(), usize::MAX);

        let outcome = scene.failed_outcome(running(ID)).await;

        assert_eq!((&outcome["reason"], &outcome["before"]), (&json!("read_failed"), &json!(null)), "{fault:?}");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn nothing_is_begun_when_the_time_is_over_and_every_target_has_its_outcome() {
    let scene = Scene::new().await.with_remaining(Duration::ZERO);
    scene.aws.world().add_instance(ID);

    let outcome = scene.failed_outcome(running(ID)).await;

    assert_eq!(outcome["reason"], "out_of_time");
    assert!(scene.aws.calls().is_empty());
}

#[tokio::test]
async fn no_more_than_eight_requests_are_under_way_at_once() {
    let scene = Scene::new().await;
    let ids: Vec<_> = (0..60).map(|number| format!("i-{number:017x}")).collect();
    for id in &ids {
        scene.aws.world().add_instance(id);
    }
    scene.aws.world().latency = Duration::from_millis(25);

    scene.invoke(started(ids.iter().map(String::as_str))).await.expect("success");

    assert_eq!(scene.aws.most_in_flight(), 8);
}

#[tokio::test]
async fn an_exception_tag_with_a_wildcard_in_its_key_is_looked_for_literally() {
    let scene = Scene::new().await.with_exception_tag("exempt*");
    scene.aws.world().add_instance(ID).tag("exempt*", "yes").tags_are_late = true;
    scene.aws.world().add_instance(NEIGHBOUR).tag("exempted", "yes").tags_are_late = true;

    let outcomes = by_id(&scene.invoke(started([ID, NEIGHBOUR])).await.expect("success"));

    assert_eq!(outcomes[ID]["result"], "exempt");
    assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
}

#[tokio::test]
async fn an_answer_nobody_can_read_is_not_believed() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    scene.aws.world().fault("ModifyInstanceMetadataOptions", Fault::Garbage, usize::MAX);

    let outcome = scene.failed_outcome(running(ID)).await;

    assert_eq!((&outcome["reason"], &outcome["after"]), (&json!("write_failed"), &json!(null)));
}

#[tokio::test]
async fn a_launch_and_a_change_of_options_lead_to_the_same_end_as_a_start() {
    let launched =
        json!({"instancesSet": {"items": [{"instanceId": ID, "metadataOptions": {"httpTokens": "optional"}}]}});
    let nested = json!({"ModifyInstanceMetadataOptionsRequest": {"InstanceId": ID, "HttpTokens": "optional"}});
    let flat = json!({"instanceId": ID, "httpEndpoint": "enabled"});
    for event in [
        ec2_call("RunInstances", json!({}), launched),
        ec2_call("ModifyInstanceMetadataOptions", nested, json!({})),
        ec2_call("ModifyInstanceMetadataOptions", flat, json!({})),
    ] {
        let scene = Scene::new().await;
        scene.aws.world().add_instance(ID);

        assert_eq!(scene.outcome(event.clone()).await["result"], "enforced", "{event}");
    }
}

#[tokio::test]
async fn an_expired_exception_does_not_exempt_and_the_outcome_says_so() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).tag(EXEMPT, "2020-02-29 until the migration");

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!(outcome["result"], "enforced");
    assert_eq!(outcome["findings"], json!(["exception_expired"]));
    assert_says(&outcome, "expired at the end of 2020-02-29");
}

#[tokio::test]
async fn a_malformed_date_exempts_and_is_reported() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).tag(EXEMPT, "2027-02-30");

    let outcome = scene.outcome(running(ID)).await;

    assert_eq!(outcome["result"], "exempt");
    assert_eq!(outcome["findings"], json!(["exception_malformed"]));
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn an_exception_tag_with_a_value_exempts_only_that_value() {
    let scene = Scene::new().await.with_exception_tag("imds=v1 needed");
    scene.aws.world().add_instance(ID).tag("imds", "v1 needed");
    scene.aws.world().add_instance(NEIGHBOUR).tag("imds", "yes");

    let outcomes = by_id(&scene.invoke(started([ID, NEIGHBOUR])).await.expect("success"));

    assert_eq!(outcomes[ID]["result"], "exempt");
    assert_eq!(outcomes[NEIGHBOUR]["result"], "enforced");
}

#[tokio::test]
async fn a_hop_limit_of_1_is_reported_where_it_matters_and_never_changed() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID).hop_limit = 1;
    scene.aws.world().add_instance(NEIGHBOUR).http_tokens("required").hop_limit = 1;

    let outcomes = by_id(&scene.invoke(started([ID, NEIGHBOUR])).await.expect("success"));

    assert_eq!(outcomes[ID]["findings"], json!(["hop_limit_1"]));
    assert_eq!(outcomes[ID]["after"], json!({"http_tokens": "required", "hop_limit": 1}));
    assert_eq!(outcomes[NEIGHBOUR]["findings"], json!([]));
}

#[tokio::test]
async fn deleting_the_exception_tag_enforces_the_instances_among_the_resources() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);
    let resources = json!({"items": [{"resourceId": ID}, {"resourceId": "vol-0a1b2c3d4e5f60001"}]});
    let request = json!({"resourcesSet": resources, "tagSet": {"items": [{"key": EXEMPT}]}});

    let outcome = scene.outcome(ec2_call("DeleteTags", request, json!({"_return": true}))).await;

    assert_eq!((&outcome["id"], &outcome["result"]), (&json!(ID), &json!("enforced")));
}

#[tokio::test]
async fn every_outcome_is_one_log_line_with_the_same_values_and_the_request_id() {
    let scene = Scene::new().await;
    scene.aws.world().add_instance(ID);

    let outcome = scene.outcome(running(ID)).await;

    let lines = scene.results_logged();
    let [line] = lines.as_slice() else { panic!("one line, not {lines:?}") };
    for member in ["kind", "id", "arn", "result", "reason", "detail"] {
        assert_eq!(line[member], outcome[member], "{member}");
    }
    for member in ["before", "after", "findings"] {
        let logged: Value = serde_json::from_str(line[member].as_str().expect("JSON as text")).expect("JSON");
        assert_eq!(logged, outcome[member], "{member}");
    }
    assert_eq!((&line["request_id"], &line["mode"]), (&json!("8d2f4c1a-request"), &json!("enforce")));
}

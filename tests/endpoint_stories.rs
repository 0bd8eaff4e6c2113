//! Stories of endpoints that are pinned to a version of their runtime, through the real handler and the real SDK.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{
        CANARY, EXEMPT, Scene, agentcore_call, assert_says, by_id, count, detail, document, due, runtime_created,
        sample,
    },
    stand_in::{
        Fault,
        Pages::{Circular, EmptyBetween, Repeating},
        Runtime,
    },
};

const ID: &str = "claims_agent-a1B2c3D4e5";
const LIST: &str = "ListAgentRuntimeEndpoints";
const READ: &str = "GetAgentRuntimeEndpoint";
const TAGS: &str = "ListTagsForResource";
const MOVE: &str = "UpdateAgentRuntimeEndpoint";
const REQUIRED: (&str, &str) = ("metadataConfiguration", r#"{"requireMMDSV2":true}"#);

/// A scene with one runtime whose version 2 requires MMDSv2 and whose version 1 does not, as `arrange` leaves it.
async fn scene_with(arrange: impl FnOnce(&mut Runtime)) -> Scene {
    let scene = Scene::new().await;
    arrange(scene.aws.world().add_runtime(ID, &document()).publish(&[REQUIRED]));
    scene
}

async fn moving(arrange: impl FnOnce(&mut Runtime)) -> Scene {
    scene_with(arrange).await.with_endpoints_moved()
}

/// The same with an endpoint that is pinned to version 1 and this artifact in both versions.
async fn moving_with_artifact(artifact: &str) -> Scene {
    let scene = Scene::new().await.with_endpoints_moved();
    let mut runtime = scene.aws.world().add_runtime(ID, &document()).set("agentRuntimeArtifact", artifact).clone();
    pinned(runtime.publish(&[REQUIRED]));
    scene.aws.world().runtimes.insert(ID.to_owned(), runtime);
    scene
}

fn s3_artifact(s3: &Value) -> String {
    let code = json!({"code": {"s3": s3}, "runtime": "PYTHON_3_13", "entryPoint": ["main.py"]});
    json!({"codeConfiguration": code}).to_string()
}

fn pinned(runtime: &mut Runtime) {
    runtime.endpoint("prod", 1).description = Some("for \"front desk\" — é".to_owned());
}

fn updated() -> Value {
    agentcore_call("UpdateAgentRuntimeEndpoint", json!({"agentRuntimeId": ID, "endpointName": "prod"}), json!({}))
}

fn created() -> Value {
    let endpoint = json!({"agentRuntimeId": ID, "endpointName": "prod"});
    agentcore_call("CreateAgentRuntimeEndpoint", json!({"name": "prod"}), endpoint)
}

fn live(scene: &Scene, name: &str) -> u32 {
    scene.aws.world().runtime(ID).endpoints[name].live_version
}

#[track_caller]
fn assert_ended(outcome: &Value, result: &str, reason: &str, findings: &[&str]) {
    let ended = (&outcome["result"], &outcome["reason"], &outcome["findings"]);
    assert_eq!(ended, (&json!(result), &json!(reason), &json!(findings)), "{}", outcome["detail"]);
}

mod nothing_is_moved {
    use super::*;

    #[tokio::test]
    async fn of_a_runtime_whose_endpoints_follow_or_are_current_or_require_it_too() {
        let scene = moving(|runtime| {
            runtime.publish(&[("description", r#""newer""#)]);
            runtime.endpoint("now", 3);
            runtime.endpoint("before", 2);
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &[]);
        assert_eq!(scene.aws.operations(), ["GetAgentRuntime", LIST, "GetAgentRuntime"]);
    }

    #[tokio::test]
    async fn by_default_a_pinned_endpoint_is_a_finding() {
        let scene = scene_with(pinned).await;

        for event in [updated(), created(), due()] {
            let response = scene.invoke(event).await.expect("success");
            let outcome = &by_id(&response)[ID];

            assert_ended(outcome, "compliant", "v2_required", &["pinned_endpoint"]);
            assert_says(outcome, "The endpoint prod is pinned to version 1, which does not require MMDSv2");
            assert_says(outcome, "would move it with PINNED_ENDPOINTS=repoint in enforce mode");
        }
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn in_report_mode_and_in_a_softened_sweep() {
        let report = moving(pinned).await.in_report_mode();
        let outcome = report.outcome(updated()).await;
        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert!(report.aws.writes().is_empty());

        let softened = moving(pinned).await;
        let response = softened.invoke(sample("guardrail-sweep-asked-for.json")).await.expect("success");
        assert_ended(&by_id(&response)[ID], "compliant", "v2_required", &["pinned_endpoint"]);
        assert!(softened.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn where_the_versions_differ_in_more_than_mmdsv2() {
        let scene = moving(|runtime| {
            runtime.set("description", r#""newer""#).set("futureMember", r#"{"n":1}"#);
            pinned(runtime);
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "version 2 differs from it in other members, too (description, futureMember)");
        assert!(!outcome["detail"].as_str().expect("a detail").contains("newer"));
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn where_the_same_name_may_mean_other_code() {
        for artifact in [
            r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/claims:1"}}"#.to_owned(),
            s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip"})),
            s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": ""})),
            s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "null"})),
        ] {
            let scene = moving_with_artifact(&artifact).await;

            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "compliant", "v2_required", &["mutable_artifact", "pinned_endpoint"]);
            assert_says(&outcome, "its artifact has a name that can come to mean something else");
            assert!(scene.aws.writes().is_empty(), "{artifact}");
        }
    }

    #[tokio::test]
    async fn where_the_artifact_is_of_a_kind_that_nobody_knows() {
        for artifact in [
            "{}",
            r#"{"containerConfiguration":{"containerUri":["agent@sha256:0a1b"]}}"#,
            r#"{"gitConfiguration":{"repository":"https://git.example.org/agent","branch":"main"}}"#,
            r#"{"codeConfiguration":{"code":{"repository":{"branch":"main"}},"runtime":"PYTHON_3_13"}}"#,
        ] {
            let scene = moving_with_artifact(artifact).await;

            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
            assert_says(&outcome, "its artifact is of a kind that this version of the guardrail does not know");
            assert!(scene.aws.writes().is_empty(), "{artifact}");
        }
    }

    #[tokio::test]
    async fn of_an_exempt_runtime() {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.tag(EXEMPT, "vendor agent");
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "the tag metadata-guardrail:exempt exempts the runtime");
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn where_the_runtime_itself_comes_first() {
        for (arrange, result, why) in [
            (
                (|runtime| _ = runtime.tag(EXEMPT, "yes")) as fn(&mut Runtime),
                "exempt",
                "its runtime is exempt, so that it is not moved",
            ),
            (|runtime| _ = runtime.status("UPDATE_FAILED"), "held", "the runtime itself has to be in order first"),
        ] {
            for event in [updated(), due()] {
                let scene = Scene::new().await.with_endpoints_moved();
                {
                    let mut world = scene.aws.world();
                    let runtime = world.add_runtime(ID, &document());
                    arrange(runtime);
                    runtime.endpoint("current", 1);
                    runtime.publish(&[]).endpoint("older", 1);
                }

                let response = scene.invoke(event).await.expect("success");

                let outcome = &by_id(&response)[ID];
                assert_eq!((&outcome["result"], &outcome["findings"]), (&json!(result), &json!(["pinned_endpoint"])));
                for name in ["current", "older"] {
                    assert_says(outcome, &format!("The endpoint {name} is pinned to version 1"));
                }
                assert_says(outcome, why);
                assert!(scene.aws.writes().is_empty());
            }
        }
    }

    #[tokio::test]
    async fn of_a_runtime_that_would_be_enforced() {
        let scene = Scene::new().await.with_endpoints_moved().in_report_mode();
        pinned(scene.aws.world().add_runtime(ID, &document()));

        let outcome = scene.outcome(runtime_created(ID)).await;

        assert_ended(&outcome, "would_enforce", "v1_allowed", &["pinned_endpoint"]);
        assert_says(&outcome, "The endpoint prod is pinned to version 1, which does not require MMDSv2: the runtime");
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn of_a_runtime_that_aws_is_at_work_on_when_a_sweep_comes() {
        let scene = Scene::new().await.with_endpoints_moved();
        {
            let mut world = scene.aws.world();
            let runtime = world.add_runtime(ID, &document()).publish(&[REQUIRED]);
            runtime.settle_polls = u32::MAX;
            runtime.status("UPDATING");
            pinned(runtime);
        }

        let response = scene.invoke(due()).await.expect("success");

        let outcome = &by_id(&response)[ID];
        assert_ended(outcome, "deferred", "still_changing", &["pinned_endpoint"]);
        assert_says(outcome, "the runtime itself has to be in order first");
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn of_a_runtime_that_failed_itself() {
        let scene = Scene::new().await.with_endpoints_moved();
        pinned(scene.aws.world().add_runtime(ID, &document()));
        scene.aws.world().fault("UpdateAgentRuntime", Fault::AccessDenied, usize::MAX);

        let outcome = scene.failed_outcome(runtime_created(ID)).await;

        assert_ended(&outcome, "failed", "write_failed", &[]);
        assert!(!scene.aws.operations().contains(&LIST.to_owned()), "a retry comes back to it");
    }

    #[tokio::test]
    async fn by_the_tag_of_the_endpoint_itself() {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.endpoint("vendor", 1).tag(EXEMPT, "until we have the new client");
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
        assert_says(&outcome, "the tag metadata-guardrail:exempt exempts it, so that it is not moved");
        assert_eq!((live(&scene, "prod"), live(&scene, "vendor")), (2, 1));
    }

    #[tokio::test]
    async fn by_a_tag_that_is_set_between_two_moves() {
        let scene = moving(|runtime| {
            runtime.endpoint("first", 1);
            runtime.endpoint("second", 1);
        })
        .await;
        scene.aws.world().after(MOVE, |world| _ = world.runtimes.get_mut(ID).expect("it").tag(EXEMPT, "yes"));

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
        assert_eq!((live(&scene, "first"), live(&scene, "second")), (2, 1));
    }

    #[tokio::test]
    async fn by_an_exemption_and_report_mode_does_not_say_that_it_would_be_moved() {
        for (of_runtime, whose) in [(true, "exempts the runtime"), (false, "exempts it")] {
            let exempt = |runtime: &mut Runtime| {
                pinned(runtime);
                if of_runtime {
                    runtime.tag(EXEMPT, "yes");
                } else {
                    runtime.endpoints.get_mut("prod").expect("it").tag(EXEMPT, "yes");
                }
            };
            for scene in [moving(exempt).await.in_report_mode(), scene_with(exempt).await] {
                let outcome = scene.outcome(updated()).await;

                assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
                assert_says(&outcome, whose);
                assert!(!detail(&outcome).contains("would move it"));
                assert!(scene.aws.writes().is_empty());
            }
        }
    }

    #[tokio::test]
    async fn but_an_exemption_that_has_passed_forbids_nothing() {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.tag(EXEMPT, "2020-12-31");
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
    }

    #[tokio::test]
    async fn if_it_is_the_one_that_aws_itself_moves() {
        for (event, is_reported) in [(updated(), true), (due(), true), (runtime_created(ID), false)] {
            let scene = Scene::new().await.with_endpoints_moved();
            {
                let mut world = scene.aws.world();
                let runtime = world.add_runtime(ID, &document());
                runtime.endpoint("DEFAULT", 1);
                if is_reported {
                    runtime.publish(&[REQUIRED]);
                }
            }

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[ID];
            assert_eq!(outcome["findings"], if is_reported { json!(["pinned_endpoint"]) } else { json!([]) });
            if is_reported {
                assert_says(outcome, "AWS should have moved it to version 2 by itself");
            }
            assert!(!scene.aws.operations().contains(&MOVE.to_owned()));
        }
    }

    #[tokio::test]
    async fn if_it_is_the_one_that_aws_itself_could_not_move() {
        for status in ["UPDATE_FAILED", "CREATE_FAILED", "A_NEW_WORD"] {
            for event in [updated(), due()] {
                let scene = moving(|runtime| status.clone_into(&mut runtime.endpoint("DEFAULT", 1).status)).await;

                let response = scene.invoke(event).await.expect("success");

                let outcome = &by_id(&response)[ID];
                assert_ended(outcome, "compliant", "v2_required", &["pinned_endpoint"]);
                assert_says(outcome, "AWS should have moved it to version 2 by itself");
                assert!(scene.aws.writes().is_empty());
            }
        }
    }

    #[tokio::test]
    async fn while_aws_itself_moves_its_own() {
        let scene = moving(|runtime| _ = runtime.endpoint("DEFAULT", 1).moving_to(2, u32::MAX)).await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &[]);
        assert_eq!(count(&scene, LIST), 1);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn and_none_is_waited_for_that_something_else_forbids_to_move() {
        let mutable = r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/claims:1"}}"#;
        let with_mutable_artifact = moving_with_artifact(mutable).await;
        let exempt = moving(|runtime| _ = runtime.tag(EXEMPT, "yes")).await;
        for (scene, why) in [(with_mutable_artifact, "may run other code"), (exempt, "exempts the runtime")] {
            scene.aws.world().runtimes.get_mut(ID).expect("it").endpoint("prod", 2).moving_to(1, u32::MAX);

            let outcome = scene.outcome(updated()).await;

            assert_eq!(outcome["result"], "compliant");
            assert_says(&outcome, why);
            assert_eq!(count(&scene, LIST), 1);
            assert!(scene.aws.writes().is_empty());
        }
    }

    #[tokio::test]
    async fn if_it_is_gone_in_between() {
        for in_report_mode in [false, true] {
            let scene = moving(pinned).await;
            let scene = if in_report_mode { scene.in_report_mode() } else { scene };
            // The first tags are the runtime's, the second those of the endpoint, which then does not exist any more.
            scene.aws.world().after(TAGS, |world| {
                world.runtimes.get_mut(ID).expect("it").endpoints.clear();
            });

            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "compliant", "v2_required", &[]);
            assert!(!detail(&outcome).contains("prod"));
            assert!(scene.aws.writes().is_empty());
        }
    }

    #[tokio::test]
    async fn if_aws_knows_the_endpoint_but_no_tags_of_it() {
        let scene = moving(pinned).await;
        let endpoint = format!("{ID}/runtime-endpoint/prod");
        let unknown = Fault::Refused { code: "ResourceNotFoundException", message: String::new(), status: 404 };
        scene.aws.world().fault_for(TAGS, &endpoint, unknown, usize::MAX);

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "tags_unreadable", &["pinned_endpoint"]);
        assert_says(&outcome, "AWS answered ListTagsForResource with ResourceNotFoundException");
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_its_runtime_is_gone_before_its_endpoints_are_listed() {
        let scene = moving(pinned).await;
        scene.aws.world().after("GetAgentRuntime", |world| world.runtimes.clear());

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &[]);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_its_runtime_is_gone_before_its_tags_are_read() {
        let scene = moving(pinned).await;
        scene.aws.world().after("GetAgentRuntime", |world| {
            world.after("GetAgentRuntime", |world| {
                world.after("GetAgentRuntime", |world| world.runtimes.clear());
            });
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &[]);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_it_is_being_deleted() {
        let scene = moving(|runtime| {
            runtime.endpoint("prod", 1).status = "DELETING".to_owned();
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &[]);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_the_current_version_is_not_in_order_any_more() {
        for (status, setting) in [("UPDATING", true), ("UPDATE_FAILED", true), ("READY", false)] {
            let scene = moving(pinned).await;
            scene.aws.world().after(LIST, move |world| {
                let runtime = world.runtimes.get_mut(ID).expect("it");
                runtime.publish(&[("metadataConfiguration", &format!(r#"{{"requireMMDSV2":{setting}}}"#))]);
                runtime.status(status);
            });

            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
            assert_says(&outcome, "version 3 is not READY with MMDSv2, so that it is not moved there");
            assert!(scene.aws.writes().is_empty(), "{status}");
        }
    }

    #[tokio::test]
    async fn if_its_runtime_is_gone_in_between() {
        let scene = moving(pinned).await;
        scene.aws.world().after("GetAgentRuntime", |world| {
            world.after("GetAgentRuntime", |world| world.runtimes.clear());
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &[]);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn while_aws_moves_the_endpoint() {
        let scene = moving(|runtime| {
            runtime.endpoint("prod", 2).moving_to(1, u32::MAX);
        })
        .await
        .with_remaining(Duration::from_secs(31));

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "its status is UPDATING and its target version 1");
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn while_aws_moves_the_endpoint_to_where_it_belongs_and_nobody_waits_for_that() {
        let scene = moving(|runtime| {
            runtime.endpoint("prod", 1).moving_to(2, 8);
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "its status is UPDATING and its target version 2");
        assert_eq!(count(&scene, LIST), 1);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_its_last_update_failed() {
        let scene = moving(|runtime| {
            runtime.endpoint("prod", 1).status = "UPDATE_FAILED".to_owned();
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_the_endpoint_has_a_member_that_could_be_lost() {
        let scene = moving(|runtime| {
            runtime.endpoint("prod", 1).more.push(("trafficShaping".to_owned(), r#"{"n":1.10}"#.to_owned()));
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "cannot carry its members trafficShaping");
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_somebody_else_was_faster() {
        let scene = moving(pinned).await;
        scene.aws.world().after(TAGS, |world| {
            let runtime = world.runtimes.get_mut(ID).expect("it");
            runtime.endpoint("prod", 2);
        });

        let outcome = scene.outcome(updated()).await;

        assert_says(&outcome, "it was changed in between");
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_it_is_on_its_way_elsewhere_though_it_is_ready() {
        let scene = moving(pinned).await;
        scene.aws.world().after(TAGS, |world| {
            let prod = world.runtimes.get_mut(ID).expect("it").endpoints.get_mut("prod").expect("it");
            prod.target_version = Some(2);
        });

        let outcome = scene.outcome(updated()).await;

        assert_says(&outcome, "it was changed in between");
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn if_the_tags_cannot_be_read() {
        let scene = moving(pinned).await;
        scene.aws.world().fault(TAGS, Fault::AccessDenied, usize::MAX);

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "tags_unreadable", &["pinned_endpoint"]);
        assert!(scene.aws.writes().is_empty());

        // Nothing has failed where nothing was to be moved.
        let scene = scene.in_report_mode();
        let outcome = scene.outcome(updated()).await;
        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "whether a tag exempts it could not be read");
        assert!(!detail(&outcome).contains("would move it"));
    }

    #[tokio::test]
    async fn if_too_little_time_is_left_to_verify_it() {
        let scene = moving(pinned).await.with_remaining(Duration::from_secs(20));

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "out_of_time", &["pinned_endpoint"]);
        assert!(scene.aws.writes().is_empty());
    }
}

mod an_endpoint_is_moved {
    use super::*;

    #[tokio::test]
    async fn and_only_its_version_changes() {
        let scene = moving(pinned).await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
        assert_says(&outcome, "The endpoint prod was moved from version 1 to version 2");
        assert_eq!(live(&scene, "prod"), 2);
        let description = scene.aws.world().runtime(ID).endpoints["prod"].description.clone();
        assert_eq!(description.as_deref(), Some("for \"front desk\" — é"));
        let writes = scene.aws.writes();
        let [write] = writes.as_slice() else { panic!("one write, not {writes:?}") };
        let body: Value = serde_json::from_str(&write.body).expect("JSON");
        let names: Vec<_> = body.as_object().expect("an object").keys().cloned().collect();
        assert_eq!(
            (write.operation.as_str(), names),
            (MOVE, ["agentRuntimeVersion", "clientToken", "description"].map(str::to_owned).to_vec())
        );
    }

    #[tokio::test]
    async fn whether_its_artifact_is_an_image_with_a_digest_or_an_s3_object_with_a_version() {
        let object = s3_artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "v7"}));
        let image = r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/claims@sha256:0a1b2c3d"}}"#;
        for artifact in [object.as_str(), image] {
            let scene = moving_with_artifact(artifact).await;

            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
        }
    }

    #[tokio::test]
    async fn after_its_runtime_was_enforced_in_the_same_invocation() {
        let scene = Scene::new().await.with_endpoints_moved();
        pinned(scene.aws.world().add_runtime(ID, &document()));

        let outcome = scene.outcome(runtime_created(ID)).await;

        assert_ended(&outcome, "enforced", "v1_allowed", &["endpoint_moved"]);
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_eq!(live(&scene, "prod"), 2);
    }

    #[tokio::test]
    async fn and_its_event_costs_nothing_and_one_more_look_writes_nothing() {
        let scene = moving(pinned).await;
        scene.outcome(updated()).await;
        let body: Value = serde_json::from_str(&scene.aws.writes()[0].body).expect("JSON");
        let calls = scene.aws.calls().len();

        let mut echo = updated();
        echo["detail"]["requestParameters"]["clientToken"] = body["clientToken"].clone();
        assert_eq!(scene.invoke(echo).await.expect("ignored")["ignored"], "own_echo");
        assert_eq!(scene.aws.calls().len(), calls);

        // Should CloudTrail not show the token.
        let outcome = scene.outcome(updated()).await;
        assert_ended(&outcome, "compliant", "v2_required", &[]);
        assert_eq!(scene.aws.operations().split_off(calls), ["GetAgentRuntime", LIST]);
    }

    #[tokio::test]
    async fn once_aws_is_done_with_it() {
        let scene = moving(|runtime| {
            runtime.endpoint("prod", 2).moving_to(1, 3);
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
        assert_eq!(live(&scene, "prod"), 2);
    }

    #[tokio::test]
    async fn once_aws_is_done_with_it_whatever_version_it_comes_from() {
        let scene = moving(|runtime| {
            // Version 3 lacks the requirement alone, version 4 is the current one.
            runtime.publish(&[]).document.remove("metadataConfiguration");
            runtime.publish(&[REQUIRED]);
            runtime.endpoint("prod", 1).moving_to(3, 3);
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
        assert_says(&outcome, "The endpoint prod was moved from version 3 to version 4");
        assert_eq!(live(&scene, "prod"), 4);
    }

    #[tokio::test]
    async fn while_aws_is_at_work_on_its_neighbour() {
        for (event, waits, seconds) in [(updated(), true, 32), (due(), false, 300)] {
            let scene = moving(|runtime| {
                pinned(runtime);
                runtime.endpoint("busy", 2).moving_to(1, u32::MAX);
            })
            .await
            .with_remaining(Duration::from_secs(seconds));

            let response = scene.invoke(event).await.expect("success");

            let outcome = &by_id(&response)[ID];
            assert_ended(outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
            assert_says(outcome, "The endpoint busy is pinned to version 1");
            assert_eq!((live(&scene, "prod"), count(&scene, LIST) > 1), (2, waits));
        }
    }

    #[tokio::test]
    async fn once_aws_is_done_with_it_though_its_neighbour_cannot_be_moved() {
        let scene = moving(|runtime| {
            runtime.endpoint("odd", 1).more.push(("trafficShaping".to_owned(), "1".to_owned()));
            runtime.endpoint("prod", 2).moving_to(1, 5);
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
        assert_eq!((live(&scene, "odd"), live(&scene, "prod")), (1, 2));
        assert_eq!(detail(&outcome).matches("The endpoint odd is pinned").count(), 1, "{}", detail(&outcome));
    }

    #[tokio::test]
    async fn however_long_aws_takes_to_move_it() {
        let scene = moving(|runtime| runtime.endpoint("prod", 1).settle_polls = 8).await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
        assert!(count(&scene, READ) > 8);
    }

    #[tokio::test]
    async fn once_aws_shows_which_version_it_is_on() {
        let scene = moving(pinned).await;
        let arn = scene.aws.world().runtime(ID).arn();
        let nothing_yet = json!({"runtimeEndpoints": [{
            "name": "prod", "id": "prod", "status": "CREATING", "agentRuntimeArn": arn,
            "agentRuntimeEndpointArn": format!("{arn}/runtime-endpoint/prod"),
            "createdAt": "2026-11-20T10:00:00Z", "lastUpdatedAt": "2026-11-20T10:00:00Z"
        }]});
        scene.aws.world().fault(LIST, Fault::Answer(nothing_yet.to_string()), 1);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
    }

    #[tokio::test]
    async fn to_the_version_that_is_current_at_that_moment() {
        let scene = moving(|runtime| {
            runtime.endpoint("first", 1);
            runtime.endpoint("second", 1);
        })
        .await;
        scene.aws.world().after(MOVE, |world| {
            _ = world.runtimes.get_mut(ID).expect("it").publish(&[("description", r#""new""#)]);
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
        assert_says(&outcome, "The endpoint first was moved from version 1 to version 2");
        assert_says(&outcome, "version 3 differs from it in other members, too (description)");
        assert_eq!((live(&scene, "first"), live(&scene, "second")), (2, 1));
    }

    #[tokio::test]
    async fn again_if_somebody_moves_it_back() {
        let scene = moving(pinned).await;
        for _ in 0..2 {
            let outcome = scene.outcome(updated()).await;
            assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
            let mut world = scene.aws.world();
            let endpoint = world.runtimes.get_mut(ID).expect("it").endpoints.get_mut("prod").expect("it");
            endpoint.live_version = 1;
        }
    }

    #[tokio::test]
    async fn even_if_the_answer_is_lost() {
        let scene = moving(pinned).await;
        scene.aws.world().fault(MOVE, Fault::LostReply, 1);

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
        assert_eq!(live(&scene, "prod"), 2);
    }

    #[tokio::test]
    async fn whatever_becomes_of_its_neighbours() {
        let scene = moving(|runtime| {
            runtime.publish(&[("description", r#""newer""#)]);
            let without = runtime.versions[&1].clone();
            // Version 4 lacks the requirement alone, version 5 is the current one.
            runtime.publish(&[]).document.remove("metadataConfiguration");
            runtime.publish(&[REQUIRED]);
            assert!(!without.contains_key("metadataConfiguration"));
            for (name, version) in [("current", 5), ("differing", 1), ("fails", 4), ("good", 4), ("older", 2)] {
                runtime.endpoint(name, version);
            }
        })
        .await;
        scene.aws.world().page_size = 2;
        let fails = format!("{ID}/runtime-endpoints/fails");
        scene.aws.world().fault_for(MOVE, &fails, Fault::AccessDenied, usize::MAX);

        let error = scene.invoke(due()).await.expect_err("one endpoint fails");

        let response: Value = serde_json::from_str(&error.error_message).expect("the response");
        let outcome = &by_id(&response)[ID];
        assert_ended(outcome, "failed", "write_failed", &["endpoint_moved", "pinned_endpoint"]);
        assert_says(outcome, "The endpoint fails is pinned to version 4, which does not require MMDSv2. AWS answered");
        assert_says(outcome, "The endpoint good was moved");
        assert_says(outcome, "The endpoint differing is pinned to version 1");
        let versions = ["current", "differing", "fails", "good", "older"].map(|name| live(&scene, name));
        assert_eq!(versions, [5, 1, 4, 5, 2]);
    }
}

mod a_sweep_moves_what_it_can {
    use super::*;

    const EXEMPT_ONE: &str = "exempt_agent-a1B2c3D4e5";
    const FAILING: &str = "failing_agent-a1B2c3D4e5";
    const HELD: &str = "held_agent-a1B2c3D4e5";
    const MOVING: &str = "moving_agent-a1B2c3D4e5";
    const OPEN: &str = "open_agent-a1B2c3D4e5";

    /// Runtimes with an endpoint each that is pinned to version 1: all but one are fixed by now.
    async fn region() -> Scene {
        let scene = Scene::new().await.with_endpoints_moved();
        {
            let mut world = scene.aws.world();
            pinned(world.add_runtime(OPEN, &document()));
            for id in [ID, EXEMPT_ONE, FAILING, HELD, MOVING] {
                pinned(world.add_runtime(id, &document()).publish(&[REQUIRED]));
            }
            world.runtimes.get_mut(EXEMPT_ONE).expect("it").tag(EXEMPT, "yes");
            world.runtimes.get_mut(HELD).expect("it").status("UPDATE_FAILED");
            let moving = world.runtimes.get_mut(MOVING).expect("it");
            moving.endpoints.get_mut("prod").expect("it").moving_to(2, u32::MAX);
            let endpoint = format!("{FAILING}/runtime-endpoints/prod");
            world.fault_for(MOVE, &endpoint, Fault::AccessDenied, usize::MAX);
        }
        scene
    }

    fn ended(response: &Value, id: &str) -> (Value, Value, Value) {
        let outcome = &by_id(response)[id];
        (outcome["result"].clone(), outcome["reason"].clone(), outcome["findings"].clone())
    }

    fn versions(scene: &Scene) -> [u32; 6] {
        [OPEN, ID, EXEMPT_ONE, FAILING, HELD, MOVING]
            .map(|id| scene.aws.world().runtime(id).endpoints["prod"].live_version)
    }

    #[tokio::test]
    async fn and_in_report_mode_names_them_all_and_moves_none() {
        let scene = region().await.in_report_mode();

        let response = scene.invoke(due()).await.expect("success");

        assert_eq!(response["counts"], json!({"compliant": 4, "held": 1, "would_enforce": 1}));
        for id in [OPEN, ID, EXEMPT_ONE, FAILING, HELD, MOVING] {
            assert_eq!(ended(&response, id).2, json!(["pinned_endpoint"]), "{id}");
        }
        assert_eq!(versions(&scene), [1; 6]);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn and_in_enforce_mode_leaves_the_others_as_they_are() {
        let scene = region().await;

        let error = scene.invoke(due()).await.expect_err("one move is refused");

        let response = serde_json::from_str(&error.error_message).expect("the response");
        let is = |result: &str, reason: &str, finding: &str| (json!(result), json!(reason), json!([finding]));
        assert_eq!(ended(&response, OPEN), is("enforced", "v1_allowed", "endpoint_moved"));
        assert_eq!(ended(&response, ID), is("enforced", "pinned_endpoint", "endpoint_moved"));
        assert_eq!(ended(&response, EXEMPT_ONE), is("compliant", "v2_required", "pinned_endpoint"));
        assert_eq!(ended(&response, FAILING), is("failed", "write_failed", "pinned_endpoint"));
        assert_eq!(ended(&response, HELD), is("held", "update_failed", "pinned_endpoint"));
        assert_eq!(ended(&response, MOVING), is("compliant", "v2_required", "pinned_endpoint"));
        assert_eq!(versions(&scene), [2, 2, 1, 1, 1, 1]);

        let writes = scene.aws.writes().len();
        scene.invoke(due()).await.expect_err("it is refused still");
        let again = scene.aws.writes().split_off(writes);
        assert_eq!(again.len(), 1, "what is moved is not moved again");
        assert_eq!(again[0].error.as_deref(), Some("AccessDeniedException"));
    }
}

mod what_fails_is_said {
    use super::*;

    #[tokio::test]
    async fn that_time_ran_out_and_which_endpoints_are_pinned() {
        let scene = moving(pinned).await.with_remaining(Duration::from_secs(8));
        scene.aws.world().after(TAGS, |world| world.latency = Duration::from_secs(3600));

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "out_of_time", &["pinned_endpoint"]);
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn endpoints_that_cannot_be_read_do_not_hide_that_the_runtime_was_enforced() {
        let scene = Scene::new().await;
        pinned(scene.aws.world().add_runtime(ID, &document()));
        scene.aws.world().fault(LIST, Fault::AccessDenied, usize::MAX);

        let outcome = scene.failed_outcome(runtime_created(ID)).await;

        assert_ended(&outcome, "failed", "endpoints_unreadable", &[]);
        assert_says(&outcome, "requireMMDSV2 is true now, in version 2");
        assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));

        // A retry comes back to it, although the runtime is compliant by now.
        let outcome = scene.failed_outcome(runtime_created(ID)).await;
        assert_ended(&outcome, "failed", "endpoints_unreadable", &[]);
    }

    #[tokio::test]
    async fn a_version_that_cannot_be_read_hides_no_other_one() {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.endpoint("lost", 7);
        })
        .await;

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoints_unreadable", &["endpoint_moved"]);
        assert_says(&outcome, "The version of the endpoint lost could not be read. AWS does not show version 7");
        assert_eq!(live(&scene, "prod"), 2);
    }

    #[tokio::test]
    async fn a_move_that_aws_could_not_make() {
        let scene = moving(|runtime| {
            pinned(runtime);
            let reason = format!("The container ended with DATABASE_PASSWORD={CANARY}");
            runtime.endpoints.get_mut("prod").expect("it").updates_fail = Some(reason);
        })
        .await;

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
        assert_says(&outcome, "Its status is UPDATE_FAILED, on version 1.");
        let later = scene.outcome(updated()).await;
        assert_ended(&later, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&later, "the guardrail does not move it; move it yourself, or make it anew");
    }

    #[tokio::test]
    async fn a_move_that_loses_the_description() {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.endpoints.get_mut("prod").expect("it").loses_description = true;
        })
        .await;

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
        assert_says(&outcome, "these members are different: description");
    }

    #[tokio::test]
    async fn a_move_that_cannot_be_seen() {
        let scene = moving(pinned).await;
        scene.aws.world().after(MOVE, |world| world.fault(READ, Fault::AccessDenied, usize::MAX));

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
    }

    #[tokio::test]
    async fn what_cannot_be_read_about_a_runtime_that_comes_first_does_not_fail_it() {
        for in_report_mode in [false, true] {
            let scene = Scene::new().await.with_endpoints_moved();
            let scene = if in_report_mode { scene.in_report_mode() } else { scene };
            scene.aws.world().add_runtime(ID, &document()).tag(EXEMPT, "yes");
            scene.aws.world().fault(LIST, Fault::AccessDenied, usize::MAX);

            let outcome = scene.outcome(updated()).await;

            assert_ended(&outcome, "exempt", "exception_tag", &[]);
            assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
        }
    }

    #[tokio::test]
    async fn a_version_that_is_not_the_one_asked_for() {
        for broken in [r#""agentRuntimeVersion":"2""#, r#""otherMember":1"#] {
            let scene = moving(pinned).await;
            let body = format!(r#"{{"agentRuntimeId":"{ID}","status":"READY",{broken}}}"#);
            scene.aws.world().after(LIST, |world| world.fault("GetAgentRuntime", Fault::Answer(body), 1));

            let outcome = scene.failed_outcome(updated()).await;

            assert_ended(&outcome, "failed", "endpoints_unreadable", &[]);
            assert_says(&outcome, "The version of the endpoint prod could not be read");
            assert!(scene.aws.writes().is_empty());
        }
    }

    #[tokio::test]
    async fn endpoints_that_were_found_pinned_are_named_whatever_fails_after_that() {
        let scene = moving(|runtime| {
            pinned(runtime);
            runtime.endpoint("test", 1);
        })
        .await;
        scene.aws.world().after("GetAgentRuntime", |world| {
            world.after("GetAgentRuntime", |world| world.fault("GetAgentRuntime", Fault::Internal, usize::MAX));
        });

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoints_unreadable", &["pinned_endpoint"]);
        for name in ["prod", "test"] {
            assert_says(&outcome, &format!("The endpoint {name} is pinned to version 1"));
        }
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn an_endpoint_that_was_waited_for_is_named_even_if_the_next_listing_fails() {
        let scene = moving(|runtime| {
            runtime.endpoint("busy", 2).moving_to(1, u32::MAX);
        })
        .await;
        scene.aws.world().after(LIST, |world| world.fault(LIST, Fault::AccessDenied, usize::MAX));

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoints_unreadable", &["pinned_endpoint"]);
        assert_says(&outcome, "The endpoint busy is pinned to version 1");
        assert_says(&outcome, "AWS answered ListAgentRuntimeEndpoints with AccessDeniedException");
    }

    #[tokio::test]
    async fn a_move_that_was_not_verified_before_all_else_that_failed() {
        let scene = moving(|runtime| {
            runtime.endpoint("denied", 1);
            runtime.endpoint("unclear", 1).loses_description = true;
            runtime.endpoints.get_mut("unclear").expect("it").description = Some("for the front desk".to_owned());
        })
        .await;
        let denied = format!("{ID}/runtime-endpoints/denied");
        scene.aws.world().fault_for(MOVE, &denied, Fault::AccessDenied, usize::MAX);

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
        for name in ["denied", "unclear"] {
            assert_says(&outcome, &format!("The endpoint {name} is pinned to version 1"));
        }
    }

    #[tokio::test]
    async fn a_move_that_meets_another_one_is_refused_and_tried_again_by_lambda() {
        let scene = moving(pinned).await;
        let conflict = || Fault::Refused { code: "ConflictException", message: String::new(), status: 409 };
        scene.aws.world().fault(MOVE, conflict(), 1);

        let outcome = scene.failed_outcome(updated()).await;

        assert_ended(&outcome, "failed", "write_failed", &["pinned_endpoint"]);
        assert_says(&outcome, "AWS answered UpdateAgentRuntimeEndpoint with ConflictException");
        assert_eq!(scene.outcome(updated()).await["reason"], "pinned_endpoint");
        assert_eq!(live(&scene, "prod"), 2);
    }

    #[tokio::test]
    async fn a_conflict_with_a_move_of_its_own_whose_answer_was_lost_is_no_conflict() {
        let scene = moving(pinned).await;
        scene.aws.world().fault(MOVE, Fault::LostReply, 1);
        scene.aws.world().after(MOVE, |world| {
            world.fault(MOVE, Fault::Refused { code: "ConflictException", message: String::new(), status: 409 }, 1);
        });

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
    }

    #[tokio::test]
    async fn a_move_that_may_have_happened_and_cannot_be_seen_is_not_verified() {
        for fault in [Fault::Internal, Fault::ConnectionReset, Fault::Garbage] {
            let scene = moving(pinned).await;
            scene.aws.world().fault(MOVE, fault.clone(), usize::MAX);

            let outcome = scene.failed_outcome(updated()).await;

            assert_ended(&outcome, "failed", "endpoint_not_verified", &["pinned_endpoint"]);
            assert_says(&outcome, "UpdateAgentRuntimeEndpoint");
            assert_says(&outcome, "Its status is READY, on version 1.");
        }
    }

    #[tokio::test]
    async fn pages_that_come_to_no_end() {
        for pages in [Repeating, Circular] {
            let scene = moving(|runtime| {
                pinned(runtime);
                runtime.endpoint("test", 1);
            })
            .await;
            scene.aws.world().page_size = 1;
            scene.aws.world().pages(LIST, pages);

            let outcome = scene.failed_outcome(updated()).await;

            assert_ended(&outcome, "failed", "endpoints_unreadable", &[]);
            assert_says(&outcome, "After some pages of ListAgentRuntimeEndpoints AWS named one that was read before");
            assert!(scene.aws.writes().is_empty(), "{pages:?}");
        }
    }

    #[tokio::test]
    async fn but_not_an_empty_page_which_hides_nothing() {
        let scene = moving(pinned).await;
        scene.aws.world().page_size = 1;
        scene.aws.world().pages(LIST, EmptyBetween);

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved"]);
    }

    #[tokio::test]
    async fn every_endpoint_that_was_moved_by_name() {
        let scene = moving(|runtime| {
            runtime.publish(&[("description", r#""newer""#)]);
            // Version 4 lacks the requirement alone, version 5 is the current one.
            runtime.publish(&[]).document.remove("metadataConfiguration");
            runtime.publish(&[REQUIRED]);
            for number in 1..=12 {
                runtime.endpoint(&format!("a_{number:02}"), 1);
                runtime.endpoint(&format!("b_{number:02}"), 4);
            }
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "enforced", "pinned_endpoint", &["endpoint_moved", "pinned_endpoint"]);
        for number in 1..=12 {
            assert_says(&outcome, &format!("The endpoint b_{number:02} was moved from version 4 to version 5"));
        }
        assert_says(&outcome, "There are 2 more such remarks.");
    }

    #[tokio::test]
    async fn ten_endpoints_by_name_and_the_others_by_number() {
        let scene = scene_with(|runtime| {
            for number in 1..=13 {
                runtime.endpoint(&format!("team_{number:02}"), 1);
            }
        })
        .await;

        let outcome = scene.outcome(updated()).await;

        assert_ended(&outcome, "compliant", "v2_required", &["pinned_endpoint"]);
        assert_says(&outcome, "The endpoint team_10 is pinned");
        assert_says(&outcome, "There are 3 more such remarks.");
        assert!(!outcome["detail"].as_str().expect("a detail").contains("team_11"));
    }
}

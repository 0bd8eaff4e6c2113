//! Stories of AgentCore runtimes, through the real handler and the real SDK. First those in which nothing may be
//! called or written.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    harness::{CANARY, EXEMPT, Scene, agentcore_call, document, just_now, runtime_created},
    stand_in::{Call, Document, Fault, Runtime},
};
use metadata_guardrail::aws::ATTEMPTS;

const ID: &str = "claims_agent-a1B2c3D4e5";
const ENDPOINTS: &str = "ListAgentRuntimeEndpoints";
const GET: &str = "GetAgentRuntime";
const TAGS: &str = "ListTagsForResource";
const UPDATE: &str = "UpdateAgentRuntime";
const S3_ENDPOINT_REFUSED: &str = "Agents created after 2026-06-11T00:00:00Z cannot modify requireServiceS3Endpoint";

/// A scene with one runtime that allows MMDSv1, as `arrange` leaves it.
/// A pause for which no invocation has the time.
const LONGER_THAN_LEFT: Duration = Duration::from_secs(3600);

async fn scene_with(arrange: impl FnOnce(&mut Runtime)) -> Scene {
    let scene = Scene::new().await;
    arrange(scene.aws.world().add_runtime(ID, &document()));
    scene
}

/// A scene with one runtime that allows MMDSv1.
async fn scene() -> Scene {
    scene_with(|_| ()).await
}

fn created() -> Value {
    runtime_created(ID)
}

fn updated(request: Value) -> Value {
    agentcore_call(UPDATE, request, json!({"agentRuntimeId": ID}))
}

fn only_write(scene: &Scene) -> Call {
    let writes = scene.aws.writes();
    assert_eq!(writes.len(), 1, "there must be exactly one write");
    writes.into_iter().next().expect("one write")
}

/// The members of a request's body, each byte for byte.
fn members(call: &Call) -> Document {
    serde_json::from_str(&call.body).expect("the body is a whole JSON object")
}

fn sent<'a>(members: &'a Document, name: &str) -> Option<&'a str> {
    members.get(name).map(|json| json.get())
}

/// A member that is a text somewhere in a request's body, by its JSON pointer.
fn at(call: &Call, pointer: &str) -> Option<Value> {
    let body: Value = serde_json::from_str(&call.body).expect("the body is JSON");
    body.pointer(pointer).cloned()
}

fn client_token(call: &Call) -> String {
    let token = at(call, "/clientToken").expect("a client token");
    token.as_str().expect("a text").to_owned()
}

fn detail(outcome: &Value) -> &str {
    outcome["detail"].as_str().expect("a detail")
}

#[track_caller]
fn assert_ended(outcome: &Value, result: &str, reason: &str) {
    let ended = (&outcome["result"], &outcome["reason"]);
    assert_eq!(ended, (&json!(result), &json!(reason)), "{}", outcome["detail"]);
}

/// Neither the outcome nor the log holds eight characters of the secret in a row.
#[track_caller]
fn assert_no_piece_of_the_secret(scene: &Scene, outcome: &Value) {
    let said = format!("{outcome} {:?}", scene.log_lines());
    for start in 0..=CANARY.len() - 8 {
        let piece = &CANARY[start..start + 8];
        assert!(!said.contains(piece), "{piece:?} of the secret is in {said}");
    }
}

mod nothing_is_written {
    use super::*;

    #[tokio::test]
    async fn a_runtime_that_requires_mmdsv2_is_read_and_left_alone() {
        let scene = scene_with(|runtime| {
            runtime.set("metadataConfiguration", r#"{"requireMMDSV2":true}"#);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "compliant", "v2_required");
        assert_eq!(outcome["before"], json!({"require_mmdsv2": true, "version": "1"}));
        assert_eq!(outcome["after"], Value::Null);
        assert_eq!(scene.aws.operations(), [GET, ENDPOINTS]);
    }

    #[tokio::test]
    async fn an_update_that_requires_mmdsv2_itself_is_ignored_without_a_call() {
        let scene = scene().await;
        let request = json!({"agentRuntimeId": ID, "metadataConfiguration": {"requireMMDSV2": true}});

        let response = scene.invoke(updated(request)).await.expect("nothing fails");

        assert_eq!(response, json!({"mode": "enforce", "ignored": "already_required", "counts": {}, "outcomes": []}));
        assert!(scene.aws.calls().is_empty());
    }

    #[tokio::test]
    async fn an_exempt_runtime_is_not_written_and_its_owner_learns_that_aws_refuses_to_invoke_it() {
        let scene = scene_with(|runtime| {
            runtime.tag(EXEMPT, "vendor agent needs v1");
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "exempt", "exception_tag");
        assert!(detail(&outcome).contains("vendor agent needs v1"), "{}", detail(&outcome));
        assert!(detail(&outcome).contains("AWS refuses to invoke it"), "{}", detail(&outcome));
        assert_eq!(outcome["findings"], json!([]));
        assert_eq!(scene.aws.operations(), [GET, TAGS]);
    }

    #[tokio::test]
    async fn a_malformed_exception_exempts_and_is_a_finding() {
        let scene = scene_with(|runtime| {
            runtime.tag(EXEMPT, "2027-02-30 vendor agent needs v1");
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "exempt", "exception_tag");
        assert_eq!(outcome["findings"], json!(["exception_malformed"]));
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn a_runtime_whose_tags_cannot_be_read_is_not_written() {
        for fault in [Fault::AccessDenied, Fault::Internal, Fault::Garbage, Fault::ConnectionReset] {
            let scene = scene().await;
            scene.aws.world().fault(TAGS, fault.clone(), usize::MAX);

            let outcome = scene.failed_outcome(created()).await;

            assert_ended(&outcome, "failed", "tags_unreadable");
            assert!(detail(&outcome).contains(TAGS), "{fault:?}: {}", detail(&outcome));
            assert_eq!(outcome["before"], json!({"require_mmdsv2": null, "version": "1"}));
            assert!(scene.aws.writes().is_empty(), "{fault:?}");
        }
    }

    #[tokio::test]
    async fn report_mode_says_what_it_would_do() {
        let scene = scene().await.in_report_mode();

        let response = scene.invoke(created()).await.expect("nothing fails");

        assert_eq!(response["mode"], "report");
        assert_eq!(response["counts"], json!({"would_enforce": 1}));
        let outcome = &response["outcomes"][0];
        assert_ended(outcome, "would_enforce", "v1_allowed");
        assert_eq!((&outcome["before"]["require_mmdsv2"], &outcome["after"]), (&Value::Null, &Value::Null));
        assert_eq!(scene.aws.operations(), [GET, TAGS]);
    }

    #[tokio::test]
    async fn a_failed_update_is_held_with_the_reason_aws_gives_and_never_sent_again() {
        let scene = scene_with(|runtime| {
            runtime.status("UPDATE_FAILED").failure_reason = Some("The image could not be pulled.".to_owned());
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "held", "update_failed");
        assert!(detail(&outcome).contains("UPDATE_FAILED"), "{}", detail(&outcome));
        assert!(detail(&outcome).contains("The image could not be pulled."), "{}", detail(&outcome));
        assert_eq!(scene.aws.operations(), [GET]);
    }

    #[tokio::test]
    async fn a_runtime_in_a_failed_or_an_unknown_status_is_held() {
        for (status, reason) in [
            ("CREATE_FAILED", "create_failed"),
            ("DELETE_FAILED", "delete_failed"),
            ("SUSPENDED_BY_MOONLIGHT", "unknown_status"),
        ] {
            let scene = scene_with(|runtime| {
                runtime.status(status);
            })
            .await;

            let outcome = scene.outcome(created()).await;

            assert_ended(&outcome, "held", reason);
            assert!(detail(&outcome).contains(status), "{}", detail(&outcome));
            assert_eq!(scene.aws.operations(), [GET]);
        }
    }

    #[tokio::test]
    async fn a_runtime_that_is_being_deleted_is_gone() {
        let scene = scene_with(|runtime| {
            runtime.status("DELETING");
        })
        .await;

        assert_ended(&scene.outcome(created()).await, "gone", "deleting");
        assert_eq!(scene.aws.operations(), [GET]);
    }

    #[tokio::test]
    async fn a_runtime_that_aws_does_not_know_any_more_is_gone() {
        let scene = Scene::new().await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "gone", "not_found");
        assert_eq!((&outcome["before"], &outcome["after"]), (&Value::Null, &Value::Null));
        assert_eq!(scene.aws.operations(), [GET]);
    }

    #[tokio::test]
    async fn a_runtime_that_aws_may_not_know_yet_fails_so_that_a_retry_looks_again() {
        let scene = Scene::new().await;

        assert_ended(&scene.failed_outcome(just_now(created())).await, "failed", "not_found_yet");
        assert_eq!(scene.aws.operations(), [GET]);
    }

    #[tokio::test]
    async fn a_runtime_that_vanishes_before_the_write_is_gone() {
        let scene = scene().await;
        scene.aws.world().after(TAGS, |world| {
            world.runtimes.remove(ID);
        });

        assert_ended(&scene.outcome(created()).await, "gone", "not_found");
        assert_eq!(scene.aws.operations(), [GET, TAGS, UPDATE, GET]);
    }

    #[tokio::test]
    async fn a_runtime_that_is_being_created_with_the_requirement_is_not_waited_for() {
        let scene = scene_with(|runtime| {
            runtime.set("metadataConfiguration", r#"{"requireMMDSV2":true}"#).status("CREATING").polls_left = u32::MAX;
        })
        .await;

        assert_ended(&scene.outcome(created()).await, "compliant", "v2_required");
        assert_eq!(scene.aws.operations(), [GET, ENDPOINTS]);
    }

    #[tokio::test]
    async fn what_an_update_under_way_shows_is_not_believed_yet() {
        let scene = scene_with(|runtime| {
            runtime.set("metadataConfiguration", r#"{"requireMMDSV2":true}"#).status("UPDATING");
        })
        .await;

        assert_ended(&scene.outcome(created()).await, "compliant", "v2_required");
        assert_eq!(scene.aws.operations(), [GET, GET, GET, ENDPOINTS]);
    }

    #[tokio::test]
    async fn near_the_deadline_nothing_is_waited_for() {
        for status in ["CREATING", "UPDATING"] {
            let scene = scene_with(|runtime| runtime.status(status).polls_left = u32::MAX).await;
            let scene = scene.with_remaining(Duration::from_secs(20));

            let outcome = scene.failed_outcome(created()).await;

            assert_ended(&outcome, "failed", "still_changing");
            assert!(detail(&outcome).contains(status), "{}", detail(&outcome));
            assert_eq!(scene.aws.operations(), [GET]);
        }
    }

    #[tokio::test]
    async fn a_runtime_without_a_member_that_an_update_needs_is_not_written() {
        for member in ["roleArn", "agentRuntimeArtifact"] {
            let scene = scene_with(|runtime| {
                runtime.document.remove(member);
            })
            .await;

            let outcome = scene.failed_outcome(created()).await;

            assert_ended(&outcome, "failed", "unsafe_to_send");
            assert!(detail(&outcome).contains(member), "{}", detail(&outcome));
            assert!(scene.aws.writes().is_empty());
        }
    }

    #[tokio::test]
    async fn a_setting_in_a_shape_nobody_knows_is_not_overwritten() {
        let scene = scene_with(|runtime| {
            runtime.set("metadataConfiguration", r#""MMDSv1""#);
        })
        .await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "unsafe_to_send");
        assert!(detail(&outcome).contains("metadataConfiguration is not a JSON object"), "{}", detail(&outcome));
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn an_answer_that_is_no_runtime_is_not_written_back() {
        let scene = scene().await;
        scene.aws.world().fault(GET, Fault::Garbage, usize::MAX);

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "read_failed");
        assert_eq!(outcome["before"], Value::Null);
        assert!(scene.aws.operations().iter().all(|operation| operation == GET));
    }

    #[tokio::test]
    async fn a_reason_of_aws_that_quotes_the_secret_is_redacted() {
        let scene = scene_with(|runtime| {
            runtime.status("UPDATE_FAILED").failure_reason = Some(format!("Bad value '{CANARY}' for the container."));
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "held", "update_failed");
        assert!(detail(&outcome).contains("environmentVariables.DATABASE_PASSWORD"), "{}", detail(&outcome));
        assert!(detail(&outcome).contains("for the container."), "{}", detail(&outcome));
        assert_no_piece_of_the_secret(&scene, &outcome);
    }

    #[tokio::test]
    async fn a_reason_of_aws_without_an_end_leaves_room_for_the_outcome() {
        let scene = scene_with(|runtime| {
            runtime.status("UPDATE_FAILED").failure_reason = Some("and then ".repeat(20_000));
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "held", "update_failed");
        assert!(detail(&outcome).len() < 1_000, "the detail has {} bytes", detail(&outcome).len());
    }
}

mod it_is_written {
    use super::*;

    #[tokio::test]
    async fn a_runtime_that_allows_v1_is_enforced_and_the_answer_is_exact() {
        let scene = scene().await;

        let response = scene.invoke(created()).await.expect("nothing fails");

        assert_eq!(
            response,
            json!({
                "mode": "enforce",
                "ignored": null,
                "counts": {"enforced": 1},
                "outcomes": [{
                    "kind": "agentcore_runtime",
                    "id": ID,
                    "arn": format!("arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/{ID}"),
                    "result": "enforced",
                    "reason": "v1_allowed",
                    "detail": "requireMMDSV2 is true now, in version 2; every other member of the configuration is \
                               unchanged.",
                    "before": {"require_mmdsv2": null, "version": "1"},
                    "after": {"require_mmdsv2": true, "version": "2"},
                    "findings": []
                }]
            })
        );
        assert_eq!(scene.aws.operations(), [GET, TAGS, UPDATE, GET, GET, GET, ENDPOINTS]);
        assert!(scene.aws.world().runtime(ID).requires_mmdsv2());
    }

    #[tokio::test]
    async fn absent_null_and_false_all_allow_v1() {
        for (json, before) in [
            ("null", json!(null)),
            ("{}", json!(null)),
            (r#"{"requireMMDSV2":null}"#, json!(null)),
            (r#"{"requireMMDSV2":false}"#, json!(false)),
        ] {
            let scene = scene_with(|runtime| {
                runtime.set("metadataConfiguration", json);
            })
            .await;

            let outcome = scene.outcome(created()).await;

            assert_ended(&outcome, "enforced", "v1_allowed");
            assert_eq!(outcome["before"]["require_mmdsv2"], before, "{json}");
            assert_eq!(outcome["after"]["require_mmdsv2"], true, "{json}");
        }
    }

    #[tokio::test]
    async fn an_update_that_may_have_allowed_v1_again_is_put_right() {
        let scene = scene().await;

        let outcome = scene.outcome(updated(json!({"agentRuntimeId": ID}))).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
    }

    #[tokio::test]
    async fn a_runtime_that_aws_is_at_work_on_is_waited_for() {
        for status in ["CREATING", "UPDATING"] {
            let scene = scene_with(|runtime| {
                runtime.status(status);
            })
            .await;

            let outcome = scene.outcome(created()).await;

            assert_ended(&outcome, "enforced", "v1_allowed");
            assert_eq!(scene.aws.operations()[..5], [GET, GET, GET, TAGS, UPDATE], "{status}");
        }
    }

    #[tokio::test]
    async fn a_conflict_is_waited_out_and_everything_is_looked_at_again() {
        let scene = scene().await;
        scene.aws.world().after(TAGS, |world| {
            let runtime = world.runtimes.get_mut(ID).expect("the runtime");
            runtime.version = 2;
            runtime.set("description", r#""changed in between""#).status("UPDATING");
        });

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["before"]["version"], "2");
        assert_eq!(outcome["after"]["version"], "3");
        let mut operations = scene.aws.operations();
        operations.dedup();
        assert_eq!(operations, [GET, TAGS, UPDATE, GET, TAGS, UPDATE, GET, ENDPOINTS]);
        let writes = scene.aws.writes();
        assert_eq!(writes[0].error.as_deref(), Some("ConflictException"));
        assert_eq!(sent(&members(&writes[1]), "description"), Some(r#""changed in between""#));
    }

    #[tokio::test]
    async fn an_exemption_that_comes_while_waiting_is_respected() {
        let scene = scene().await;
        scene.aws.world().after(TAGS, |world| {
            world.runtimes.get_mut(ID).expect("the runtime").tag(EXEMPT, "wait for me").status("UPDATING");
        });

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "exempt", "exception_tag");
        assert_eq!(scene.aws.world().runtime(ID).version, 1);
    }

    #[tokio::test]
    async fn a_conflict_near_the_deadline_fails_without_waiting() {
        let scene = scene().await.with_pace(LONGER_THAN_LEFT, LONGER_THAN_LEFT);
        scene.aws.world().after(TAGS, |world| {
            world.runtimes.get_mut(ID).expect("the runtime").status("UPDATING");
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "write_failed");
        assert!(detail(&outcome).contains("ConflictException"), "{}", detail(&outcome));
        assert_eq!(scene.aws.operations(), [GET, TAGS, UPDATE]);
    }

    #[tokio::test]
    async fn a_conflict_with_its_own_update_whose_answer_was_lost_is_no_conflict() {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::LostReply, 1);
        scene.aws.world().after(UPDATE, |world| {
            let conflict = "The runtime is being updated".to_owned();
            world.fault(UPDATE, Fault::Refused { code: "ConflictException", message: conflict, status: 409 }, 1);
        });

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    }

    #[tokio::test]
    async fn an_expired_exception_does_not_exempt_and_the_outcome_says_so() {
        let scene = scene_with(|runtime| {
            runtime.tag(EXEMPT, "2020-12-31 vendor agent needs v1");
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!(["exception_expired"]));
        assert!(detail(&outcome).contains("expired"), "{}", detail(&outcome));
    }
}

mod the_update_is_lossless {
    use super::*;

    /// What the SDK has never heard of, or would write differently.
    const MEMBERS: [(&str, &str); 7] = [
        ("description", r#""odd \u0065scapes: \/ \ud83e\udd80 \u00e9 and é, \"quoted\"\\\t\b""#),
        (
            "environmentVariables",
            r#"{ "ζωή" : "θάλασσα 海 🦀",  "A":"\u0000\u001f", "A_NUMBER":"123456789012345678901234567890.10" }"#,
        ),
        ("futureEmpty", r#"{"text":"","list":[ ],"object":{ },"nothing":null}"#),
        ("futureNumber", "-123456789012345678901234567890.10"),
        ("futureObject", r#"{"z":[1.0,1.00,1E400,-0,0.1e-7,null,[true,false]],"a":{"nested":{"deep":[{"x":""}]}}}"#),
        ("futureText", r#""only  spaces   survive, too ""#),
        ("lifecycleConfiguration", r#"{"maxLifetime":28800, "idleRuntimeSessionTimeout":900.0, "future":{"n":1.10}}"#),
    ];

    #[tokio::test]
    async fn every_member_arrives_byte_for_byte() {
        let scene = scene_with(|runtime| {
            for (name, json) in MEMBERS {
                runtime.set(name, json);
            }
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        let body = members(&only_write(&scene));
        let world = scene.aws.world();
        for (name, json) in MEMBERS {
            assert_eq!(sent(&body, name), Some(json));
            assert_eq!(world.runtime(ID).member(name), Some(json));
        }
    }

    #[tokio::test]
    async fn what_stands_beside_the_setting_arrives_byte_for_byte() {
        let scene = scene_with(|runtime| {
            let json = r#"{"hopLimit": 1.0, "requireMMDSV2" :false, "future" :{ "n":12345678901234567890.10 }}"#;
            runtime.set("metadataConfiguration", json);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(
            sent(&members(&only_write(&scene)), "metadataConfiguration"),
            Some(r#"{"future":{ "n":12345678901234567890.10 },"hopLimit":1.0,"requireMMDSV2":true}"#)
        );
    }

    #[tokio::test]
    async fn members_that_the_sdk_drops_survive() {
        let dropped = [
            ("hooksConfiguration", r#"{"preInvoke":{"lambdaArn":"arn:aws:lambda:eu-west-1:111122223333:function:h"}}"#),
            ("resourceConfigurations", r#"[{"resourceType":"MEMORY","size":4096}]"#),
            (
                "authorizerConfiguration",
                r#"{"customJWTAuthorizer":{"certificateConfigurations":[{"arn":"arn:aws:acm:eu-west-1:111122223333:certificate/1"}],"discoveryUrl":"https://id.example.com/.well-known/openid-configuration"}}"#,
            ),
            ("filesystemConfigurations", r#"[{"unheardOfStorage":{"mountPath":"/mnt/data","size":1e2}}]"#),
        ];
        let scene = scene_with(|runtime| {
            for (name, json) in dropped {
                runtime.set(name, json);
            }
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        let world = scene.aws.world();
        for (name, json) in dropped {
            assert_eq!(world.runtime(ID).member(name), Some(json));
        }
    }

    #[tokio::test]
    async fn only_the_configuration_is_sent_and_none_of_what_aws_owns() {
        let scene = scene().await;

        scene.outcome(created()).await;

        let body = members(&only_write(&scene));
        let names: Vec<_> = body.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "agentRuntimeArtifact",
                "authorizerConfiguration",
                "clientToken",
                "environmentVariables",
                "lifecycleConfiguration",
                "metadataConfiguration",
                "networkConfiguration",
                "roleArn"
            ]
        );
    }

    #[tokio::test]
    async fn a_null_member_is_the_same_as_none() {
        let scene = scene_with(|runtime| {
            runtime.set("description", "null").set("protocolConfiguration", "null");
        })
        .await;

        assert_ended(&scene.outcome(created()).await, "enforced", "v1_allowed");
    }

    #[tokio::test]
    async fn members_that_aws_refuses_to_take_empty_are_not_sent_empty() {
        let scene = scene_with(|runtime| {
            runtime
                .set("description", r#""""#)
                .set("allowedPorts", "[ ]")
                .set("requestHeaderConfiguration", r#"{"requestHeaderAllowlist":[]}"#)
                .set(
                    "authorizerConfiguration",
                    r#"{"customJWTAuthorizer":{"allowedAudience":[],"allowedClients":["claims-web"],"allowedScopes":[],"discoveryUrl":"https://id.example.com/"}}"#,
                );
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        let body = members(&only_write(&scene));
        assert_eq!(sent(&body, "description"), None);
        assert_eq!(sent(&body, "allowedPorts"), None);
        assert_eq!(sent(&body, "requestHeaderConfiguration"), None);
        assert_eq!(
            sent(&body, "authorizerConfiguration"),
            Some(
                r#"{"customJWTAuthorizer":{"allowedClients":["claims-web"],"discoveryUrl":"https://id.example.com/"}}"#
            )
        );
    }

    #[tokio::test]
    async fn a_large_configuration_arrives_whole() {
        let large = json!({"DATABASE_PASSWORD": CANARY, "MODEL_CARD": "0123456789".repeat(5_000)}).to_string();
        let scene = scene_with(|runtime| {
            runtime.set("environmentVariables", &large);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert!(scene.aws.world().runtime(ID).member("environmentVariables") == Some(large.as_str()));
    }
}

mod the_s3_endpoint_rule {
    use super::*;

    const NETWORK: &str = "networkConfiguration";
    const ENDPOINT: &str = "/networkConfiguration/networkModeConfig/requireServiceS3Endpoint";
    const SIBLINGS: &str =
        r#"{"networkMode":"VPC","networkModeConfig":{"future":1.10,"securityGroups":["sg-1"],"subnets":["subnet-1"]}}"#;

    #[tokio::test]
    async fn a_newer_runtime_is_updated_without_the_member_and_with_its_siblings() {
        for created_at in ["2026-06-11T00:00:00Z", "2026-09-01T08:00:00.123Z"] {
            let scene = scene_with(|runtime| {
                runtime.created_at(created_at).set(NETWORK, SIBLINGS);
            })
            .await;

            let outcome = scene.outcome(created()).await;

            assert_ended(&outcome, "enforced", "v1_allowed");
            assert_eq!(sent(&members(&only_write(&scene)), NETWORK), Some(SIBLINGS), "{created_at}");
        }
    }

    #[tokio::test]
    async fn an_older_runtime_gets_its_false_back() {
        let scene = scene_with(|runtime| {
            runtime.created_at("2026-06-10T23:59:59Z").set(NETWORK, SIBLINGS);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(at(&only_write(&scene), ENDPOINT), Some(json!(false)));
    }

    #[tokio::test]
    async fn an_older_runtime_that_refuses_the_member_is_updated_once_more_without_it() {
        let scene = scene_with(|runtime| {
            runtime.set(NETWORK, SIBLINGS).refuses_s3_endpoint = true;
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 2);
        assert_eq!(at(&writes[0], ENDPOINT), Some(json!(false)));
        assert_eq!(sent(&members(&writes[1]), NETWORK), Some(SIBLINGS));
        assert_ne!(client_token(&writes[0]), client_token(&writes[1]), "another body is another request");
    }

    #[tokio::test]
    async fn only_that_exact_refusal_is_answered_without_the_member() {
        for (code, message) in [
            ("ValidationException", "requireServiceS3Endpoint is not valid here"),
            ("AccessDeniedException", S3_ENDPOINT_REFUSED),
        ] {
            let scene = scene().await;
            scene.aws.world().fault(UPDATE, Fault::Refused { code, message: message.to_owned(), status: 400 }, 1);

            assert_ended(&scene.failed_outcome(created()).await, "failed", "write_failed");
            assert_eq!(scene.aws.writes().len(), 1, "{code}");
        }
    }

    #[tokio::test]
    async fn a_newer_runtime_that_is_refused_all_the_same_is_not_sent_the_same_again() {
        let scene = scene_with(|runtime| {
            runtime.created_at("2026-09-01T08:00:00Z");
        })
        .await;
        let refusal =
            Fault::Refused { code: "ValidationException", message: S3_ENDPOINT_REFUSED.to_owned(), status: 400 };
        scene.aws.world().fault(UPDATE, refusal, usize::MAX);

        assert_ended(&scene.failed_outcome(created()).await, "failed", "write_failed");
        assert_eq!(scene.aws.writes().len(), 1);
    }
}

mod a_retry_is_the_same_request {
    use super::*;

    #[tokio::test]
    async fn after_a_lost_reply_and_there_is_exactly_one_new_version() {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::LostReply, 1);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(scene.aws.world().runtime(ID).version, 2);
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 2);
        assert_eq!(writes[0].body, writes[1].body);
    }

    #[tokio::test]
    async fn in_the_next_invocation_as_long_as_the_runtime_is_the_same() {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::ConnectionReset, ATTEMPTS as usize);

        let first = scene.failed_outcome(created()).await;
        let second = scene.outcome(created()).await;

        assert_ended(&first, "failed", "write_failed");
        assert_ended(&second, "enforced", "v1_allowed");
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), ATTEMPTS as usize + 1);
        assert!(writes.iter().all(|write| write.body == writes[0].body));
    }

    #[tokio::test]
    async fn but_not_for_another_version() {
        let scene = scene().await;
        scene.outcome(created()).await;
        {
            let mut world = scene.aws.world();
            let runtime = world.runtimes.get_mut(ID).expect("the runtime");
            runtime.version = 3;
            runtime.set("metadataConfiguration", r#"{"requireMMDSV2":false}"#);
        }

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"]["version"], "4");
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 2);
        assert_ne!(client_token(&writes[0]), client_token(&writes[1]));
    }

    #[tokio::test]
    async fn when_aws_throttles_it() {
        let scene = scene().await;
        scene.aws.world().fault(UPDATE, Fault::Throttled, 1);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 2);
        assert_eq!(writes[0].body, writes[1].body);
    }

    #[tokio::test]
    async fn and_what_a_retry_cannot_mend_is_sent_only_once() {
        let invalid = Fault::Refused {
            code: "ValidationException",
            message: "maxLifetime is out of range".to_owned(),
            status: 400,
        };
        for (fault, code) in [(Fault::AccessDenied, "AccessDeniedException"), (invalid, "ValidationException")] {
            let scene = scene().await;
            scene.aws.world().fault(UPDATE, fault, usize::MAX);

            let outcome = scene.failed_outcome(created()).await;

            assert_ended(&outcome, "failed", "write_failed");
            assert!(detail(&outcome).contains(code), "{}", detail(&outcome));
            assert_eq!(scene.aws.operations(), [GET, TAGS, UPDATE]);
        }
    }
}

mod the_write_is_verified {
    use super::*;

    #[tokio::test]
    async fn an_update_that_aws_could_not_apply_is_a_failure_with_its_reason() {
        let scene =
            scene_with(|runtime| runtime.next_update_fails = Some("The image could not be pulled.".to_owned())).await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "update_failed");
        assert!(detail(&outcome).contains("The image could not be pulled."), "{}", detail(&outcome));
        assert_eq!(outcome["after"]["version"], "2");
        assert_eq!(scene.aws.writes().len(), 1);
    }

    #[tokio::test]
    async fn a_member_that_the_update_lost_is_named_without_its_value() {
        let scene = scene_with(|runtime| runtime.loses_on_update = vec!["environmentVariables".to_owned()]).await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        assert!(detail(&outcome).contains("environmentVariables"), "{}", detail(&outcome));
        assert!(detail(&outcome).contains("version 1 (before) and version 2 (now)"), "{}", detail(&outcome));
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_no_piece_of_the_secret(&scene, &outcome);
    }

    #[tokio::test]
    async fn a_member_that_the_update_changed_is_named_by_its_path_without_its_value() {
        let scene = scene_with(|runtime| {
            let changed = json!({"DATABASE_PASSWORD": "quite-another-secret"}).to_string();
            runtime.changes_on_update.insert("environmentVariables".to_owned(), changed);
        })
        .await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        assert!(detail(&outcome).contains("environmentVariables.DATABASE_PASSWORD"), "{}", detail(&outcome));
        assert!(!outcome.to_string().contains("quite-another-secret"));
        assert_no_piece_of_the_secret(&scene, &outcome);
    }

    #[tokio::test]
    async fn somebody_elses_update_in_between_is_a_failure_that_names_both_versions() {
        let scene = scene().await;
        scene.aws.world().after(UPDATE, |world| {
            let runtime = world.runtimes.get_mut(ID).expect("the runtime");
            runtime.version += 1;
            runtime.set("description", r#""somebody else's""#);
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "concurrent_update");
        assert!(detail(&outcome).contains("version 1 (before) and version 3 (now)"), "{}", detail(&outcome));
        assert!(detail(&outcome).contains("description"), "{}", detail(&outcome));
        assert_eq!(outcome["after"]["version"], "3");
    }

    #[tokio::test]
    async fn an_update_that_overwrote_somebody_elses_is_a_failure_too() {
        let scene = scene().await;
        scene.aws.world().after(TAGS, |world| {
            let runtime = world.runtimes.get_mut(ID).expect("the runtime");
            runtime.version += 1;
            runtime.set("description", r#""somebody else's""#);
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "concurrent_update");
        assert!(detail(&outcome).contains("version 1 (before) and version 3 (now)"), "{}", detail(&outcome));
    }

    #[tokio::test]
    async fn a_read_that_lags_behind_the_update_is_followed_by_another_one() {
        let scene = scene().await;
        scene.aws.world().after(UPDATE, |world| {
            world.runtimes.get_mut(ID).expect("the runtime").reads_behind = 3;
        });

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
    }

    #[tokio::test]
    async fn after_answers_that_were_all_lost_the_runtime_shows_whether_the_update_happened() {
        for (fault, result, reason) in [
            (Fault::LostReply, "enforced", "v1_allowed"),
            (Fault::ConnectionReset, "failed", "write_failed"),
            (Fault::Internal, "failed", "write_failed"),
            (Fault::Garbage, "failed", "write_failed"),
        ] {
            let scene = scene().await;
            scene.aws.world().fault(UPDATE, fault.clone(), usize::MAX);

            let outcome = match result {
                "failed" => scene.failed_outcome(created()).await,
                _ => scene.outcome(created()).await,
            };

            assert_ended(&outcome, result, reason);
            assert_eq!(scene.aws.world().runtime(ID).version, if result == "failed" { 1 } else { 2 }, "{fault:?}");
        }
    }

    #[tokio::test]
    async fn a_write_that_could_not_be_verified_in_time_is_not_begun() {
        let scene = scene().await.with_remaining(Duration::from_secs(20));

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "out_of_time");
        assert!(detail(&outcome).contains("nothing was written"), "{}", detail(&outcome));
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn a_read_that_still_shows_the_old_version_is_not_taken_for_somebody_elses_update() {
        let scene = scene().await;
        scene.aws.world().after(UPDATE, |world| {
            world.add_runtime(ID, &document());
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "not_verified");
        assert!(detail(&outcome).contains("still shows version 1"), "{}", detail(&outcome));
        assert_eq!(outcome["after"], json!({"require_mmdsv2": null, "version": "1"}));
    }

    #[tokio::test]
    async fn an_update_that_was_accepted_without_effect_is_not_believed() {
        for json in ["null", "{}", r#"{"requireMMDSV2":false}"#] {
            let scene = scene_with(|runtime| {
                runtime.changes_on_update.insert("metadataConfiguration".to_owned(), json.to_owned());
            })
            .await;

            let outcome = scene.failed_outcome(created()).await;

            assert_ended(&outcome, "failed", "not_verified");
            assert_ne!(outcome["after"]["require_mmdsv2"], true, "{json}");
        }
    }

    #[tokio::test]
    async fn a_runtime_that_cannot_be_read_after_the_write_is_not_believed() {
        let scene = scene().await;
        scene.aws.world().after(UPDATE, |world| world.fault(GET, Fault::Garbage, usize::MAX));

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "not_verified");
        assert_eq!(outcome["after"], Value::Null);
        assert_eq!(scene.aws.writes().len(), 1);
    }

    #[tokio::test]
    async fn a_runtime_that_vanishes_after_the_write_is_gone() {
        let scene = scene().await;
        scene.aws.world().after(UPDATE, |world| {
            world.runtimes.remove(ID);
        });

        assert_ended(&scene.outcome(created()).await, "gone", "not_found");
    }

    #[tokio::test]
    async fn a_runtime_that_is_deleted_after_the_write_is_gone() {
        let scene = scene().await;
        scene.aws.world().after(UPDATE, |world| {
            world.runtimes.get_mut(ID).expect("the runtime").status("DELETING").polls_left = u32::MAX;
        });

        assert_ended(&scene.outcome(created()).await, "gone", "deleting");
    }

    #[tokio::test]
    async fn an_update_that_does_not_end_before_the_deadline_is_not_waited_for() {
        let scene = scene().await.with_pace(LONGER_THAN_LEFT, LONGER_THAN_LEFT);
        scene.aws.world().after(UPDATE, |world| {
            world.runtimes.get_mut(ID).expect("the runtime").polls_left = u32::MAX;
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "still_changing");
        assert_eq!(outcome["after"]["version"], "2");
        assert_eq!(scene.aws.operations(), [GET, TAGS, UPDATE, GET]);
    }
}

mod aws_quotes_the_secret {
    use super::*;

    const NAME: &str = "environmentVariables.DATABASE_PASSWORD";

    async fn outcome_of_a_refusal(message: String) -> Value {
        let scene = scene().await;
        let refusal = Fault::Refused { code: "ValidationException", message, status: 400 };
        scene.aws.world().fault(UPDATE, refusal, usize::MAX);
        let outcome = scene.failed_outcome(created()).await;
        assert_ended(&outcome, "failed", "write_failed");
        assert_no_piece_of_the_secret(&scene, &outcome);
        outcome
    }

    #[tokio::test]
    async fn whole_and_the_outcome_names_the_member_in_its_place() {
        let outcome = outcome_of_a_refusal(format!("Value '{CANARY}' failed to satisfy a constraint")).await;

        assert!(
            detail(&outcome).contains(&format!("Value '[{NAME}]' failed to satisfy a constraint")),
            "{}",
            detail(&outcome)
        );
    }

    #[tokio::test]
    async fn in_part_and_the_outcome_has_nothing_of_the_message_but_the_members_name() {
        let outcome = outcome_of_a_refusal(format!("Value '{}… failed", &CANARY[..20])).await;

        assert!(detail(&outcome).contains(NAME), "{}", detail(&outcome));
        assert!(!detail(&outcome).contains("… failed"), "{}", detail(&outcome));
    }

    #[tokio::test]
    async fn as_the_reason_why_the_update_could_not_be_applied() {
        let scene =
            scene_with(|runtime| runtime.next_update_fails = Some(format!("The container rejects {CANARY}."))).await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "update_failed");
        assert!(detail(&outcome).contains(NAME), "{}", detail(&outcome));
        assert_no_piece_of_the_secret(&scene, &outcome);
    }

    #[tokio::test]
    async fn as_that_reason_after_the_update_lost_the_member_itself() {
        let scene = scene_with(|runtime| {
            runtime.loses_on_update = vec!["environmentVariables".to_owned()];
            runtime.next_update_fails = Some(format!("The container rejects {CANARY}."));
        })
        .await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "update_failed");
        assert!(detail(&outcome).contains(NAME), "{}", detail(&outcome));
        assert_no_piece_of_the_secret(&scene, &outcome);
    }
}

mod findings_travel_with_the_outcome {
    use super::*;

    async fn findings(arrange: impl FnOnce(&mut Runtime)) -> Value {
        let scene = scene_with(arrange).await.in_report_mode();
        scene.outcome(created()).await["findings"].take()
    }

    fn artifact(s3: &Value) -> String {
        let code = json!({"code": {"s3": s3}, "runtime": "PYTHON_3_13", "entryPoint": ["main.py"]});
        json!({"codeConfiguration": code}).to_string()
    }

    #[tokio::test]
    async fn an_image_by_a_tag_is_a_mutable_artifact_and_one_by_its_digest_is_none() {
        let by_tag = r#"{"containerConfiguration":{"containerUri":"111122223333.dkr.ecr.eu-west-1.amazonaws.com/agent:latest"}}"#;

        let mutable = findings(|runtime| {
            runtime.set("agentRuntimeArtifact", by_tag);
        });

        assert_eq!(mutable.await, json!(["mutable_artifact"]));
        assert_eq!(findings(|_| ()).await, json!([]));
    }

    #[tokio::test]
    async fn an_s3_object_without_a_version_is_a_mutable_artifact_and_one_with_it_is_none() {
        let without = artifact(&json!({"bucket": "agents", "prefix": "claims.zip"}));
        let with = artifact(&json!({"bucket": "agents", "prefix": "claims.zip", "versionId": "v7"}));

        let mutable = findings(|runtime| {
            runtime.set("agentRuntimeArtifact", &without);
        });
        let fixed = findings(|runtime| {
            runtime.set("agentRuntimeArtifact", &with);
        });

        assert_eq!(mutable.await, json!(["mutable_artifact"]));
        assert_eq!(fixed.await, json!([]));
    }

    #[tokio::test]
    async fn a_public_network_is_one() {
        let found = findings(|runtime| {
            runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#);
        });

        assert_eq!(found.await, json!(["public_network"]));
    }

    #[tokio::test]
    async fn no_authorizer_is_one_however_it_is_absent() {
        let absent = findings(|runtime| {
            runtime.document.remove("authorizerConfiguration");
        });
        assert_eq!(absent.await, json!(["no_authorizer"]));
        for json in ["null", "{}", "{ }"] {
            let empty = findings(|runtime| {
                runtime.set("authorizerConfiguration", json);
            });
            assert_eq!(empty.await, json!(["no_authorizer"]), "{json}");
        }
    }

    #[tokio::test]
    async fn of_an_enforced_runtime_and_without_a_further_call() {
        let scene = scene_with(|runtime| {
            runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#);
            runtime.document.remove("authorizerConfiguration");
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!(["no_authorizer", "public_network"]));
        assert_eq!(scene.aws.operations(), [GET, TAGS, UPDATE, GET, GET, GET, ENDPOINTS]);
    }
}

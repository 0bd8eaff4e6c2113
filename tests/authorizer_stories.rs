//! Stories of runtimes without an authorizer, through the real handler and the real SDK.

use metadata_guardrail::resource::agentcore_runtime::authorizer::RuntimeAuthorizer;
use serde_json::{Value, json};

use crate::{
    harness::{
        CANARY, EXEMPT, Scene, agentcore_call, assert_ended, assert_says, by_id, detail, document, only_write,
        runtime_created, sample,
    },
    stand_in::{Call, Document, Fault, Runtime},
};

const ID: &str = "claims_agent-a1B2c3D4e5";
const ENDPOINTS: &str = "ListAgentRuntimeEndpoints";
const GET: &str = "GetAgentRuntime";
const TAGS: &str = "ListTagsForResource";
const UPDATE: &str = "UpdateAgentRuntime";
const MEMBER: &str = "authorizerConfiguration";
const DISCOVERY_URL: &str = "https://login.example.org/realms/agents/.well-known/openid-configuration";
/// With members that nobody knows, written as nobody else would write them.
const CONFIG: &str = r#" { "future" :{ "n":123456789012345678901234567890.10,  "é":"\u00e9" },
    "discoveryUrl": "https://login.example.org/realms/agents/.well-known/openid-configuration",
    "allowedClients" : [ "front-desk-web", "front\u002ddesk-app" ], "allowedScopes": null } "#;
/// What arrives of it: the same members, each byte for byte.
const ARRIVES: &str = concat!(
    r#"{"customJWTAuthorizer":{"allowedClients":[ "front-desk-web", "front\u002ddesk-app" ],"allowedScopes":null,"#,
    r#""discoveryUrl":"https://login.example.org/realms/agents/.well-known/openid-configuration","#,
    r#""future":{ "n":123456789012345678901234567890.10,  "é":"\u00e9" }}}"#
);

/// The configuration of a runtime without an authorizer.
fn open() -> String {
    let mut members: Document = serde_json::from_str(&document()).expect("a JSON object");
    members.remove(MEMBER);
    serde_json::to_string(&members).expect("JSON")
}

fn enforce() -> RuntimeAuthorizer {
    RuntimeAuthorizer::Enforce(CONFIG.parse().expect("a valid authorizer"))
}

/// A scene with one runtime that allows MMDSv1 and has no authorizer, as `arrange` leaves it.
async fn scene_with(setting: RuntimeAuthorizer, arrange: impl FnOnce(&mut Runtime)) -> Scene {
    let scene = Scene::new().await.with_runtime_authorizer(setting);
    arrange(scene.aws.world().add_runtime(ID, &open()));
    scene
}

async fn scene(setting: RuntimeAuthorizer) -> Scene {
    scene_with(setting, |_| ()).await
}

fn created() -> Value {
    runtime_created(ID)
}

/// The authorizer in a request's body, byte for byte.
fn sent(call: &Call) -> Option<String> {
    let members: Document = serde_json::from_str(&call.body).expect("the body is a JSON object");
    members.get(MEMBER).map(|json| json.get().to_owned())
}

/// Neither the outcome nor the log says what is in the configuration.
#[track_caller]
fn assert_says_no_value(scene: &Scene, outcome: &Value) {
    let said = format!("{outcome} {:?}", scene.log_lines());
    for value in ["login.example.org", "front-desk", "12345678901234567890", CANARY] {
        assert!(!said.contains(value), "{value:?} is in {said}");
    }
}

mod nothing_is_set {
    use super::*;

    #[tokio::test]
    async fn with_off_it_is_not_even_reported() {
        let scene = scene(RuntimeAuthorizer::Off).await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!([]));
        assert_eq!(sent(&only_write(&scene)), None);
    }

    #[tokio::test]
    async fn with_report_it_is_a_finding() {
        let scene = scene(RuntimeAuthorizer::Report).await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!(["no_authorizer"]));
        assert!(!detail(&outcome).contains("authorizer"), "{}", detail(&outcome));
        assert_eq!(sent(&only_write(&scene)), None);
    }

    #[tokio::test]
    async fn in_report_mode_the_outcome_says_what_would_be_set() {
        let scene = scene(enforce()).await.in_report_mode();

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "would_enforce", "v1_allowed");
        assert_eq!(outcome["findings"], json!(["no_authorizer"]));
        assert_says(&outcome, "The same update would set the authorizer");
        assert_says(&outcome, "SigV4 would be refused");
        assert_eq!(scene.aws.operations(), [GET, TAGS, ENDPOINTS]);
        assert_says_no_value(&scene, &outcome);
    }

    #[tokio::test]
    async fn a_runtime_that_requires_mmdsv2_already_is_only_reported() {
        let scene = scene_with(enforce(), |runtime| {
            runtime.set("metadataConfiguration", r#"{"requireMMDSV2":true}"#);
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "compliant", "v2_required");
        assert_eq!(outcome["findings"], json!(["no_authorizer"]));
        assert_says(&outcome, "is given none");
        assert_eq!(scene.aws.operations(), [GET, ENDPOINTS]);
    }

    #[tokio::test]
    async fn an_exempt_runtime_is_left_alone() {
        let scene = scene_with(enforce(), |runtime| {
            runtime.tag(EXEMPT, "vendor agent needs v1");
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "exempt", "exception_tag");
        assert_eq!(outcome["findings"], json!(["no_authorizer"]));
        assert!(scene.aws.writes().is_empty());
    }

    #[tokio::test]
    async fn a_runtime_whose_last_update_failed_is_held() {
        let scene = scene_with(enforce(), |runtime| {
            runtime.status("UPDATE_FAILED");
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "held", "update_failed");
        assert_eq!(outcome["findings"], json!(["no_authorizer"]));
        assert_eq!(scene.aws.operations(), [GET, ENDPOINTS]);
    }

    #[tokio::test]
    async fn a_runtime_whose_tags_cannot_be_read_is_not_written() {
        let scene = scene(enforce()).await;
        scene.aws.world().fault(TAGS, Fault::AccessDenied, usize::MAX);

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "tags_unreadable");
        assert_eq!(outcome["findings"], json!(["no_authorizer"]));
        assert!(scene.aws.writes().is_empty());
    }
}

mod an_existing_authorizer_is_never_touched {
    use super::*;

    #[tokio::test]
    async fn whatever_its_shape() {
        for existing in [
            r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/", "allowedClients" : ["claims-web"] }}"#,
            r#"{"customJWTAuthorizer":null}"#,
            r#"{"customJWTAuthorizer":{}}"#,
            r#"{ "someFutureAuthorizer" : { "n" : 1.10 } }"#,
            "[ ]",
            r#""""#,
            "false",
        ] {
            let scene = scene_with(enforce(), |runtime| {
                runtime.set(MEMBER, existing);
            })
            .await;

            let outcome = scene.outcome(created()).await;

            assert_ended(&outcome, "enforced", "v1_allowed");
            assert_eq!(outcome["findings"], json!([]), "{existing}");
            assert!(!detail(&outcome).contains("authorizer"), "{}", detail(&outcome));
            assert_eq!(sent(&only_write(&scene)).as_deref(), Some(existing));
            assert_eq!(scene.aws.world().runtime(ID).member(MEMBER), Some(existing));
        }
    }

    #[tokio::test]
    async fn even_if_it_came_while_waiting() {
        let theirs = r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/"}}"#;
        let scene = scene(enforce()).await;
        scene.aws.world().after(TAGS, move |world| {
            let runtime = world.runtimes.get_mut(ID).expect("the runtime");
            runtime.version = 2;
            runtime.set(MEMBER, theirs).status("UPDATING");
        });

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!([]));
        let writes = scene.aws.writes();
        assert_eq!(writes[0].error.as_deref(), Some("ConflictException"));
        assert_eq!(sent(&writes[1]).as_deref(), Some(theirs));
        assert_eq!(scene.aws.world().runtime(ID).member(MEMBER), Some(theirs));
    }
}

mod what_aws_offers_no_condition_against {
    use super::*;

    #[tokio::test]
    async fn an_authorizer_that_comes_between_the_read_and_the_update_is_overwritten_and_that_is_said() {
        for (setting, afterwards) in [(RuntimeAuthorizer::Report, None), (enforce(), Some(ARRIVES))] {
            let scene = scene(setting).await;
            scene.aws.world().after(TAGS, |world| {
                let runtime = world.runtimes.get_mut(ID).expect("the runtime");
                runtime.version = 2;
                runtime.set(MEMBER, r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/"}}"#);
            });

            let outcome = scene.failed_outcome(created()).await;

            assert_ended(&outcome, "failed", "concurrent_update");
            assert!(detail(&outcome).contains("version 1 (before) and version 3 (now)"), "{}", detail(&outcome));
            assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "3"}));
            assert_eq!(sent(&only_write(&scene)).as_deref(), afterwards);
            assert_eq!(scene.aws.world().runtime(ID).member(MEMBER), afterwards);
        }
    }
}

mod it_is_set {
    use super::*;

    #[tokio::test]
    async fn in_the_one_update_that_requires_mmdsv2_and_the_outcome_is_exact() {
        let scene = scene(enforce()).await;

        let outcome = scene.outcome(created()).await;

        assert_eq!(
            outcome,
            json!({
                "kind": "agentcore_runtime",
                "id": ID,
                "arn": format!("arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/{ID}"),
                "result": "enforced",
                "reason": "v1_allowed",
                "detail": "requireMMDSV2 is true now and the authorizer is set, in version 2; every other member of the \
                           configuration is unchanged. Calls to it that are signed with SigV4 are refused from now on.",
                "before": {"require_mmdsv2": null, "version": "1"},
                "after": {"require_mmdsv2": true, "version": "2"},
                "findings": ["authorizer_set"]
            })
        );
        assert_eq!(scene.aws.operations(), [GET, TAGS, UPDATE, GET, GET, GET, ENDPOINTS]);
        let write = only_write(&scene);
        assert_eq!(sent(&write).as_deref(), Some(ARRIVES));
        let body: Value = serde_json::from_str(&write.body).expect("JSON");
        assert_eq!(body["metadataConfiguration"], json!({"requireMMDSV2": true}));
        assert_eq!(body["environmentVariables"], json!({"DATABASE_PASSWORD": CANARY}));
        assert_says_no_value(&scene, &outcome);
    }

    #[tokio::test]
    async fn where_the_member_is_null_or_empty_too() {
        for nothing in ["null", "{}", "{ \n }"] {
            let scene = scene_with(enforce(), |runtime| {
                runtime.set(MEMBER, nothing);
            })
            .await;

            let outcome = scene.outcome(created()).await;

            assert_ended(&outcome, "enforced", "v1_allowed");
            assert_eq!(outcome["findings"], json!(["authorizer_set"]), "{nothing:?}");
            assert_eq!(scene.aws.world().runtime(ID).member(MEMBER), Some(ARRIVES));
        }
    }

    #[tokio::test]
    async fn and_its_echo_costs_no_call() {
        let scene = scene(enforce()).await;
        scene.outcome(created()).await;
        let calls = scene.aws.calls().len();
        let request = serde_json::from_str(&only_write(&scene).body).expect("JSON");

        let response = scene.invoke(agentcore_call(UPDATE, request, json!({"agentRuntimeId": ID}))).await;

        assert_eq!(response.expect("nothing fails")["ignored"], "already_required");
        assert_eq!(scene.aws.calls().len(), calls);
    }

    #[tokio::test]
    async fn once_and_the_next_event_finds_it_done() {
        let scene = scene(enforce()).await;
        scene.outcome(created()).await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "compliant", "v2_required");
        assert_eq!(outcome["findings"], json!([]));
        assert!(!detail(&outcome).contains("authorizer"), "{}", detail(&outcome));
        assert_eq!(scene.aws.writes().len(), 1);
    }

    #[tokio::test]
    async fn beside_the_other_findings() {
        let scene = scene_with(enforce(), |runtime| {
            runtime.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#).tag(EXEMPT, "2020-12-31 vendor agent");
        })
        .await;

        let outcome = scene.outcome(created()).await;

        assert_eq!(outcome["findings"], json!(["authorizer_set", "exception_expired", "public_network"]));
    }

    #[tokio::test]
    async fn also_when_the_s3_endpoint_has_to_be_left_out() {
        let scene = scene_with(enforce(), |runtime| runtime.refuses_s3_endpoint = true).await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        let writes = scene.aws.writes();
        assert_eq!(writes.iter().map(sent).collect::<Vec<_>>(), [Some(ARRIVES.to_owned()), Some(ARRIVES.to_owned())]);
    }

    #[tokio::test]
    async fn in_a_sweep_and_its_neighbours_are_what_they_were() {
        const COMPLIANT: &str = "compliant_agent-a1B2c3D4e5";
        const EXEMPTED: &str = "exempt_agent-a1B2c3D4e5";
        const GUARDED: &str = "guarded_agent-a1B2c3D4e5";
        const HELD: &str = "held_agent-a1B2c3D4e5";
        const REFUSED: &str = "refused_agent-a1B2c3D4e5";
        let scene = scene(enforce()).await;
        {
            let mut world = scene.aws.world();
            world.add_runtime(COMPLIANT, &open()).set("metadataConfiguration", r#"{"requireMMDSV2":true}"#);
            world.add_runtime(EXEMPTED, &open()).tag(EXEMPT, "vendor agent needs v1");
            world.add_runtime(GUARDED, &document());
            world.add_runtime(HELD, &open()).status("UPDATE_FAILED");
            world.add_runtime(REFUSED, &open());
            world.fault_for(UPDATE, REFUSED, Fault::AccessDenied, usize::MAX);
        }

        let error = scene.invoke(sample("guardrail-sweep-due.json")).await.expect_err("one of them fails");

        let outcomes = by_id(&serde_json::from_str(&error.error_message).expect("the response"));
        let theirs = serde_json::from_str::<Document>(&document()).expect("JSON").remove(MEMBER);
        for (id, result, findings, authorizer) in [
            (COMPLIANT, "compliant", json!(["no_authorizer"]), None),
            (EXEMPTED, "exempt", json!(["no_authorizer"]), None),
            (GUARDED, "enforced", json!([]), theirs.as_ref().map(|json| json.get())),
            (HELD, "held", json!(["no_authorizer"]), None),
            (REFUSED, "failed", json!(["no_authorizer"]), None),
            (ID, "enforced", json!(["authorizer_set"]), Some(ARRIVES)),
        ] {
            let outcome = &outcomes[id];
            assert_eq!((&outcome["result"], &outcome["findings"]), (&json!(result), &findings), "{id}");
            let world = scene.aws.world();
            assert_eq!(world.runtime(id).member(MEMBER), authorizer, "{id}");
            assert_eq!(world.runtime(id).version, if result == "enforced" { 2 } else { 1 }, "{id}");
            drop(world);
            assert_says_no_value(&scene, outcome);
        }
    }

    #[tokio::test]
    async fn but_not_in_a_sweep_that_shall_only_report() {
        let scene = scene(enforce()).await;
        let asked = json!({
            "source": "metadata-guardrail", "detail-type": "Guardrail Sweep", "detail": {"mode": "report"}
        });

        let outcome = scene.outcome(asked).await;

        assert_ended(&outcome, "would_enforce", "v1_allowed");
        assert_eq!(outcome["findings"], json!(["no_authorizer"]));
        assert_says(&outcome, "The same update would set the authorizer");
        assert!(scene.aws.writes().is_empty());
    }
}

mod it_is_verified {
    use super::*;

    #[tokio::test]
    async fn a_value_that_aws_changed_is_named_by_its_path_without_the_value() {
        let changed = ARRIVES.replace("front-desk-web", "front-desk-or-anybody");
        let scene = scene_with(enforce(), |runtime| {
            runtime.changes_on_update.insert(MEMBER.to_owned(), changed);
        })
        .await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        let path = "authorizerConfiguration.customJWTAuthorizer.allowedClients[0].";
        assert_says(&outcome, path);
        assert_says(&outcome, "also sets the authorizer");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "2"}));
        assert_says_no_value(&scene, &outcome);
    }

    #[tokio::test]
    async fn another_way_to_write_the_same_is_no_change() {
        let rewritten = serde_json::from_str::<Value>(&ARRIVES.replace("123456789012345678901234567890.10", "1"));
        let rewritten =
            rewritten.expect("JSON").to_string().replace(r#""n":1"#, r#""n":123456789012345678901234567890.10"#);
        assert_ne!(rewritten, ARRIVES);
        let scene = scene_with(enforce(), |runtime| {
            runtime.changes_on_update.insert(MEMBER.to_owned(), rewritten);
        })
        .await;

        assert_ended(&scene.outcome(created()).await, "enforced", "v1_allowed");
    }

    #[tokio::test]
    async fn an_authorizer_that_is_not_there_afterwards_is_a_failure() {
        let scene = scene_with(enforce(), |runtime| runtime.loses_on_update = vec![MEMBER.to_owned()]).await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        assert_says(&outcome, MEMBER);
        assert_eq!(outcome["findings"], json!(["no_authorizer"]));
    }

    #[tokio::test]
    async fn an_authorizer_is_looked_for_even_if_the_answer_was_lost() {
        let lost = scene_with(enforce(), |runtime| runtime.loses_on_update = vec![MEMBER.to_owned()]).await;
        lost.aws.world().fault(UPDATE, Fault::LostReply, 1);
        lost.aws.world().fault(UPDATE, Fault::AccessDenied, usize::MAX);
        let outcome = lost.failed_outcome(created()).await;
        assert_ended(&outcome, "failed", "configuration_changed");
        assert_says(&outcome, "as they were sent: authorizerConfiguration.");
        assert_says_no_value(&lost, &outcome);

        let set = scene(enforce()).await;
        set.aws.world().fault(UPDATE, Fault::LostReply, 1);
        set.aws.world().fault(UPDATE, Fault::AccessDenied, usize::MAX);
        let outcome = set.outcome(created()).await;
        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["findings"], json!(["authorizer_set"]));
    }

    #[tokio::test]
    async fn another_member_that_the_update_lost_is_a_failure_too() {
        let scene =
            scene_with(enforce(), |runtime| runtime.loses_on_update = vec!["environmentVariables".to_owned()]).await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "configuration_changed");
        assert_says(&outcome, "as they were sent: environmentVariables.");
        assert_says_no_value(&scene, &outcome);
    }

    #[tokio::test]
    async fn an_authorizer_that_aws_refuses_is_never_left_out_instead() {
        let scene = scene(enforce()).await;
        let refusal = Fault::Refused {
            code: "ValidationException",
            message: format!("The document at {DISCOVERY_URL} could not be read for 'front-desk-web'"),
            status: 400,
        };
        scene.aws.world().fault(UPDATE, refusal, usize::MAX);

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "write_failed");
        let quoted = "The document at [authorizerConfiguration.customJWTAuthorizer.discoveryUrl] could not be read";
        assert_says(&outcome, quoted);
        assert_says(&outcome, "also sets the authorizer");
        assert_eq!(sent(&only_write(&scene)).as_deref(), Some(ARRIVES));
        assert_says_no_value(&scene, &outcome);
    }

    #[tokio::test]
    async fn a_conflict_is_waited_out_and_the_authorizer_is_sent_again() {
        let scene = scene(enforce()).await;
        let message = "Authorizer already exists for resourceId".to_owned();
        scene.aws.world().fault(UPDATE, Fault::Refused { code: "ConflictException", message, status: 409 }, 1);

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        let writes = scene.aws.writes();
        assert_eq!(writes.len(), 2);
        assert!(writes.iter().all(|write| sent(write).as_deref() == Some(ARRIVES)));
    }

    #[tokio::test]
    async fn a_later_look_at_a_failed_update_that_quotes_the_authorizer_is_redacted_too() {
        let reason = format!("{DISCOVERY_URL} answered 404.");
        let scene =
            scene_with(enforce(), |runtime| runtime.status("UPDATE_FAILED").failure_reason = Some(reason)).await;

        let outcome = scene.outcome(created()).await;

        assert_ended(&outcome, "held", "update_failed");
        assert_says(&outcome, "discoveryUrl] answered 404.");
        assert_says_no_value(&scene, &outcome);
    }

    #[tokio::test]
    async fn a_reason_for_a_failed_update_that_quotes_the_authorizer_is_redacted() {
        let reason = format!("{DISCOVERY_URL} answered 404.");
        let scene = scene_with(enforce(), |runtime| runtime.next_update_fails = Some(reason)).await;

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "update_failed");
        assert_says(&outcome, "discoveryUrl] answered 404.");
        assert_says_no_value(&scene, &outcome);
    }
}

mod parts_of_it_stay_out_of_messages {
    use super::*;

    const WIDE: &str = r#"{
        "discoveryUrl": "https://login.example.org/realms/agents/.well-known/openid-configuration",
        "allowedAudience": ["https://claims.example.net/agents"], "allowedClients": ["front-desk-web"],
        "allowedScopes": ["approve \"large\" claims"],
        "customClaims": [{"inboundTokenClaimName": "department", "inboundTokenClaimValueType": "STRING",
            "authorizingClaimMatchValue": {
                "claimMatchValue": {"matchValueString": "adjusters-north"}, "claimMatchOperator": "EQUALS"
            }
        }]
    }"#;

    /// The outcomes of the three ways in which AWS may quote what was sent: a refusal, its reason for a failed update,
    /// and the same as a later look shows it.
    async fn outcomes(said: &str) -> [Value; 3] {
        let wide = || RuntimeAuthorizer::Enforce(WIDE.parse().expect("a valid authorizer"));
        let refused = scene(wide()).await;
        let refusal = Fault::Refused { code: "ValidationException", message: said.to_owned(), status: 400 };
        refused.aws.world().fault(UPDATE, refusal, usize::MAX);
        let failing = scene_with(wide(), |runtime| runtime.next_update_fails = Some(said.to_owned())).await;
        let failed =
            scene_with(wide(), |runtime| runtime.status("UPDATE_FAILED").failure_reason = Some(said.to_owned())).await;
        [
            refused.failed_outcome(created()).await,
            failing.failed_outcome(created()).await,
            failed.outcome(created()).await,
        ]
    }

    #[tokio::test]
    async fn a_message_that_quotes_eight_characters_in_a_row_is_withheld() {
        for (quoted, member) in [
            ("front-de", "allowedClients[0]"),
            ("//claims.example.n", "allowedAudience[0]"),
            (r#"e \"large"#, "allowedScopes[0]"),
            ("adjusters-n", "customClaims[0].authorizingClaimMatchValue.claimMatchValue.matchValueString"),
        ] {
            for outcome in outcomes(&format!("'{quoted}…' is not what was expected")).await {
                let withheld = format!(
                    "AWS's message is withheld, because it quotes a part of \
                     authorizerConfiguration.customJWTAuthorizer.{member}"
                );
                assert!(detail(&outcome).contains(&withheld), "{}", detail(&outcome));
                assert!(!detail(&outcome).contains(quoted), "{}", detail(&outcome));
            }
        }
    }

    #[tokio::test]
    async fn a_message_that_quotes_a_part_of_the_discovery_url_or_less_stays() {
        let said = "No answer from https://login.example.org for 'front-d…'. See https://docs.aws.amazon.com.";
        for outcome in outcomes(said).await {
            assert!(detail(&outcome).contains(said), "{}", detail(&outcome));
        }
    }
}

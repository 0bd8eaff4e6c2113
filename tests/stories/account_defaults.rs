//! Stories of the Region's account defaults, which only a full sweep looks at. First those in which nothing may be
//! written.

use std::time::Duration;

use metadata_guardrail::settings::AccountDefaults::{self, Enforce, Off, Report};
use serde_json::{Value, json};

use crate::support::{
    harness::{EXEMPT, Scene, assert_ended, by_id, count, days_ago, detail, due, ec2_call, sample, started},
    stand_in::{Fault, REGION, World},
};

const OPEN: &str = "i-0a1b2c3d4e5f60001";
const EXEMPTED: &str = "i-0a1b2c3d4e5f60002";
const HELD: &str = "i-0a1b2c3d4e5f60003";
const FAILING: &str = "i-0a1b2c3d4e5f60004";
const READ: &str = "GetInstanceMetadataDefaults";
const WRITE: &str = "ModifyInstanceMetadataDefaults";
const POLICY: &str = "Ask the cloud platform team";

/// A sweep in enforce mode over an account whose defaults never were set, unless `arrange` does.
async fn scene(setting: AccountDefaults, arrange: impl FnOnce(&mut World)) -> Scene {
    let scene = Scene::new().await.with_account_defaults(setting);
    arrange(&mut scene.aws.world());
    scene
}

/// The calls about the defaults, in their order.
fn calls(scene: &Scene) -> Vec<String> {
    let mut calls = scene.aws.operations();
    calls.retain(|operation| [READ, WRITE].contains(&operation.as_str()));
    calls
}

/// The outcome of the defaults in a sweep that succeeds, whatever became of them.
async fn outcome(scene: &Scene) -> Value {
    let response = scene.invoke(due()).await.expect("the next sweep tries again");
    by_id(&response)[REGION].clone()
}

#[tokio::test]
async fn defaults_that_are_not_looked_after_cost_no_call() {
    let scene = scene(Off, |_| ()).await;

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!((&response["outcomes"], &response["complete"]), (&json!([]), &json!(true)));
    assert_eq!((count(&scene, READ), count(&scene, WRITE)), (0, 0));
}

#[tokio::test]
async fn only_a_full_sweep_looks_at_the_defaults() {
    let scene = scene(Enforce, |world| {
        world.add_instance(OPEN);
    })
    .await;

    scene.invoke(started([OPEN])).await.expect("success");
    scene.invoke(sample("ec2-launched-without-ids.json")).await.expect("success");
    scene.invoke(ec2_call(WRITE, json!({"HttpTokens": "optional"}), json!({}))).await.expect("ignored");

    assert_eq!((count(&scene, READ), count(&scene, WRITE)), (0, 0));
}

#[tokio::test]
async fn defaults_that_require_tokens_are_compliant_whoever_set_them() {
    for manager in ["account", "declarative-policy", "organization-unit"] {
        let scene = scene(Enforce, |world| {
            world.account_defaults.http_tokens("required").managed_by(manager).hop_limit = Some(2);
        })
        .await;

        assert_eq!(
            scene.outcome(due()).await,
            json!({
                "kind": "account_defaults",
                "id": "eu-west-1",
                "arn": "arn:aws:ec2:eu-west-1:111122223333:account-defaults",
                "result": "compliant",
                "reason": "v2_required",
                "detail": "The Region's defaults for new instances require IMDSv2 already; there is nothing to do.",
                "before": {
                    "http_tokens": "required", "http_tokens_enforced": null, "hop_limit": 2, "managed_by": manager
                },
                "after": null,
                "findings": []
            })
        );
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn by_default_they_are_reported_and_never_written_even_where_instances_are() {
    for tokens in [None, Some("optional")] {
        let scene = scene(AccountDefaults::default(), |world| {
            world.account_defaults.http_tokens = tokens.map(str::to_owned);
            world.add_instance(OPEN);
        })
        .await;

        let response = scene.invoke(due()).await.expect("success");

        assert_eq!(response["counts"], json!({"enforced": 1, "would_enforce": 1}));
        let outcome = &by_id(&response)[REGION];
        assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("would_enforce"), &json!("v1_allowed")));
        assert_eq!(outcome["before"]["http_tokens"], json!(tokens));
        assert_eq!((count(&scene, READ), count(&scene, WRITE)), (1, 0));
    }
}

#[tokio::test]
async fn neither_report_mode_nor_a_sweep_softened_to_report_writes_them() {
    let in_report_mode = scene(Enforce, |_| ()).await.in_report_mode();
    let softened = scene(Enforce, |_| ()).await;

    for (scene, event) in [(in_report_mode, due()), (softened, sample("guardrail-sweep-asked-for.json"))] {
        let outcome = scene.outcome(event).await;
        assert_eq!((&outcome["result"], &outcome["after"]), (&json!("would_enforce"), &Value::Null));
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn against_a_declarative_policy_nothing_is_written_and_its_message_is_repeated() {
    for setting in [Report, Enforce] {
        let scene = scene(setting, |world| {
            world.account_defaults.http_tokens("optional").policy(POLICY);
        })
        .await;

        let outcome = scene.outcome(due()).await;

        assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("held"), &json!("managed_by_policy")));
        assert!(detail(&outcome).contains(POLICY), "{outcome}");
        assert_eq!(outcome["before"]["managed_by"], "declarative-policy");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn what_an_unknown_manager_set_is_not_written() {
    let scene = scene(Enforce, |world| {
        world.account_defaults.managed_by("organization-unit");
    })
    .await;

    let outcome = scene.outcome(due()).await;

    assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("held"), &json!("unknown_manager")));
    assert!(detail(&outcome).contains("organization-unit"), "{outcome}");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn defaults_that_cannot_be_read_are_not_written_and_fail_nobody_else_and_not_the_sweep() {
    for fault in [Fault::AccessDenied, Fault::Throttled, Fault::Garbage] {
        let scene = scene(Enforce, |world| {
            world.add_instance(OPEN);
            world.fault(READ, fault.clone(), usize::MAX);
        })
        .await;

        let response = scene.invoke(due()).await.expect("the next sweep looks again");

        assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 1, "failed": 1}), &json!(true)));
        let outcome = &by_id(&response)[REGION];
        assert_ended(outcome, "failed", "read_failed");
        assert_eq!((&outcome["before"], count(&scene, WRITE)), (&Value::Null, 0));
    }
}

#[tokio::test]
async fn an_answer_without_defaults_says_nothing_of_their_manager_and_nothing_is_written() {
    for setting in [Report, Enforce] {
        let scene = scene(setting, |world| world.account_defaults.are_hidden = true).await;

        let outcome = scene.outcome(due()).await;

        assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("held"), &json!("unknown_manager")));
        assert!(detail(&outcome).contains("managed by somebody EC2 does not name"), "{outcome}");
        assert_eq!((&outcome["before"]["http_tokens"], &outcome["after"]), (&Value::Null, &Value::Null));
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn where_the_role_may_not_read_them_the_outcome_says_how_to_leave_them_out() {
    for setting in [Report, Enforce] {
        let scene = scene(setting, |world| world.fault(READ, Fault::AccessDenied, usize::MAX)).await;

        let outcome = outcome(&scene).await;

        assert_ended(&outcome, "failed", "read_failed");
        assert!(detail(&outcome).contains("UnauthorizedOperation"), "{outcome}");
        assert!(detail(&outcome).ends_with("With ACCOUNT_DEFAULTS=off a sweep leaves them out."), "{outcome}");
    }
}

#[tokio::test]
async fn where_ec2_has_no_such_defaults_that_is_said_once_and_fails_nothing() {
    for code in ["InvalidAction", "UnsupportedOperation"] {
        for setting in [Report, Enforce] {
            let scene = scene(setting, |world| {
                world.add_instance(OPEN);
                let message = "The action is not valid for this web service.".to_owned();
                world.fault(READ, Fault::Refused { code, message, status: 400 }, usize::MAX);
            })
            .await;

            let response = scene.invoke(due()).await.expect("nothing fails");

            assert_eq!((&response["counts"], &response["complete"]), (&json!({"enforced": 1}), &json!(true)));
            let [said] = &response["not_listed"].as_array().expect("listings")[..] else { panic!("{response}") };
            assert_eq!((&said["kind"], &said["reason"]), (&json!("account_defaults"), &json!("not_offered")));
            assert!(detail(said).contains("ACCOUNT_DEFAULTS=off"), "{said}");
            assert_eq!(count(&scene, WRITE), 0);
        }
    }
}

#[tokio::test]
async fn when_time_runs_out_before_the_write_nothing_is_written() {
    for (seconds, reads, said) in
        [(5, 0, "; nothing was written."), (29, 1, "Too little time was left to verify a write, so none was begun")]
    {
        let scene = scene(Enforce, |_| ()).await.with_sweep_margin(Duration::ZERO);
        let scene = scene.with_remaining(Duration::from_secs(seconds));

        let outcome = outcome(&scene).await;

        assert_ended(&outcome, "failed", "out_of_time");
        assert_eq!(outcome["after"], Value::Null);
        assert!(detail(&outcome).contains(said), "{outcome}");
        assert_eq!((count(&scene, READ), count(&scene, WRITE)), (reads, 0));
    }
}

#[tokio::test]
async fn beside_instances_of_all_kinds_each_is_written_only_where_its_own_setting_says_so() {
    for (in_report_mode, setting, defaults, open) in [
        (true, Report, "would_enforce", "would_enforce"),
        (true, Enforce, "would_enforce", "would_enforce"),
        (false, Report, "would_enforce", "enforced"),
        (false, Enforce, "enforced", "enforced"),
    ] {
        let scene = scene(setting, |world| {
            world.add_instance(OPEN).calls_without_token(days_ago(1), 0.0);
            world.add_instance(EXEMPTED).tag(EXEMPT, "vendor agent needs v1");
            world.add_instance(HELD).operator("eks.amazonaws.com");
            world.add_instance(FAILING).metric_status = Some("InternalError".to_owned());
        })
        .await;
        let scene = scene.with_usage_days(30);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };

        let response = scene.invoke(due()).await.expect("the next sweep asks again about the one that failed");

        let outcomes = by_id(&response);
        assert_eq!((outcomes.len(), &response["complete"]), (5, &json!(true)));
        for (id, result) in
            [(REGION, defaults), (OPEN, open), (EXEMPTED, "exempt"), (HELD, "held"), (FAILING, "failed")]
        {
            assert_eq!(outcomes[id]["result"], result, "{id} with {setting:?}");
        }
        let world = scene.aws.world();
        let tokens = |id| world.instance(id).http_tokens.as_str();
        assert_eq!(tokens(OPEN), if open == "enforced" { "required" } else { "optional" });
        assert_eq!([EXEMPTED, HELD, FAILING].map(tokens), ["optional"; 3]);
        assert_eq!(world.account_defaults.http_tokens.as_deref(), (defaults == "enforced").then_some("required"));
        drop(world);
        assert_eq!(count(&scene, WRITE), usize::from(defaults == "enforced"));
        assert_eq!(scene.aws.writes().len(), count(&scene, WRITE) + usize::from(open == "enforced"));
    }
}

#[tokio::test]
async fn near_the_deadline_they_are_not_begun() {
    let scene = scene(Enforce, |_| ()).await.with_remaining(Duration::from_secs(59));

    let response = scene.invoke(due()).await.expect("what was not begun has not failed");

    assert_eq!((&response["complete"], &response["outcomes"]), (&json!(false), &json!([])));
    assert_eq!(count(&scene, "GetInstanceMetadataDefaults"), 0);
}

#[tokio::test]
async fn enforced_they_require_tokens_and_nothing_else_is_sent() {
    for manager in [Some("account"), None] {
        let scene = scene(Enforce, |world| {
            world.account_defaults.http_tokens("optional").hop_limit = Some(3);
            world.account_defaults.http_endpoint = Some("disabled".to_owned());
            world.account_defaults.managed_by = manager.map(str::to_owned);
        })
        .await;
        let before = scene.aws.world().account_defaults.clone();

        let outcome = scene.outcome(due()).await;

        assert_eq!((&outcome["result"], &outcome["reason"]), (&json!("enforced"), &json!("v1_allowed")));
        assert_eq!(
            (&outcome["before"]["http_tokens"], &outcome["after"]),
            (
                &json!("optional"),
                &json!({
                    "http_tokens": "required", "http_tokens_enforced": null, "hop_limit": 3, "managed_by": manager
                })
            )
        );
        let [write] = &scene.aws.writes()[..] else { panic!("one write") };
        let mut sent: Vec<_> = write.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sent.retain(|(name, _)| !["Action", "Version"].contains(name));
        assert_eq!((write.operation.as_str(), sent), (WRITE, vec![("HttpTokens", "required")]));
        let mut expected = before;
        expected.http_tokens("required");
        assert_eq!(scene.aws.world().account_defaults, expected);

        let again = scene.outcome(due()).await;
        assert_eq!((again["result"].as_str(), count(&scene, WRITE)), (Some("compliant"), 1));
    }
}

#[tokio::test]
async fn where_tokens_are_enforced_the_outcome_says_what_becomes_of_exceptions() {
    for (setting, tokens, result) in
        [(Report, "required", "compliant"), (Report, "optional", "would_enforce"), (Enforce, "optional", "enforced")]
    {
        let scene = scene(setting, |world| {
            world.account_defaults.http_tokens(tokens).http_tokens_enforced = Some("enabled".to_owned());
        })
        .await;

        let outcome = scene.outcome(due()).await;

        assert_eq!(
            (&outcome["result"], &outcome["before"]["http_tokens_enforced"]),
            (&json!(result), &json!("enabled"))
        );
        assert!(detail(&outcome).contains("exceptions cannot be launched or switched back"), "{outcome}");
    }
}

#[tokio::test]
async fn where_tokens_are_enforced_a_held_and_a_failed_outcome_say_so_too() {
    let held = scene(Enforce, |world| {
        world.account_defaults.policy(POLICY).http_tokens_enforced = Some("enabled".to_owned());
    })
    .await;
    let refusing = async |fault| {
        scene(Enforce, |world| {
            world.account_defaults.http_tokens_enforced = Some("enabled".to_owned());
            world.fault(WRITE, fault, usize::MAX);
        })
        .await
    };
    let (refused, failed) =
        (refusing(Fault::ExplicitDeny("service control")).await, refusing(Fault::AccessDenied).await);

    for (outcome, reason) in [
        (outcome(&held).await, "managed_by_policy"),
        (outcome(&refused).await, "refused"),
        (outcome(&failed).await, "write_failed"),
    ] {
        assert_eq!(outcome["reason"], reason);
        assert!(detail(&outcome).contains("exceptions cannot be launched or switched back"), "{outcome}");
    }
}

#[tokio::test]
async fn a_hop_limit_of_1_is_worth_a_finding_where_tokens_become_required() {
    for (tokens, findings) in [("optional", json!(["hop_limit_1"])), ("required", json!([]))] {
        let scene = scene(Report, |world| world.account_defaults.http_tokens(tokens).hop_limit = Some(1)).await;
        assert_eq!(scene.outcome(due()).await["findings"], findings);
    }
}

#[tokio::test]
async fn a_refused_write_fails_nobody_else_and_not_the_sweep() {
    type Refuse = Box<dyn FnOnce(&mut World)>;
    // Without a permission there is one attempt, and where AWS may think better of it there are five.
    let refusals: [(&str, usize, Refuse); 3] = [
        ("UnauthorizedOperation", 1, Box::new(|world| world.fault(WRITE, Fault::AccessDenied, usize::MAX))),
        ("RequestLimitExceeded", 5, Box::new(|world| world.limit(WRITE, 0, 0.0))),
        ("InternalError", 5, Box::new(|world| world.fault(WRITE, Fault::Internal, usize::MAX))),
    ];
    for (said, tries, refuse) in refusals {
        let scene = scene(Enforce, |world| {
            world.add_instance(OPEN);
            refuse(world);
        })
        .await;

        let response = scene.invoke(due()).await.expect("the next sweep tries again");

        assert_eq!(response["counts"], json!({"enforced": 1, "failed": 1}));
        let outcome = &by_id(&response)[REGION];
        assert_ended(outcome, "failed", "write_failed");
        assert_eq!(outcome["after"], Value::Null);
        assert!(detail(outcome).contains(said), "{outcome}");
        assert_eq!((count(&scene, READ), count(&scene, WRITE)), (tries, tries), "a look before each");
    }
}

#[tokio::test]
async fn a_write_that_is_refused_for_good_is_held_and_not_tried_again() {
    let policy_came = |world: &mut World| {
        world.account_defaults.policy(POLICY);
    };
    type Refuse = Box<dyn FnOnce(&mut World)>;
    let refusals: [(&str, Refuse); 2] = [
        (POLICY, Box::new(move |world| world.after(READ, policy_came))),
        (
            "with an explicit deny in a service control policy",
            Box::new(|world| world.fault(WRITE, Fault::ExplicitDeny("service control"), usize::MAX)),
        ),
    ];
    for (said, refuse) in refusals {
        let scene = scene(Enforce, refuse).await;

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "held", "refused");
        assert_eq!((&outcome["before"]["managed_by"], &outcome["after"]), (&json!("account"), &Value::Null));
        assert!(detail(&outcome).starts_with("EC2 refuses to change them."), "{outcome}");
        assert!(detail(&outcome).contains(said), "{outcome}");
        assert_eq!((count(&scene, READ), count(&scene, WRITE)), (1, 1));
    }
}

#[tokio::test]
async fn where_a_policy_takes_over_between_two_attempts_they_are_not_written() {
    for fault in [Fault::Throttled, Fault::Internal, Fault::ConnectionReset] {
        let scene = scene(Enforce, |world| {
            world.fault(WRITE, fault.clone(), 1);
            world.after_fault(WRITE, |world| {
                world.account_defaults.http_tokens("optional").policy(POLICY);
            });
        })
        .await;

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "held", "managed_by_policy");
        assert!(detail(&outcome).contains(POLICY), "{outcome}");
        assert_eq!(outcome["before"]["managed_by"], "declarative-policy", "what was read last");
        assert_eq!(calls(&scene), [READ, WRITE, READ], "{fault:?}");
        assert_eq!(scene.aws.world().account_defaults.http_tokens.as_deref(), Some("optional"));
    }
}

#[tokio::test]
async fn a_throttle_and_an_error_are_got_through_with_a_look_before_each_attempt() {
    for fault in [Fault::Throttled, Fault::Internal, Fault::ConnectionReset, Fault::Garbage] {
        let scene = scene(Enforce, |world| world.fault(WRITE, fault.clone(), 2)).await;

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"]["http_tokens"], "required");
        // The last one shows the defaults as they were written.
        assert_eq!(calls(&scene), [READ, WRITE, READ, WRITE, READ, WRITE, READ], "{fault:?}");
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_seen_and_not_sent_again() {
    let scene = scene(Enforce, |world| {
        world.account_defaults.http_tokens("optional").hop_limit = Some(3);
        world.fault(WRITE, Fault::LostReply, 1);
    })
    .await;

    let outcome = scene.outcome(due()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["http_tokens"], "optional");
    assert_eq!((&outcome["after"]["http_tokens"], &outcome["after"]["hop_limit"]), (&json!("required"), &json!(3)));
    assert_eq!(calls(&scene), [READ, WRITE, READ]);
}

#[tokio::test]
async fn what_changed_beside_a_write_whose_answer_is_lost_is_named() {
    let scene = scene(Enforce, |world| {
        world.fault(WRITE, Fault::LostReply, 1);
        world.after(WRITE, |world| world.account_defaults.hop_limit = Some(7));
    })
    .await;

    let outcome = outcome(&scene).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert!(detail(&outcome).contains(": HttpPutResponseHopLimit."), "{outcome}");
    assert_eq!(outcome["after"]["hop_limit"], 7);
    assert_eq!(count(&scene, WRITE), 1);
}

#[tokio::test]
async fn a_write_that_is_not_seen_at_once_is_looked_for_again() {
    let scene = scene(Enforce, |world| {
        world.account_defaults.ignores_writes = true;
        world.after(READ, |_| ());
        world.after(READ, |world| {
            world.account_defaults.http_tokens("required");
        });
    })
    .await;

    assert_eq!(scene.outcome(due()).await["result"], "enforced");
    assert_eq!((count(&scene, READ), count(&scene, WRITE)), (3, 1));
}

#[tokio::test]
async fn a_write_that_is_never_seen_is_not_believed() {
    let ignored = scene(Enforce, |world| world.account_defaults.ignores_writes = true).await;
    let ended = outcome(&ignored).await;
    assert_ended(&ended, "failed", "not_verified");
    assert_eq!(ended["after"]["http_tokens"], Value::Null);
    assert_eq!((count(&ignored, READ), count(&ignored, WRITE)), (1 + 6, 1), "six looks after the write");

    let unreadable = scene(Enforce, |world| {
        world.after(READ, |world| world.fault(READ, Fault::AccessDenied, usize::MAX));
    })
    .await;
    let ended = outcome(&unreadable).await;
    assert_ended(&ended, "failed", "not_verified");
    assert_eq!(ended["after"], Value::Null);
    assert!(detail(&ended).starts_with("EC2 accepted the change"), "{ended}");

    let hidden = scene(Enforce, |world| world.after(WRITE, |world| world.account_defaults.are_hidden = true)).await;
    let ended = outcome(&hidden).await;
    assert_ended(&ended, "failed", "not_verified");
    assert_eq!(ended["after"]["http_tokens"], Value::Null);
}

#[tokio::test]
async fn a_default_that_nobody_asked_to_change_is_named_and_not_its_value() {
    let scene = scene(Enforce, |world| {
        world.after(WRITE, |world| world.account_defaults.hop_limit = Some(7));
    })
    .await;

    let outcome = outcome(&scene).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_eq!(outcome["after"]["hop_limit"], 7);
    assert!(detail(&outcome).contains(": HttpPutResponseHopLimit."), "{outcome}");
}

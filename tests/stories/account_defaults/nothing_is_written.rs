//! The account defaults are reported, held or not even read.

use std::time::Duration;

use metadata_guardrail::settings::AccountDefaults::{self, Enforce, Off, Report};
use serde_json::{Value, json};
use stand_in::{ACCOUNT, Fault, REGION};

use super::{POLICY, outcome, scene};
use crate::support::{
    harness::{assert_ended, assert_says, by_id, count, detail, due, ec2_call, sample, started},
    names::{GET_DEFAULTS, INSTANCE, MODIFY_DEFAULTS},
};

#[tokio::test]
async fn account_defaults_cost_no_call_with_the_setting_off() {
    let scene = scene(Off, |_| ()).await;

    let response = scene.invoke(due()).await.expect("success");

    assert_eq!((&response["outcomes"], &response["complete"]), (&json!([]), &json!(true)));
    assert_eq!((count(&scene, GET_DEFAULTS), count(&scene, MODIFY_DEFAULTS)), (0, 0));
}

#[tokio::test]
async fn account_defaults_are_read_by_full_sweeps_only() {
    let scene = scene(Enforce, |world| {
        world.add_instance(INSTANCE);
    })
    .await;

    scene.invoke(started([INSTANCE])).await.expect("success");
    scene.invoke(sample("ec2-launched-without-ids.json")).await.expect("success");
    scene
        .invoke(ec2_call(MODIFY_DEFAULTS, json!({"HttpTokens": "optional"}), json!({})))
        .await
        .expect("ignored");

    assert_eq!((count(&scene, GET_DEFAULTS), count(&scene, MODIFY_DEFAULTS)), (0, 0));
}

#[tokio::test]
async fn account_defaults_that_require_tokens_are_compliant_whoever_set_them() {
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
                "account": ACCOUNT,
                "region": REGION,
                "arn": "arn:aws:ec2:eu-west-1:111122223333:account-defaults",
                "result": "compliant",
                "reason": "v2_required",
                "detail": "The Region's defaults for new instances already require IMDSv2; there \
                           is nothing to do.",
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
async fn account_defaults_are_only_reported_by_default() {
    for tokens in [None, Some("optional")] {
        let scene = scene(AccountDefaults::default(), |world| {
            world.account_defaults.http_tokens = tokens.map(str::to_owned);
            world.add_instance(INSTANCE);
        })
        .await;

        let response = scene.invoke(due()).await.expect("success");

        assert_eq!(response["counts"], json!({"enforced": 1, "would_enforce": 1}));
        let outcome = &by_id(&response)[REGION];
        assert_ended(outcome, "would_enforce", "v1_allowed");
        assert_eq!(outcome["before"]["http_tokens"], json!(tokens));
        assert_eq!((count(&scene, GET_DEFAULTS), count(&scene, MODIFY_DEFAULTS)), (1, 0));
    }
}

#[tokio::test]
async fn account_defaults_are_not_written_in_report_mode_or_softened_sweeps() {
    let in_report_mode = scene(Enforce, |_| ()).await.in_report_mode();
    let softened = scene(Enforce, |_| ()).await;

    for (scene, event) in
        [(in_report_mode, due()), (softened, sample("guardrail-sweep-asked-for.json"))]
    {
        let outcome = scene.outcome(event).await;
        assert_eq!(
            (&outcome["result"], &outcome["after"]),
            (&json!("would_enforce"), &Value::Null)
        );
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn account_defaults_under_a_policy_are_held_with_its_message() {
    for setting in [Report, Enforce] {
        let scene = scene(setting, |world| {
            world.account_defaults.http_tokens("optional").policy(POLICY);
        })
        .await;

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "held", "managed_by_policy");
        assert_says(&outcome, POLICY);
        assert_eq!(outcome["before"]["managed_by"], "declarative-policy");
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn account_defaults_of_an_unknown_manager_are_held() {
    let scene = scene(Enforce, |world| {
        world.account_defaults.managed_by("organization-unit");
    })
    .await;

    let outcome = scene.outcome(due()).await;

    assert_ended(&outcome, "held", "unknown_manager");
    assert_says(&outcome, "organization-unit");
    assert!(scene.aws.writes().is_empty());
}

#[tokio::test]
async fn unreadable_account_defaults_fail_neither_others_nor_the_sweep() {
    for fault in [Fault::AccessDenied, Fault::Throttled, Fault::Garbage] {
        let scene = scene(Enforce, |world| {
            world.add_instance(INSTANCE);
            world.fault(GET_DEFAULTS, fault.clone(), usize::MAX);
        })
        .await;

        let response = scene.invoke(due()).await.expect("the next sweep looks again");

        assert_eq!(
            (&response["counts"], &response["complete"]),
            (&json!({"enforced": 1, "failed": 1}), &json!(true))
        );
        let outcome = &by_id(&response)[REGION];
        assert_ended(outcome, "failed", "read_failed");
        assert_eq!((&outcome["before"], count(&scene, MODIFY_DEFAULTS)), (&Value::Null, 0));
    }
}

#[tokio::test]
async fn account_defaults_missing_from_the_answer_are_held() {
    for setting in [Report, Enforce] {
        let scene = scene(setting, |world| world.account_defaults.are_hidden = true).await;

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "held", "unknown_manager");
        assert_says(&outcome, "managed by somebody EC2 does not name");
        assert_eq!(
            (&outcome["before"]["http_tokens"], &outcome["after"]),
            (&Value::Null, &Value::Null)
        );
        assert!(scene.aws.writes().is_empty());
    }
}

#[tokio::test]
async fn a_role_that_may_not_read_account_defaults_is_told_how_to_skip_them() {
    for setting in [Report, Enforce] {
        let scene =
            scene(setting, |world| world.fault(GET_DEFAULTS, Fault::AccessDenied, usize::MAX))
                .await;

        let outcome = outcome(&scene).await;

        assert_ended(&outcome, "failed", "read_failed");
        assert_says(&outcome, "UnauthorizedOperation");
        assert!(detail(&outcome).ends_with("deploy with ACCOUNT_DEFAULTS=off."), "{outcome}");
    }
}

#[tokio::test]
async fn a_region_without_account_defaults_is_mentioned_once_and_fails_nothing() {
    for code in ["InvalidAction", "UnsupportedOperation"] {
        for setting in [Report, Enforce] {
            let scene = scene(setting, |world| {
                world.add_instance(INSTANCE);
                let message = "The action is not valid for this web service.".to_owned();
                world.fault(
                    GET_DEFAULTS,
                    Fault::Refused { code, message, status: 400 },
                    usize::MAX,
                );
            })
            .await;

            let response = scene.invoke(due()).await.expect("nothing fails");

            assert_eq!(
                (&response["counts"], &response["complete"]),
                (&json!({"enforced": 1}), &json!(true))
            );
            let [said] = &response["not_listed"].as_array().expect("listings")[..] else {
                panic!("{response}")
            };
            assert_eq!(
                (&said["kind"], &said["reason"]),
                (&json!("account_defaults"), &json!("not_offered"))
            );
            assert_says(said, "ACCOUNT_DEFAULTS=off");
            assert_eq!(count(&scene, MODIFY_DEFAULTS), 0);
        }
    }
}

#[tokio::test]
async fn account_defaults_are_not_written_when_time_runs_out() {
    for (seconds, reads, said) in [
        (5, 0, "; nothing was written."),
        (29, 1, "Too little time was left to verify a write, so none was sent"),
    ] {
        let scene = scene(Enforce, |_| ()).await.with_sweep_margin(Duration::ZERO);
        let scene = scene.with_remaining(Duration::from_secs(seconds));

        let outcome = outcome(&scene).await;

        assert_ended(&outcome, "failed", "out_of_time");
        assert_eq!(outcome["after"], Value::Null);
        assert_says(&outcome, said);
        assert_eq!((count(&scene, GET_DEFAULTS), count(&scene, MODIFY_DEFAULTS)), (reads, 0));
    }
}

#[tokio::test]
async fn account_defaults_are_not_begun_near_the_deadline() {
    let scene = scene(Enforce, |_| ()).await.with_remaining(Duration::from_secs(59));

    let response = scene.invoke(due()).await.expect("what was not begun has not failed");

    assert_eq!((&response["complete"], &response["outcomes"]), (&json!(false), &json!([])));
    assert_eq!(count(&scene, GET_DEFAULTS), 0);
}

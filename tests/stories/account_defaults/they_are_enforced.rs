//! The account defaults require tokens, and only that is changed.

use metadata_guardrail::settings::AccountDefaults::{Enforce, Report};
use serde_json::json;
use stand_in::{Fault, REGION};

use super::{POLICY, outcome, scene};
use crate::support::{
    harness::{assert_ended, assert_found, assert_says, by_id, count, days_ago, due},
    names::{EXEMPT, INSTANCE, MODIFY_DEFAULTS},
};

const EXEMPTED: &str = "i-0a1b2c3d4e5f60002";
const HELD: &str = "i-0a1b2c3d4e5f60003";
const FAILING: &str = "i-0a1b2c3d4e5f60004";

#[tokio::test]
async fn account_defaults_and_instances_each_follow_their_own_setting() {
    for (in_report_mode, setting, defaults, open) in [
        (true, Report, "would_enforce", "would_enforce"),
        (true, Enforce, "would_enforce", "would_enforce"),
        (false, Report, "would_enforce", "enforced"),
        (false, Enforce, "enforced", "enforced"),
    ] {
        let scene = scene(setting, |world| {
            world.add_instance(INSTANCE).calls_without_token(days_ago(1), 0.0);
            world.add_instance(EXEMPTED).tag(EXEMPT, "vendor agent needs v1");
            world.add_instance(HELD).operator("eks.amazonaws.com");
            world.add_instance(FAILING).metric_status = Some("InternalError".to_owned());
        })
        .await;
        let scene = scene.with_usage_days(30);
        let scene = if in_report_mode { scene.in_report_mode() } else { scene };

        let response = scene
            .invoke(due())
            .await
            .expect("the next sweep asks again about the one that failed");

        let outcomes = by_id(&response);
        assert_eq!((outcomes.len(), &response["complete"]), (5, &json!(true)));
        for (id, result) in [
            (REGION, defaults),
            (INSTANCE, open),
            (EXEMPTED, "exempt"),
            (HELD, "held"),
            (FAILING, "failed"),
        ] {
            assert_eq!(outcomes[id]["result"], result, "{id} with {setting:?}");
        }
        let world = scene.aws.world();
        let tokens = |id| world.instance(id).http_tokens.as_str();
        assert_eq!(tokens(INSTANCE), if open == "enforced" { "required" } else { "optional" });
        assert_eq!([EXEMPTED, HELD, FAILING].map(tokens), ["optional"; 3]);
        assert_eq!(
            world.account_defaults.http_tokens.as_deref(),
            (defaults == "enforced").then_some("required")
        );
        drop(world);
        assert_eq!(count(&scene, MODIFY_DEFAULTS), usize::from(defaults == "enforced"));
        assert_eq!(
            scene.aws.writes().len(),
            count(&scene, MODIFY_DEFAULTS) + usize::from(open == "enforced")
        );
    }
}

#[tokio::test]
async fn account_defaults_require_tokens_afterwards_and_nothing_else_changes() {
    for manager in [Some("account"), None] {
        let scene = scene(Enforce, |world| {
            world.account_defaults.http_tokens("optional").hop_limit = Some(3);
            world.account_defaults.http_endpoint = Some("disabled".to_owned());
            world.account_defaults.managed_by = manager.map(str::to_owned);
        })
        .await;
        let before = scene.aws.world().account_defaults.clone();

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
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
        let mut sent: Vec<_> = write
            .parameters
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        sent.retain(|(name, _)| !["Action", "Version"].contains(name));
        assert_eq!(
            (write.operation.as_str(), sent),
            (MODIFY_DEFAULTS, vec![("HttpTokens", "required")])
        );
        let mut expected = before;
        expected.http_tokens("required");
        assert_eq!(scene.aws.world().account_defaults, expected);

        let again = scene.outcome(due()).await;
        assert_eq!(
            (again["result"].as_str(), count(&scene, MODIFY_DEFAULTS)),
            (Some("compliant"), 1)
        );
    }
}

#[tokio::test]
async fn account_defaults_with_enforced_tokens_report_what_exceptions_lose() {
    for (setting, tokens, result) in [
        (Report, "required", "compliant"),
        (Report, "optional", "would_enforce"),
        (Enforce, "optional", "enforced"),
    ] {
        let scene = scene(setting, |world| {
            world.account_defaults.http_tokens(tokens).http_tokens_enforced =
                Some("enabled".to_owned());
        })
        .await;

        let outcome = scene.outcome(due()).await;

        assert_eq!(
            (&outcome["result"], &outcome["before"]["http_tokens_enforced"]),
            (&json!(result), &json!("enabled"))
        );
        assert_says(&outcome, "exempt instances cannot be launched or switched back");
    }
}

#[tokio::test]
async fn held_and_failed_account_defaults_report_enforced_tokens_too() {
    let held = scene(Enforce, |world| {
        world.account_defaults.policy(POLICY).http_tokens_enforced = Some("enabled".to_owned());
    })
    .await;
    let refusing = async |fault| {
        scene(Enforce, |world| {
            world.account_defaults.http_tokens_enforced = Some("enabled".to_owned());
            world.fault(MODIFY_DEFAULTS, fault, usize::MAX);
        })
        .await
    };
    let (refused, failed) = (
        refusing(Fault::ExplicitDeny("service control")).await,
        refusing(Fault::AccessDenied).await,
    );

    for (outcome, reason) in [
        (outcome(&held).await, "managed_by_policy"),
        (outcome(&refused).await, "refused"),
        (outcome(&failed).await, "write_failed"),
    ] {
        assert_eq!(outcome["reason"], reason);
        assert_says(&outcome, "exempt instances cannot be launched or switched back");
    }
}

#[tokio::test]
async fn a_hop_limit_of_1_in_account_defaults_is_found_if_tokens_are_optional() {
    for (tokens, findings) in [("optional", &["hop_limit_1"][..]), ("required", &[])] {
        let scene =
            scene(Report, |world| world.account_defaults.http_tokens(tokens).hop_limit = Some(1))
                .await;
        assert_found(&scene.outcome(due()).await, findings);
    }
}

//! EC2 refuses the write, does not answer it, or does not show it.

use metadata_guardrail::settings::AccountDefaults::Enforce;
use serde_json::{Value, json};
use stand_in::{Fault, REGION, World};

use super::{POLICY, outcome, scene};
use crate::support::{
    harness::{NOT_TAKEN, Scene, assert_ended, assert_says, by_id, count, detail, due},
    names::{GET_DEFAULTS, INSTANCE, MODIFY_DEFAULTS},
};

/// The calls about the defaults, in their order.
fn calls(scene: &Scene) -> Vec<String> {
    let mut calls = scene.aws.operations();
    calls.retain(|operation| [GET_DEFAULTS, MODIFY_DEFAULTS].contains(&operation.as_str()));
    calls
}

#[tokio::test]
async fn a_refused_write_of_account_defaults_fails_neither_others_nor_the_sweep() {
    type Refuse = Box<dyn FnOnce(&mut World)>;
    // Without a permission there is one attempt, and where AWS may think better of it there are
    // five.
    let refusals: [(&str, usize, Refuse); 3] = [
        (
            "UnauthorizedOperation",
            1,
            Box::new(|world| world.fault(MODIFY_DEFAULTS, Fault::AccessDenied, usize::MAX)),
        ),
        ("RequestLimitExceeded", 5, Box::new(|world| world.limit(MODIFY_DEFAULTS, 0, 0.0))),
        (
            "InternalError",
            5,
            Box::new(|world| world.fault(MODIFY_DEFAULTS, Fault::Internal, usize::MAX)),
        ),
    ];
    for (said, tries, refuse) in refusals {
        let scene = scene(Enforce, |world| {
            world.add_instance(INSTANCE);
            refuse(world);
        })
        .await;

        let response = scene.invoke(due()).await.expect("the next sweep tries again");

        assert_eq!(response["counts"], json!({"enforced": 1, "failed": 1}));
        let outcome = &by_id(&response)[REGION];
        assert_ended(outcome, "failed", "write_failed");
        assert_eq!(outcome["after"], Value::Null);
        assert_says(outcome, said);
        assert_eq!(
            (count(&scene, GET_DEFAULTS), count(&scene, MODIFY_DEFAULTS)),
            (tries, tries),
            "a look before each"
        );
    }
}

#[tokio::test]
async fn a_permanent_refusal_to_change_account_defaults_is_held() {
    let policy_came = |world: &mut World| {
        world.account_defaults.policy(POLICY);
    };
    type Refuse = Box<dyn FnOnce(&mut World)>;
    let refusals: [(&str, Refuse); 2] = [
        (POLICY, Box::new(move |world| world.after(GET_DEFAULTS, policy_came))),
        (
            "with an explicit deny in a service control policy",
            Box::new(|world| {
                world.fault(MODIFY_DEFAULTS, Fault::ExplicitDeny("service control"), usize::MAX)
            }),
        ),
    ];
    for (said, refuse) in refusals {
        let scene = scene(Enforce, refuse).await;

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "held", "refused");
        assert_eq!(
            (&outcome["before"]["managed_by"], &outcome["after"]),
            (&json!("account"), &Value::Null)
        );
        assert!(detail(&outcome).starts_with("EC2 refuses to change them."), "{outcome}");
        assert_says(&outcome, said);
        assert_eq!((count(&scene, GET_DEFAULTS), count(&scene, MODIFY_DEFAULTS)), (1, 1));
    }
}

#[tokio::test]
async fn account_defaults_taken_over_by_a_policy_between_attempts_are_held() {
    for fault in NOT_TAKEN {
        let scene = scene(Enforce, |world| {
            world.fault(MODIFY_DEFAULTS, fault.clone(), 1);
            world.after_fault(MODIFY_DEFAULTS, |world| {
                world.account_defaults.http_tokens("optional").policy(POLICY);
            });
        })
        .await;

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "held", "managed_by_policy");
        assert_says(&outcome, POLICY);
        assert_eq!(outcome["before"]["managed_by"], "declarative-policy", "what was read last");
        assert_eq!(calls(&scene), [GET_DEFAULTS, MODIFY_DEFAULTS, GET_DEFAULTS], "{fault:?}");
        assert_eq!(scene.aws.world().account_defaults.http_tokens.as_deref(), Some("optional"));
    }
}

#[tokio::test]
async fn a_throttled_write_of_account_defaults_is_retried_after_another_read() {
    for fault in NOT_TAKEN {
        let scene = scene(Enforce, |world| world.fault(MODIFY_DEFAULTS, fault.clone(), 2)).await;

        let outcome = scene.outcome(due()).await;

        assert_ended(&outcome, "enforced", "v1_allowed");
        assert_eq!(outcome["after"]["http_tokens"], "required");
        // The last one shows the defaults as they were written.
        assert_eq!(
            calls(&scene),
            [
                GET_DEFAULTS,
                MODIFY_DEFAULTS,
                GET_DEFAULTS,
                MODIFY_DEFAULTS,
                GET_DEFAULTS,
                MODIFY_DEFAULTS,
                GET_DEFAULTS
            ],
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_write_of_account_defaults_with_a_lost_answer_is_not_sent_again() {
    let scene = scene(Enforce, |world| {
        world.account_defaults.http_tokens("optional").hop_limit = Some(3);
        world.fault(MODIFY_DEFAULTS, Fault::LostReply, 1);
    })
    .await;

    let outcome = scene.outcome(due()).await;

    assert_ended(&outcome, "enforced", "v1_allowed");
    assert_eq!(outcome["before"]["http_tokens"], "optional");
    assert_eq!(
        (&outcome["after"]["http_tokens"], &outcome["after"]["hop_limit"]),
        (&json!("required"), &json!(3))
    );
    assert_eq!(calls(&scene), [GET_DEFAULTS, MODIFY_DEFAULTS, GET_DEFAULTS]);
}

#[tokio::test]
async fn account_defaults_changed_beside_a_lost_answer_are_named() {
    let scene = scene(Enforce, |world| {
        world.fault(MODIFY_DEFAULTS, Fault::LostReply, 1);
        world.after(MODIFY_DEFAULTS, |world| world.account_defaults.hop_limit = Some(7));
    })
    .await;

    let outcome = outcome(&scene).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_says(&outcome, ": HttpPutResponseHopLimit.");
    assert_eq!(outcome["after"]["hop_limit"], 7);
    assert_eq!(count(&scene, MODIFY_DEFAULTS), 1);
}

#[tokio::test]
async fn a_write_of_account_defaults_that_shows_late_is_looked_for_again() {
    let scene = scene(Enforce, |world| {
        world.account_defaults.ignores_writes = true;
        world.after(GET_DEFAULTS, |_| ());
        world.after(GET_DEFAULTS, |world| {
            world.account_defaults.http_tokens("required");
        });
    })
    .await;

    assert_eq!(scene.outcome(due()).await["result"], "enforced");
    assert_eq!((count(&scene, GET_DEFAULTS), count(&scene, MODIFY_DEFAULTS)), (3, 1));
}

#[tokio::test]
async fn a_write_of_account_defaults_that_never_shows_is_not_believed() {
    let ignored = scene(Enforce, |world| world.account_defaults.ignores_writes = true).await;
    let ended = outcome(&ignored).await;
    assert_ended(&ended, "failed", "not_verified");
    assert_eq!(ended["after"]["http_tokens"], Value::Null);
    assert_eq!(
        (count(&ignored, GET_DEFAULTS), count(&ignored, MODIFY_DEFAULTS)),
        (1 + 6, 1),
        "six looks after the write"
    );

    let unreadable = scene(Enforce, |world| {
        world.after(GET_DEFAULTS, |world| {
            world.fault(GET_DEFAULTS, Fault::AccessDenied, usize::MAX)
        });
    })
    .await;
    let ended = outcome(&unreadable).await;
    assert_ended(&ended, "failed", "not_verified");
    assert_eq!(ended["after"], Value::Null);
    assert!(detail(&ended).starts_with("EC2 accepted the change"), "{ended}");

    let hidden = scene(Enforce, |world| {
        world.after(MODIFY_DEFAULTS, |world| world.account_defaults.are_hidden = true)
    })
    .await;
    let ended = outcome(&hidden).await;
    assert_ended(&ended, "failed", "not_verified");
    assert_eq!(ended["after"]["http_tokens"], Value::Null);
}

#[tokio::test]
async fn account_defaults_changed_unasked_are_named_without_their_values() {
    let scene = scene(Enforce, |world| {
        world.after(MODIFY_DEFAULTS, |world| world.account_defaults.hop_limit = Some(7));
    })
    .await;

    let outcome = outcome(&scene).await;

    assert_ended(&outcome, "failed", "configuration_changed");
    assert_eq!(outcome["after"]["hop_limit"], 7);
    assert_says(&outcome, ": HttpPutResponseHopLimit.");
}

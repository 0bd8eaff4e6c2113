//! AWS repeats parts of the authorizer in its messages, and the guardrail does not.

use metadata_guardrail::settings::RuntimeAuthorizer;
use serde_json::Value;
use stand_in::Fault;

use super::{created, scene, scene_with};
use crate::support::{
    harness::{assert_says, assert_says_nothing_of},
    names::UPDATE_RUNTIME,
};

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

/// The outcomes of the three ways in which AWS may quote what was sent: a refusal, its reason for a
/// failed update, and the same as a later look shows it.
async fn outcomes(said: &str) -> [Value; 3] {
    let wide = || RuntimeAuthorizer::Enforce(WIDE.parse().expect("a valid authorizer"));
    let refused = scene(wide()).await;
    let refusal =
        Fault::Refused { code: "ValidationException", message: said.to_owned(), status: 400 };
    refused.aws.world().fault(UPDATE_RUNTIME, refusal, usize::MAX);
    let failing =
        scene_with(wide(), |runtime| runtime.next_update_fails = Some(said.to_owned())).await;
    let failed = scene_with(wide(), |runtime| {
        runtime.status("UPDATE_FAILED").failure_reason = Some(said.to_owned())
    })
    .await;
    [
        refused.outcome(created()).await,
        failing.failed_outcome(created()).await,
        failed.outcome(created()).await,
    ]
}

#[tokio::test]
async fn a_message_that_quotes_eight_characters_of_an_authorizer_is_withheld() {
    for (quoted, member) in [
        ("front-de", "allowedClients[0]"),
        ("//claims.example.n", "allowedAudience[0]"),
        (r#"e \"large"#, "allowedScopes[0]"),
        (
            "adjusters-n",
            "customClaims[0].authorizingClaimMatchValue.claimMatchValue.matchValueString",
        ),
    ] {
        for outcome in outcomes(&format!("'{quoted}…' is not what was expected")).await {
            let withheld = format!(
                "AWS's message is withheld, because it quotes a part of \
                 authorizerConfiguration.customJWTAuthorizer.{member}"
            );
            assert_says(&outcome, &withheld);
            assert_says_nothing_of(&outcome, quoted);
        }
    }
}

#[tokio::test]
async fn a_message_that_quotes_only_the_discovery_url_is_kept() {
    let said =
        "No answer from https://login.example.org for 'front-d…'. See https://docs.aws.amazon.com.";
    for outcome in outcomes(said).await {
        assert_says(&outcome, said);
    }
}

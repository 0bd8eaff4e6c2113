//! What may happen between the last read and the update.

use metadata_guardrail::settings::RuntimeAuthorizer;
use serde_json::json;

use super::{ARRIVES, created, enforce, scene, sent};
use crate::support::{
    harness::{assert_ended, assert_says, only_write},
    names::{AUTHORIZER, RUNTIME},
};

#[tokio::test]
async fn an_authorizer_added_just_before_the_update_is_lost_and_reported() {
    for (setting, afterwards) in [(RuntimeAuthorizer::Report, None), (enforce(), Some(ARRIVES))] {
        let scene = scene(setting).await;
        scene.just_before_the_update(|world| {
            let runtime = world.runtime_mut(RUNTIME);
            runtime.version = 2;
            runtime.set(
                AUTHORIZER,
                r#"{"customJWTAuthorizer":{"discoveryUrl":"https://id.example.com/"}}"#,
            );
        });

        let outcome = scene.failed_outcome(created()).await;

        assert_ended(&outcome, "failed", "concurrent_update");
        assert_says(&outcome, "from version 1 to version 3");
        assert_eq!(outcome["after"], json!({"require_mmdsv2": true, "version": "3"}));
        assert_eq!(sent(&only_write(&scene)).as_deref(), afterwards);
        assert_eq!(scene.aws.world().runtime(RUNTIME).member(AUTHORIZER), afterwards);
    }
}

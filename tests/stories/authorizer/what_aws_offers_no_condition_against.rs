use super::*;

#[tokio::test]
async fn an_authorizer_that_comes_between_the_last_read_and_the_update_is_overwritten_and_that_is_said() {
    for (setting, afterwards) in [(RuntimeAuthorizer::Report, None), (enforce(), Some(ARRIVES))] {
        let scene = scene(setting).await;
        just_before_the_update(&scene, |world| {
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

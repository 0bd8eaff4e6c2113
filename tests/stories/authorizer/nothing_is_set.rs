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
async fn and_an_empty_one_is_not_sent_back_because_aws_does_not_take_it() {
    for setting in [RuntimeAuthorizer::Off, RuntimeAuthorizer::Report] {
        for empty in ["{}", "{ \n }"] {
            let scene = scene_with(setting.clone(), |runtime| {
                runtime.set(MEMBER, empty);
            })
            .await;

            assert_ended(&scene.outcome(created()).await, "enforced", "v1_allowed");
            assert_eq!(sent(&only_write(&scene)), None, "{empty:?}");
        }
    }
}

#[tokio::test]
async fn in_report_mode_the_outcome_says_what_would_be_set() {
    let scene = scene(enforce()).await.in_report_mode();

    let outcome = scene.outcome(created()).await;

    assert_ended(&outcome, "would_enforce", "v1_allowed");
    assert_eq!(outcome["findings"], json!(["no_authorizer"]));
    assert_says(&outcome, "The same update would set the authorizer");
    assert_says(&outcome, "SigV4 would be refused");
    assert_eq!(scene.aws.operations(), [GET, TAGS, GET, ENDPOINTS]);
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

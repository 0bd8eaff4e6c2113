//! Which Regions are looked at, and whose account it is.

use std::collections::BTreeSet;

use metadata_guardrail_audit::{error::Error, report::Report, status::Status};
use stand_in::{ACCOUNT, Fault, REGION};

use crate::support::{
    names::{DESCRIBE_REGIONS, GET_CALLER, INSTANCE, NORTH},
    scene::{Scene, by_id},
};

const SOUTH: &str = "sa-east-1";
const DISABLED: &str = "ap-east-1";

/// Three enabled Regions and one that is not.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.aws.region(NORTH);
    scene.aws.region(SOUTH);
    scene.aws.account().disabled_regions.insert(DISABLED.to_owned());
    scene
}

fn looked_at(report: &Report) -> Vec<&str> {
    report.regions.iter().map(|region| region.region.as_str()).collect()
}

fn called(scene: &Scene) -> BTreeSet<String> {
    scene.aws.calls().into_iter().map(|call| call.region).collect()
}

/// Why there is no report, and with which status the program ends.
async fn refused(scene: &Scene, options: &[&str]) -> (Error, Status) {
    let error = scene.audit(options).await.expect_err("there is no report");
    let status = error.status();
    (error, status)
}

#[tokio::test(start_paused = true)]
async fn every_enabled_region_is_looked_at_and_no_other_is_called() {
    let scene = scene();
    let report = scene.report(&[]).await;
    assert_eq!(looked_at(&report), [NORTH, REGION, SOUTH]);
    assert_eq!(called(&scene), [NORTH, REGION, SOUTH].map(str::to_owned).into());
    assert_eq!((report.account.as_str(), report.partition.as_str()), (ACCOUNT, "aws"));
}

#[tokio::test(start_paused = true)]
async fn only_named_regions_are_looked_at_each_once() {
    for options in [
        &["--region", NORTH, "--region", SOUTH][..],
        &["--region", "eu-north-1,sa-east-1"],
        &["--region", "sa-east-1,eu-north-1,sa-east-1"],
    ] {
        let scene = scene();
        scene.aws.region(SOUTH).add_instance(INSTANCE);
        let report = scene.report(options).await;
        assert_eq!(looked_at(&report), [NORTH, SOUTH], "{options:?}");
        assert_eq!(report.summary.resources.total(), 1);
        assert!(!called(&scene).contains(REGION), "{options:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_that_does_not_exist_is_refused_by_name() {
    let scene = scene();
    let (error, status) = refused(&scene, &["--region", NORTH, "--region", "eu-nort-1"]).await;
    assert!(matches!(error, Error::UnknownRegion { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("\"eu-nort-1\" is no Region of the partition aws.")
    );
    assert_eq!(status, Status::WrongUse);
    assert_eq!(scene.aws.operations(), [GET_CALLER, DESCRIBE_REGIONS]);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_not_enabled_is_refused_by_name() {
    for regions in ["ap-east-1", "ap-east-1,eu-north-1", "eu-north-1,ap-east-1"] {
        let scene = scene();
        let (error, status) = refused(&scene, &["--region", regions]).await;
        assert!(matches!(error, Error::DisabledRegion(_)), "{regions}: {error}");
        assert!(error.to_string().starts_with("The Region ap-east-1 is not enabled"), "{error}");
        assert_eq!(status, Status::WrongUse);
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_regions_nobody_may_list_is_not_seen() {
    let scene = scene();
    scene.aws.world().fault(DESCRIBE_REGIONS, Fault::AccessDenied, usize::MAX);
    let (error, status) = refused(&scene, &[]).await;
    assert!(matches!(error, Error::NotAnswered(_)), "{error}");
    let sentence = error.to_string();
    assert!(sentence.contains("AWS answered DescribeRegions with UnauthorizedOperation"));
    assert_eq!(status, Status::NotSeen);
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_give_one_sentence_and_no_report() {
    let scene = scene();
    scene.aws.account().credentials_are_expired = true;
    let (error, status) = refused(&scene, &[]).await;
    assert!(matches!(error, Error::NotAnswered(_)), "{error}");
    let sentence = error.to_string();
    assert!(sentence.contains("AWS answered GetCallerIdentity with ExpiredToken"), "{sentence}");
    assert!(
        sentence.ends_with("the credentials have not expired, and that the Region is enabled.")
    );
    assert_eq!(status, Status::NotSeen);
    assert!(scene.aws.operations().iter().all(|operation| operation == GET_CALLER));
}

#[tokio::test(start_paused = true)]
async fn a_denied_home_region_does_not_hide_the_others() {
    let scene = Scene::new();
    scene.aws.world().denied_by_policy = true;
    scene.aws.region("us-west-2").add_instance(INSTANCE);
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(by_id(&report, INSTANCE).standing.name(), "open");
    let unseen: Vec<_> = report.not_seen.iter().map(|one| one.region.as_str()).collect();
    assert_eq!(unseen, [REGION]);
}

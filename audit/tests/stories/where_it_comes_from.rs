//! Where the setting of an instance comes from, as far as EC2 tells.

use metadata_guardrail_audit::report::Report;
use stand_in::{Fault, REGION};

use crate::support::{
    names::{
        FOURTH, GET_DEFAULTS, GROUP_NAME, INSTANCE, NEIGHBOUR, NORTH, TEMPLATE_ID,
        TEMPLATE_VERSION, THIRD,
    },
    scene::{Scene, by_id},
};

const TEMPLATE: &str = "lt-0a1b2c3d4e5f60001";

#[tokio::test(start_paused = true)]
async fn safe_instances_are_not_counted_by_source() {
    let scene = Scene::new();
    scene
        .aws
        .world()
        .add_instance(INSTANCE)
        .http_tokens("required")
        .tag(GROUP_NAME, "web");
    let report = scene.report(&[]).await;
    assert_eq!(report.summary.by_source, []);
}

#[tokio::test(start_paused = true)]
async fn a_launch_template_is_named_with_its_version_if_that_is_known() {
    let scene = Scene::new();
    {
        let mut world = scene.aws.world();
        world
            .add_instance(INSTANCE)
            .tag(TEMPLATE_ID, TEMPLATE)
            .tag(TEMPLATE_VERSION, "7")
            .tag(GROUP_NAME, "web");
        world.add_instance(NEIGHBOUR).tag(TEMPLATE_ID, TEMPLATE);
    }
    let report = scene.report(&[]).await;
    assert_eq!(
        source(&report, INSTANCE),
        "launch template lt-0a1b2c3d4e5f60001 version 7, Auto Scaling group web"
    );
    assert_eq!(source(&report, NEIGHBOUR), "launch template lt-0a1b2c3d4e5f60001");
}

#[tokio::test(start_paused = true)]
async fn an_auto_scaling_group_without_a_template_is_named() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(GROUP_NAME, "web");
    let report = scene.report(&[]).await;
    assert_eq!(source(&report, INSTANCE), "Auto Scaling group web");
}

#[tokio::test(start_paused = true)]
async fn any_other_instance_comes_from_its_launch_beside_todays_default() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().account_defaults.http_tokens("required");
    let report = scene.report(&[]).await;
    assert_eq!(source(&report, INSTANCE), "its own launch (account default now: required)");
}

#[tokio::test(start_paused = true)]
async fn a_default_that_was_not_read_is_not_told() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE);
    let not_asked = scene.report(&["--only", "instances"]).await;
    assert_eq!(source(&not_asked, INSTANCE), "its own launch");
    scene.aws.world().fault(GET_DEFAULTS, Fault::AccessDenied, usize::MAX);
    let denied = scene.report(&[]).await;
    assert_eq!(source(&denied, INSTANCE), "its own launch");
}

#[tokio::test(start_paused = true)]
async fn the_source_of_most_open_instances_comes_first() {
    let scene = Scene::new();
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE).tag(TEMPLATE_ID, TEMPLATE);
        world.add_instance(NEIGHBOUR).tag(GROUP_NAME, "web");
        world.add_instance(THIRD).tag(GROUP_NAME, "web");
    }
    scene.aws.region(NORTH).add_instance(FOURTH).tag(GROUP_NAME, "web");
    let report = scene.report(&["--only", "instances"]).await;
    let sources = report.summary.by_source.iter();
    let sources: Vec<_> = sources
        .map(|one| (one.open, one.region.as_str(), one.source.as_str()))
        .collect();
    assert_eq!(
        sources,
        [
            (2, REGION, "Auto Scaling group web"),
            (1, NORTH, "Auto Scaling group web"),
            (1, REGION, "launch template lt-0a1b2c3d4e5f60001"),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_hostile_name_reaches_the_report_as_it_is() {
    let name = "web\"><script>alert(1)</script>\u{202e}=cmd|' /C calc'!A0";
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(GROUP_NAME, name);
    let report = scene.report(&[]).await;
    assert_eq!(source(&report, INSTANCE), format!("Auto Scaling group {name}"));
}

#[track_caller]
fn source<'a>(report: &'a Report, id: &str) -> &'a str {
    by_id(report, id).source.as_deref().expect("a source")
}

//! Which instances are counted and listed, and how each stands.

use metadata_guardrail::outcome::Finding;
use metadata_guardrail_audit::{report::Report, status::Status, summary::Counts};

use crate::support::{
    names::{FOURTH, INSTANCE, NEIGHBOUR, THIRD},
    scene::{EXEMPT, Scene, by_id},
};

const INSTANCES: [&str; 2] = ["--only", "instances"];

#[tokio::test(start_paused = true)]
async fn an_empty_account_has_nothing_open_but_its_account_defaults() {
    let scene = Scene::new();
    let report = scene.report(&["--only", "instances,runtimes"]).await;
    assert_eq!(report.summary.resources, Counts::default());
    assert_eq!(report.resources, []);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn a_safe_instance_is_counted_but_not_listed() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).http_tokens("required");
    let report = scene.report(&INSTANCES).await;
    assert_eq!(report.summary.resources, Counts { safe: 1, ..Counts::default() });
    assert_eq!(report.resources, []);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn a_safe_instance_is_listed_if_that_is_asked_for() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).http_tokens("required");
    let report = scene.report(&["--only", "instances", "--all"]).await;
    assert_ended(&report, INSTANCE, ("safe", "v2_required"));
    assert_eq!(by_id(&report, INSTANCE).remedy, None);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_is_gone_or_about_to_go_is_not_counted() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).state("terminated");
    scene.aws.world().add_instance(NEIGHBOUR).state("shutting-down");
    let report = scene.report(&["--only", "instances", "--all"]).await;
    assert_eq!(report.summary.resources, Counts::default());
    assert_eq!(report.resources, []);
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn an_instance_whose_metadata_endpoint_is_disabled_is_safe() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).http_endpoint("disabled");
    let report = scene.report(&["--only", "instances", "--all"]).await;
    assert_ended(&report, INSTANCE, ("safe", "endpoint_disabled"));
    assert_eq!(Status::of(&report, false), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_allows_imdsv1_is_open() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR).state("stopped");
    let report = scene.report(&INSTANCES).await;
    for id in [INSTANCE, NEIGHBOUR] {
        assert_ended(&report, id, ("open", "v1_allowed"));
        assert_eq!(by_id(&report, id).outcome.verdict.result(), "would_enforce");
    }
    assert_eq!(report.summary.resources, Counts { open: 2, ..Counts::default() });
    assert_eq!(report.summary.by_result, [("would_enforce", 2)].into());
    assert_eq!(Status::of(&report, false), Status::Open);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_ec2_hides_is_seen_and_open() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).operator("eks.amazonaws.com");
    let report = scene.report(&INSTANCES).await;
    assert_ended(&report, INSTANCE, ("open", "managed_by_operator"));
}

#[tokio::test(start_paused = true)]
async fn an_instance_in_a_state_that_passes_is_open() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).state("pending");
    scene.aws.world().add_instance(NEIGHBOUR).state("stopping");
    let report = scene.report(&INSTANCES).await;
    assert_ended(&report, INSTANCE, ("open", "pending"));
    assert_ended(&report, NEIGHBOUR, ("open", "stopping"));
}

#[tokio::test(start_paused = true)]
async fn an_instance_in_an_unknown_state_is_open() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).state("hibernating");
    let report = scene.report(&INSTANCES).await;
    assert_ended(&report, INSTANCE, ("open", "unknown_status"));
}

#[tokio::test(start_paused = true)]
async fn a_hop_limit_of_one_is_found_only_where_version_1_would_go() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).hop_limit = 1;
    scene.aws.world().add_instance(NEIGHBOUR).http_tokens("required").hop_limit = 1;
    let report = scene.report(&["--only", "instances", "--all"]).await;
    assert_eq!(by_id(&report, INSTANCE).outcome.findings, [Finding::HopLimit1]);
    assert_eq!(by_id(&report, NEIGHBOUR).outcome.findings, []);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_has_to_look_at_comes_first() {
    let scene = Scene::new();
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE).http_tokens("required");
        world.add_instance(NEIGHBOUR).tag(EXEMPT, "vendor");
        world.add_instance(THIRD);
        world.add_instance(FOURTH).operator("eks.amazonaws.com");
    }
    let report = scene.report(&["--only", "instances", "--all"]).await;
    let ids: Vec<_> = report.resources.iter().map(|one| one.outcome.id.as_str()).collect();
    assert_eq!(ids, [FOURTH, THIRD, NEIGHBOUR, INSTANCE]);
}

#[tokio::test(start_paused = true)]
async fn every_page_is_counted() {
    let scene = Scene::new();
    scene.aws.world().page_size = 3;
    for number in 0..7 {
        scene.aws.world().add_instance(&format!("i-{number:017x}"));
    }
    let report = scene.report(&INSTANCES).await;
    assert_eq!(report.summary.resources, Counts { open: 7, ..Counts::default() });
    assert_eq!(report.not_seen, []);
}

#[track_caller]
fn assert_ended(report: &Report, id: &str, (standing, reason): (&str, &str)) {
    let resource = by_id(report, id);
    let ended = (resource.standing.name(), resource.outcome.verdict.reason());
    assert_eq!(ended, (standing, reason), "{}", resource.outcome.detail);
}

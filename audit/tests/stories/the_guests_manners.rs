//! An audit is a guest in the account: it asks for little, not too fast, and nothing twice.

use std::{collections::BTreeSet, time::Duration};

use metadata_guardrail_audit::summary::Counts;
use stand_in::{Call, REGION};

use crate::support::{
    names::{
        DESCRIBE_INSTANCES, DESCRIBE_REGIONS, DESCRIBE_TAGS, GET_CALLER, GET_DEFAULTS, GET_RUNTIME,
        INSTANCE, LIST_ENDPOINTS, LIST_RUNTIMES, LIST_TAGS, NORTH, document,
    },
    scene::Scene,
};

/// All Regions at once: in each the account defaults, and the list of runtimes or eight of them.
const MAX_IN_FLIGHT: usize = 17 * (1 + 8) + MAX_IN_FLIGHT_FOR_INSTANCES;
/// A page of instances and the tags of the page before, in four Regions.
const MAX_IN_FLIGHT_FOR_INSTANCES: usize = 4 * 2;

fn region(number: usize) -> String {
    format!("eu-test-{number}")
}

fn instance(number: usize) -> String {
    format!("i-{number:017x}")
}

fn runtime(number: usize) -> String {
    format!("agent_{number}-Xy12Ab34Cd")
}

fn count(scene: &Scene, operation: &str) -> usize {
    scene.aws.operations().iter().filter(|one| *one == operation).count()
}

/// The instances that a call asks about.
fn asked_about(call: &Call) -> impl Iterator<Item = &str> {
    let values = call.parameters.iter().map(|(_, value)| value.as_str());
    values.filter(|value| value.starts_with("i-"))
}

#[tokio::test(start_paused = true)]
async fn an_empty_region_costs_three_calls() {
    let scene = Scene::new();
    scene.report(&[]).await;
    let mut operations = scene.aws.operations();
    operations.sort_unstable();
    assert_eq!(
        operations,
        [DESCRIBE_INSTANCES, DESCRIBE_REGIONS, GET_CALLER, GET_DEFAULTS, LIST_RUNTIMES]
    );
}

#[tokio::test(start_paused = true)]
async fn safe_instances_cost_a_call_for_500() {
    let scene = Scene::new();
    for number in 0..2_500 {
        scene.aws.world().add_instance(&instance(number)).http_tokens("required");
    }
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(report.summary.resources, Counts { safe: 2_500, ..Counts::default() });
    assert_eq!(count(&scene, DESCRIBE_INSTANCES), 5);
    assert_eq!(scene.aws.calls().len(), 2 + 5);
}

#[tokio::test(start_paused = true)]
async fn open_instances_are_asked_about_once_200_at_a_time() {
    let scene = Scene::new();
    scene.aws.world().page_size = 450;
    for number in 0..900 {
        scene.aws.world().add_instance(&instance(number));
    }
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(report.summary.resources, Counts { open: 900, ..Counts::default() });
    assert_eq!(count(&scene, DESCRIBE_INSTANCES), 2);
    let mut tags = scene.aws.calls();
    tags.retain(|call| call.operation == DESCRIBE_TAGS);
    assert_eq!(tags.len(), 2 * 3);
    let asked: Vec<_> = tags.iter().flat_map(asked_about).collect();
    assert_eq!((asked.len(), asked.iter().collect::<BTreeSet<_>>().len()), (900, 900));
}

#[tokio::test(start_paused = true)]
async fn a_safe_runtime_costs_one_call_and_an_open_one_three() {
    let scene = Scene::new();
    let required = r#"{"requireMMDSV2":true}"#;
    for number in 0..5 {
        let mut world = scene.aws.world();
        world
            .add_runtime(&runtime(number), &document())
            .set("metadataConfiguration", required);
    }
    scene.aws.world().add_runtime(&runtime(9), &document());
    scene.report(&["--only", "runtimes"]).await;
    assert_eq!(count(&scene, LIST_RUNTIMES), 1);
    assert_eq!((count(&scene, GET_RUNTIME), count(&scene, LIST_TAGS)), (5 + 1, 1));
    // Endpoints can only be on the one version that a safe runtime has.
    assert_eq!(count(&scene, LIST_ENDPOINTS), 1);
}

#[tokio::test(start_paused = true)]
async fn a_region_full_of_runtimes_meets_no_throttle() {
    let scene = Scene::new();
    for number in 0..200 {
        scene.aws.world().add_runtime(&runtime(number), &document());
    }
    scene.aws.world().limit(GET_RUNTIME, 50, 50.0);
    scene.aws.world().limit(LIST_ENDPOINTS, 5, 5.0);
    scene.aws.world().latency = Duration::from_millis(20);
    let report = scene.report(&["--only", "runtimes"]).await;
    assert_eq!(report.summary.resources, Counts { open: 200, ..Counts::default() });
    let refused = scene.aws.calls().into_iter().filter(|call| call.error.is_some());
    assert_eq!(refused.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn few_requests_are_under_way_at_once() {
    let scene = Scene::new();
    for number in 0..17 {
        let mut world = scene.aws.region(&region(number));
        world.latency = Duration::from_millis(200);
        world.add_instance(INSTANCE);
        (0..30).for_each(|number| _ = world.add_runtime(&runtime(number), &document()));
    }
    scene.report(&[]).await;
    let most = scene.aws.max_in_flight();
    assert!((MAX_IN_FLIGHT / 2..=MAX_IN_FLIGHT).contains(&most), "{most}");
}

#[tokio::test(start_paused = true)]
async fn few_pages_of_instances_are_in_memory_at_once() {
    let scene = Scene::new();
    for number in 0..17 {
        let mut world = scene.aws.region(&region(number));
        world.latency = Duration::from_millis(200);
        world.page_size = 5;
        (0..30).for_each(|number| _ = world.add_instance(&instance(number)));
    }
    scene.report(&["--only", "instances"]).await;
    assert_eq!(scene.aws.max_in_flight(), MAX_IN_FLIGHT_FOR_INSTANCES);
}

#[tokio::test(start_paused = true)]
async fn the_profiles_own_region_is_looked_at_first() {
    let scene = Scene::new();
    (0..9).for_each(|number| _ = scene.aws.region(&region(number)).add_instance(INSTANCE));
    scene.report(&["--only", "instances"]).await;
    let calls = scene.aws.calls();
    let first = calls
        .iter()
        .find(|call| call.operation == DESCRIBE_INSTANCES)
        .expect("a listing");
    assert_eq!(first.region, REGION);
}

#[tokio::test(start_paused = true)]
async fn a_slow_region_holds_up_no_other() {
    let scene = Scene::new();
    (0..17).for_each(|number| _ = scene.aws.region(&region(number)).add_instance(INSTANCE));
    scene.aws.region(NORTH).add_instance(INSTANCE);
    scene.aws.region(NORTH).latency = Duration::from_secs(8);
    let report = scene.report(&[]).await;
    assert_eq!(report.summary.resources, Counts { open: 18, ..Counts::default() });
    let calls = scene.aws.calls();
    let others = calls.iter().filter(|call| call.region != NORTH);
    let last = others.map(|call| call.at).max().expect("calls");
    assert_eq!(last, Duration::ZERO);
    assert!(scene.aws.region(REGION).clock.elapsed() > Duration::from_secs(8));
}

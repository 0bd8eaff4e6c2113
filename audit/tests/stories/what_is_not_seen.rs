//! What of an account cannot be listed, and that it hides nothing else.

use std::time::Duration;

use metadata_guardrail::target::Kind;
use metadata_guardrail_audit::{
    report::{Report, Sight},
    status::Status,
    summary::Counts,
};
use stand_in::{Fault, Pages, REGION};

use crate::support::{
    names::{
        DESCRIBE_INSTANCES, FOURTH, GET_DEFAULTS, INSTANCE, LIST_RUNTIMES, NEIGHBOUR, NORTH, OSAKA,
        RUNTIME, THIRD, document,
    },
    scene::{Scene, by_id},
};

const ALL_KINDS: [Kind; 3] = [Kind::Ec2Instance, Kind::AgentcoreRuntime, Kind::AccountDefaults];

/// An open instance and an open runtime at home, and the same in the north.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_runtime(RUNTIME, &document());
    scene.aws.region(OSAKA).add_instance(NEIGHBOUR);
    scene.aws.region(OSAKA).add_runtime(RUNTIME, &document());
    scene
}

/// All of home was seen, whatever is wrong in the north.
#[track_caller]
fn assert_home_is_seen(report: &Report) {
    let home = report.regions.iter().find(|one| one.region == REGION).expect("home");
    assert_eq!(home.kinds, ALL_KINDS.map(|kind| (kind, Sight::Seen)).into());
    assert_eq!(report.summary.by_region[REGION], Counts { open: 2, ..Counts::default() });
    assert_eq!(by_id(report, INSTANCE).standing.name(), "open");
    assert!(report.not_seen.iter().all(|one| one.region == OSAKA), "{:?}", report.not_seen);
}

#[track_caller]
fn sight(report: &Report, kind: Kind) -> Sight {
    let north = report.regions.iter().find(|one| one.region == OSAKA).expect("the Region");
    north.kinds[&kind]
}

fn reasons(report: &Report) -> Vec<(&[Kind], &str)> {
    report
        .not_seen
        .iter()
        .map(|one| (one.kinds.as_slice(), one.reason.name()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_account_that_answers_leaves_nothing_unseen() {
    let report = scene().report(&[]).await;
    assert_home_is_seen(&report);
    assert_eq!(report.not_seen, []);
    assert_eq!(Status::of(&report, false), Status::Open);
    assert_eq!(Status::of(&report, true), Status::Clean);
}

#[tokio::test(start_paused = true)]
async fn a_region_without_agentcore_is_not_offered_instead_of_not_seen() {
    let scene = scene();
    scene.aws.region(OSAKA).agentcore_is_offered = false;
    let report = scene.report(&[]).await;
    assert_home_is_seen(&report);
    assert_eq!(report.not_seen, []);
    assert_eq!(sight(&report, Kind::AgentcoreRuntime), Sight::NotOffered);
    assert_eq!(sight(&report, Kind::Ec2Instance), Sight::Seen);
    assert_eq!(Status::of(&report, true), Status::Clean);
    // Nothing is asked for again: there was no pause.
    assert_eq!(scene.aws.world().clock.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn agentcore_that_is_not_found_where_it_is_documented_is_not_seen() {
    let scene = scene();
    scene.aws.region(NORTH).agentcore_is_offered = false;
    let report = scene.report(&[]).await;
    let [not_seen] = report.not_seen.as_slice() else { panic!("{:?}", report.not_seen) };
    assert_eq!(not_seen.region, NORTH);
    assert_eq!(
        (not_seen.kinds.as_slice(), not_seen.reason.name()),
        (&[Kind::AgentcoreRuntime][..], "unreachable")
    );
    assert_eq!(Status::of(&report, true), Status::NotSeen);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_a_policy_denies_is_one_entry() {
    let scene = scene();
    scene.aws.region(OSAKA).denied_by_policy = true;
    let report = scene.report(&[]).await;
    assert_home_is_seen(&report);
    assert_eq!(reasons(&report), [(&ALL_KINDS[..], "region_denied")]);
    assert!(ALL_KINDS.iter().all(|kind| sight(&report, *kind) == Sight::NotSeen));
    let detail = &report.not_seen[0].detail;
    assert!(detail.contains("explicit deny in a service control policy"), "{detail}");
    assert_eq!(Status::of(&report, false), Status::NotSeen);
    assert_eq!(Status::of(&report, true), Status::NotSeen);
}

#[tokio::test(start_paused = true)]
async fn a_denied_region_without_agentcore_is_denied() {
    let scene = scene();
    scene.aws.region(OSAKA).denied_by_policy = true;
    scene.aws.region(OSAKA).agentcore_is_offered = false;
    let report = scene.report(&[]).await;
    assert_home_is_seen(&report);
    let of_ec2 = [Kind::Ec2Instance, Kind::AccountDefaults];
    assert_eq!(reasons(&report), [(&of_ec2[..], "region_denied")]);
    assert_eq!(sight(&report, Kind::AgentcoreRuntime), Sight::NotOffered);
}

#[tokio::test(start_paused = true)]
async fn one_denied_action_hides_its_kind_alone() {
    for (operation, kind) in [
        (DESCRIBE_INSTANCES, Kind::Ec2Instance),
        (LIST_RUNTIMES, Kind::AgentcoreRuntime),
        (GET_DEFAULTS, Kind::AccountDefaults),
    ] {
        let scene = scene();
        scene.aws.region(OSAKA).fault(operation, Fault::AccessDenied, usize::MAX);
        let report = scene.report(&[]).await;
        assert_home_is_seen(&report);
        assert_eq!(reasons(&report), [(&[kind][..], "access_denied")]);
        for one in ALL_KINDS {
            let expected = if one == kind { Sight::NotSeen } else { Sight::Seen };
            assert_eq!(sight(&report, one), expected, "{operation}: {one:?}");
        }
        assert_eq!(Status::of(&report, true), Status::NotSeen);
    }
}

#[tokio::test(start_paused = true)]
async fn a_region_is_denied_only_if_all_that_it_offers_is_denied() {
    let scene = scene();
    scene
        .aws
        .region(OSAKA)
        .fault(DESCRIBE_INSTANCES, Fault::AccessDenied, usize::MAX);
    scene.aws.region(OSAKA).fault(GET_DEFAULTS, Fault::AccessDenied, usize::MAX);
    scene.aws.region(OSAKA).fault(LIST_RUNTIMES, Fault::ConnectionReset, usize::MAX);
    let report = scene.report(&[]).await;
    assert_home_is_seen(&report);
    let of_ec2 = [Kind::Ec2Instance, Kind::AccountDefaults];
    let runtimes = [Kind::AgentcoreRuntime];
    assert_eq!(reasons(&report), [(&of_ec2[..], "access_denied"), (&runtimes[..], "unreachable")]);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_does_not_answer_in_time_is_unreachable() {
    let scene = scene();
    scene.aws.region(OSAKA).latency = Duration::from_secs(60);
    let report = scene.report(&[]).await;
    assert_home_is_seen(&report);
    assert_eq!(reasons(&report), [(&ALL_KINDS[..], "unreachable")]);
    assert!(report.not_seen[0].detail.contains("timed out"), "{:?}", report.not_seen);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_fails_again_and_again_could_not_be_read() {
    for fault in [Fault::Throttled, Fault::Internal, Fault::Garbage] {
        let scene = scene();
        scene.aws.region(OSAKA).fault(DESCRIBE_INSTANCES, fault.clone(), usize::MAX);
        let report = scene.report(&[]).await;
        assert_home_is_seen(&report);
        let instances = [Kind::Ec2Instance];
        assert_eq!(reasons(&report), [(&instances[..], "read_failed")], "{fault:?}");
        assert_eq!(Status::of(&report, true), Status::NotSeen);
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttle_that_passes_hides_nothing() {
    let scene = scene();
    scene.aws.region(OSAKA).fault(DESCRIBE_INSTANCES, Fault::Throttled, 5);
    scene.aws.region(OSAKA).fault(LIST_RUNTIMES, Fault::Internal, 5);
    let report = scene.report(&[]).await;
    assert_eq!(report.not_seen, []);
    assert_eq!(report.summary.resources, Counts { open: 4, ..Counts::default() });
}

#[tokio::test(start_paused = true)]
async fn credentials_that_expire_on_the_way_leave_the_rest_unseen() {
    let scene = scene();
    scene.aws.region(OSAKA).latency = Duration::from_secs(2);
    scene.aws.region(OSAKA).page_size = 1;
    scene.aws.region(OSAKA).add_instance(THIRD);
    let expire = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        scene.aws.account().credentials_are_expired = true;
    };
    let (report, ()) = tokio::join!(scene.report(&["--only", "instances"]), expire);
    assert_eq!(by_id(&report, INSTANCE).standing.name(), "open");
    // Its page had come by then, and whether it is exempt was still to be asked.
    assert_eq!(by_id(&report, NEIGHBOUR).standing.name(), "not_seen");
    assert_eq!(reasons(&report), [(&[Kind::Ec2Instance][..], "credentials_rejected")]);
    assert_eq!(Status::of(&report, true), Status::NotSeen);
}

#[tokio::test(start_paused = true)]
async fn what_was_listed_before_a_failure_is_reported() {
    let scene = scene();
    {
        let mut north = scene.aws.region(OSAKA);
        north.page_size = 1;
        north.add_instance(THIRD);
        north.after(DESCRIBE_INSTANCES, |north| {
            north.fault(DESCRIBE_INSTANCES, Fault::AccessDenied, usize::MAX);
        });
    }
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(by_id(&report, NEIGHBOUR).standing.name(), "open");
    assert_eq!(report.summary.by_region[OSAKA], Counts { open: 1, ..Counts::default() });
    assert_eq!(reasons(&report), [(&[Kind::Ec2Instance][..], "access_denied")]);
    assert_eq!(sight(&report, Kind::Ec2Instance), Sight::NotSeen);
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_goes_in_circles_counts_each_instance_once() {
    let scene = scene();
    {
        let mut north = scene.aws.region(OSAKA);
        north.page_size = 1;
        north.add_instance(THIRD);
        north.pages(DESCRIBE_INSTANCES, Pages::Circular);
    }
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(report.summary.by_region[OSAKA], Counts { open: 2, ..Counts::default() });
    assert_eq!(report.resources.len(), 3);
    assert_eq!(reasons(&report), [(&[Kind::Ec2Instance][..], "read_failed")]);
}

#[tokio::test(start_paused = true)]
async fn ids_in_an_unknown_form_are_said_and_the_others_seen() {
    let scene = scene();
    scene.aws.region(OSAKA).add_instance("i-0A1B2C3D");
    scene.aws.region(OSAKA).add_instance(FOURTH);
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(by_id(&report, FOURTH).standing.name(), "open");
    assert_eq!(reasons(&report), [(&[Kind::Ec2Instance][..], "read_failed")]);
    let detail = &report.not_seen[0].detail;
    assert!(detail.contains("a form that this version does not know: 1"), "{detail}");
    assert!(detail.contains("i-0A1B2C3D"), "{detail}");
}

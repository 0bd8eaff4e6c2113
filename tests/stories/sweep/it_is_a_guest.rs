//! A sweep is a guest in the account: it asks for nothing that is not there, and not too fast. The
//! clock of these tests is tokio's own, and it is paused.

use std::{cell::RefCell, time::Duration};

use aws_config::{
    BehaviorVersion, Region, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_credential_types::Credentials;
use metadata_guardrail::{
    aws,
    guardrail::Guardrail,
    outcome::Outcome,
    place::Place,
    settings::{Mode, Settings},
    sweep::{Extent, Unfinished},
    target::Kind,
};
use stand_in::{REGION, StandIn};

use crate::support::{
    harness::{document, place},
    names::{DESCRIBE_INSTANCES, GET_RUNTIME, INSTANCE, LIST_RUNTIMES, NEIGHBOUR, REQUIRED, THIRD},
};

/// A Region for which AWS documents no AgentCore.
const OSAKA: &str = "ap-northeast-3";

/// The outcomes of a sweep of one kind in report mode, and what it has not finished.
async fn swept(
    aws: &StandIn,
    region: &str,
    kind: Kind,
    extent: Extent,
) -> (Vec<Outcome>, Unfinished) {
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url(aws.url())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::for_tests())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(aws.transport("guardrail"));
    let settings = Settings { mode: Mode::Report, ..Settings::default() };
    let guardrail = Guardrail::new(settings, aws::load(loader).await);
    let place = Place { region: region.to_owned(), ..place() };
    let (now, outcomes) = (aws.world().now, RefCell::default());
    let visit = guardrail.visit(&place, Mode::Report, now, guardrail.patience(None));
    let each = |outcome| Vec::push(&mut outcomes.borrow_mut(), outcome);
    let mut unfinished = visit.sweep(&[kind], extent, &each).await;
    (outcomes.into_inner(), unfinished.remove(0).1)
}

#[tokio::test(start_paused = true)]
async fn a_region_without_agentcore_is_not_asked_for_it_again() {
    let aws = StandIn::without_sockets();
    aws.region(OSAKA).agentcore_is_offered = false;

    let (outcomes, unfinished) =
        swept(&aws, OSAKA, Kind::AgentcoreRuntime, Extent::MayNeedWrite).await;

    assert_eq!(outcomes, []);
    let [why] = unfinished.not_listed.as_slice() else { panic!("{unfinished:?}") };
    assert_eq!(why.reason(), "not_offered");
    // Before another request there would be a pause.
    assert_eq!(aws.world().clock.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_must_exist_is_looked_up_again() {
    let aws = StandIn::without_sockets();
    aws.world().agentcore_is_offered = false;

    swept(&aws, REGION, Kind::AgentcoreRuntime, Extent::MayNeedWrite).await;

    assert!(aws.world().clock.elapsed() > Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn looks_at_runtimes_leave_others_half_of_what_aws_allows() {
    let aws = StandIn::without_sockets();
    for number in 0..125 {
        let id = format!("agent_{number}-Xy12Ab34Cd");
        aws.world().add_runtime(&id, &document()).set(REQUIRED.0, REQUIRED.1);
    }
    aws.world().limit(GET_RUNTIME, 25, 25.0);

    let (outcomes, _) = swept(&aws, REGION, Kind::AgentcoreRuntime, Extent::MayNeedWrite).await;

    assert_eq!(outcomes.len(), 125);
    assert_eq!(aws.operations().iter().filter(|one| *one == GET_RUNTIME).count(), 125);
    assert!(aws.calls().iter().all(|call| call.error.is_none()));
    // 25 at once, then 20 a second.
    let took = aws.world().clock.elapsed();
    assert!((Duration::from_secs(4)..Duration::from_secs(6)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sweep_of_everything_costs_no_more_calls_than_its_pages() {
    let aws = StandIn::without_sockets();
    aws.world().add_instance(INSTANCE).http_tokens("required");
    aws.world().add_instance(NEIGHBOUR).http_endpoint("disabled");
    aws.world().add_instance(THIRD).operator("eks.amazonaws.com");
    aws.world().page_size = 2;

    let (some, _) = swept(&aws, REGION, Kind::Ec2Instance, Extent::MayNeedWrite).await;
    assert_eq!(some.len(), 1);
    let before = aws.calls().len();
    let (mut all, unfinished) = swept(&aws, REGION, Kind::Ec2Instance, Extent::Everything).await;

    all.sort_by(|one, other| one.id.cmp(&other.id));
    let results: Vec<_> = all.iter().map(|outcome| outcome.verdict.result()).collect();
    assert_eq!(results, ["compliant", "compliant", "held"]);
    assert_eq!(unfinished, Unfinished::default());
    assert_eq!(aws.operations()[before..], [DESCRIBE_INSTANCES; 2]);
    assert!(!aws.operations().contains(&LIST_RUNTIMES.to_owned()));
}

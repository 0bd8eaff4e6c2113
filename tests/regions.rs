//! Regions of the stand-in: one account, and each Region a world of its own.

use aws_config::{
    BehaviorVersion, Region, SdkConfig, retry::RetryConfig,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_credential_types::Credentials;
use aws_sdk_ec2::{error::ProvideErrorMetadata, primitives::DateTime};
use metadata_guardrail::failure::is_unresolvable;
use stand_in::{Call, REGION, StandIn};

use crate::support::{
    harness::document,
    names::{DESCRIBE_INSTANCES, INSTANCE, NEIGHBOUR, RUNTIME},
};

const NORTH: &str = "eu-north-1";

/// A client's configuration for a Region, without sockets and without retries.
async fn config(aws: &StandIn, region: &'static str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url(aws.url())
        .region(Region::new(region))
        .credentials_provider(Credentials::for_tests())
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .http_client(aws.transport("test"))
        .load()
        .await
}

/// The ids of a Region's instances, or the error code.
async fn instances(aws: &StandIn, region: &'static str) -> Result<Vec<String>, String> {
    let client = aws_sdk_ec2::Client::new(&config(aws, region).await);
    let found = client.describe_instances().send().await;
    let found = found.map_err(|error| error.code().unwrap_or_default().to_owned())?;
    let instances = found.reservations().iter().flat_map(|group| group.instances());
    Ok(instances.filter_map(|one| one.instance_id()).map(str::to_owned).collect())
}

/// The ARNs of a Region's runtimes, or the error code.
async fn runtimes(aws: &StandIn, region: &'static str) -> Result<Vec<String>, String> {
    let client = aws_sdk_bedrockagentcorecontrol::Client::new(&config(aws, region).await);
    let found = client.list_agent_runtimes().send().await;
    let found = found.map_err(|error| error.code().unwrap_or_default().to_owned())?;
    Ok(found
        .agent_runtimes()
        .iter()
        .map(|one| one.agent_runtime_arn().to_owned())
        .collect())
}

/// How many metrics a Region's CloudWatch has data of, or the error code.
async fn metrics(aws: &StandIn, region: &'static str) -> Result<usize, String> {
    let client = aws_sdk_cloudwatch::Client::new(&config(aws, region).await);
    let (from, to) = (DateTime::from_secs(0), DateTime::from_secs(60));
    let found = client.get_metric_data().start_time(from).end_time(to).send().await;
    let found = found.map_err(|error| error.code().unwrap_or_default().to_owned())?;
    Ok(found.metric_data_results().len())
}

#[tokio::test]
async fn a_new_region_is_empty_and_changes_nothing_at_home() {
    let aws = StandIn::without_sockets();
    aws.world().add_instance(INSTANCE);
    aws.region(NORTH);

    assert_eq!(instances(&aws, NORTH).await, Ok(vec![]));
    assert_eq!(instances(&aws, REGION).await, Ok(vec![INSTANCE.to_owned()]));
}

#[tokio::test]
async fn a_request_for_a_region_that_is_not_there_goes_home() {
    let aws = StandIn::without_sockets();
    aws.world().add_instance(INSTANCE);

    assert_eq!(instances(&aws, NORTH).await, Ok(vec![INSTANCE.to_owned()]));
    assert_eq!(regions_called(&aws), [REGION]);
}

#[tokio::test]
async fn a_request_goes_to_the_region_that_it_is_signed_for() {
    let aws = StandIn::without_sockets();
    aws.world().add_instance(INSTANCE);
    aws.world().add_runtime(RUNTIME, &document());
    aws.region(NORTH).add_instance(NEIGHBOUR);
    aws.region(NORTH).add_runtime(RUNTIME, &document());

    assert_eq!(instances(&aws, NORTH).await, Ok(vec![NEIGHBOUR.to_owned()]));
    assert_eq!(instances(&aws, REGION).await, Ok(vec![INSTANCE.to_owned()]));
    let arn = |region| {
        format!("arn:aws:bedrock-agentcore:{region}:{}:runtime/{RUNTIME}", stand_in::ACCOUNT)
    };
    assert_eq!(runtimes(&aws, NORTH).await, Ok(vec![arn(NORTH)]));
    assert_eq!(runtimes(&aws, REGION).await, Ok(vec![arn(REGION)]));
    assert_eq!(regions_called(&aws), [NORTH, REGION, NORTH, REGION]);
}

#[tokio::test]
async fn a_fault_is_planned_for_one_region_alone() {
    let aws = StandIn::without_sockets();
    let denied = stand_in::Fault::AccessDenied;
    aws.region(NORTH).fault(DESCRIBE_INSTANCES, denied, usize::MAX);

    assert_eq!(instances(&aws, NORTH).await, Err("UnauthorizedOperation".to_owned()));
    assert_eq!(instances(&aws, REGION).await, Ok(vec![]));
}

#[tokio::test]
async fn a_disabled_region_knows_no_caller() {
    let aws = StandIn::without_sockets();
    aws.region(NORTH).add_instance(INSTANCE);
    aws.account().disabled_regions.insert(NORTH.to_owned());

    assert_eq!(instances(&aws, NORTH).await, Err("AuthFailure".to_owned()));
    assert_eq!(runtimes(&aws, NORTH).await, Err("UnrecognizedClientException".to_owned()));
    assert_eq!(instances(&aws, REGION).await, Ok(vec![]));
}

#[tokio::test]
async fn a_service_control_policy_denies_one_region_alone() {
    let aws = StandIn::without_sockets();
    aws.region(NORTH).denied_by_policy = true;

    assert_eq!(instances(&aws, NORTH).await, Err("UnauthorizedOperation".to_owned()));
    assert_eq!(runtimes(&aws, NORTH).await, Err("AccessDeniedException".to_owned()));
    assert_eq!(instances(&aws, REGION).await, Ok(vec![]));

    let client = aws_sdk_ec2::Client::new(&config(&aws, NORTH).await);
    let denied = client.describe_instances().send().await.expect_err("it is denied");
    let said = denied.message().expect("a message");
    assert!(said.ends_with("with an explicit deny in a service control policy"), "{said}");
}

#[tokio::test]
async fn a_region_without_agentcore_has_no_host_of_that_name() {
    let aws = StandIn::without_sockets();
    aws.region(NORTH).agentcore_is_offered = false;

    let client = aws_sdk_bedrockagentcorecontrol::Client::new(&config(&aws, NORTH).await);
    let error = client.list_agent_runtimes().send().await.expect_err("nobody answers");
    assert!(is_unresolvable(&error), "{error:?}");
    // No request has reached AWS, and the other service is there.
    assert_eq!(regions_called(&aws), Vec::<String>::new());
    assert_eq!(instances(&aws, NORTH).await, Ok(vec![]));
    assert_eq!(runtimes(&aws, REGION).await, Ok(vec![]));
}

#[tokio::test]
async fn expired_credentials_are_refused_everywhere() {
    let aws = StandIn::without_sockets();
    aws.region(NORTH);
    aws.account().credentials_are_expired = true;

    for region in [REGION, NORTH] {
        assert_eq!(instances(&aws, region).await, Err("RequestExpired".to_owned()));
        assert_eq!(runtimes(&aws, region).await, Err("ExpiredTokenException".to_owned()));
        assert_eq!(metrics(&aws, region).await, Err("ExpiredTokenException".to_owned()));
    }
}

fn regions_called(aws: &StandIn) -> Vec<String> {
    aws.calls().into_iter().map(|Call { region, .. }| region).collect()
}

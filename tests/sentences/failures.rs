//! What is said if something goes wrong.

use aws_sdk_ec2::{
    config::http::HttpResponse,
    error::{ConnectorError, ErrorMetadata, SdkError},
    operation::describe_instances::DescribeInstancesError,
};
use aws_smithy_types::body::SdkBody;
use metadata_guardrail::{
    failure::Failure,
    raw_json::NotAnObject,
    resource::{
        agentcore_runtime::{
            document::{UnsafeToSend, redact},
            wording::{
                NOT_OFFERED, Unverified, Versions, concurrent_update, configuration_changed,
                doubted, not_verified, unreadable, unsafe_to_send, update_failed,
            },
        },
        ec2_instance::wording as of_instances,
    },
    verdict::Failed,
};

pub fn failures_of_instances() -> Vec<String> {
    use of_instances::{WrongUsage, endpoint_unknown, not_verified, usage_unreadable};
    let wrong = [
        WrongUsage::Warning,
        WrongUsage::Missing,
        WrongUsage::WarningForInstance,
        WrongUsage::Status("PartialData"),
        WrongUsage::NotWhole,
    ];
    let written = [endpoint_unknown(), not_verified(Some("optional")), not_verified(None)];
    written
        .into_iter()
        .chain(wrong.map(usage_unreadable))
        .map(|failure| failure.detail)
        .collect()
}

pub fn failures_of_runtimes() -> Vec<String> {
    let versions = Versions { before: "1", now: "3" };
    let changed = ["environmentVariables.DATABASE_PASSWORD".to_owned(), "description".to_owned()];
    let many: Vec<_> =
        (1..=21).map(|number| format!("environmentVariables.NAME_{number}")).collect();
    let unverified = [
        Unverified::Gone,
        Unverified::Deleting,
        Unverified::OldVersion("1"),
        Unverified::V1Allowed,
        Unverified::Unread("[Why it could not be read.]"),
    ];
    let failures = [
        unsafe_to_send(&UnsafeToSend::Missing("roleArn")),
        unsafe_to_send(&NotAnObject("metadataConfiguration".to_owned()).into()),
        concurrent_update(versions, &[]),
        concurrent_update(versions, &changed),
        configuration_changed(versions, &changed),
        configuration_changed(versions, &many),
        update_failed("UPDATE_FAILED", Some("The image could not be pulled.")),
        update_failed("UPDATE_FAILED", None),
        doubted(configuration_changed(versions, &changed)),
    ];
    let failures = failures
        .into_iter()
        .chain(unverified.map(not_verified))
        .map(|failure| failure.detail);
    let secret =
        [("environmentVariables.DATABASE_PASSWORD".to_owned(), "correct horse battery".to_owned())];
    let withheld = redact("The value correct horse… is too long.", &secret);
    let refused =
        format!("AWS answered UpdateAgentRuntime with ValidationException (“{withheld}”) […]");
    failures
        .chain([
            unreadable(Failed::ReadFailed, "GetAgentRuntime").detail,
            NOT_OFFERED.to_owned(),
            refused,
        ])
        .collect()
}

pub fn requests() -> Vec<String> {
    type Error = SdkError<DescribeInstancesError>;
    let response =
        |status: u16| HttpResponse::new(status.try_into().expect("a status"), SdkBody::empty());
    let answered = |code: &str, message: &str| {
        let metadata = ErrorMetadata::builder().code(code).message(message).build();
        Error::service_error(DescribeInstancesError::generic(metadata), response(400))
    };
    let said =
        |error: Error| Failure::of_request(Failed::ReadFailed, "DescribeInstances", &error).detail;
    let unparsed = DescribeInstancesError::generic(ErrorMetadata::builder().build());
    vec![
        said(answered("RequestLimitExceeded", "Request limit exceeded.")),
        said(answered(
            "UnauthorizedOperation",
            "You are not authorized to perform this operation.",
        )),
        said(answered("RequestExpired", "Request has expired.")),
        said(answered("UnsupportedOperation", "Not on this type.")),
        said(Error::service_error(unparsed, response(500))),
        said(Error::service_error(
            DescribeInstancesError::generic(ErrorMetadata::builder().build()),
            response(200),
        )),
        said(Error::timeout_error("slow")),
        said(Error::dispatch_failure(ConnectorError::io("reset".into()))),
        said(Error::response_error("garbage", response(200))),
        said(Error::construction_failure("odd")),
    ]
}

pub fn failures() -> Vec<String> {
    let failures = [
        Failure::still_changing("UPDATING"),
        Failure::out_of_time(false),
        Failure::out_of_time(true),
        Failure::outdated(),
        Failure::too_late(),
        Failure::unanswered(),
        Failure::unknown_ids("DescribeInstances", 2, "i-of-another-form"),
        Failure::repeated_page(Failed::ReadFailed, "DescribeInstances"),
    ];
    failures.into_iter().map(|failure| failure.detail).collect()
}

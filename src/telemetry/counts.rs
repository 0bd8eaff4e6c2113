//! What is counted, in CloudWatch's embedded metric format.

use std::io;

use metrics::{Unit, describe_counter, describe_histogram};
use metrics_cloudwatch_embedded::{Builder, Collector};

/// The CloudWatch namespace of the metrics.
pub const NAMESPACE: &str = "MetadataGuardrail";

/// The metrics that are counted up to the end of an invocation.
#[derive(Clone, Copy)]
pub struct Metrics(&'static Collector);

impl Metrics {
    /// Begins to count, for the whole process.
    ///
    /// # Errors
    /// Something else in the process already counts.
    pub fn start() -> Result<Self, metrics_cloudwatch_embedded::Error> {
        let collector = Builder::new().cloudwatch_namespace(NAMESPACE).init()?;
        describe_counter!("Outcomes", Unit::Count, "Targets, by kind and result");
        describe_counter!("Ignored", Unit::Count, "Events that asked for nothing, by reason");
        describe_counter!("Failures", Unit::Count, "Invocations that failed");
        describe_counter!(
            "ReturnedMessages",
            Unit::Count,
            "Messages that came back to their queue"
        );
        describe_counter!(
            "UnverifiedWrites",
            Unit::Count,
            "Writes that AWS accepted, or may have, and that did not end as they should"
        );
        describe_counter!(
            "UnfinishedTargets",
            Unit::Count,
            "Targets that failed in a sweep, and targets whose write AWS refused for good"
        );
        describe_counter!(
            "UnknownIds",
            Unit::Count,
            "What events name that is not an id of a known form"
        );
        describe_counter!("CompleteSweeps", Unit::Count, "Sweeps that reached everything");
        describe_histogram!("Duration", Unit::Milliseconds, "How long an invocation took");
        Ok(Self(collector))
    }

    /// Writes what was counted since the last time, one line per set of dimensions.
    ///
    /// # Errors
    /// Any error of the writer.
    pub fn flush(&self, writer: impl io::Write) -> io::Result<()> {
        self.0.flush(writer)
    }
}

//! The audit beside the stand-in that it looks at. It runs in this process, without sockets; with
//! tokio's clock paused, what it waits for takes no time.

use aws_config::{
    BehaviorVersion, Region, SdkConfig, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_credential_types::Credentials;
use chrono::{DateTime, Utc};
use clap::Parser;
use metadata_guardrail::aws;
use metadata_guardrail_audit::{
    args::Args,
    audit::audit,
    baseline::Baseline,
    error::Error,
    progress::Progress,
    report::{Report, Resource},
};
use stand_in::{REGION, StandIn};

/// The key of the exception tag.
pub const EXEMPT: &str = "metadata-guardrail:exempt";

/// The audit beside the stand-in that it looks at, on 21 November 2026 in the morning.
pub struct Scene {
    pub aws: StandIn,
    pub now: DateTime<Utc>,
    pub baseline: Option<Baseline>,
}

impl Scene {
    /// With one Region, in which there is nothing yet.
    pub fn new() -> Self {
        let aws = StandIn::without_sockets();
        let now = aws.world().now;
        Self { aws, now, baseline: None }
    }

    /// Audits with these options.
    pub async fn audit(&self, options: &[&str]) -> Result<Report, Error> {
        let program = ["metadata-guardrail-audit"];
        let args = Args::try_parse_from(program.iter().chain(options)).expect("valid options");
        let baseline = self.baseline.clone();
        audit(&args, &self.config().await, baseline, self.now, &Progress::hidden()).await
    }

    /// The report of an audit with these options.
    pub async fn report(&self, options: &[&str]) -> Report {
        self.audit(options).await.expect("a report")
    }

    async fn config(&self) -> SdkConfig {
        let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .endpoint_url(self.aws.url())
            .region(Region::new(REGION))
            .credentials_provider(Credentials::for_tests())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .http_client(self.aws.transport("audit"));
        aws::load(loader).await
    }
}

/// The resource of this id, which must be listed.
#[track_caller]
pub fn by_id<'a>(report: &'a Report, id: &str) -> &'a Resource {
    let found = report.resources.iter().find(|resource| resource.outcome.id == id);
    found.unwrap_or_else(|| panic!("{id} is not among {:?}", report.resources))
}

//! The guardrail's configuration in a time of their own, and how tests move time on.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use aws_config::{
    BehaviorVersion, Region, SdkConfig, stalled_stream_protection::StalledStreamProtectionConfig,
    timeout::TimeoutConfig,
};
use aws_credential_types::Credentials;
use aws_sdk_ec2::config::{AsyncSleep, Sleep};
use aws_smithy_async::time::TimeSource;
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use metadata_guardrail::aws;
use stand_in::REGION;

/// The guardrail's own configuration, with the stand-in as AWS, in a time of its own. AgentCore may
/// have another endpoint.
pub async fn config(url: &str, agentcore_url: Option<&str>) -> SdkConfig {
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::for_tests());
    let config = aws::load(loader).await;
    let clock = Clock::before(config.timeout_config().expect("set by the guardrail"));
    // That protection measures throughput by pauses, and here pauses take no time.
    let unprotected = StalledStreamProtectionConfig::disabled();
    let endpoints =
        Endpoints { agentcore: agentcore_url.unwrap_or(url).to_owned(), others: url.to_owned() };
    let config = config.into_builder().sleep_impl(clock.clone()).time_source(clock);
    config.stalled_stream_protection(unprotected).service_config(endpoints).build()
}

/// What `AWS_ENDPOINT_URL` and its like say.
#[derive(Debug)]
struct Endpoints {
    agentcore: String,
    others: String,
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        let is_endpoint = key.env() == "AWS_ENDPOINT_URL";
        let is_agentcore = key.service_id() == "Bedrock AgentCore Control";
        let url = if is_agentcore { &self.agentcore } else { &self.others };
        is_endpoint.then(|| url.clone())
    }
}

/// The SDK never pauses longer before a retry; what is longer is a timeout of its own.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// A clock that pauses move on at once, such as those before a retry. Only timeouts take their
/// time.
#[derive(Clone, Debug)]
struct Clock {
    timeouts: Vec<Duration>,
    paused: Arc<Mutex<Duration>>,
}

impl Clock {
    fn before(timeouts: &TimeoutConfig) -> Self {
        let timeouts = [
            timeouts.connect_timeout(),
            timeouts.operation_attempt_timeout(),
            timeouts.operation_timeout(),
        ];
        Self { timeouts: timeouts.into_iter().flatten().collect(), paused: Arc::default() }
    }

    fn paused(&self) -> MutexGuard<'_, Duration> {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsyncSleep for Clock {
    fn sleep(&self, pause: Duration) -> Sleep {
        if self.timeouts.contains(&pause) || pause > MAX_PAUSE {
            return Sleep::new(tokio::time::sleep(pause));
        }
        *self.paused() += pause;
        Sleep::new(std::future::ready(()))
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        #[expect(clippy::disallowed_methods, reason = "requests are signed with the time of day")]
        let now = SystemTime::now();
        now + *self.paused()
    }
}

/// So many days before now.
pub fn days_ago(days: i64) -> DateTime<Utc> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the guardrail asks about the days before the real time"
    )]
    let now = DateTime::<Utc>::from(SystemTime::now());
    now - TimeDelta::days(days)
}

/// Time passes, all of it at once, for whoever looks at tokio's clock. What waits for less ends.
pub fn time_passes(time: Duration) {
    tokio::time::pause();
    // The clock is set before the first point at which this waits.
    let _ = tokio::time::advance(time).now_or_never();
    tokio::time::resume();
}

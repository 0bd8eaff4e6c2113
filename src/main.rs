//! Cold start: settings, configuration, and then one invocation after another.

use std::{env, io, process::ExitCode};

use lambda_runtime::{Error, service_fn};
use metadata_guardrail::{
    aws,
    handler::Handler,
    settings::Settings,
    telemetry::{self, Metrics},
};

/// One thread is enough: nearly all the work is waiting for AWS, and at this memory size Lambda
/// gives only a fraction of a core.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let logging = tracing::subscriber::set_global_default(telemetry::subscriber(io::stdout));
    match logging.map_err(Error::from) {
        Ok(()) => serve().await.map_or_else(failed, |()| ExitCode::SUCCESS),
        Err(error) => failed(error),
    }
}

async fn serve() -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    let settings = Settings::read(|name| env::var_os(name))?;
    let metrics = Metrics::start()?;
    let handler = Handler::new(settings, aws::config().await);
    let handle = async |event| {
        let result = handler.handle(event).await;
        metrics
            .flush(io::stdout().lock())
            .inspect_err(|error| tracing::warn!("metrics were lost: {error}"))
            .ok();
        result
    };
    lambda_runtime::run(service_fn(handle)).await
}

fn failed(error: Error) -> ExitCode {
    tracing::error!("{error}");
    ExitCode::FAILURE
}

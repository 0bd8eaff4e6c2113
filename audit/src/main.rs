//! The program: options, credentials, one audit, its reports, and a status.

use std::{
    fs,
    future::pending,
    io::{self, Write},
    process::{self, ExitCode},
};

use aws_config::{
    BehaviorVersion, default_provider::region::DefaultRegionChain,
    profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig,
};
use clap::{Command, CommandFactory, FromArgMatches, parser::ValueSource};
use console::Term;
use metadata_guardrail::aws;
use metadata_guardrail_audit::{
    args::Args,
    audit::audit,
    baseline::Baseline,
    error::Error,
    format::Screen,
    output::Outputs,
    policy::{Policy, actions},
    progress::Progress,
    report::Report,
    status::Status,
};
use tikv_jemallocator::Jemalloc;
use tokio::{
    signal::unix::{SignalKind, signal},
    task::spawn_blocking,
};

const NAME: &str = "metadata-guardrail-audit";

/// Pages of instances come and go by the megabyte. The system's allocator would keep what they took:
/// it made the peak a third higher. `.cargo/config.toml` says how this one works.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

type Ended = Result<Status, (Status, String)>;

#[tokio::main]
async fn main() -> ExitCode {
    let matches = options().get_matches();
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let profile_is_option = matches.value_source("profile") == Some(ValueSource::CommandLine);
    let progress = Progress::on_stderr();
    let ended = run(&args, profile_is_option, &progress).await;
    ended
        .unwrap_or_else(|(status, why)| {
            progress.end();
            // Nobody may be listening on standard error either.
            _ = writeln!(io::stderr(), "{NAME}: {why}");
            status
        })
        .into()
}

/// The options. As with every AWS tool, an empty variable is none.
fn options() -> Command {
    Args::command().mut_args(|arg| {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let variable = arg.get_env().and_then(std::env::var_os);
        if variable.is_some_and(|value| value.is_empty()) { arg.env(None) } else { arg }
    })
}

async fn run(args: &Args, profile_is_option: bool, progress: &Progress) -> Ended {
    if let Some(text) = instead_of_an_audit(args) {
        let result = io::stdout().write_all(&text).map_err(Error::Stdout);
        return written(result, Status::Clean);
    }
    let outputs = Outputs::open(&args.output, args.format).map_err(failed)?;
    let baseline = baseline(args).map_err(failed)?;
    let report = tokio::select! {
        biased;
        status = told_to_end() => {
            Err((status, "Interrupted; no report was written.".to_owned()))
        }
        report = report(args, profile_is_option, baseline, progress) => report.map_err(failed),
    }?;
    let status = Status::of(&report, args.exit_zero);
    // Whoever reads standard output may take long, or never read it.
    let writing =
        spawn_blocking(move || outputs.write(&report, screen(), &mut io::stdout().lock()));
    tokio::select! {
        biased;
        status = told_to_end() => process::exit(status as i32),
        result = writing => {
            let panicked = |error| Err(Error::Stdout(io::Error::other(error)));
            written(result.unwrap_or_else(panicked), status)
        }
    }
}

/// Waits for a signal that tells the program to end, and gives the status with which it does.
async fn told_to_end() -> Status {
    let interrupted = async {
        if tokio::signal::ctrl_c().await.is_err() {
            pending::<()>().await;
        }
    };
    tokio::select! {
        () = interrupted => Status::Interrupted,
        () = signalled(SignalKind::terminate()) => Status::Terminated,
        () = signalled(SignalKind::hangup()) => Status::HungUp,
    }
}

/// Waits for a signal, or forever if nobody can wait for it.
async fn signalled(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signal) => _ = signal.recv().await,
        Err(_) => pending().await,
    }
}

/// What is printed if no audit is asked for.
fn instead_of_an_audit(args: &Args) -> Option<Vec<u8>> {
    if let Some(shell) = args.completions {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Args::command(), NAME, &mut script);
        return Some(script);
    }
    let policy = Policy::allowing(actions(&args.kinds(), args.usage_days.0 > 0));
    let json = || format!("{}\n", serde_json::to_string_pretty(&policy).unwrap_or_default());
    args.print_policy.then(|| json().into_bytes())
}

fn baseline(args: &Args) -> Result<Option<Baseline>, Error> {
    let Some(path) = &args.baseline else { return Ok(None) };
    let text = fs::read_to_string(path)
        .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    Ok(Some(Baseline::read(&text)?))
}

async fn report(
    args: &Args,
    profile_is_option: bool,
    baseline: Option<Baseline>,
    progress: &Progress,
) -> Result<Report, Error> {
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
    if let Some(profile) = &args.profile {
        loader = loader.profile_name(profile);
        if profile_is_option {
            loader = loader.credentials_provider(of_profile(profile).await);
        }
    }
    let config = aws::load(loader).await;
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time of day")]
    let now = std::time::SystemTime::now().into();
    audit(args, &config, baseline, now, progress).await
}

/// The credentials of a profile and no others. What a person names wins over keys that happen to be
/// in the environment, or the audit would be of another account.
async fn of_profile(name: &str) -> ProfileFileCredentialsProvider {
    let region = DefaultRegionChain::builder().profile_name(name).build().region().await;
    let config = ProviderConfig::without_region().with_region(region);
    ProfileFileCredentialsProvider::builder()
        .configure(&config)
        .profile_name(name)
        .build()
}

fn failed(error: Error) -> (Status, String) {
    (error.status(), error.to_string())
}

/// Who closes standard output early has seen enough; what was found stays the status.
fn written(result: Result<(), Error>, status: Status) -> Ended {
    match result {
        Ok(()) => Ok(status),
        Err(Error::Stdout(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            let why = "Standard output was closed before all of it was written.";
            Err((status, why.to_owned()))
        }
        Err(error) => Err(failed(error)),
    }
}

/// What standard output is shown on.
fn screen() -> Screen {
    let terminal = Term::stdout();
    if !terminal.is_term() {
        return Screen::default();
    }
    let columns = terminal.size_checked().map(|(_, columns)| columns);
    Screen { columns, colours: console::colors_enabled() }
}

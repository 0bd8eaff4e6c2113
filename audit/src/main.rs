//! The program: options, credentials, one audit, its reports, and a status.

use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
};

use aws_config::BehaviorVersion;
use clap::{CommandFactory, Parser};
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
    status::Status,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    let progress = Progress::on_stderr();
    let status = tokio::select! {
        status = run(&args, &progress) => status,
        _ = tokio::signal::ctrl_c() => {
            progress.end();
            Err((Status::Interrupted, "Interrupted; no report was written.".to_owned()))
        }
    };
    status
        .unwrap_or_else(|(status, why)| {
            progress.end();
            // Nobody may be listening on standard error either.
            _ = writeln!(io::stderr(), "metadata-guardrail-audit: {why}");
            status
        })
        .into()
}

type Ended = Result<Status, (Status, String)>;

async fn run(args: &Args, progress: &Progress) -> Ended {
    let failed = |error: Error| (error.status(), error.to_string());
    if let Some(shell) = args.completions {
        clap_complete::generate(shell, &mut Args::command(), NAME, &mut io::stdout());
        return Ok(Status::Clean);
    }
    if args.print_policy {
        let policy = Policy::allowing(actions(&args.kinds(), args.usage_days.0 > 0));
        let json = serde_json::to_string_pretty(&policy).unwrap_or_default();
        return written(writeln!(io::stdout(), "{json}").map_err(Error::Stdout), Status::Clean);
    }
    let outputs = Outputs::open(&args.output, args.format).map_err(failed)?;
    let baseline = baseline(args).map_err(failed)?;
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12());
    if let Some(profile) = args.profile.as_deref().filter(|profile| !profile.is_empty()) {
        loader = loader.profile_name(profile);
    }
    let config = aws::load(loader).await;
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the time of day")]
    let now = std::time::SystemTime::now().into();
    let report = audit(args, &config, baseline, now, progress).await.map_err(failed)?;
    let status = Status::of(&report, args.exit_zero);
    written(outputs.write(&report, screen(), &mut io::stdout().lock()), status)
}

const NAME: &str = "metadata-guardrail-audit";

fn baseline(args: &Args) -> Result<Option<Baseline>, Error> {
    let Some(path) = &args.baseline else { return Ok(None) };
    let text = fs::read_to_string(path)
        .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    Ok(Some(Baseline::read(&text)?))
}

/// Who closes standard output early has seen enough; what was found stays the status.
fn written(result: Result<(), Error>, status: Status) -> Ended {
    match result {
        Ok(()) => Ok(status),
        Err(Error::Stdout(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            let why = "Standard output was closed before all of it was written.";
            Err((status, why.to_owned()))
        }
        Err(error) => Err((error.status(), error.to_string())),
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

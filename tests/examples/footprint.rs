//! `cargo run --example footprint -- PATH`: what a built binary costs Lambda, on Linux.
//! `--at-most-mib N` makes it fail when that is more memory than this.
//!
//! Each run starts the binary anew, in Lambda's environment, and hands it one event, of an instance
//! that allows version 1: three calls to EC2, the last of which writes. AWS is the stand-in, over
//! plain HTTP. So the root certificates are loaded, but nothing is encrypted.

#[allow(dead_code, unused_imports, reason = "shared with the tests, which use more of it")]
#[path = "../support"]
mod support {
    pub mod harness;
    pub mod names;
    pub mod runtime_api;
}

use std::{env, fs, path::Path, process::ExitCode, time::Duration};

use comfy_table::{Table, presets};
use metadata_guardrail::patience::Stopwatch;
use serde_json::json;
use stand_in::StandIn;
use tokio::process::Child;

use self::support::{
    harness::running,
    names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, INSTANCE, MODIFY_INSTANCE},
    runtime_api::{RuntimeApi, binary},
};

const RUNS: usize = 21;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let (path, limit) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [path] => (path, None),
        [path, "--at-most-mib", limit] => (path, Some(limit.parse::<f64>().expect("a number"))),
        _ => panic!("give the path of a binary, and then --at-most-mib and a number if you like"),
    };
    let path = fs::canonicalize(path).expect("the binary is there");
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(run(&path).await);
    }
    let memory = Spread::of(runs.iter().map(|run| run.peak_memory));
    let milliseconds = |times: fn(&Run) -> Duration| {
        Spread::of(runs.iter().map(|run| times(run).as_secs_f64() * 1e3))
    };
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL_CONDENSED)
        .set_header(["", "least", "median", "most"]);
    table.add_row(memory.row("peak memory", "MiB"));
    table.add_row(
        milliseconds(|run| run.cold_start)
            .row("from the start to the first request for an event", "ms"),
    );
    table.add_row(milliseconds(|run| run.event).row("from the event to its response", "ms"));
    println!("{table}");
    match limit {
        Some(limit) if memory.median > limit => {
            eprintln!("One event takes more than {limit} MiB of memory.");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// What one run cost.
struct Run {
    /// In MiB, the binary's own pages included.
    peak_memory: f64,
    cold_start: Duration,
    event: Duration,
}

async fn run(path: &Path) -> Run {
    let aws = StandIn::start().await;
    aws.world().add_instance(INSTANCE);
    let mut api = RuntimeApi::start([running(INSTANCE)], Duration::from_secs(300)).await;
    let mut command =
        binary(path, &[("AWS_LAMBDA_RUNTIME_API", &api.address), ("AWS_ENDPOINT_URL", &aws.url())]);
    let stopwatch = Stopwatch::start();
    let mut lambda = command.spawn().expect("it starts");
    while_it_runs(&mut lambda, api.requests.recv()).await;
    let cold_start = stopwatch.elapsed();
    let stopwatch = Stopwatch::start();
    let reply = while_it_runs(&mut lambda, api.replies.recv()).await;
    let event = stopwatch.elapsed();
    let peak_memory = peak_memory(lambda.id().expect("it still runs"));
    assert_eq!(reply.body["counts"], json!({"enforced": 1}), "{}", reply.body);
    assert_eq!(aws.operations(), [DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE]);
    Run { peak_memory, cold_start, event }
}

/// What the binary does, unless it ends instead.
async fn while_it_runs<T>(lambda: &mut Child, deed: impl Future<Output = Option<T>>) -> T {
    tokio::select! {
        done = deed => done.expect("the other end is kept"),
        status = lambda.wait() => panic!("the binary has ended: {status:?}"),
    }
}

/// The most memory a process has used so far, in MiB; the kernel's own figure.
fn peak_memory(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the figure");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}

struct Spread {
    least: f64,
    median: f64,
    most: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<_> = values.collect();
        values.sort_by(f64::total_cmp);
        Self { least: values[0], median: values[values.len() / 2], most: values[values.len() - 1] }
    }

    fn row(&self, name: &str, unit: &str) -> [String; 4] {
        let value = |value: f64| format!("{value:.1} {unit}");
        [name.to_owned(), value(self.least), value(self.median), value(self.most)]
    }
}

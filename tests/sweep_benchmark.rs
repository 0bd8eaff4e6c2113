//! `cargo run --example sweep_benchmark`: what a sweep costs. `-- limits` shows it under EC2's own request limits, in
//! real time, which takes some minutes.
//!
//! The stand-in runs in a process of its own, so that the memory that is measured is the guardrail's alone.

#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod harness;
mod stand_in;

use std::{
    collections::BTreeMap,
    env, fs, io,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, SystemTime},
};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use comfy_table::{Table, presets};
use harness::sample;
use lambda_runtime::{Context, LambdaEvent};
use metadata_guardrail::{
    aws::{self, Clients},
    handler::{Guardrail, InvocationError},
    patience::Stopwatch,
    response::Response,
    settings::Settings,
};
use stand_in::{ACCOUNT, REGION, StandIn};

const MODIFY: &str = "ModifyInstanceMetadataOptions";
/// EC2's documented limit on changes: a bucket of 100 requests, refilled with 5 a second.
const LIMIT: (u32, f64) = (100, 5.0);

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["world", fleet, wrong, limited] => {
            host(fleet.parse().expect("a number"), wrong.parse().expect("a number"), limited == "true").await;
        }
        ["limits"] => under_limits(2_000).await,
        _ => by_fleet().await,
    }
}

/// Fleets of which one instance in a hundred allows version 1.
async fn by_fleet() {
    let mut table = table(["instances", "wrong", "DescribeInstances", "DescribeTags", "writes", "peak memory", "time"]);
    for fleet in [1_000, 10_000, 100_000] {
        let mut world = World::start(fleet, fleet / 100, false);
        let (response, time) = sweep(&world.url).await;
        assert_eq!((response.counts["enforced"], complete(&response)), (fleet / 100, true));
        let calls = world.calls();
        let count = |operation: &str| calls.get(operation).map_or(0, |calls| calls.values().sum::<u64>()).to_string();
        table.add_row([
            fleet.to_string(),
            (fleet / 100).to_string(),
            count("DescribeInstances"),
            count("DescribeTags"),
            count(MODIFY),
            format!("{} MiB", peak_memory() / 1024),
            format!("{:.1} s", time.as_secs_f64()),
        ]);
    }
    println!("{table}");
}

/// One sweep after the other, until nothing is left.
async fn under_limits(wrong: usize) {
    let mut world = World::start(wrong, wrong, true);
    let mut table = table(["sweep", "enforced", "failed", "accepted so far", "refused so far", "time"]);
    for number in 1.. {
        let (response, time) = sweep(&world.url).await;
        let calls = world.calls();
        let by_answer = &calls[MODIFY];
        let count = |answer: &str| by_answer.get(answer).copied().unwrap_or_default().to_string();
        let ended = |result: &str| response.counts.get(result).copied().unwrap_or_default().to_string();
        table.add_row([
            number.to_string(),
            ended("enforced"),
            ended("failed"),
            count(""),
            count("RequestLimitExceeded"),
            format!("{:.0} s", time.as_secs_f64()),
        ]);
        println!("{table}");
        if complete(&response) && !response.has_failed() {
            break;
        }
    }
}

async fn sweep(url: &str) -> (Response, Duration) {
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::for_tests());
    let guardrail = Guardrail::new(Settings::default(), Clients::new(&aws::load(loader).await));
    let stopwatch = Stopwatch::start();
    let response = guardrail.handle(LambdaEvent::new(sample("guardrail-sweep-due.json"), context())).await;
    let response = match response {
        Ok(response) => response,
        Err(InvocationError::RemediationFailed(response)) => *response,
        Err(error) => panic!("{error}"),
    };
    (response, stopwatch.elapsed())
}

fn complete(response: &Response) -> bool {
    response.sweep.as_ref().is_some_and(|sweep| sweep.complete)
}

/// A function with its 300 seconds.
fn context() -> Context {
    #[expect(clippy::disallowed_methods, reason = "Lambda gives the deadline as a time of day")]
    let deadline = SystemTime::now() + Duration::from_secs(300);
    let deadline = deadline.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_millis();
    let mut context = Context::default();
    context.deadline = u64::try_from(deadline).expect("in range");
    context.invoked_function_arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:metadata-guardrail");
    context
}

/// The stand-in in its own process.
struct World {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    url: String,
}

/// How often each operation was called, by the error it was answered with.
type Calls = BTreeMap<String, BTreeMap<String, u64>>;

impl World {
    fn start(fleet: usize, wrong: usize, limited: bool) -> Self {
        let mut process = Command::new(env::current_exe().expect("this program"))
            .args(["world", &fleet.to_string(), &wrong.to_string(), &limited.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = process.stdin.take().expect("piped");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        let mut world = Self { process, input, output, url: String::new() };
        world.url = world.line();
        world
    }

    fn calls(&mut self) -> Calls {
        writeln!(self.input, "calls").expect("it listens");
        serde_json::from_str(&self.line()).expect("JSON")
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it answers");
        line.trim().to_owned()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Hosts a world; every line of input is answered with the calls so far.
async fn host(fleet: usize, wrong: usize, limited: bool) {
    let aws = StandIn::start().await;
    for number in 0..fleet {
        let mut world = aws.world();
        let instance = world.add_instance(&format!("i-{number:017x}"));
        if number >= wrong {
            instance.http_tokens("required");
        }
    }
    if limited {
        aws.world().limit(MODIFY, LIMIT.0, LIMIT.1);
    }
    println!("{}", aws.url());
    loop {
        let line = tokio::task::spawn_blocking(|| io::stdin().lines().next()).await.expect("not cancelled");
        if !matches!(line, Some(Ok(_))) {
            return;
        }
        let mut calls = Calls::new();
        for call in aws.calls() {
            *calls.entry(call.operation).or_default().entry(call.error.unwrap_or_default()).or_default() += 1;
        }
        println!("{}", serde_json::to_string(&calls).expect("JSON"));
    }
}

/// The most memory this process has used so far, in KiB; the kernel's own figure.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the figure");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(header);
    table
}

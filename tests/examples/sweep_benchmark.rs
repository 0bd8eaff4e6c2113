//! `cargo run --example sweep_benchmark`: what a sweep costs. In real time, which takes some
//! minutes, `-- limits` shows sweeps under EC2's own request limits, `-- three` a sweep beside two
//! processes with events, and `-- throttle` how long one event takes whose requests AWS refuses
//! three times.
//!
//! The stand-in runs in a process of its own, so that the memory that is measured is the
//! guardrail's alone.

#[allow(dead_code, unused_imports, reason = "shared with the tests, which use more of it")]
#[path = "../support"]
mod support {
    pub mod harness;
    pub mod names;
}

use std::{
    collections::BTreeMap,
    env, fs, io,
    io::{BufRead, BufReader, Write},
    ops::{Range, Sub},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, SystemTime},
};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use comfy_table::{Table, presets};
use metadata_guardrail::{
    aws,
    guardrail::Guardrail,
    invocation::{Call, answer},
    pacer::WriteRate,
    patience::Stopwatch,
    response::{Answer, InvocationError, Response},
    settings::{Mode, Settings},
};
use serde_json::Value;
use stand_in::{Fault, REGION, StandIn};

use self::support::{
    harness::{due, function_arn, running, started},
    names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, INSTANCE, MODIFY_INSTANCE},
};

/// EC2's documented limit on changes: a bucket of 100 requests, refilled with 5 a second.
const LIMIT: (u32, f64) = (100, 5.0);
/// How long a sweep of 300 seconds writes before its margin of 60 begins.
const SWEEP_SECONDS: f64 = 240.0;
/// No pace, to see what a sweep costs apart from it.
const AT_ONCE: WriteRate = WriteRate { burst: 100_000, per_second: 1_000 };

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["world", fleet, wrong, limited] => {
            host(number(fleet), number(wrong), limited == "true").await
        }
        ["sweep", url] => tell(sweep(url).await),
        ["events", url, first, last] => tell(events(url, number(first)..number(last)).await),
        ["limits"] => under_limits(2_000).await,
        ["three"] => three_at_once().await,
        ["throttle"] => through_a_throttle().await,
        _ => by_fleet().await,
    }
}

/// Fleets of which one instance in a hundred allows version 1.
async fn by_fleet() {
    let mut table = table([
        "instances",
        "wrong",
        DESCRIBE_INSTANCES,
        DESCRIBE_TAGS,
        "writes",
        "peak memory",
        "time",
    ]);
    for fleet in [1_000, 10_000, 100_000] {
        let mut world = World::start(fleet, fleet / 100, false);
        let (response, time) = sweep_at(&world.url, AT_ONCE).await;
        assert_eq!((response.counts["enforced"], complete(&response)), (fleet / 100, true));
        let calls = world.calls();
        let count = |operation: &str| {
            calls.get(operation).map_or(0, |calls| calls.values().sum::<u64>()).to_string()
        };
        table.add_row([
            fleet.to_string(),
            (fleet / 100).to_string(),
            count(DESCRIBE_INSTANCES),
            count(DESCRIBE_TAGS),
            count(MODIFY_INSTANCE),
            format!("{} MiB", peak_memory() / 1024),
            format!("{:.1} s", time.as_secs_f64()),
        ]);
    }
    println!("{table}");
}

/// One sweep after the other, until nothing is left. How much of its own pace a sweep uses is
/// measured from its first write to the moment at which no other turn comes, or to its end.
async fn under_limits(wrong: usize) {
    let mut world = World::start(wrong, wrong, true);
    let mut table = table(["sweep", "enforced", "failed", "of its pace", "refused", "time"]);
    let (rate, mut balance) = (
        WriteRate::default(),
        f64::from(u32::try_from(WriteRate::default().burst).expect("small")),
    );
    let guardrail = guardrail(&world.url, rate).await;
    for sweep in 1.. {
        let before = world.writes();
        let (response, time) = handle(&guardrail, due()).await;
        let sent = world.writes() - before;
        let lasted = time.as_secs_f64().min(SWEEP_SECONDS);
        let allowed = balance + lasted * f64::from(rate.per_second);
        balance = (allowed - f64::from(sent.sent)).clamp(0.0, balance);
        table.add_row([
            sweep.to_string(),
            ended(&response, "enforced").to_string(),
            ended(&response, "failed").to_string(),
            format!("{:.1} %", 100.0 * f64::from(sent.sent) / allowed),
            sent.refused_share(),
            format!("{:.0} s", time.as_secs_f64()),
        ]);
        println!("{table}");
        if complete(&response) && !response.has_failed() {
            break;
        }
    }
}

/// A sweep and two processes with events, each with a guardrail of its own, share what EC2 allows.
async fn three_at_once() {
    let mut world = World::start(1_400, 1_400, true);
    let url = world.url.clone();
    let processes = [
        ("a sweep", vec!["sweep".to_owned(), url.clone()]),
        ("events", vec!["events".to_owned(), url.clone(), "0".to_owned(), "200".to_owned()]),
        ("events", vec!["events".to_owned(), url, "200".to_owned(), "400".to_owned()]),
    ];
    let processes = processes.map(|(name, arguments)| {
        let program = env::current_exe().expect("this program");
        (
            name,
            Command::new(program)
                .args(arguments)
                .stdout(Stdio::piped())
                .spawn()
                .expect("it starts"),
        )
    });
    let mut table = table(["process", "enforced", "failed", "time"]);
    for (name, process) in processes {
        let output = process.wait_with_output().expect("it ends");
        let told: BTreeMap<String, f64> =
            serde_json::from_slice(&output.stdout).expect("what it tells");
        table.add_row([
            name.to_owned(),
            told["enforced"].to_string(),
            told["failed"].to_string(),
            format!("{:.0} s", told["seconds"]),
        ]);
    }
    println!("{table}\nRefused of all writes: {}", world.writes().refused_share());
}

/// One event in a new process' state: a read that fails once, and a write that is throttled twice.
async fn through_a_throttle() {
    const RUNS: usize = 20;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let aws = StandIn::start().await;
        aws.world().add_instance(INSTANCE);
        aws.world().fault(DESCRIBE_INSTANCES, Fault::Internal, 1);
        aws.world().fault(MODIFY_INSTANCE, Fault::Throttled, 2);
        let guardrail = guardrail(&aws.url(), WriteRate::default()).await;
        let (response, time) = handle(&guardrail, running(INSTANCE)).await;
        assert_eq!(ended(&response, "enforced"), 1, "{:?}", response.outcomes);
        times.push(time.as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    println!("{RUNS} runs: median {:.1} s, worst {:.1} s", times[RUNS / 2], times[RUNS - 1]);
}

/// What a process tells the one that started it.
fn tell((response, time): (Response, Duration)) {
    let count = |result: &str| f64::from(u32::try_from(ended(&response, result)).expect("few"));
    let told = [
        ("enforced", count("enforced")),
        ("failed", count("failed")),
        ("seconds", time.as_secs_f64()),
    ];
    println!("{}", serde_json::to_string(&BTreeMap::from(told)).expect("JSON"));
}

async fn sweep(url: &str) -> (Response, Duration) {
    sweep_at(url, WriteRate::default()).await
}

async fn sweep_at(url: &str, rate: WriteRate) -> (Response, Duration) {
    handle(&guardrail(url, rate).await, due()).await
}

/// Launches of fifty instances each, one after the other.
async fn events(url: &str, numbers: Range<usize>) -> (Response, Duration) {
    let (guardrail, whole) = (guardrail(url, WriteRate::default()).await, Stopwatch::start());
    let mut all = Response::new(Mode::Enforce);
    let ids: Vec<_> = numbers.map(instance_id).collect();
    for batch in ids.chunks(50) {
        let (response, _) = handle(&guardrail, started(batch.iter().map(String::as_str))).await;
        response.outcomes.into_iter().for_each(|outcome| all.add(outcome));
    }
    (all, whole.elapsed())
}

async fn guardrail(url: &str, rate: WriteRate) -> Guardrail {
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::for_tests());
    Guardrail::new(Settings::default(), aws::load(loader).await).with_write_rate(rate)
}

async fn handle(guardrail: &Guardrail, event: Value) -> (Response, Duration) {
    let stopwatch = Stopwatch::start();
    let response = match answer(guardrail, None, None, event, &call()).await {
        Ok(Answer::Event(response)) | Err(InvocationError::RemediationFailed(response)) => {
            *response
        }
        Ok(Answer::Batch(_)) => panic!("the answer to an event is not one to a batch"),
        Err(error) => panic!("{error}"),
    };
    (response, stopwatch.elapsed())
}

fn ended(response: &Response, result: &str) -> usize {
    response.counts.get(result).copied().unwrap_or_default()
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn instance_id(number: usize) -> String {
    format!("i-{number:017x}")
}

fn complete(response: &Response) -> bool {
    response.sweep.as_ref().is_some_and(|sweep| sweep.complete)
}

/// Lambda calls a function with 300 seconds.
fn call() -> Call {
    #[expect(clippy::disallowed_methods, reason = "the guardrail is told the real time")]
    let now = SystemTime::now();
    Call {
        request_id: String::new(),
        function_arn: function_arn(),
        now: now.into(),
        remaining: Duration::from_secs(300),
    }
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

/// Writes that were sent, and those of them that EC2 refused because there were too many.
#[derive(Clone, Copy)]
struct Writes {
    sent: u32,
    refused: u32,
}

impl Writes {
    fn refused_share(self) -> String {
        format!(
            "{} of {} ({:.1} %)",
            self.refused,
            self.sent,
            100.0 * f64::from(self.refused) / f64::from(self.sent)
        )
    }
}

impl Sub for Writes {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self { sent: self.sent - earlier.sent, refused: self.refused - earlier.refused }
    }
}

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

    fn writes(&mut self) -> Writes {
        let calls = self.calls();
        let by_answer = calls.get(MODIFY_INSTANCE).cloned().unwrap_or_default();
        let refused = by_answer.get("RequestLimitExceeded").copied().unwrap_or_default();
        let few = |number: u64| u32::try_from(number).expect("few");
        Writes { sent: few(by_answer.values().sum()), refused: few(refused) }
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
        let instance = world.add_instance(&instance_id(number));
        if number >= wrong {
            instance.http_tokens("required");
        }
    }
    if limited {
        aws.world().limit(MODIFY_INSTANCE, LIMIT.0, LIMIT.1);
    }
    println!("{}", aws.url());
    loop {
        let line = tokio::task::spawn_blocking(|| io::stdin().lines().next())
            .await
            .expect("not cancelled");
        if !matches!(line, Some(Ok(_))) {
            return;
        }
        let mut calls = Calls::new();
        for call in aws.calls() {
            *calls
                .entry(call.operation)
                .or_default()
                .entry(call.error.unwrap_or_default())
                .or_default() += 1;
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

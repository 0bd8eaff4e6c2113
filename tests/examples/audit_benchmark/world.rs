//! A big account, in a process of its own.

use std::{
    collections::BTreeMap,
    env, fs, io,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Duration,
};

use stand_in::StandIn;

use super::account::{Runtimes, fill};

/// What each call takes, apart from what the stand-in itself needs for it.
const LATENCY: Duration = Duration::from_millis(20);

/// How EC2 and AgentCore say that there were too many requests.
const THROTTLES: [&str; 2] = ["RequestLimitExceeded", "ThrottlingException"];

/// The requests of each operation.
pub type Calls = BTreeMap<String, Count>;

/// How many requests there were, and how many of them AWS refused because there were too many.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize, serde::Serialize)]
pub struct Count {
    pub sent: usize,
    pub refused: usize,
}

/// The account, with full buckets and no calls so far.
pub struct World {
    pub url: String,
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl World {
    pub fn start(ages: Runtimes) -> Self {
        let mut process = Command::new(env::current_exe().expect("this program"))
            .args(arguments(ages))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let input = process.stdin.take().expect("piped");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        let mut world = Self { url: String::new(), process, input, output };
        world.url = world.line();
        world
    }

    pub fn calls(&mut self) -> Calls {
        writeln!(self.input, "calls").expect("it listens");
        serde_json::from_str(&self.line()).expect("JSON")
    }

    /// How long the stand-in has computed so far, in seconds, to a hundredth.
    pub fn cpu_seconds(&self) -> f64 {
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("Linux");
        // The name of the program may hold spaces. After it come the fields from the third on.
        let (_, fields) = stat.rsplit_once(") ").expect("a name in parentheses");
        let ticks = fields.split(' ').skip(11).take(2);
        ticks.map(|ticks| ticks.parse::<f64>().expect("a number")).sum::<f64>() / TICKS_PER_SECOND
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

/// What tells this program to host such an account.
pub fn arguments(ages: Runtimes) -> &'static [&'static str] {
    match ages {
        Runtimes::OfAllAges => &["world"],
        Runtimes::AllOld => &["world", "old"],
    }
}

/// Hosts the account; every line of input is answered with the calls so far.
pub async fn host(ages: Runtimes) {
    let aws = StandIn::start().await;
    fill(&aws, ages, LATENCY);
    println!("{}", aws.url());
    loop {
        let line = tokio::task::spawn_blocking(|| io::stdin().lines().next())
            .await
            .expect("not cancelled");
        if !matches!(line, Some(Ok(_))) {
            return;
        }
        println!("{}", serde_json::to_string(&calls(&aws)).expect("JSON"));
    }
}

fn calls(aws: &StandIn) -> Calls {
    let mut calls = Calls::new();
    for call in aws.calls() {
        let count = calls.entry(call.operation).or_default();
        count.sent += 1;
        count.refused += usize::from(call.error.is_some_and(|code| THROTTLES.contains(&&*code)));
    }
    calls
}

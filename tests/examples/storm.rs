//! `cargo run --example storm`: storms on virtual time, and what a scale-out costs.
//!
//! - `-- --seeds 100`: the storms of a hundred seeds, and everything that does not hold
//! - `-- --seed N`: the storm of one seed, with its log
//! - `-- --scale-out 400`: so many instances start within seconds
//! - `-- --sweeps`: what a sweep of much that is wrong takes, with two timeouts of the function

#[allow(dead_code, unused_imports, reason = "shared with the tests, which use more of it")]
#[path = "../support"]
mod support {
    pub mod harness;
    pub mod names;
}

#[allow(dead_code, unused_imports, reason = "shared with the tests, which use more of it")]
#[path = "../storm"]
mod storm {
    pub mod checks;
    pub mod function;
    pub mod long_sweep;
    pub mod people;
    pub mod plan;
    pub mod play;
    pub mod scale_out;
    pub mod stack;
    pub mod tally;
    pub mod time;
    pub mod told;
    pub mod work;
}

use std::{env, process::ExitCode, thread, time::Duration};

use comfy_table::{Table, presets};
use stand_in::EventSource;

use self::{
    storm::{
        checks::violations,
        long_sweep::{Wrong, sweep},
        play::play,
        scale_out::{ASSUMPTIONS, Figures, scale_out},
        stack,
        tally::Tally,
    },
    support::names::{DESCRIBE_INSTANCES, DESCRIBE_TAGS, MODIFY_INSTANCE},
};

/// The batching windows that are compared, in seconds; the first one is the stack's own.
const WINDOWS: [u64; 5] = [1, 0, 5, 10, 20];
/// How many invocations there are at once where each message is one of its own.
const ONE_BY_ONE: usize = 24;

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--seed", seed] => one(number(seed)),
        ["--seeds", seeds] => many(number(seeds)),
        ["--scale-out", instances] => costs(number(instances)),
        ["--sweeps"] => sweeps(),
        [] => many(20),
        _ => {
            eprintln!("storm [--seeds NUMBER | --seed SEED | --scale-out INSTANCES | --sweeps]");
            ExitCode::FAILURE
        }
    }
}

fn number(text: &str) -> u64 {
    text.parse().expect("a number")
}

/// One storm with its log.
fn one(seed: u64) -> ExitCode {
    let storm = play(seed);
    println!("{}\n{}", storm.log(), Tally::of(&storm));
    tell(1, &violations(&storm))
}

/// The storms of the first seeds, on as many threads as there are cores.
fn many(seeds: u64) -> ExitCode {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (mut tally, mut all) = (Tally::default(), Vec::new());
    thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || several((0..seeds).skip(first).step_by(threads))))
            .collect();
        for thread in started {
            let (more, violations) = thread.join().expect("no storm panics");
            tally += more;
            all.extend(violations);
        }
    });
    println!("{tally}");
    tell(seeds, &all)
}

fn several(seeds: impl Iterator<Item = u64>) -> (Tally, Vec<String>) {
    let (mut tally, mut all) = (Tally::default(), Vec::new());
    for storm in seeds.map(play) {
        tally += Tally::of(&storm);
        all.extend(violations(&storm));
    }
    (tally, all)
}

fn tell(storms: u64, violations: &[String]) -> ExitCode {
    violations.iter().for_each(|said| println!("{said}"));
    if violations.is_empty() {
        let plural = if storms == 1 { "" } else { "s" };
        println!("{storms} storm{plural}: everything held.");
        return ExitCode::SUCCESS;
    }
    println!(
        "{storms} storms: {} times something did not hold. Replay one: \
         cargo run --example storm -- --seed N",
        violations.len()
    );
    ExitCode::FAILURE
}

/// What a scale-out costs, with several batching windows.
fn costs(instances: u64) -> ExitCode {
    println!("{instances} instances start. {ASSUMPTIONS}");
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header([
        "batching window",
        "enforced",
        "invocations (failed)",
        "billed",
        DESCRIBE_INSTANCES,
        DESCRIBE_TAGS,
        MODIFY_INSTANCE,
        "p50, p99 from message to enforced",
    ]);
    let windows = WINDOWS
        .map(|seconds| (format!("{seconds} s"), stack::events(Duration::from_secs(seconds))));
    let one_by_one =
        EventSource { batch_size: 1, concurrency: ONE_BY_ONE, ..stack::events(Duration::ZERO) };
    for (name, mapping) in windows.into_iter().chain([("no batches".to_owned(), one_by_one)]) {
        let figures = scale_out(usize::try_from(instances).expect("few"), &mapping);
        table.add_row(row(name, &figures));
    }
    println!("{table}\nCalls are accepted + refused.");
    ExitCode::SUCCESS
}

/// What a sweep takes that finds much wrong, by the timeout of the function.
fn sweeps() -> ExitCode {
    println!(
        "Assumed: EC2 and AgentCore apply their documented limits, and a call takes 20 to 80 ms."
    );
    let mut table = Table::new();
    let heading = [
        "wrong",
        "timeout",
        "invocations",
        "until it is done",
        "billed",
        "left",
        "endpoints unread",
    ];
    table.load_style(presets::UTF8_FULL_CONDENSED).set_header(heading);
    let minutes = |time: Duration| format!("{:.1} min", time.as_secs_f64() / 60.0);
    for (name, wrong) in [
        ("3000 instances", Wrong::Instances(3_000)),
        ("1000 runtimes, 10 s each", Wrong::Runtimes(1_000, Duration::from_secs(10))),
        ("200 runtimes, 150 s each", Wrong::Runtimes(200, Duration::from_secs(150))),
        ("none of 1000 runtimes", Wrong::Nothing(1_000)),
    ] {
        for seconds in [300, 900] {
            let figures = sweep(wrong, Duration::from_secs(seconds));
            table.add_row([
                name.to_owned(),
                format!("{seconds} s"),
                figures.invocations.to_string(),
                minutes(figures.took),
                minutes(figures.billed),
                figures.left.to_string(),
                figures.unlisted.to_string(),
            ]);
        }
    }
    println!("{table}");
    ExitCode::SUCCESS
}

fn row(name: String, figures: &Figures) -> [String; 8] {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let calls = |operation| {
        let (accepted, refused) = figures.calls(operation);
        format!("{accepted} + {refused}")
    };
    [
        name,
        format!("{} of {}", figures.enforced, figures.open),
        format!("{} ({})", figures.invocations, figures.failed),
        seconds(figures.billed),
        calls(DESCRIBE_INSTANCES),
        calls(DESCRIBE_TAGS),
        calls(MODIFY_INSTANCE),
        format!("{}, {}", seconds(figures.percentile(50)), seconds(figures.percentile(99))),
    ]
}

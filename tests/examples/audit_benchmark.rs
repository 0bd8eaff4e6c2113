//! `cargo run --example audit_benchmark -- AUDIT PROWLER`: what an audit of a big account costs,
//! beside a plain script that does the same. `AUDIT` is the path of the built program. `PROWLER` is
//! that of another tool's, whose one check of instances runs too; without it, it is left out.
//!
//! `python3` must be found on the PATH and have boto3. The stand-in runs in a process of its own
//! and computes on the same machine, so what it needs is shown too. Runs on Linux only.

#[allow(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../support"]
mod support {
    pub mod names;
}

#[path = "audit_benchmark"]
mod parts {
    pub mod account;
    pub mod run;
    pub mod world;
}

use std::{env, fs, path::PathBuf};

use comfy_table::{Table, presets};

use self::parts::{
    account::{Runtimes, least_calls, open},
    run::{Run, Tool},
    world::{Count, host},
};

/// Each tool runs this often, in turns, each time with a new account.
const ROUNDS: usize = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["world"] => host(Runtimes::OfAllAges).await,
        ["world", "old"] => host(Runtimes::AllOld).await,
        [audit] => compare(&Tool::all(&program(audit), None)),
        [audit, prowler] => compare(&Tool::all(&program(audit), Some(&program(prowler)))),
        _ => panic!("give the path of the audit, and then that of Prowler if you like"),
    }
}

fn program(path: &str) -> PathBuf {
    fs::canonicalize(path).expect("the program is there")
}

fn compare(tools: &[Tool]) {
    let mut runs: Vec<Vec<Run>> = tools.iter().map(|_| Vec::new()).collect();
    for round in 1..=ROUNDS {
        for (tool, runs) in tools.iter().zip(&mut runs) {
            let run = tool.run();
            eprintln!("round {round}: {} took {:.2} s", tool.name, run.seconds);
            runs.push(run);
        }
    }
    println!("{}\n{}", costs(tools, &runs), calls(tools, &runs));
    println!("They agree that {} resources are open.", open());
}

fn costs(tools: &[Tool], runs: &[Vec<Run>]) -> Table {
    let mut table = table();
    table.set_header(["", "time", "user CPU", "peak memory", "CPU of the stand-in"]);
    for (tool, runs) in tools.iter().zip(runs) {
        let spread = |figure: fn(&Run) -> f64, unit| spread(runs.iter().map(figure), unit);
        table.add_row([
            tool.name.to_owned(),
            spread(|run| run.seconds, "s"),
            spread(|run| run.user_seconds, "s"),
            spread(|run| run.peak_kib / 1024.0, "MiB"),
            spread(|run| run.stand_in_seconds, "s"),
        ]);
    }
    table
}

/// The calls of the last run of each tool, beside the least that would do.
fn calls(tools: &[Tool], runs: &[Vec<Run>]) -> Table {
    let mut table = table();
    let names = tools.iter().map(|tool| tool.name);
    table.set_header(["calls", "least"].into_iter().chain(names));
    let least = least_calls();
    for (operation, least) in &least {
        let mut row = vec![(*operation).to_owned(), least.to_string()];
        row.extend(runs.iter().map(|runs| {
            let last = runs.last().expect("each tool ran");
            let Count { sent, refused } = last.calls.get(*operation).copied().unwrap_or_default();
            if refused == 0 { sent.to_string() } else { format!("{sent}, {refused} refused") }
        }));
        table.add_row(row);
    }
    let mut others = vec!["others".to_owned(), "0".to_owned()];
    others.extend(runs.iter().map(|runs| {
        let last = runs.last().expect("each tool ran");
        let unlisted = last.calls.iter().filter(|(name, _)| !least.contains_key(name.as_str()));
        unlisted.map(|(_, count)| count.sent).sum::<usize>().to_string()
    }));
    table.add_row(others);
    table
}

/// The median, and between which figures all of them are.
fn spread(figures: impl Iterator<Item = f64>, unit: &str) -> String {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let (least, most) = (figures[0], figures[figures.len() - 1]);
    format!("{:.2} {unit} ({least:.2} to {most:.2})", figures[figures.len() / 2])
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table
}

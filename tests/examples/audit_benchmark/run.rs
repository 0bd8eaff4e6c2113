//! One run of a tool in a new account, and what it took.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
};

use serde::Deserialize;
use serde_json::Value;

use super::{
    account::{Runtimes, instances_with_v1, open},
    world::{Calls, World},
};

/// A program that looks for what is open, and how to learn from it what it found.
pub struct Tool {
    pub name: &'static str,
    ages: Runtimes,
    program: Vec<PathBuf>,
    /// Where it says how many resources are open.
    says: Says,
}

enum Says {
    /// In the first sentence of the table that it prints.
    Table,
    /// In a member of the report in this file.
    Report(PathBuf),
    /// In a member of what it prints.
    Stdout,
    /// In a table that it prints: the instances that allow version 1. It knows neither runtimes nor
    /// exceptions.
    Prowler,
}

/// What a run took.
#[derive(Deserialize)]
pub struct Run {
    pub seconds: f64,
    pub user_seconds: f64,
    pub peak_kib: f64,
    status: i32,
    stdout: String,
    #[serde(skip)]
    pub stand_in_seconds: f64,
    #[serde(skip)]
    pub calls: Calls,
}

impl Tool {
    /// The audit as a person reads it, the same with old runtimes only, the audit as a program
    /// reads it, the script, and Prowler's one check, if there is a Prowler.
    pub fn all(audit: &Path, prowler: Option<&Path>) -> Vec<Self> {
        let report = env::temp_dir().join(format!("audit-benchmark-{}.json", process::id()));
        let all = ["--all".as_ref(), "--output".as_ref(), report.as_path()];
        let program = |parts: &[&Path]| parts.iter().map(|part| part.to_path_buf()).collect();
        let findings = env::temp_dir().join(format!("audit-benchmark-{}", process::id()));
        let prowler = prowler.map(|prowler| Self {
            name: "Prowler, one check",
            ages: Runtimes::OfAllAges,
            program: [prowler.as_os_str()]
                .into_iter()
                .chain("aws -c ec2_instance_imdsv2_enabled -M csv -o".split(' ').map(str::as_ref))
                .chain([findings.as_os_str()])
                .map(PathBuf::from)
                .collect(),
            says: Says::Prowler,
        });
        [
            Self {
                name: "audit",
                ages: Runtimes::OfAllAges,
                program: program(&[audit]),
                says: Says::Table,
            },
            Self {
                name: "audit, old runtimes",
                ages: Runtimes::AllOld,
                program: program(&[audit]),
                says: Says::Table,
            },
            Self {
                name: "audit --all --output x.json",
                ages: Runtimes::OfAllAges,
                program: program(&[&[audit], &all[..]].concat()),
                says: Says::Report(report.clone()),
            },
            Self {
                name: "boto3 script",
                ages: Runtimes::OfAllAges,
                program: program(&["python3".as_ref(), &beside("list_all.py")]),
                says: Says::Stdout,
            },
        ]
        .into_iter()
        .chain(prowler)
        .collect()
    }

    /// Runs it in a new account, and checks that it found what is open there.
    pub fn run(&self) -> Run {
        let mut world = World::start(self.ages);
        let before = world.cpu_seconds();
        let output = Command::new("python3")
            .arg(beside("measure.py"))
            .args(&self.program)
            .env_clear()
            .envs(path().map(|path| ("PATH", path)))
            .envs([
                ("AWS_ENDPOINT_URL", world.url.as_str()),
                ("AWS_REGION", "us-east-1"),
                ("AWS_DEFAULT_REGION", "us-east-1"),
                ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
                ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                ("AWS_CONFIG_FILE", "/dev/null"),
                ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
                ("HOME", env::temp_dir().to_str().expect("UTF-8")),
            ])
            .stderr(Stdio::inherit())
            .output()
            .expect("python3 starts");
        let mut run: Run = serde_json::from_slice(&output.stdout).expect("what it took");
        run.stand_in_seconds = world.cpu_seconds() - before;
        run.calls = world.calls();
        self.check(&run);
        run
    }

    fn check(&self, run: &Run) {
        let (status, agrees) = match &self.says {
            Says::Table => {
                // It writes 2,040.
                let text = run.stdout.replace(',', "");
                (1, text.contains(&format!("; {} are open", open())))
            }
            Says::Report(path) => {
                let report = fs::read_to_string(path).expect("it wrote a report");
                (1, number(&report, "/summary/resources/open") == open())
            }
            Says::Stdout => (0, number(&run.stdout, "/open") == open()),
            Says::Prowler => (3, run.stdout.contains(&format!("({}) Failed", instances_with_v1()))),
        };
        let Self { name, .. } = self;
        assert_eq!(run.status, status, "the status of {name}");
        let said = run.stdout.lines().next().unwrap_or_default();
        assert!(agrees, "{name} found something else to be open: {said}");
    }
}

fn number(json: &str, pointer: &str) -> usize {
    let json: Value = serde_json::from_str(json).expect("JSON");
    let number = json.pointer(pointer).and_then(Value::as_u64).expect("a number");
    usize::try_from(number).expect("few")
}

/// Where programs are found: the one variable that a run has from its surroundings.
fn path() -> Option<OsString> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark is started by a person")]
    env::var_os("PATH")
}

fn beside(script: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/examples/audit_benchmark")
        .join(script)
}

//! The built program beside a stand-in that listens, in an environment with nothing in it but what
//! a test puts there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use serde_json::Value;
use stand_in::{REGION, StandIn};
use tempfile::TempDir;
use tokio::process::Command;

use super::schema::assert_fits;

/// The program, as cargo built it for these tests.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_metadata-guardrail-audit");
/// What every sentence of the program begins with.
pub const NAME: &str = "metadata-guardrail-audit: ";
/// An instance that still allows IMDSv1.
pub const OPEN: &str = "i-0a1b2c3d4e5f60001";

/// The program, the AWS that it asks, and the home of the person who runs it.
pub struct Built {
    pub aws: StandIn,
    home: TempDir,
}

/// What became of one run.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Built {
    /// With an account of one Region in which everything is safe.
    pub async fn new() -> Self {
        let aws = StandIn::start().await;
        aws.world().account_defaults.http_tokens("required");
        Self { aws, home: tempfile::tempdir().expect("a folder for a home") }
    }

    /// With an account in which one instance is open.
    pub async fn with_open_instance() -> Self {
        let built = Self::new().await;
        built.aws.world().add_instance(OPEN);
        built
    }

    /// The path of a file in the home, which is also where the program is run.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// The content of a file in the home.
    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
    }

    /// Writes a file in the home, and its folder before it.
    #[track_caller]
    pub fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
        fs::write(path, content).expect("a new file");
    }

    /// The names of everything in the home, in order.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path()).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> =
            names.map(|name| name.into_string().expect("names here are UTF-8")).collect();
        names.sort();
        names
    }

    /// The program with these options, in the home, with credentials from the environment.
    pub fn command(&self, options: &[&str]) -> Command {
        let mut command = self.other_command(Path::new(PROGRAM));
        command.args(options);
        command
    }

    /// Another program in the same environment.
    pub fn other_command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .current_dir(self.home.path())
            .env("HOME", self.home.path())
            .env("PATH", "/usr/bin:/bin")
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
            .env("AWS_REGION", REGION)
            .env("AWS_ENDPOINT_URL", self.aws.url())
            // No test may find the role of the machine that it runs on.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// The same as [`Built::command`], but without credentials in the environment.
    pub fn command_without_credentials(&self, options: &[&str]) -> Command {
        let mut command = self.command(options);
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        command
    }

    /// Runs the program with these options to its end.
    pub async fn run(&self, options: &[&str]) -> Ran {
        ended(&mut self.command(options)).await
    }

    /// The report, as the program prints it with these options and `--format json`. It fits the
    /// schema.
    pub async fn json(&self, options: &[&str]) -> Value {
        let ran = self.run(&[options, &["--format", "json"]].concat()).await;
        let report: Value =
            serde_json::from_str(&ran.stdout).unwrap_or_else(|why| panic!("{why}: {ran:?}"));
        assert_fits(&report);
        report
    }
}

/// Runs a command to its end.
pub async fn ended(command: &mut Command) -> Ran {
    let running = command.spawn().expect("it starts");
    running.wait_with_output().await.expect("it ends").into()
}

impl From<Output> for Ran {
    fn from(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
        Self { status: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

impl Ran {
    /// That it ended with this status and one line of sentences on standard error, with these
    /// words in it.
    #[track_caller]
    pub fn assert_said(&self, status: i32, words: &str) {
        assert_eq!(self.status, Some(status), "{self:?}");
        let said = self.stderr.strip_prefix(NAME).unwrap_or_else(|| panic!("{self:?}"));
        let line = said.strip_suffix(".\n").unwrap_or_else(|| panic!("{self:?}"));
        assert!(!line.contains(|letter: char| letter.is_control()), "{self:?}");
        assert!(line.contains(words), "{words:?} is not in {self:?}");
    }

    /// That it ended with this status and was silent on standard error.
    #[track_caller]
    pub fn assert_silent(&self, status: i32) {
        assert_eq!((self.status, self.stderr.as_str()), (Some(status), ""), "{self:?}");
    }

    /// That clap refused the options with these words, and printed nothing else.
    #[track_caller]
    pub fn assert_refused(&self, words: &str) {
        assert_eq!((self.status, self.stdout.as_str()), (Some(2), ""), "{self:?}");
        let first = self.stderr.lines().next().unwrap_or_default();
        assert!(first.starts_with("error: ") && first.contains(words), "{self:?}");
    }
}

//! The programs that stand behind those of the shell.

use std::{env, path::PathBuf};

use tokio::process::Command;

use crate::support::files::audit;

/// What this machine may lack, and `.ci/run` installs or builds.
pub struct Programs {
    /// Python with the AWS CLI and the SAM CLI.
    pub python: PathBuf,
    pub audit: PathBuf,
}

const NOT_HERE: &str = "this machine has no jq, or no python3 with awscli and aws-sam-cli, or the \
                        audit is not built: `cargo test --workspace` builds it";

impl Programs {
    /// `None` where one of them is missing, or `jq` is.
    pub async fn find() -> Option<Self> {
        let jq = Command::new("jq").arg("--version").output().await;
        if let (Some(python), Some(audit), Ok(_)) = (python().await, audit(), jq) {
            return Some(Self { python, audit });
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a switch of the tests, not a setting of the guardrail"
        )]
        let required = env::var_os("REQUIRE_AWS_CLI").is_some();
        assert!(!required, "{NOT_HERE}");
        println!("skipped: {NOT_HERE}");
        None
    }
}

async fn python() -> Option<PathBuf> {
    let script = "import awscli.botocore, samcli, sys; print(sys.executable)";
    let output = Command::new("python3").args(["-c", script]).output().await;
    let python = output.ok().filter(|output| output.status.success())?;
    let path = String::from_utf8(python.stdout).expect("a path");
    Some(path.trim().into())
}

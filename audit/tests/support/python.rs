//! Python, so that a report is read by somebody else's code too.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use serde_json::Value;

/// Runs a script that reads `input` from its standard input and writes JSON.
///
/// Returns `None` if this machine has no python3 with the module; `.ci/run` installs it, and
/// `REQUIRE_PYTHON` makes that a failure.
pub fn run(module: &str, script: &str, input: &[u8]) -> Option<Value> {
    let import = Command::new("python3").args(["-c", &format!("import {module}")]).output();
    if !import.is_ok_and(|output| output.status.success()) {
        #[expect(
            clippy::disallowed_methods,
            reason = "a switch of the tests, not a setting of the audit"
        )]
        let required = std::env::var_os("REQUIRE_PYTHON").is_some();
        assert!(!required, "python3 has no {module} here");
        println!("skipped: this machine has no python3 with {module}");
        return None;
    }
    let mut python = Command::new("python3")
        .args(["-X", "utf8", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 was there");
    python
        .stdin
        .take()
        .expect("it is piped")
        .write_all(input)
        .expect("the script reads it all");
    let output = python.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("the script answers in JSON"))
}

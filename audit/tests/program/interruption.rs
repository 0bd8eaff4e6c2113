//! A person who does not wait for the end.

use std::time::Duration;

use tokio::{process::Command, sync::oneshot};

use crate::support::built::{Built, OPEN, Ran, ended};

const BEFORE: &str = "what was there before";

#[tokio::test]
async fn an_interrupted_audit_says_so_and_leaves_every_file_as_it_was() {
    let built = Built::with_open_instance().await;
    built.write("old.json", BEFORE);
    let ran = interrupted(&built, &["-o", "old.json", "-o", "new.html"], "DescribeInstances").await;
    ran.assert_said(130, "Interrupted; no report was written");
    assert_eq!(ran.stdout, "");
    assert_eq!(built.read("old.json"), BEFORE);
    assert_eq!(built.files(), ["old.json"]);
}

#[tokio::test]
async fn an_audit_is_interrupted_before_its_first_answer_too() {
    let built = Built::new().await;
    let ran = interrupted(&built, &["-o", "new.json"], "GetCallerIdentity").await;
    ran.assert_said(130, "Interrupted; no report was written");
    assert_eq!(built.files(), [""; 0]);
}

/// Runs the program until AWS works on this operation, which takes ages, and interrupts it.
async fn interrupted(built: &Built, options: &[&str], operation: &str) -> Ran {
    let (asked, is_asked) = oneshot::channel();
    built.aws.world().after(operation, |world| {
        world.latency = Duration::from_secs(3600);
        _ = asked.send(());
    });
    let program = built.command(options).spawn().expect("it starts");
    is_asked.await.expect("AWS is asked");
    let id = program.id().expect("it still runs").to_string();
    let kill = Command::new("sh").args(["-c", &format!("kill -INT {id}")]).status().await;
    assert!(kill.expect("a shell").success());
    program.wait_with_output().await.expect("it ends").into()
}

#[tokio::test]
async fn a_reader_that_goes_away_leaves_one_sentence_and_the_status() {
    let built = Built::with_open_instance().await;
    let mut program = built.command(&[]).spawn().expect("it starts");
    drop(program.stdout.take());
    let ran: Ran = program.wait_with_output().await.expect("it ends").into();
    ran.assert_said(1, "Standard output was closed before all of it was written");
}

#[tokio::test]
async fn a_reader_that_goes_away_before_the_policy_does_no_harm() {
    let built = Built::new().await;
    for option in ["--print-policy", "--completions=bash", "--help", "--version"] {
        let mut program = built.command(&[option]).spawn().expect("it starts");
        drop(program.stdout.take());
        let ran: Ran = program.wait_with_output().await.expect("it ends").into();
        assert!(!ran.stderr.contains("panicked"), "{option}: {ran:?}");
        assert!(ran.stderr.lines().count() <= 1, "{option}: {ran:?}");
        assert_eq!(ran.status, Some(0), "{option}: {ran:?}");
    }
}

#[tokio::test]
async fn a_file_is_complete_although_the_reader_of_the_table_went_away() {
    let built = Built::with_open_instance().await;
    let mut shell = built.other_command("/bin/sh".as_ref());
    let script = "\"$0\" --output report.csv | head -n 1 > /dev/null";
    ended(shell.args(["-c", script, crate::support::built::PROGRAM])).await;
    assert!(built.read("report.csv").contains(OPEN));
}

#[tokio::test]
async fn nobody_on_standard_error_does_no_harm() {
    let built = Built::new().await;
    let mut program = built.command(&["--as-of", "2020-01-01"]).spawn().expect("it starts");
    drop(program.stderr.take());
    let ran: Ran = program.wait_with_output().await.expect("it ends").into();
    assert_eq!(ran.status, Some(2), "{ran:?}");
}

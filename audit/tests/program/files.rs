//! The files that reports are written to.

use std::{
    fs,
    os::unix::fs::{FileTypeExt, PermissionsExt, symlink},
    process::Stdio,
};

use serde_json::Value;
use stand_in::Fault;

use crate::support::{
    built::{Built, OPEN, Ran, ended},
    schema::assert_fits,
};

const BEFORE: &str = "what was there before";

#[tokio::test]
async fn an_audit_that_fails_leaves_every_file_as_it_was() {
    let built = Built::with_open_instance().await;
    built.write("old.json", BEFORE);
    built.aws.account().credentials_are_expired = true;
    let ran = built.run(&["--output", "old.json", "--output", "new.html"]).await;
    assert_eq!(ran.status, Some(3), "{ran:?}");
    assert_eq!(built.read("old.json"), BEFORE);
    assert_eq!(built.files(), ["old.json"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_found_before_any_call() {
    let built = Built::new().await;
    // A folder in which even the system's administrator cannot make a file.
    for path in ["/proc/report.json", "/proc/version/report.json", "/dev/full/report.json"] {
        let ran = built.run(&["--output", "first.json", "--output", path]).await;
        ran.assert_said(2, &format!("{path} cannot be written: "));
        assert_eq!(ran.stdout, "");
    }
    assert_eq!(built.aws.calls(), []);
    assert_eq!(built.files(), [""; 0]);
}

#[tokio::test]
async fn a_file_whose_owner_forbade_writing_is_found_before_any_call() {
    let built = Built::new().await;
    built.write("old.json", BEFORE);
    built.write("folder/old.json", BEFORE);
    fs::set_permissions(built.path("old.json"), PermissionsExt::from_mode(0o444)).expect("mine");
    fs::set_permissions(built.path("folder"), PermissionsExt::from_mode(0o555)).expect("mine");
    // Who runs as the administrator may write everywhere.
    let is_bound = fs::OpenOptions::new().write(true).open(built.path("old.json")).is_err();
    if is_bound {
        let paths = ["old.json", "folder/old.json", "folder/new.json"];
        for path in paths {
            let ran = built.run(&["--output", path]).await;
            ran.assert_said(2, &format!("{path} cannot be written: Permission denied"));
        }
        assert_eq!(built.aws.calls(), []);
    }
    assert_eq!(built.read("old.json"), BEFORE);
    fs::set_permissions(built.path("folder"), PermissionsExt::from_mode(0o755)).expect("mine");
}

#[tokio::test]
async fn each_file_has_the_format_that_its_suffix_names() {
    let built = Built::with_open_instance().await;
    let names = ["a.txt", "a.json", "A.NDJSON", "a.csv", "a.html", "a.ocsf.json"];
    let options: Vec<_> = names.iter().flat_map(|name| ["--output", name]).collect();
    let ran = built.run(&options).await;
    ran.assert_silent(1);
    assert!(ran.stdout.contains(OPEN), "the table is still printed: {ran:?}");
    assert_eq!(built.read("a.txt"), ran.stdout);
    let report: Value = serde_json::from_str(&built.read("a.json")).expect("JSON");
    assert_fits(&report);
    assert_eq!(report["resources"][0]["id"], OPEN);
    assert!(built.read("A.NDJSON").starts_with("{\"type\":\"report\""));
    assert!(built.read("a.csv").starts_with("standing,kind,region,id,"));
    let findings: Value = serde_json::from_str(&built.read("a.ocsf.json")).expect("JSON");
    assert_eq!(findings[0]["class_uid"], 2003);
    assert!(built.read("a.html").contains(OPEN));
    assert_eq!(built.files().len(), names.len());
}

#[tokio::test]
async fn the_option_names_the_format_of_files_whose_suffix_names_none() {
    let built = Built::with_open_instance().await;
    let ran = built
        .run(&["--format", "csv", "--output", "report", "-o", "report.csv", "-o", "audit.log"])
        .await;
    ran.assert_silent(1);
    assert_eq!(built.read("report"), built.read("report.csv"));
    assert_eq!(built.read("report"), built.read("audit.log"));
    assert!(!ran.stdout.starts_with("standing,"), "standard output stays a table: {ran:?}");
}

#[tokio::test]
async fn the_option_names_the_format_of_standard_output_if_there_is_no_file() {
    let built = Built::with_open_instance().await;
    let ran = built.run(&["--format", "csv"]).await;
    ran.assert_silent(1);
    assert!(ran.stdout.starts_with("standing,kind,region,id,"), "{ran:?}");
}

#[tokio::test]
async fn a_file_that_exists_is_replaced_as_a_whole() {
    let built = Built::new().await;
    built.write("report.json", &"x".repeat(100_000));
    built.run(&["--output", "report.json"]).await.assert_silent(0);
    let report: Value = serde_json::from_str(&built.read("report.json")).expect("JSON");
    assert_fits(&report);
    assert_eq!(report["schema"], "metadata-guardrail-audit/1");
    assert_eq!(built.files(), ["report.json"]);
}

#[tokio::test]
async fn the_report_of_an_audit_that_missed_something_is_written_too() {
    let built = Built::with_open_instance().await;
    built.aws.world().fault("DescribeInstances", Fault::AccessDenied, usize::MAX);
    built.run(&["--output", "report.json"]).await.assert_silent(3);
    let report: Value = serde_json::from_str(&built.read("report.json")).expect("JSON");
    assert_fits(&report);
    assert_eq!(report["not_seen"][0]["reason"], "access_denied");
}

#[tokio::test]
async fn a_link_stays_a_link_and_what_it_leads_to_is_replaced() {
    let built = Built::new().await;
    built.write("folder/old.json", BEFORE);
    symlink("folder/old.json", built.path("link.json")).expect("a link");
    built.run(&["--output", "link.json"]).await.assert_silent(0);
    let link = fs::symlink_metadata(built.path("link.json")).expect("it is there");
    assert!(link.is_symlink());
    assert!(built.read("folder/old.json").starts_with('{'));
    assert_eq!(built.files(), ["folder", "link.json"]);
}

#[tokio::test]
async fn a_link_that_leads_nowhere_yet_stays_a_link_too() {
    let built = Built::new().await;
    symlink("new.json", built.path("link.json")).expect("a link");
    built.run(&["--output", "link.json"]).await.assert_silent(0);
    let link = fs::symlink_metadata(built.path("link.json")).expect("it is there");
    assert!(link.is_symlink());
    assert!(built.read("new.json").starts_with('{'));
}

#[tokio::test]
async fn two_names_of_one_file_are_refused() {
    let built = Built::new().await;
    built.write("old.json", BEFORE);
    symlink("old.json", built.path("link.json")).expect("a link");
    let ran = built.run(&["--output", "old.json", "--output", "link.json"]).await;
    ran.assert_said(2, "link.json is named twice");
    assert_eq!(built.read("old.json"), BEFORE);
}

#[tokio::test]
async fn a_device_is_written_to_and_never_replaced() {
    let built = Built::new().await;
    built.run(&["--format", "json", "--output", "/dev/null"]).await.assert_silent(0);
    let device = fs::metadata("/dev/null").expect("it is there");
    assert!(device.file_type().is_char_device());
}

#[tokio::test]
async fn a_report_can_go_to_the_standard_output_of_the_program_by_its_name() {
    let built = Built::new().await;
    let ran = built.run(&["--format", "json", "--output", "/dev/stderr"]).await;
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.stderr.starts_with('{'), "{ran:?}");
}

#[tokio::test]
async fn a_pipe_gets_the_report_and_stays_a_pipe() {
    let built = Built::with_open_instance().await;
    let made = ended(built.other_command("/usr/bin/mkfifo".as_ref()).arg("pipe.json")).await;
    assert_eq!(made.status, Some(0), "{made:?}");
    let reader = built
        .other_command("/bin/cat".as_ref())
        .arg("pipe.json")
        .spawn()
        .expect("cat is everywhere");
    built.run(&["--output", "pipe.json"]).await.assert_silent(1);
    let read: Ran = reader.wait_with_output().await.expect("it ends").into();
    let report: Value = serde_json::from_str(&read.stdout).expect("JSON");
    assert_eq!(report["resources"][0]["id"], OPEN);
    let pipe = fs::metadata(built.path("pipe.json")).expect("it is there");
    assert!(pipe.file_type().is_fifo());
}

#[tokio::test]
async fn who_may_read_a_new_file_is_for_the_umask_to_say() {
    let built = Built::new().await;
    for (umask, expected) in [("022", 0o644), ("077", 0o600), ("002", 0o664)] {
        let script = format!("umask {umask}; exec \"$0\" --output {umask}.json");
        let mut shell = built.other_command("/bin/sh".as_ref());
        ended(shell.args(["-c", &script, crate::support::built::PROGRAM]))
            .await
            .assert_silent(0);
        let made = fs::metadata(built.path(&format!("{umask}.json"))).expect("it is there");
        assert_eq!(made.permissions().mode() & 0o777, expected, "umask {umask}");
    }
}

#[tokio::test]
async fn a_file_that_exists_keeps_its_permissions() {
    let built = Built::new().await;
    built.write("report.json", BEFORE);
    fs::set_permissions(built.path("report.json"), PermissionsExt::from_mode(0o640)).expect("mine");
    built.run(&["--output", "report.json"]).await.assert_silent(0);
    let made = fs::metadata(built.path("report.json")).expect("it is there");
    assert_eq!(made.permissions().mode() & 0o777, 0o640);
}

#[tokio::test]
async fn a_full_disk_is_told_and_gives_2() {
    let built = Built::with_open_instance().await;
    let ran = built.run(&["--format", "json", "--output", "/dev/full"]).await;
    ran.assert_said(2, "/dev/full cannot be written: No space left on device");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let mut command = built.command(&[]);
    let ran = ended(command.stdout(Stdio::from(full))).await;
    ran.assert_said(2, "Standard output cannot be written: No space left on device");
}

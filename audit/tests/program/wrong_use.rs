//! What a person gets wrong: one message that says so, status 2, and no call that is not needed.

use crate::support::built::Built;

/// Options that clap refuses, and words of its message.
const REFUSED: [(&[&str], &str); 11] = [
    (&["--as-of", "2026-13-01"], "it is not a day of the form YYYY-MM-DD"),
    (&["--as-of", "2026-1-1"], "it is not a day of the form YYYY-MM-DD"),
    (&["--as-of", "+2026-01-1"], "it is not a day of the form YYYY-MM-DD"),
    (&["--usage-days", "91"], "it can be a number of days from 0 to 90"),
    (&["--usage-days=-1"], "it can be a number of days from 0 to 90"),
    (&["--usage-days", "a week"], "it can be a number of days from 0 to 90"),
    (&["--only", "volumes"], "invalid value 'volumes'"),
    (&["--format", "xml"], "invalid value 'xml'"),
    (&["--exception-tag", ""], "--exception-tag"),
    (&["--runtime-authorizer", "enforce"], "required arguments were not provided"),
    (&["everything"], "unexpected argument 'everything'"),
];

/// What the program itself finds wrong before it asks AWS anything.
const WRONG: [(&[&str], &str); 10] = [
    (&["--as-of", "2999-01-01", "--usage-days", "14"], "cannot be used together"),
    (&["--as-of", "2020-01-01"], "2020-01-01 has passed"),
    (&["--output", "report"], "The suffix of report names no format"),
    (&["--output", "report.pdf"], "The suffix of report.pdf names no format"),
    (&["--output", "report.csv", "--format", "json"], "names another format than --format json"),
    (&["--output", "a.json", "--output", "a.json"], "a.json is named twice"),
    (&["--output", "a.json", "--output", "./a.json"], "a.json is named twice"),
    (&["--output", "nowhere/report.json"], "nowhere/report.json cannot be written: No such file"),
    (&["--output", "folder.json"], "folder.json cannot be written: is a directory"),
    (&["--baseline", "nowhere.json"], "nowhere.json cannot be read: No such file"),
];

#[tokio::test]
async fn options_that_are_wrong_in_themselves_are_refused_before_any_call() {
    let built = Built::new().await;
    for (options, words) in REFUSED {
        built.run(options).await.assert_refused(words);
    }
    assert_eq!(built.aws.calls(), []);
}

#[tokio::test]
async fn options_that_cannot_be_followed_are_refused_before_any_call() {
    let built = Built::new().await;
    std::fs::create_dir(built.path("folder.json")).expect("a new folder");
    for (options, words) in WRONG {
        built.run(options).await.assert_said(2, words);
    }
    assert_eq!(built.aws.calls(), []);
    assert_eq!(built.files(), ["folder.json"]);
}

#[tokio::test]
async fn an_unknown_region_is_named_and_no_region_is_looked_at() {
    let built = Built::new().await;
    let ran = built.run(&["--region", "eu-nowhere-1"]).await;
    ran.assert_said(2, "\"eu-nowhere-1\" is no Region of the partition aws");
    assert_eq!(ran.stdout, "");
    assert_eq!(built.aws.operations(), ["GetCallerIdentity", "DescribeRegions"]);
}

#[tokio::test]
async fn a_region_that_is_no_host_name_is_refused_in_a_sentence() {
    let built = Built::new().await;
    for region in ["", "eu west 1", "eu-west-1.evil.example/", "*", "eu-west-1\u{1b}[31m"] {
        let ran = built.run(&["--region", region]).await;
        assert_eq!((ran.status, &*ran.stdout), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("it is not the code of a Region"), "{ran:?}");
    }
    assert_eq!(built.aws.calls(), []);
}

#[tokio::test]
async fn a_disabled_region_is_named_and_no_region_is_looked_at() {
    let built = Built::new().await;
    built.aws.account().disabled_regions.insert("ap-east-1".to_owned());
    let ran = built.run(&["--region", "ap-east-1,eu-west-1"]).await;
    ran.assert_said(2, "The Region ap-east-1 is not enabled in this account");
    assert_eq!(ran.stdout, "");
    assert!(!built.aws.operations().iter().any(|name| name == "DescribeInstances"));
}

#[tokio::test]
async fn a_baseline_that_is_no_report_is_refused_before_any_call() {
    let built = Built::new().await;
    let texts = [
        ("", "The baseline is not a report of this program"),
        ("{", "The baseline is not a report of this program"),
        ("[]", "The baseline is not a report of this program"),
        (r#"{"schema": "something/2"}"#, "The baseline has the schema \"something/2\""),
    ];
    for (text, words) in texts {
        built.write("old.json", text);
        built.run(&["--baseline", "old.json"]).await.assert_said(2, words);
    }
    std::fs::write(built.path("old.json"), b"\xff\xfe").expect("a file");
    built
        .run(&["--baseline", "old.json"])
        .await
        .assert_said(2, "old.json cannot be read: stream did not contain valid UTF-8");
    assert_eq!(built.aws.calls(), []);
}

#[tokio::test]
async fn a_baseline_of_another_account_is_refused_before_any_region_is_looked_at() {
    let built = Built::new().await;
    built.run(&["--output", "old.json"]).await.assert_silent(0);
    let other = built.read("old.json").replace("111122223333", "444455556666");
    built.write("old.json", &other);
    let before = built.aws.calls().len();
    built
        .run(&["--baseline", "old.json"])
        .await
        .assert_said(2, "The baseline is a report of the account \"444455556666\"");
    assert_eq!(built.aws.operations()[before..], ["GetCallerIdentity", "DescribeRegions"]);
}

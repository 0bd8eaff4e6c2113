//! The format `csv`.

use csv::ReaderBuilder;
use metadata_guardrail_audit::{format::Format, report::Report};
use serde_json::json;

use crate::support::{
    python,
    reports::{empty, saying, written},
    sample::{self, HOSTILE},
};

const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

#[test]
fn a_report_of_nothing_is_a_header() {
    assert_eq!(
        written(Format::Csv, &empty()),
        "standing,kind,region,id,arn,result,reason,setting,hop_limit,source,exempt_until,\
         imdsv1_calls,findings,detail,remedy,account,launch_template,launch_template_version,\
         auto_scaling_group\r\n"
    );
}

#[test]
fn ordinary_texts_stay_as_they_are() {
    let texts = [
        "",
        "It is pending.",
        "Käse, 東京; \"quoted\" | piped",
        "i-0a1b2c3d4e5f60001 has a hop limit of 1 - its containers may lose it.",
        "aws ec2 modify-instance-metadata-options --http-tokens required",
        "a=1",
        "me@example.com",
    ];
    assert_eq!(details(&saying(&texts.map(str::to_owned))), texts);
}

#[test]
fn a_report_reads_as_its_snapshot() {
    insta::assert_snapshot!(written(Format::Csv, &sample::report()).replace("\r\n", "␍\n"));
}

#[test]
fn every_resource_and_every_unseen_kind_has_a_line() {
    let report = sample::report();
    let unseen: usize = report.not_seen.iter().map(|not_seen| not_seen.kinds.len()).sum();
    let rows = rows(&written(Format::Csv, &report));
    assert_eq!(rows.len(), 1 + unseen + report.resources.len());
    assert_eq!(rows[1][..3], ["not_seen", "ec2_instance", "eu-south-2"]);
}

#[test]
fn a_formula_gets_an_apostrophe() {
    let cases = [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "  '=1"),
        ("\"=1", "\"'=1"),
        ("＝1", "'＝1"),
        ("－1", "'－1"),
        // A spreadsheet of another language separates cells by semicolons.
        ("a;=1", "a;'=1"),
        ("a, \"=1", "a, \"'=1"),
    ];
    let (texts, expected): (Vec<_>, Vec<_>) =
        cases.iter().map(|(text, expected)| ((*text).to_owned(), *expected)).unzip();
    assert_eq!(details(&saying(&texts)), expected);
}

#[test]
fn no_text_of_any_kind_begins_a_formula() {
    let alphabet = [
        "", "=", "+", "-", "@", "＝", "＋", "－", "＠", " ", "\u{a0}", "\u{3000}", "\t", "\r",
        "\n", "\"", "'", "\u{feff}", "\u{200b}", ",", ";", "|", "a",
    ];
    let mut texts = vec![HOSTILE.to_owned()];
    for first in alphabet {
        for second in alphabet {
            texts.extend(alphabet.iter().map(|third| format!("{first}{second}{third}1")));
        }
    }
    let cells = details(&saying(&texts));
    assert_eq!(cells.len(), texts.len());
    for (text, cell) in texts.iter().zip(cells) {
        for piece in cell.split([',', ';', '|', '\t', '\r', '\n']) {
            let invisible =
                |char: char| char.is_whitespace() || "\"\u{feff}\u{200b}".contains(char);
            let shown = piece.trim_start_matches(invisible);
            assert!(!shown.starts_with(FORMULA), "{text:?} became {cell:?}");
        }
    }
}

#[test]
fn no_text_begins_a_line() {
    let report = saying(&[HOSTILE.to_owned(), "a\r\nopen,ec2_instance".to_owned()]);
    let text = written(Format::Csv, &report);
    assert_eq!(text.chars().filter(|char| char.is_control()).collect::<String>(), "\r\n\r\n\r\n");
    assert_eq!(details(&report)[1], r"a\r\nopen,ec2_instance");
}

#[test]
fn python_reads_the_same_cells() {
    let text = written(Format::Csv, &sample::report());
    let script = "import csv, io, json, sys
text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='')
print(json.dumps(list(csv.reader(text, strict=True))))";
    let Some(by_python) = python::run("csv", script, text.as_bytes()) else { return };
    assert_eq!(by_python, json!(rows(&text)));
}

/// The cells of the column `detail`.
fn details(report: &Report) -> Vec<String> {
    let mut rows = rows(&written(Format::Csv, report)).into_iter();
    let header = rows.next().expect("a header");
    let detail = header.iter().position(|name| name == "detail").expect("a column");
    rows.map(|mut row| row.swap_remove(detail)).collect()
}

/// All lines, the header too.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| record.expect("it is CSV").iter().map(str::to_owned).collect())
        .collect()
}

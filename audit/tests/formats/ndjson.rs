//! The format `ndjson`.

use metadata_guardrail_audit::format::Format;
use serde_json::{Value, json};

use crate::support::{
    mutations, python,
    reports::{empty, saying, written},
    sample,
    schema::faults,
};

#[test]
fn a_report_of_nothing_is_one_line() {
    let text = written(Format::Ndjson, &empty());
    assert!(text.ends_with("}\n"), "{text:?}");
    let [report] = &lines(&text)[..] else { panic!("one line: {text}") };
    assert_eq!(report["type"], "report");
}

#[test]
fn the_summary_comes_first_then_what_was_not_seen() {
    let lines = lines(&written(Format::Ndjson, &sample::report()));
    let types: Vec<_> = lines.iter().map(|line| line["type"].as_str().unwrap_or("none")).collect();
    assert_eq!(types[..3], ["report", "not_seen", "resource"]);
    assert!(types[2..].iter().all(|&one| one == "resource"), "{types:?}");
    assert_eq!(types.len(), 2 + sample::report().resources.len());
}

#[test]
fn the_lines_together_say_what_json_says() {
    let mut lines = lines(&written(Format::Ndjson, &sample::report()));
    for line in &mut lines {
        line.as_object_mut().expect("an object").remove("type");
    }
    let resources = lines.split_off(2);
    let [mut report, not_seen] = <[Value; 2]>::try_from(lines).expect("two lines");
    report["not_seen"] = json!([not_seen]);
    report["resources"] = json!(resources);
    let whole: Value =
        serde_json::from_str(&written(Format::Json, &sample::report())).expect("it is JSON");
    assert_eq!(report, whole);
}

#[test]
fn every_line_fits_the_schema() {
    let lines = lines(&written(Format::Ndjson, &sample::report()));
    let Some(faults) = faults("#/$defs/line", &lines) else { return };
    assert!(faults.iter().all(Option::is_none), "{faults:#?}");
}

#[test]
fn the_schema_refuses_lines_that_are_wrong() {
    let lines = lines(&written(Format::Ndjson, &sample::report()));
    let mut wrong = Vec::new();
    for line in &lines[..3] {
        wrong.extend(mutations::with_one_more_member(line));
        for other in ["report", "not_seen", "resource", "summary"] {
            if line["type"] != other {
                wrong.push(mutations::with(line, "/type", json!(other)));
            }
        }
    }
    let (what, documents): (Vec<_>, Vec<_>) = wrong.into_iter().unzip();
    let Some(faults) = faults("#/$defs/line", &documents) else { return };
    let accepted: Vec<_> = what.iter().zip(faults).filter(|(_, fault)| fault.is_none()).collect();
    assert!(accepted.is_empty(), "{accepted:#?}");
}

#[test]
fn no_text_breaks_a_line() {
    let hostile = "\n\r\u{b}\u{c}\u{1c}\u{1d}\u{1e}\u{85}\u{2028}\u{2029}";
    let texts = ["a\u{2028}".to_owned(), hostile.to_owned(), format!("{hostile}b{hostile}")];
    let text = written(Format::Ndjson, &saying(&texts));

    let read: Vec<_> = lines(&text)[1..].iter().map(|line| line["detail"].clone()).collect();
    assert_eq!(read, texts);

    let script = "import json, sys
print(json.dumps([json.loads(line).get('detail') for line in sys.stdin.read().splitlines()][1:]))";
    let Some(by_python) = python::run("json", script, text.as_bytes()) else { return };
    assert_eq!(by_python, json!(texts));
}

/// The objects, one of each line.
fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

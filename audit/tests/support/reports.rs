//! Reports beside the sample, and how they are written.

use std::collections::BTreeMap;

use metadata_guardrail_audit::{
    format::{Format, Screen},
    report::{Region, Report},
    summary::Summary,
};

use super::sample;

/// A report of an account that has nothing.
pub fn empty() -> Report {
    let sample = sample::report();
    let regions = sample.regions.into_iter().filter(|region| region.region == "eu-north-1");
    Report {
        summary: Summary::default(),
        regions: regions
            .map(|region| Region { kinds: BTreeMap::new(), account_default: None, ..region })
            .collect(),
        not_seen: Vec::new(),
        resources: Vec::new(),
        changes: None,
        ..sample
    }
}

/// The sample with one resource for each text, which is its detail.
pub fn saying(texts: &[String]) -> Report {
    let mut report = sample::report();
    let resource = report.resources.pop().expect("the sample has resources");
    report.not_seen.clear();
    report.resources = texts.iter().map(|_| resource.clone()).collect();
    for (resource, text) in report.resources.iter_mut().zip(texts) {
        resource.outcome.detail.clone_from(text);
    }
    report
}

/// A report in a format, as text.
pub fn written(format: Format, report: &Report) -> String {
    let mut bytes = Vec::new();
    format
        .write(report, Screen::default(), &mut bytes)
        .expect("memory takes everything");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

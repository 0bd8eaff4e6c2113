//! The format `ocsf.json`.

use std::collections::BTreeSet;

use chrono::Duration;
use metadata_guardrail_audit::{format::Format, report::Report};
use serde_json::{Value, json};

use crate::support::{
    mutations, python,
    reports::{empty, written},
    sample,
};

#[test]
fn a_report_of_nothing_is_an_empty_array() {
    assert_eq!(written(Format::Ocsf, &empty()), "[]\n");
}

#[test]
fn a_report_reads_as_its_snapshot() {
    insta::assert_snapshot!(written(Format::Ocsf, &sample::report()));
}

#[test]
fn what_was_not_seen_is_not_clean() {
    let findings = findings(&sample::report());
    for kind in ["ec2_instance_requires_imdsv2", "agentcore_runtime_requires_mmdsv2"] {
        let unseen = findings
            .iter()
            .find(|one| {
                one["metadata"]["event_code"] == kind && one["cloud"]["region"] == "eu-south-2"
            })
            .expect("a finding");
        assert_eq!(said(unseen), json!(["Not seen", 0, "High"]));
    }
}

#[test]
fn each_standing_has_its_status() {
    let findings = findings(&sample::report());
    let of = |standing: &str| {
        said(
            findings
                .iter()
                .find(|one| one["unmapped"]["standing"] == standing)
                .expect("one"),
        )
    };
    assert_eq!(of("not_seen"), json!(["Not seen", 0, "High"]));
    assert_eq!(of("open"), json!(["New", 3, "High"]));
    assert_eq!(of("exempt"), json!(["Suppressed", 3, "High"]));
    assert_eq!(of("safe"), json!(["Resolved", 1, "Informational"]));
}

#[test]
fn a_finding_keeps_its_id_from_report_to_report() {
    let first = sample::report();
    let mut second = first.clone();
    second.audited_at += Duration::days(7);
    second.version = "0.2.0";
    for resource in &mut second.resources {
        resource.outcome.detail = "Something else.".to_owned();
    }
    assert_eq!(ids(&first), ids(&second));
}

#[test]
fn no_two_findings_share_an_id() {
    let ids = ids(&sample::report());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:#?}");
}

#[test]
fn the_models_of_prowler_take_every_finding() {
    let findings = findings(&sample::report());
    let Some(refused) = refused(&findings) else { return };
    assert!(refused.iter().all(Option::is_none), "{refused:#?}");
}

#[test]
fn the_models_of_prowler_refuse_members_that_ocsf_has_not() {
    let findings = findings(&sample::report());
    let wrong: Vec<_> = mutations::with_one_more_member(&findings[0])
        .into_iter()
        // That is the place for what OCSF does not know.
        .filter(|(what, _)| !what.starts_with("/unmapped"))
        .collect();
    let (what, documents): (Vec<_>, Vec<_>) = wrong.into_iter().unzip();
    let Some(refused) = refused(&documents) else { return };
    let accepted: Vec<_> =
        what.iter().zip(refused).filter(|(_, refused)| refused.is_none()).collect();
    assert!(accepted.is_empty(), "{accepted:#?}");
}

/// Why py-ocsf-models refuses each finding; `None` for what it takes. It ignores unknown members
/// unless it is told not to, it knows the profile `cloud` for
/// other classes only, and no `status` beside the `status_id` of a compliance.
fn refused(findings: &[Value]) -> Option<Vec<Option<String>>> {
    let script = "
import json, sys
from pydantic import BaseModel, ValidationError
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.objects.cloud import Cloud

def below(model):
    for one in model.__subclasses__():
        yield one
        yield from below(one)

models = {one for one in below(BaseModel) if one.__module__.startswith('py_ocsf_models')}
for model in models:
    model.model_config['extra'] = 'forbid'
# A model holds those of its members as they were when it was built.
for _ in range(4):
    for model in models:
        model.model_rebuild(force=True)

def refusal(finding):
    try:
        Cloud.model_validate(finding.pop('cloud'))
        assert finding['compliance'].pop('status') in ('Unknown', 'Pass', 'Fail')
        ComplianceFinding.model_validate(finding)
    except (AssertionError, ValidationError) as error:
        return str(error)

print(json.dumps([refusal(finding) for finding in json.load(sys.stdin)]))
";
    let refused = python::run("py_ocsf_models", script, json!(findings).to_string().as_bytes())?;
    Some(serde_json::from_value(refused).expect("a sentence or null for each"))
}

/// The status of a finding, that of its check, and its severity.
fn said(finding: &Value) -> Value {
    json!([finding["status"], finding["compliance"]["status_id"], finding["severity"]])
}

fn ids(report: &Report) -> Vec<String> {
    let id = |one: &Value| one["finding_info"]["uid"].as_str().expect("an id").to_owned();
    findings(report).iter().map(id).collect()
}

fn findings(report: &Report) -> Vec<Value> {
    serde_json::from_str(&written(Format::Ocsf, report)).expect("an array")
}

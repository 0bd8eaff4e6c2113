//! The format `ocsf.json`: [Compliance Findings] of the Open Cybersecurity Schema Framework, for
//! tools that read OCSF as JSON. (Amazon Security Lake takes it as Parquet, and Security Hub's
//! BatchImportFindings takes ASFF: the audit makes neither.) One for each resource of the report,
//! and one for each kind that could not be listed somewhere, because what was not seen is not clean.
//!
//! [Compliance Findings]: https://schema.ocsf.io/1.5.0/classes/compliance_finding

use std::io::{self, Write};

use serde::Serializer as _;

use self::{
    check::Check,
    object::{
        Account, Class, Cloud, Compliance, ComplianceFinding, FindingInfo, Metadata, Product,
        Remediation, Resource as Object, Unmapped,
    },
    status::Status,
};
use crate::{
    report::{NotSeen, Report, Resource},
    standing::Standing,
};

mod check;
mod object;
mod status;

/// Writes an array of findings: first what could not be listed, then the resources.
///
/// # Errors
/// It could not be written.
pub fn write(report: &Report, to: &mut impl Write) -> io::Result<()> {
    let not_seen = report.not_seen.iter().flat_map(|not_seen| {
        let kinds = not_seen.kinds.iter();
        kinds.map(|kind| of_not_seen(report, Check::of(*kind), not_seen))
    });
    let resources = report.resources.iter().map(|resource| of_resource(report, resource));
    let mut array = serde_json::Serializer::pretty(&mut *to);
    array.collect_seq(not_seen.chain(resources))?;
    writeln!(to)
}

fn of_resource<'a>(report: &'a Report, resource: &'a Resource) -> ComplianceFinding<'a> {
    let Resource { outcome, standing, source, remedy } = resource;
    let check = Check::of(outcome.kind);
    let object = Object {
        uid: outcome.arn.clone(),
        name: &outcome.id,
        r#type: check.resource_type,
        region: &outcome.place.region,
        cloud_partition: &report.partition,
    };
    let remediation = match (standing, remedy) {
        (Standing::Safe, _) | (Standing::Exempt, None) => None,
        (_, Some(command)) => Some(format!("Run this command: {command}")),
        (Standing::Open | Standing::NotSeen, None) => Some(outcome.detail.clone()),
    };
    let unmapped = Unmapped {
        standing: *standing,
        result: Some(outcome.verdict.result()),
        reason: outcome.verdict.reason(),
        findings: &outcome.findings,
        exempt_until: outcome.exempt_until,
        imdsv1_use: outcome.imdsv1_use,
        source: source.as_deref(),
    };
    finding(report, check, object, &outcome.detail, remediation, unmapped)
}

fn of_not_seen<'a>(
    report: &'a Report,
    check: &'static Check,
    not_seen: &'a NotSeen,
) -> ComplianceFinding<'a> {
    let object = Object {
        // Security Hub writes an account so. Nobody knows which resources there are.
        uid: format!("AWS::::Account:{}", report.account),
        name: &report.account,
        r#type: "AWS::::Account",
        region: &not_seen.region,
        cloud_partition: &report.partition,
    };
    let unmapped = Unmapped {
        standing: Standing::NotSeen,
        result: None,
        reason: not_seen.reason.name(),
        findings: &[],
        exempt_until: None,
        imdsv1_use: None,
        source: None,
    };
    let remediation = Some(not_seen.detail.clone());
    finding(report, check, object, &not_seen.detail, remediation, unmapped)
}

fn finding<'a>(
    report: &'a Report,
    check: &'static Check,
    resource: Object<'a>,
    detail: &'a str,
    remediation: Option<String>,
    unmapped: Unmapped<'a>,
) -> ComplianceFinding<'a> {
    let time = report.audited_at.timestamp_millis();
    let status = Status::of(unmapped.standing);
    ComplianceFinding {
        class: Class::COMPLIANCE_FINDING,
        severity_id: status.severity_id,
        severity: status.severity,
        status_id: status.id,
        status: status.caption,
        status_code: status.code,
        status_detail: detail,
        message: detail,
        time,
        metadata: Metadata {
            version: object::VERSION,
            profiles: ["cloud"],
            event_code: check.name,
            product: Product {
                name: "metadata-guardrail-audit",
                vendor_name: "metadata-guardrail",
                version: report.version,
            },
        },
        cloud: Cloud {
            provider: "aws",
            account: Account::aws(&report.account),
            region: resource.region,
        },
        compliance: Compliance::of(check, status.compliance),
        // The Region is a part of it: an account may be unseen in several.
        finding_info: FindingInfo {
            uid: format!("{}/{}/{}", check.name, resource.region, resource.uid),
            title: check.title,
            desc: check.description,
            created_time: time,
        },
        remediation: remediation
            .map(|desc| Remediation { desc, references: [check.documentation] }),
        resources: [resource],
        unmapped,
    }
}

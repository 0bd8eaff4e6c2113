//! The objects of OCSF, with the members that an audit has something to say for. Names and meaning
//! are in the [schema]; times are milliseconds since 1970.
//!
//! [schema]: https://schema.ocsf.io/1.5.0

use chrono::NaiveDate;
use metadata_guardrail::outcome::{Finding, Imdsv1Use};
use serde::Serialize;

use super::check::Check;
use crate::{control::Control, standing::Standing};

/// The version of OCSF.
pub const VERSION: &str = "1.5.0";

/// `compliance_finding`.
#[derive(Serialize)]
pub struct ComplianceFinding<'a> {
    #[serde(flatten)]
    pub class: Class,
    pub severity_id: u8,
    pub severity: &'static str,
    pub status_id: u8,
    pub status: &'static str,
    pub status_code: &'static str,
    pub status_detail: &'a str,
    pub message: &'a str,
    pub time: i64,
    pub metadata: Metadata,
    pub cloud: Cloud<'a>,
    pub compliance: Compliance,
    pub finding_info: FindingInfo,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Remediation>,
    pub resources: [Resource<'a>; 1],
    pub unmapped: Unmapped<'a>,
}

/// What kind of event it is.
#[derive(Serialize)]
pub struct Class {
    category_uid: u8,
    category_name: &'static str,
    class_uid: u16,
    class_name: &'static str,
    activity_id: u8,
    activity_name: &'static str,
    type_uid: u32,
    type_name: &'static str,
}

impl Class {
    /// A finding of a report, which knows nothing of earlier ones: it is always created.
    pub const COMPLIANCE_FINDING: Self = Self {
        category_uid: 2,
        category_name: "Findings",
        class_uid: 2003,
        class_name: "Compliance Finding",
        activity_id: 1,
        activity_name: "Create",
        type_uid: 200_301,
        type_name: "Compliance Finding: Create",
    };
}

/// `metadata`.
#[derive(Serialize)]
pub struct Metadata {
    pub version: &'static str,
    pub profiles: [&'static str; 1],
    pub event_code: &'static str,
    pub product: Product,
}

/// `product`.
#[derive(Serialize)]
pub struct Product {
    pub name: &'static str,
    pub vendor_name: &'static str,
    pub version: &'static str,
}

/// `cloud`, of the profile of this name.
#[derive(Serialize)]
pub struct Cloud<'a> {
    pub provider: &'static str,
    pub account: Account<'a>,
    pub region: &'a str,
}

/// `account`.
#[derive(Serialize)]
pub struct Account<'a> {
    uid: &'a str,
    name: &'a str,
    r#type: &'static str,
    type_id: u8,
}

impl<'a> Account<'a> {
    /// An account of AWS. Some readers want a name, and the audit knows none but its id.
    pub fn aws(id: &'a str) -> Self {
        Self { uid: id, name: id, r#type: "AWS Account", type_id: 10 }
    }
}

/// `compliance`.
#[derive(Serialize)]
pub struct Compliance {
    control: &'static str,
    desc: &'static str,
    standards: Vec<String>,
    requirements: Vec<String>,
    status_id: u8,
    status: &'static str,
}

impl Compliance {
    /// The result of a check, with the benchmarks that ask for it, each with its version. The
    /// status is an id and its caption.
    pub fn of(check: &Check, (status_id, status): (u8, &'static str)) -> Self {
        let standard = |control: &Control| format!("{} {}", control.benchmark, control.version);
        let mut standards: Vec<_> = check.controls().iter().map(standard).collect();
        standards.dedup();
        let requirement = |control: &Control| format!("{} {}", standard(control), control.control);
        Self {
            control: check.name,
            desc: check.title,
            standards,
            requirements: check.controls().iter().map(requirement).collect(),
            status_id,
            status,
        }
    }
}

/// `finding_info`. An audit does not know since when a resource has been so.
#[derive(Serialize)]
pub struct FindingInfo {
    /// The same in every report, so that a reader can follow a resource over time.
    pub uid: String,
    pub title: &'static str,
    pub desc: &'static str,
    pub created_time: i64,
}

/// `remediation`.
#[derive(Serialize)]
pub struct Remediation {
    pub desc: String,
    pub references: [&'static str; 1],
}

/// `resource_details`.
#[derive(Serialize)]
pub struct Resource<'a> {
    pub uid: String,
    pub name: &'a str,
    pub r#type: &'static str,
    pub region: &'a str,
    pub cloud_partition: &'a str,
}

/// What OCSF has no members for, in the words of the other formats.
#[derive(Serialize)]
pub struct Unmapped<'a> {
    pub standing: Standing,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<&'static str>,
    pub reason: &'static str,
    pub findings: &'a [Finding],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempt_until: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imdsv1_use: Option<Imdsv1Use>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'a str>,
}

//! How OCSF says how a resource stands. Ids and captions belong together; the captions are OCSF's.

use crate::standing::Standing;

/// How OCSF says a standing.
pub struct Status {
    /// `status_id`: the life of the finding.
    pub id: u8,
    /// `status`.
    pub caption: &'static str,
    /// `status_code`: what the check says, as Prowler writes it; `MANUAL` is for a person to find
    /// out.
    pub code: &'static str,
    /// `compliance.status_id` and `compliance.status`.
    pub compliance: (u8, &'static str),
    /// `severity_id`.
    pub severity_id: u8,
    /// `severity`.
    pub severity: &'static str,
}

/// `High` is what Security Hub and Prowler give to IMDSv1.
const HIGH: (u8, &str) = (4, "High");
const INFORMATIONAL: (u8, &str) = (1, "Informational");

const UNKNOWN: (u8, &str) = (0, "Unknown");
const PASS: (u8, &str) = (1, "Pass");
const FAIL: (u8, &str) = (3, "Fail");

impl Status {
    /// How OCSF says a standing. What was not seen is as severe as what is open, because it may be.
    pub fn of(standing: Standing) -> Self {
        let (id, caption, code, compliance, (severity_id, severity)) = match standing {
            Standing::NotSeen => (99, "Not seen", "MANUAL", UNKNOWN, HIGH),
            Standing::Open => (1, "New", "FAIL", FAIL, HIGH),
            Standing::Exempt => (3, "Suppressed", "FAIL", FAIL, HIGH),
            Standing::Safe => (4, "Resolved", "PASS", PASS, INFORMATIONAL),
        };
        Self { id, caption, code, compliance, severity_id, severity }
    }
}

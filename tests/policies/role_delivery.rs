//! Credentials that an instance got over IMDSv1 are worth nothing.

use super::call::{Call, OWNER, Row, allowed, refused};

pub fn rows() -> Vec<Row> {
    let instance = "arn:aws:iam::111122223333:role/claims-instance";
    let exempt = "arn:aws:iam::111122223333:role/vendor-agent";
    let function = "arn:aws:iam::111122223333:role/claims-function";
    let reads = |by, version: Option<_>| {
        let keys: Vec<_> =
            version.map(|version| ("ec2:RoleDelivery", version)).into_iter().collect();
        Call::new(by, "s3:GetObject", "arn:aws:s3:::claims/1.json", &keys)
    };
    vec![
        refused("an instance uses credentials of version 1", reads(instance, Some("1.0"))),
        allowed("an instance uses credentials of version 2", reads(instance, Some("2.0"))),
        allowed("an exempt instance uses credentials of version 1", reads(exempt, Some("1.0"))),
        allowed("a person has no credentials of an instance", reads(OWNER, None)),
        allowed("a function has no credentials of an instance", reads(function, None)),
        allowed("the role, assumed from elsewhere", reads(instance, None)),
    ]
}

//! No launch allows version 1, and Karpenter's dry runs end like its launches.

use serde_json::json;

use super::call::{EXCEPTIONS_BOARD, Launch, OWNER, Row, TAG, allowed, refused};

const KARPENTER: &str = "arn:aws:iam::111122223333:role/KarpenterController-claims";
/// Karpenter names its launch template and says nothing about tokens itself. It is not known
/// whether EC2 then fills the condition key from the template.
const KEY_FROM_TEMPLATE: Launch = Launch { tokens: Some("required"), template: true, tag: None };
const KEY_ABSENT: Launch = Launch { tokens: None, template: true, tag: None };

pub fn rows() -> Vec<Row> {
    let launch = |tokens| Launch { tokens, ..Launch::default() };
    vec![
        allowed("a launch requires tokens", launch(Some("required")).by(OWNER)),
        refused("a launch allows version 1", launch(Some("optional")).by(OWNER)),
        refused("a launch does not say", launch(None).by(OWNER)),
        allowed(
            "a launch from a template requires tokens itself",
            Launch { template: true, ..launch(Some("required")) }.by(OWNER),
        ),
        refused(
            "a launch from a template allows version 1",
            Launch { template: true, ..launch(Some("optional")) }.by(OWNER),
        ),
        allowed(
            "Karpenter's dry run, with the key of its template",
            KEY_FROM_TEMPLATE.by(KARPENTER),
        ),
        allowed("Karpenter's dry run, without the key", KEY_ABSENT.by(KARPENTER)),
        allowed(
            "Karpenter's dry run of older versions, with the options in the request",
            launch(Some("required")).by(KARPENTER),
        ),
        refused(
            "Karpenter's dry run for nodes that allow version 1",
            Launch { tokens: Some("optional"), ..KEY_FROM_TEMPLATE }.by(KARPENTER),
        ),
        allowed(
            "a launch that carries the exception tag allows version 1",
            Launch { tag: Some(TAG), ..launch(Some("optional")) }.by(EXCEPTIONS_BOARD),
        ),
        allowed(
            "a launch that carries the exception tag does not say",
            Launch { tag: Some(TAG), ..launch(None) }.by(EXCEPTIONS_BOARD),
        ),
        refused(
            "another tag exempts no launch",
            Launch { tag: Some("cost-centre"), ..launch(Some("optional")) }.by(OWNER),
        ),
    ]
}

#[test]
fn the_usual_statements_refuse_karpenters_dry_run() {
    for resource in ["arn:aws:ec2:*:*:launch-template/*", "arn:aws:ec2:*:*:instance/*"] {
        let usual = json!({"Statement": [{
            "Effect": "Deny", "Action": "ec2:RunInstances", "Resource": resource,
            "Condition": {"StringNotEquals": {"ec2:MetadataHttpTokens": "required"}}
        }]});
        assert!(KEY_ABSENT.by(KARPENTER).is_refused_by(&usual), "{resource}");
    }
}

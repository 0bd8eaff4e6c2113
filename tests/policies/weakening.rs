//! Nobody allows version 1 again, but everybody may harden.

use super::call::{BREAK_GLASS, Call, EXCEPTIONS_BOARD, INSTANCE, OWNER, Row, allowed, refused};

const GUARDRAIL: &str =
    "arn:aws:iam::111122223333:role/metadata-guardrail-GuardrailRole-1A2B3C4D5E6F";
const TOKENS: &str = "ec2:Attribute/HttpTokens";
const ENFORCED: &str = "ec2:Attribute/HttpTokensEnforced";
const HOP_LIMIT: (&str, &str) = ("ec2:Attribute/HttpPutResponseHopLimit", "2");
const EXEMPT: (&str, &str) = ("aws:ResourceTag/metadata-guardrail:exempt", "2027-02-22 agent");

pub fn rows() -> Vec<Row> {
    let options =
        |by, keys: &[_]| Call::new(by, "ec2:ModifyInstanceMetadataOptions", INSTANCE, keys);
    let defaults = |by, keys: &[_]| Call::new(by, "ec2:ModifyInstanceMetadataDefaults", "*", keys);
    vec![
        allowed("the guardrail requires tokens", options(GUARDRAIL, &[(TOKENS, "required")])),
        refused("not even the guardrail weakens", options(GUARDRAIL, &[(TOKENS, "optional")])),
        allowed("an owner requires tokens", options(OWNER, &[(TOKENS, "required")])),
        allowed("an owner changes the hop limit", options(OWNER, &[HOP_LIMIT])),
        allowed(
            "an owner requires tokens and changes the hop limit",
            options(OWNER, &[(TOKENS, "required"), HOP_LIMIT]),
        ),
        allowed(
            "an owner turns the metadata service off",
            options(OWNER, &[("ec2:Attribute/HttpEndpoint", "disabled")]),
        ),
        refused("an owner allows version 1", options(OWNER, &[(TOKENS, "optional")])),
        refused(
            "an owner allows version 1 together with a new hop limit",
            options(OWNER, &[(TOKENS, "optional"), HOP_LIMIT]),
        ),
        refused(
            "setting tags does not make somebody free to weaken",
            options(EXCEPTIONS_BOARD, &[(TOKENS, "optional")]),
        ),
        allowed(
            "the owner of an exempt instance allows version 1 again",
            options(OWNER, &[(TOKENS, "optional"), EXEMPT]),
        ),
        allowed("break-glass allows version 1", options(BREAK_GLASS, &[(TOKENS, "optional")])),
        allowed("the guardrail hardens defaults", defaults(GUARDRAIL, &[(TOKENS, "required")])),
        allowed("an owner hardens the defaults", defaults(OWNER, &[(TOKENS, "required")])),
        allowed("an owner changes the default hop limit", defaults(OWNER, &[HOP_LIMIT])),
        refused("an owner weakens the defaults", defaults(OWNER, &[(TOKENS, "optional")])),
        refused("an owner takes the default away", defaults(OWNER, &[(TOKENS, "no-preference")])),
        allowed("break-glass weakens the defaults", defaults(BREAK_GLASS, &[(TOKENS, "optional")])),
        allowed("an owner turns enforcement on", defaults(OWNER, &[(ENFORCED, "enabled")])),
        refused("an owner turns enforcement off", defaults(OWNER, &[(ENFORCED, "disabled")])),
        refused(
            "an owner turns enforcement off while hardening the default",
            defaults(OWNER, &[(TOKENS, "required"), (ENFORCED, "no-preference")]),
        ),
        allowed(
            "break-glass turns enforcement off",
            defaults(BREAK_GLASS, &[(ENFORCED, "disabled")]),
        ),
    ]
}

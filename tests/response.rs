//! The response, as other programs parse it.

use metadata_guardrail::{
    outcome::{Outcome, State},
    response::InvocationError,
    response::{MAX_BYTES, Response},
    settings::Mode,
    target::Kind,
    verdict::{Enforced, Failed, Verdict},
};
use serde_json::{Value, json};

use crate::support::harness::place;

const ENFORCED: Verdict = Verdict::Enforced(Enforced::V1Allowed);
const FAILED: Verdict = Verdict::Failed(Failed::WriteFailed);

fn outcome(number: usize, verdict: Verdict) -> Outcome {
    let id = format!("i-{number:017x}");
    Outcome {
        kind: Kind::Ec2Instance,
        place: place(),
        arn: format!("arn:aws:ec2:eu-west-1:111122223333:instance/{id}"),
        id,
        verdict,
        detail: "AWS answered “no” \"twice\".".to_owned(),
        before: Some(State::Instance {
            http_tokens: Some("optional".to_owned()),
            hop_limit: Some(1),
        }),
        after: None,
        findings: Vec::new(),
        exempt_until: None,
        imdsv1_use: None,
        launched_by: None,
        obstacle: None,
        write_is_open: false,
        is_unfinished: false,
    }
}

fn response(outcomes: impl IntoIterator<Item = Outcome>) -> Response {
    let mut response = Response::new(Mode::Enforce);
    outcomes.into_iter().for_each(|outcome| response.add(outcome));
    response
}

#[test]
fn a_small_response_is_complete_and_does_not_mention_truncation() {
    let response = response([outcome(1, ENFORCED)]).fitted();

    assert_eq!(
        serde_json::to_value(&response)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .collect::<Vec<_>>(),
        ["counts", "ignored", "mode", "outcomes"]
    );
    assert!(response.to_json().starts_with(
        r#"{"mode":"enforce","ignored":null,"counts":{"enforced":1},"outcomes":[{"kind":"ec2_instance","id":"i-"#
    ));
}

#[test]
fn a_large_response_is_cut_but_keeps_failures_and_exact_counts() {
    let mut outcomes: Vec<_> = (0..2_000).map(|number| outcome(number, ENFORCED)).collect();
    outcomes.extend((2_000..2_010).map(|number| outcome(number, FAILED)));

    let error = InvocationError::RemediationFailed(Box::new(response(outcomes)));

    let message = lambda_runtime::Diagnostic::from(error).error_message;
    let response: Value = serde_json::from_str(&message).expect("the message is the response");
    let kept = response["outcomes"].as_array().unwrap();
    assert!(
        serde_json::to_string(&message).unwrap().len() <= MAX_BYTES,
        "as a string inside other JSON, too"
    );
    assert!(kept.len() > 100, "{} outcomes fit", kept.len());
    assert_eq!(response["counts"], json!({"enforced": 2_000, "failed": 10}));
    assert_eq!(response["truncated"], 2_010 - kept.len());
    assert!(kept[..10].iter().all(|outcome| outcome["result"] == "failed"));
    assert_eq!(kept[10]["result"], "enforced");
}

#[test]
fn a_response_does_not_grow_with_the_fleet() {
    let mut response = Response::new(Mode::Enforce);
    for number in 0..100_000 {
        response.add(outcome(number, if number % 1_000 == 0 { FAILED } else { ENFORCED }));
        assert!(response.outcomes.len() < 2_000);
    }
    let response = response.fitted();

    assert_eq!((response.counts["failed"], response.counts["enforced"]), (100, 99_900));
    assert!(response.outcomes[..100].iter().all(|outcome| outcome.verdict == FAILED));
    assert_eq!(response.truncated, Some(100_000 - response.outcomes.len()));
}

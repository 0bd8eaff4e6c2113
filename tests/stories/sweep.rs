//! Stories of the sweep: the same flow over a listing. First those in which nothing may happen.

mod nothing_is_written;

mod a_listing_fails;
mod time_runs_out;
mod what_comes_back;
mod what_was_missed_is_enforced;

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    harness::{
        EXEMPT, Scene, agentcore_call, assert_ended, assert_says, by_id, count, days_ago, document, due, ec2_call,
        just_now, sample, time_passes,
    },
    stand_in::{Fault, World},
};

const OPEN: &str = "i-0a1b2c3d4e5f60001";
const OTHER: &str = "i-0a1b2c3d4e5f60002";
const RUNTIME: &str = "claims_agent-Xy12Ab34Cd";
const OTHER_RUNTIME: &str = "quotes_agent-Qw56Er78Ty";
const MODIFY: &str = "ModifyInstanceMetadataOptions";
const REQUIRED: (&str, &str) = ("metadataConfiguration", r#"{"requireMMDSV2":true}"#);
const UPDATE: &str = "UpdateAgentRuntime";

/// What was written, in order of the ids.
fn written(scene: &Scene) -> Vec<String> {
    let mut written: Vec<_> = scene.aws.writes().into_iter().filter_map(|call| call.resource).collect();
    written.sort();
    written
}

fn asked_for(mode: &str) -> Value {
    json!({"source": "metadata-guardrail", "detail-type": "Guardrail Sweep", "detail": {"mode": mode}})
}

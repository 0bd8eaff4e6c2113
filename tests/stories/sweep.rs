//! Stories of the sweep: the same flow over a listing. First those in which nothing may happen.

mod nothing_is_written;

mod a_listing_fails;
mod it_is_a_guest;
mod time_runs_out;
mod what_comes_back;
mod what_was_missed_is_enforced;

use serde_json::{Value, json};

use crate::support::harness::Scene;

/// What was written, in order of the ids.
fn written(scene: &Scene) -> Vec<String> {
    let mut written: Vec<_> =
        scene.aws.writes().into_iter().filter_map(|call| call.resource).collect();
    written.sort();
    written
}

fn asked_for(mode: &str) -> Value {
    json!({"source": "metadata-guardrail", "detail-type": "Guardrail \
                                                           Sweep", "detail": {"mode": mode}})
}

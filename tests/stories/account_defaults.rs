//! Stories of the Region's account defaults, which only a full sweep looks at. First those in which
//! nothing may be written.

mod nothing_is_written;

mod a_write_fails;
mod they_are_enforced;

use metadata_guardrail::settings::AccountDefaults;
use serde_json::Value;
use stand_in::{REGION, World};

use crate::support::harness::{Scene, by_id, due};

const POLICY: &str = "Ask the cloud platform team";

/// A sweep in enforce mode over an account whose defaults never were set, unless `arrange` does.
async fn scene(setting: AccountDefaults, arrange: impl FnOnce(&mut World)) -> Scene {
    let scene = Scene::new().await.with_account_defaults(setting);
    arrange(&mut scene.aws.world());
    scene
}

/// The outcome of the defaults in a sweep that succeeds, whatever became of them.
async fn outcome(scene: &Scene) -> Value {
    let response = scene.invoke(due()).await.expect("the next sweep tries again");
    by_id(&response)[REGION].clone()
}

//! The commands that an audit prints below what is open mend it, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value;
use stand_in::{Document, StandIn};

use super::{block, programs::Programs, run};
use crate::support::harness::document;

const INSTANCE: &str = "i-0a1b2c3d4e5f60099";
const RUNTIME: &str = "old_agent-Ab12Cd34Ef";
/// AWS shows `requireServiceS3Endpoint` even if it was never set.
const NETWORK: &str = r#"{
    "networkMode": "VPC",
    "networkModeConfig": {
        "requireServiceS3Endpoint": false,
        "securityGroups": ["sg-0a1b2c3d4e5f60001"],
        "subnets": ["subnet-0a1b2c3d4e5f60001"]
    }
}"#;
/// What an update of a runtime changes, beside its version.
const SETTING: &str = "metadataConfiguration";

/// Runs the command that an audit prints for the resource of this id, and sees that it leaves no
/// file.
async fn mend(programs: &Programs, aws: &StandIn, id: &str) {
    let mend = block(&format!(
        "export AWS_REGION=eu-west-1\n\
         metadata-guardrail-audit --exit-zero --format json > report.json\n\
         jq -er '.resources[] | select(.id == \"{id}\") | .remedy' report.json > mend.sh\n\
         unset AWS_REGION\n\
         source mend.sh\n\
         [[ $(compgen -G 'tmp.*' || echo 'no file') == 'no file' ]]\n"
    ));
    assert_eq!(run(programs, aws, &[mend]).await, [""; 0]);
}

#[tokio::test]
async fn the_command_for_a_runtime_changes_one_member_and_loses_none() {
    let Some(programs) = Programs::find().await else { return };
    let aws = StandIn::start().await;
    aws.world()
        .add_runtime(RUNTIME, &document())
        .set("description", r#""It sums up.""#)
        .set("protocolConfiguration", r#"{"serverProtocol":"MCP"}"#)
        .set("networkConfiguration", NETWORK);
    let before = aws.world().runtimes[RUNTIME].clone();
    mend(&programs, &aws, RUNTIME).await;
    let mut after = aws.world().runtimes[RUNTIME].clone();
    assert!(!before.requires_mmdsv2() && after.requires_mmdsv2());
    assert_eq!(after.version, before.version + 1);
    after.document.remove(SETTING);
    assert_eq!(as_values(&after.document), as_values(&before.document));
}

#[tokio::test]
async fn the_command_for_an_instance_changes_its_tokens_alone() {
    let Some(programs) = Programs::find().await else { return };
    let aws = StandIn::start().await;
    let before = aws.world().add_instance(INSTANCE).tag("Name", "reporting").clone();
    mend(&programs, &aws, INSTANCE).await;
    let mut after = aws.world().instances[INSTANCE].clone();
    assert_eq!(after.http_tokens, "required");
    after.http_tokens.clone_from(&before.http_tokens);
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
}

/// Members of a configuration, whatever the spaces between them.
fn as_values(document: &Document) -> BTreeMap<&str, Value> {
    let value = |json: &str| serde_json::from_str(json).expect("JSON");
    document.iter().map(|(name, json)| (name.as_str(), value(json.get()))).collect()
}

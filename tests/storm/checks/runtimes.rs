//! What must hold about the versions of runtimes.

use std::time::Duration;

use serde_json::Value;
use stand_in::{Deployment, Runtime, World};

use super::{Document, Storm, Write, at};
use crate::support::names::{GET_RUNTIME, METADATA, UPDATE_RUNTIME};

/// Nothing may be written by what was read longer ago than this: the guardrail's own limit, and the
/// time that a connection may take.
const OLDEST_READ: Duration = Duration::from_secs(10);

/// The guardrail's own updates that made a new version.
fn updates(world: &World) -> Vec<Write> {
    let writes = world.history.writes.iter();
    writes
        .filter(|write| write.operation == UPDATE_RUNTIME && write.version > write.before.version)
        .cloned()
        .collect()
}

/// The newest version before this update that has the same members, but for the one that the
/// guardrail sets: the update was built from it.
fn source(runtime: &Runtime, update: &Write) -> Option<u32> {
    let written = without_setting(runtime.configuration(update.version)?);
    (1..=update.before.version).rev().find(|version| {
        runtime.configuration(*version).map(without_setting) == Some(written.clone())
    })
}

fn without_setting(document: &Document) -> Vec<(String, String)> {
    let members = document.iter().filter(|(name, _)| *name != METADATA);
    members.map(|(name, value)| (name.clone(), shown(name, value.get()))).collect()
}

/// A member as AWS shows it: it says `false` for an S3 endpoint of which nobody has said anything.
fn shown(name: &str, json: &str) -> String {
    if name != "networkConfiguration" {
        return json.to_owned();
    }
    let mut network: Value = serde_json::from_str(json).expect("JSON");
    if let Some(mode) = network["networkModeConfig"].as_object_mut() {
        mode.entry("requireServiceS3Endpoint").or_insert(Value::Bool(false));
    }
    network.to_string()
}

/// Every update of the guardrail is some version that was there before, with the setting and
/// nothing else.
pub fn no_member_is_lost(storm: &Storm) -> Vec<String> {
    let world = storm.aws.world();
    updates(&world)
        .iter()
        .filter(|update| source(world.runtime(&update.resource), update).is_none())
        .map(|Write { resource, version, at: time, .. }| {
            format!(
                "version {version} of {resource}, written at {}, has other members than any \
                 version before",
                at(*time)
            )
        })
        .collect()
}

/// An update of the guardrail overwrites a deployment only if the deployment came between the
/// guardrail's read and AWS's acceptance, and then it is told.
pub fn no_deployment_is_lost_silently(storm: &Storm) -> Vec<String> {
    let world = storm.aws.world();
    let mut said = Vec::new();
    for update in updates(&world) {
        let Some(source) = source(world.runtime(&update.resource), &update) else { continue };
        let read = last_read(storm, &update);
        let lost = world.history.deployments.iter().filter(|deployment| {
            deployment.resource == update.resource
                && (source + 1..=update.before.version).contains(&deployment.version)
        });
        for deployment in lost {
            said.extend(wrong(storm, &update, deployment, read));
        }
    }
    said
}

/// When the writer last read the runtime before it wrote it.
fn last_read(storm: &Storm, update: &Write) -> Option<Duration> {
    let calls = storm.aws.calls().into_iter().rev();
    let mut reads = calls.filter(|call| {
        call.operation == GET_RUNTIME
            && call.caller == update.caller
            && call.resource.as_ref() == Some(&update.resource)
            && call.at <= update.at
            && call.error.is_none()
    });
    reads.next().map(|call| call.at)
}

fn wrong(
    storm: &Storm,
    update: &Write,
    deployment: &Deployment,
    read: Option<Duration>,
) -> Vec<String> {
    let Write { resource, version, .. } = update;
    let lost = format!(
        "version {version} of {resource}, written at {}, undoes the deployment of version {}, \
         accepted at {} and at rest at {}",
        at(update.at),
        deployment.version,
        at(deployment.at),
        at(deployment.ended)
    );
    let mut said = Vec::new();
    match read {
        None => said.push(format!("{lost}; the writer had never read the runtime")),
        // At the very moment of a read, somebody acts after it.
        Some(read) if read > deployment.at => {
            said.push(format!("{lost}; the writer had read it after that, at {}", at(read)));
        }
        Some(read) if update.at > read + OLDEST_READ => {
            said.push(format!("{lost}; the writer had read it long before, at {}", at(read)));
        }
        Some(_) => {}
    }
    let is_told = storm.outcomes.iter().any(|outcome| {
        outcome.id == *resource && outcome.reason == "concurrent_update" && outcome.at >= update.at
    });
    if !is_told {
        said.push(format!("{lost}; nobody was told of it"));
    }
    said
}

//! Stories of one Region with everything in it at once and every setting on. First the one in which
//! nothing may be written.

use std::collections::BTreeMap;

use metadata_guardrail::{settings::AccountDefaults, settings::RuntimeAuthorizer};
use serde_json::Value;
use stand_in::{Call, Document, Fault, Runtime};

use crate::support::{
    harness::{Scene, days_ago, document, due, sample},
    names::{AUTHORIZER, EXEMPT, MODIFY_INSTANCE, REQUIRED, UPDATE_RUNTIME},
};

const OPEN: &str = "i-0a1b2c3d4e5f60001";
const EXEMPTED: &str = "i-0a1b2c3d4e5f60002";
const MANAGED: &str = "i-0a1b2c3d4e5f60003";
const IN_USE: &str = "i-0a1b2c3d4e5f60004";
const FAILING: &str = "i-0a1b2c3d4e5f60005";
const STOPPED: &str = "i-0a1b2c3d4e5f60006";
const PROTECTED: &str = "i-0a1b2c3d4e5f60007";
const OPEN_RUNTIME: &str = "open_agent-Xy12Ab34Cd";
const UNGUARDED_RUNTIME: &str = "without_authorizer-Xy12Ab34Cd";
const PINNED_RUNTIME: &str = "with_pinned_endpoint-Xy12Ab34Cd";
const EXEMPTED_RUNTIME: &str = "exempt_agent-Xy12Ab34Cd";
const BROKEN_RUNTIME: &str = "update_failed-Xy12Ab34Cd";
const FAILING_RUNTIME: &str = "failing_agent-Xy12Ab34Cd";
/// What nobody may write, whatever is on.
const UNTOUCHABLE: [&str; 6] =
    [EXEMPTED, MANAGED, IN_USE, STOPPED, EXEMPTED_RUNTIME, BROKEN_RUNTIME];

const TO_SET: &str = r#"{"allowedClients":["front-desk"],"discoveryUrl":"https://login.example.org/realms/agents/.well-known/openid-configuration"}"#;

async fn region() -> Scene {
    let scene = Scene::new()
        .await
        .with_account_defaults(AccountDefaults::Enforce)
        .with_endpoints_moved()
        .with_runtime_authorizer(RuntimeAuthorizer::Enforce(
            TO_SET.parse().expect("a valid authorizer"),
        ))
        .with_usage_days(7);
    add_instances(&scene);
    add_runtimes(&scene);
    scene
}

fn add_instances(scene: &Scene) {
    let mut world = scene.aws.world();
    world.add_instance(OPEN).made(days_ago(0));
    world.add_instance(EXEMPTED).tag(EXEMPT, "yes");
    world.add_instance(MANAGED).operator("eks.amazonaws.com");
    world.add_instance(IN_USE).calls_without_token(days_ago(1), 42.0);
    world.add_instance(STOPPED).state("stopped");
    world.add_instance(FAILING).calls_without_token(days_ago(1), 0.0);
    world.fault_for(MODIFY_INSTANCE, FAILING, Fault::AccessDenied, usize::MAX);
    world.add_instance(PROTECTED).calls_without_token(days_ago(1), 0.0);
    world.fault_for(MODIFY_INSTANCE, PROTECTED, Fault::ExplicitDeny("service control"), usize::MAX);
}

fn add_runtimes(scene: &Scene) {
    let mut world = scene.aws.world();
    let mut add = |id, arrange: fn(&mut Runtime)| {
        arrange(world.add_runtime(id, &document()).created_at("2026-09-01T08:00:00Z"));
    };
    add(OPEN_RUNTIME, |_| ());
    add(UNGUARDED_RUNTIME, |runtime| _ = runtime.document.remove(AUTHORIZER));
    add(PINNED_RUNTIME, |runtime| {
        runtime
            .created_at("2026-01-10T08:00:00Z")
            .publish(&[REQUIRED])
            .endpoint("prod", 1);
    });
    add(EXEMPTED_RUNTIME, |runtime| _ = runtime.tag(EXEMPT, "yes"));
    add(BROKEN_RUNTIME, |runtime| _ = runtime.status("UPDATE_FAILED"));
    add(FAILING_RUNTIME, |_| ());
    world.fault_for(UPDATE_RUNTIME, FAILING_RUNTIME, Fault::AccessDenied, usize::MAX);
}

/// Everything that exists, by id, to the last byte.
fn everything(scene: &Scene) -> BTreeMap<String, String> {
    let world = scene.aws.world();
    let instances = world
        .instances
        .iter()
        .map(|(id, instance)| (id.clone(), format!("{instance:?}")));
    let runtimes = world.runtimes.iter().map(|(id, runtime)| (id.clone(), format!("{runtime:?}")));
    let defaults = ("defaults".to_owned(), format!("{:?}", world.account_defaults));
    instances.chain(runtimes).chain([defaults]).collect()
}

/// The outcomes of a sweep, one on a line.
fn table(response: &Value) -> String {
    let outcomes = response["outcomes"].as_array().expect("outcomes");
    let line = |outcome: &Value| {
        let word = |member: &str| outcome[member].as_str().expect("a word").to_owned();
        let [kind, id, result, reason] = ["kind", "id", "result", "reason"].map(word);
        format!("{kind:17} | {id:31} | {result:13} | {reason:19} | {}\n", outcome["findings"])
    };
    outcomes.iter().map(line).collect()
}

/// The writes since the first so many, in order: the operation, what it names, what it sends and
/// how it was answered.
fn writes_after(scene: &Scene, earlier: usize) -> Vec<String> {
    let mut writes: Vec<_> = scene.aws.writes().iter().skip(earlier).map(line).collect();
    writes.sort();
    writes
}

fn line(write: &Call) -> String {
    let Call { operation, resource, error, .. } = write;
    let of_request = ["Action", "Version", "InstanceId"];
    let sent = write.parameters.iter().filter(|(name, _)| !of_request.contains(&name.as_str()));
    let sent = sent.map(|(name, value)| format!("{name}={value}"));
    let words = [operation.clone()]
        .into_iter()
        .chain(resource.clone())
        .chain(sent)
        .chain(error.clone());
    words.collect::<Vec<_>>().join(" ")
}

/// The configuration of a runtime with these members set, each byte for byte.
fn with(members: &[(&str, &str)]) -> BTreeMap<String, String> {
    let before: Document = serde_json::from_str(&document()).expect("a JSON object");
    let mut members_now: BTreeMap<_, _> =
        before.into_iter().map(|(name, json)| (name, json.get().to_owned())).collect();
    members_now.extend(members.iter().map(|(name, json)| ((*name).to_owned(), (*json).to_owned())));
    members_now
}

fn configuration(scene: &Scene, id: &str) -> BTreeMap<String, String> {
    let document = scene.aws.world().runtime(id).document.clone();
    document.into_iter().map(|(name, json)| (name, json.get().to_owned())).collect()
}

#[tokio::test]
async fn report_mode_describes_everything_and_writes_nothing() {
    let reporting = region().await.in_report_mode();
    let before = everything(&reporting);

    let response = reporting.invoke(due()).await.expect("nothing is tried that could fail");

    insta::assert_snapshot!(table(&response));
    assert!(reporting.aws.writes().is_empty());
    assert_eq!(everything(&reporting), before);

    let softened = region().await;
    let same = softened
        .invoke(sample("guardrail-sweep-asked-for.json"))
        .await
        .expect("nothing is tried");
    assert_eq!(table(&same), table(&response));
    assert!(softened.aws.writes().is_empty());
}

#[tokio::test]
async fn enforce_mode_writes_what_is_open_and_leaves_every_other_byte() {
    let scene = region().await;
    let before = everything(&scene);

    let response = scene.invoke(due()).await.expect("the next sweep tries again what failed");

    insta::assert_snapshot!(table(&response));
    assert_eq!(
        writes_after(&scene, 0),
        [
            "ModifyInstanceMetadataDefaults HttpTokens=required".to_owned(),
            format!("ModifyInstanceMetadataOptions {OPEN} HttpTokens=required"),
            format!(
                "ModifyInstanceMetadataOptions {FAILING} HttpTokens=required UnauthorizedOperation"
            ),
            format!(
                "ModifyInstanceMetadataOptions {PROTECTED} HttpTokens=required UnauthorizedOperation"
            ),
            format!("UpdateAgentRuntime {FAILING_RUNTIME} AccessDeniedException"),
            format!("UpdateAgentRuntime {OPEN_RUNTIME}"),
            format!("UpdateAgentRuntime {UNGUARDED_RUNTIME}"),
            format!("UpdateAgentRuntimeEndpoint {PINNED_RUNTIME}/runtime-endpoints/prod"),
        ]
    );
    let authorizer = format!(r#"{{"customJWTAuthorizer":{TO_SET}}}"#);
    assert_eq!(configuration(&scene, OPEN_RUNTIME), with(&[REQUIRED]));
    assert_eq!(
        configuration(&scene, UNGUARDED_RUNTIME),
        with(&[REQUIRED, (AUTHORIZER, &authorizer)])
    );
    assert_eq!(scene.aws.world().runtime(PINNED_RUNTIME).endpoints["prod"].live_version, 2);
    let after = everything(&scene);
    for id in UNTOUCHABLE.into_iter().chain([FAILING, PROTECTED, FAILING_RUNTIME]) {
        assert_eq!(after[id], before[id]);
    }
}

#[tokio::test]
async fn the_next_sweep_repeats_only_what_failed_or_was_refused() {
    let scene = region().await;
    scene.invoke(due()).await.expect("the next sweep tries again what failed");
    let (before, earlier) = (everything(&scene), scene.aws.writes().len());

    let response = scene.invoke(due()).await.expect("the next sweep tries again what failed");

    insta::assert_snapshot!(table(&response));
    assert_eq!(
        writes_after(&scene, earlier),
        [
            format!(
                "ModifyInstanceMetadataOptions {FAILING} HttpTokens=required UnauthorizedOperation"
            ),
            format!(
                "ModifyInstanceMetadataOptions {PROTECTED} HttpTokens=required UnauthorizedOperation"
            ),
            format!("UpdateAgentRuntime {FAILING_RUNTIME} AccessDeniedException"),
        ]
    );
    assert_eq!(everything(&scene), before);
}

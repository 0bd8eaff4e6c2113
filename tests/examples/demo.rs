//! `cargo run --example demo`: one day in an AWS account, without an AWS account.
//!
//! Every event of `events/` goes through the guardrail itself and the real AWS SDK, over HTTP, to
//! the stand-in. Before and after are read from the stand-in, the rest from the response. The demo
//! fails if the two disagree.
//!
//! `-- --short` plays a few of the events only.

#[allow(dead_code, unused_imports, reason = "shared with the tests, which use more of it")]
#[path = "../support"]
mod support {
    pub mod harness;
    pub mod names;
}

#[path = "demo/audit.rs"]
mod audit;
#[path = "demo/batch.rs"]
mod batch;
#[path = "demo/look.rs"]
mod look;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

use chrono::{DateTime, TimeDelta, Utc};
use comfy_table::{ContentArrangement, Table, presets};
use metadata_guardrail::settings;
use serde_json::Value;
use stand_in::{ACCOUNT, Call, Fault, REGION, World};

use self::{
    look::{ENDPOINT, Look, Snapshot, check, snapshot},
    support::{
        harness::{Scene, document, sample, sample_names},
        names::{EXEMPT, MODIFY_INSTANCE},
    },
};

/// How often each result has come by the end.
const EXPECTED: &str =
    "16 compliant, 1 deferred, 13 enforced, 5 exempt, 1 failed, 1 gone, 15 held, 4 would_enforce";
/// The sample of the schedule has no time; it comes at the end of the day.
const LAST: &str = "2026-11-20T23:59:50Z";
/// An event has been on its way for so long.
const DELAY: TimeDelta = TimeDelta::seconds(5);
const USAGE_DAYS: u8 = 14;
/// What the short demo plays.
const SHORT: [&str; 4] = [
    "ec2-instance-started.json",
    "ec2-instance-launched.json",
    "ec2-other-tag-deleted.json",
    "agentcore-runtime-updated.json",
];
/// What is worth telling of a call, by its path in the event's detail.
const TOLD: [(&str, &str); 8] = [
    ("HttpTokens", "/requestParameters/ModifyInstanceMetadataOptionsRequest/HttpTokens"),
    ("HttpEndpoint", "/requestParameters/httpEndpoint"),
    ("name", "/requestParameters/agentRuntimeName"),
    ("requireMMDSV2", "/requestParameters/metadataConfiguration/requireMMDSV2"),
    ("tag", "/requestParameters/tagSet/items/0/key"),
    ("tag", "/requestParameters/tagKeys/0"),
    ("bucket", "/requestParameters/bucketName"),
    ("CloudTrail's reason to omit the ids", "/responseElements/reason"),
];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    println!(
        "One day in account {ACCOUNT}, {REGION}. AWS is a stand-in on this machine; all else is real."
    );
    if env::args().any(|argument| argument == "--short") {
        return play_short().await;
    }
    let mut tally = Tally::default();

    heading("First in report mode: the guardrail says what it would do, and writes nothing");
    println!("Settings: GUARDRAIL_MODE=report; all others are the defaults.");
    let mut report = Scene::new().await.in_report_mode();
    fill(&mut report.aws.world());
    tally.play(&mut report, "ec2-instance-started.json").await;

    heading("Then in enforce mode: every event of events/, in the order of time");
    let mut enforce = enforcing().await;
    let mut names = sample_names();
    names.sort_by_key(|name| time_of(name));
    for name in names {
        while !tally.play(&mut enforce, &name).await {
            println!("\nA person corrects the permission, and the event comes again:");
        }
    }
    tally.finish();

    heading("And as it is deployed: events come as messages of a queue, many in a batch");
    batch::play().await;

    heading("At last an audit: what is still open after the day, and why");
    audit::play(&enforce, LAST).await;
}

/// A few events: something is enforced, held, deferred, exempt and ignored.
async fn play_short() {
    heading("A few events in enforce mode");
    let mut scene = enforcing().await;
    let mut tally = Tally::default();
    for name in SHORT {
        assert!(tally.play(&mut scene, name).await, "{name} succeeds");
    }
}

/// The guardrail in enforce mode, with more than it does by default.
async fn enforcing() -> Scene {
    println!(
        "Settings: GUARDRAIL_MODE=enforce, IMDSV1_USAGE_DAYS={USAGE_DAYS}, ACCOUNT_DEFAULTS=enforce,\n\
         PINNED_ENDPOINTS=repoint; all others are the defaults."
    );
    let scene = Scene::new()
        .await
        .with_usage_days(USAGE_DAYS)
        .with_account_defaults(settings::AccountDefaults::Enforce)
        .with_endpoints_moved();
    fill(&mut scene.aws.world());
    scene
}

/// When the event comes, as EventBridge writes it.
fn time_of(name: &str) -> String {
    sample(name)["time"].as_str().unwrap_or(LAST).to_owned()
}

/// The account before the first event.
fn fill(world: &mut World) {
    world.add_instance("i-0a1b2c3d4e5f60011");
    world.add_instance("i-0a1b2c3d4e5f60012");
    world.add_instance("i-0a1b2c3d4e5f60021").state("pending");
    world
        .add_instance("i-0a1b2c3d4e5f60023")
        .tag(EXEMPT, "2026-11-30 vendor agent needs v1")
        .tags_are_late = true;
    world.add_instance("i-0a1b2c3d4e5f60031").operator("eks.amazonaws.com");
    world.add_instance("i-0a1b2c3d4e5f60041");
    world
        .add_instance("i-0a1b2c3d4e5f60042")
        .tag(EXEMPT, "2025-06-30 until the new agent is out")
        .hop_limit = 1;
    world.fault_for(MODIFY_INSTANCE, "i-0a1b2c3d4e5f60042", Fault::AccessDenied, 1);
    world.add_instance("i-0a1b2c3d4e5f60051").state("terminated");
    world
        .add_instance("i-0a1b2c3d4e5f60052")
        .tag(EXEMPT, "2027-01-31 until the new agent is out");
    for (id, instance) in &mut world.instances {
        let calls = if id.ends_with("12") { 42.0 } else { 0.0 };
        instance.calls_without_token(start_of_day(), calls);
    }

    world.account_defaults.hop_limit = Some(2);

    let claims = world.add_runtime("claims_agent-Xy12Ab34Cd", &document());
    claims
        .set("metadataConfiguration", r#"{"requireMMDSV2":true}"#)
        .status("CREATING");
    let quotes = world.add_runtime("quotes_agent-Qw56Er78Ty", &document());
    let network = &sample("agentcore-runtime-updated-mmdsv2.json")["detail"]["requestParameters"]["networkConfiguration"];
    quotes
        .set("networkConfiguration", &network.to_string())
        .status("UPDATING")
        .version = 7;
    quotes.versions.insert(6, quotes.document.clone());
    let dormant = world.add_runtime("dormant_agent-Op34Qr56St", &document());
    dormant.set("networkConfiguration", &network.to_string());
    let archive = world.add_runtime("archive_agent-Zx90Cv12Bn", &document());
    archive.set(
        "agentRuntimeArtifact",
        r#"{"containerConfiguration":{"containerUri":"public.ecr.aws/agents/archive:1"}}"#,
    );
    archive.set("networkConfiguration", r#"{"networkMode":"PUBLIC"}"#);
    archive
        .set("memberNoSdkKnows", r#"{ "number": 123456789012345678901234567890 }"#)
        .version = 3;
    archive.document.remove("authorizerConfiguration");
    world.add_runtime("harness_support-Ab12Cd34Ef", &document());
}

/// When the first calls of the day were counted.
fn start_of_day() -> DateTime<Utc> {
    "2026-11-20T00:00:00Z".parse().expect("a time")
}

/// What the stand-in does not show yet, because it comes with the event itself.
fn happen(world: &mut World, name: &str, event: &Value) {
    let detail = &event["detail"];
    match name {
        "agentcore-endpoint-created.json" => {
            let request = &detail["requestParameters"];
            let runtime = world.runtime_mut(text(&request["agentRuntimeId"]));
            // The name itself is sensitive, so that CloudTrail has only stars in its place.
            let (_, name) = text(&detail["responseElements"]["agentRuntimeEndpointArn"])
                .rsplit_once('/')
                .expect("an ARN");
            runtime
                .endpoint(name, text(&request["agentRuntimeVersion"]).parse().expect("a version"));
        }
        "agentcore-runtime-updated-without-parameters.json" => {
            let runtime = world.runtime_mut("quotes_agent-Qw56Er78Ty").publish(&[]);
            runtime.document.remove("metadataConfiguration");
            runtime.versions.insert(runtime.version, runtime.document.clone());
        }
        "ec2-tags-deleted-without-parameters.json" => {
            world.instance_mut("i-0a1b2c3d4e5f60052").tags.clear();
            // By now it runs, but this sample is not about it: a sweep keeps the promise.
            world.instance_mut("i-0a1b2c3d4e5f60021").state("running");
        }
        "ec2-launched-without-ids.json" => {
            let launched = world.add_instance("i-0a1b2c3d4e5f60061");
            launched
                .tag("aws:ec2launchtemplate:id", "lt-0a1b2c3d4e5f60001")
                .tag("aws:ec2launchtemplate:version", "3");
            launched.tag("aws:autoscaling:groupName", "reporting");
            launched.calls_without_token(start_of_day(), 0.0);
        }
        // Between two sweeps something is missed: events are delivered at best effort.
        "guardrail-sweep-asked-for.json" => {
            world
                .add_instance("i-0a1b2c3d4e5f60071")
                .calls_without_token(start_of_day(), 0.0);
        }
        _ => {}
    }
}

/// What was seen so far.
#[derive(Default)]
struct Tally {
    results: BTreeMap<String, u64>,
    events: usize,
    ignored: usize,
    calls: Vec<Call>,
}

impl Tally {
    /// Lets the guardrail handle one event, tells the story, and checks it; gives whether the
    /// invocation succeeded.
    async fn play(&mut self, scene: &mut Scene, name: &str) -> bool {
        let (event, time) = (sample(name), time_of(name));
        scene.set_time(time.parse::<DateTime<Utc>>().expect("a time") + DELAY);
        happen(&mut scene.aws.world(), name, &event);
        let (before, earlier) = (snapshot(&scene.aws.world()), scene.aws.calls().len());
        let (response, failure) = match scene.invoke(event.clone()).await {
            Ok(response) => (response, None),
            Err(error) => (
                serde_json::from_str(&error.error_message).expect("the response"),
                Some(error.error_type),
            ),
        };
        let (after, calls) = (snapshot(&scene.aws.world()), scene.aws.calls().split_off(earlier));

        println!("\n{}  {name}\n{}", &time[11..19], sentence(&event));
        if response["complete"].is_boolean() && event["detail-type"] != "Guardrail Sweep" {
            println!("It names no resource, so everything of its kind is swept.");
        }
        match response["ignored"].as_str() {
            Some(reason) => {
                assert!(
                    calls.is_empty(),
                    "an ignored event costs no call, but there are {calls:?}"
                );
                println!("Ignored: {reason}. No call to AWS was made.");
            }
            None => println!("{}\nCalls: {}.", table(&response, &before, &after), summary(&calls)),
        }
        for source in sources(&response["launched_by"]) {
            println!("To be mended at its source: {source}");
        }
        if let Some(error_type) = &failure {
            println!("The invocation fails with {error_type}.");
        }
        check(&response, &before, &after);
        self.add(&response, calls);
        failure.is_none()
    }

    fn add(&mut self, response: &Value, calls: Vec<Call>) {
        for (result, count) in response["counts"].as_object().expect("counts") {
            *self.results.entry(result.clone()).or_default() += count.as_u64().expect("a count");
        }
        self.events += 1;
        self.ignored += usize::from(response["ignored"].is_string());
        self.calls.extend(calls);
    }

    fn finish(self) {
        let Self { results, events, ignored, calls } = self;
        let results: Vec<_> =
            results.iter().map(|(result, count)| format!("{count} {result}")).collect();
        let writes = calls.iter().filter(|call| call.is_write()).count();
        heading("In all");
        println!("{events} invocations, {ignored} of them ignored without a call to AWS.");
        println!("{} calls that read, {writes} that write.", calls.len() - writes);
        println!("{}.", results.join(", "));
        assert_eq!(results.join(", "), EXPECTED);
        println!(
            "Checked: only the setting of what is enforced and the version of a moved endpoint have changed."
        );
    }
}

/// What happened.
fn sentence(event: &Value) -> String {
    let detail = &event["detail"];
    if event["detail-type"] == "Guardrail Sweep" {
        let asked_for = detail["mode"]
            .as_str()
            .map(|mode| format!("A person asks for a sweep in {mode} mode."));
        return asked_for.unwrap_or("The schedule asks for a sweep.".to_owned());
    }
    let Some(name) = detail["eventName"].as_str() else {
        return format!("{} is {} now.", text(&detail["instance-id"]), text(&detail["state"]));
    };
    let who = text(&detail["userIdentity"]["arn"]).rsplit('/').next().unwrap_or_default();
    let told = TOLD.iter().filter_map(|(word, path)| {
        Some(format!(" ({word}: {})", detail.pointer(path)?).replace('"', ""))
    });
    // CloudTrail leaves out what is larger than 100 KB, with or without a word about it.
    let omitted = detail["requestParameters"].is_null() && detail["responseElements"].is_null();
    let omitted = if omitted { " (CloudTrail omits its parameters)" } else { "" };
    let refusal = detail["errorCode"].as_str().map(|code| format!(", and AWS answered {code}"));
    format!(
        "{who} called {name}{}{}.",
        told.collect::<String>(),
        refusal.unwrap_or(omitted.to_owned())
    )
}

fn table(response: &Value, before: &Snapshot, after: &Snapshot) -> Table {
    let mut table = empty_table(["resource", "before", "after", "outcome"]);
    for outcome in outcomes(response) {
        let id = text(&outcome["id"]);
        let (before, after) = (&before[id], &after[id]);
        table.add_row([id, &before.state, &after.state, &in_words(outcome, before, after)]);
    }
    table
}

/// A table with this heading, as wide as the others.
fn empty_table(heading: [&str; 4]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_FULL)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(110)
        .set_header(heading);
    table
}

/// What the response says about one resource, and of a runtime that was written what the stand-in
/// shows to be the same.
fn in_words(outcome: &Value, before: &Look, after: &Look) -> String {
    let mut words = format!(
        "{}: {}\n{}",
        text(&outcome["result"]),
        text(&outcome["reason"]),
        text(&outcome["detail"])
    );
    let findings: Vec<_> =
        outcome["findings"].as_array().expect("findings").iter().map(text).collect();
    if !findings.is_empty() {
        words.push_str(&format!("\nFindings: {}.", findings.join(", ")));
    }
    if outcome["kind"] == "agentcore_runtime" && !outcome["after"].is_null() {
        let same: Vec<_> = before
            .compare(after)
            .0
            .into_iter()
            .filter(|name| !name.starts_with(ENDPOINT))
            .collect();
        words.push_str(&format!("\nTo the byte as before: {}.", same.join(", ")));
    }
    words
}

/// What launched instances that allow version 1.
fn sources(launched_by: &Value) -> Vec<String> {
    let of = |kind: &str| launched_by[kind].as_array().into_iter().flatten();
    let template = |it: &Value| {
        format!("launch template {}, version {}", text(&it["id"]), text(&it["version"]))
    };
    let templates = of("launch_templates").map(|it| (template(it), &it["instances"]));
    let groups = of("auto_scaling_groups")
        .map(|it| (format!("Auto Scaling group {}", text(&it["name"])), &it["instances"]));
    templates
        .chain(groups)
        .map(|(source, instances)| format!("{source}, launched {instances} of them."))
        .collect()
}

/// The calls by operation, because those to several resources overtake each other; then the
/// operations are in the order of their names.
fn summary(calls: &[Call]) -> String {
    let mut names: Vec<_> = calls.iter().map(|call| call.operation.as_str()).collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let resources = calls.iter().filter_map(|call| call.resource.as_deref()?.split('/').next());
    if resources.collect::<BTreeSet<_>>().len() > 1 {
        names.sort_unstable();
    }
    let groups = names.into_iter().map(|name| {
        let group: Vec<_> = calls.iter().filter(|call| call.operation == name).collect();
        let times = if group.len() > 1 { format!("{} × ", group.len()) } else { String::new() };
        let errors = group
            .iter()
            .filter_map(|call| call.error.as_ref())
            .map(|code| format!(" (once {code})"));
        format!("{times}{name}{}", errors.collect::<String>())
    });
    groups.collect::<Vec<_>>().join(", ")
}

fn outcomes(response: &Value) -> impl Iterator<Item = &Value> {
    response["outcomes"].as_array().expect("outcomes").iter()
}

fn heading(words: &str) {
    println!("\n\n{words}\n{}", "═".repeat(words.len()));
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

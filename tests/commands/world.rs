//! What is there when a page's commands run.

use std::time::Duration;

use stand_in::{ACCOUNT, Mapping, Queue, REGION, World};

use crate::support::{files::here, harness::document, markdown::Block};

const INSTANCE: &str = "i-0a1b2c3d4e5f60011";
const RUNTIMES: [&str; 2] = ["quotes_agent-Qw56Er78Ty", "claims_agent-Xy12Ab34Cd"];
const EVENTS: &str = "metadata-guardrail-Events-1A2B3C4D5E6F";
const EVENTS_DEAD: &str = "metadata-guardrail-EventsDeadLetters-1A2B3C4D5E6F";
const SWEEPS_DEAD: &str = "metadata-guardrail-SweepsDeadLetters-1A2B3C4D5E6F.fifo";
const UNDELIVERED: &str = "metadata-guardrail-Undelivered-1A2B3C4D5E6F";
const SWEEPS: &str = "metadata-guardrail-Sweeps-1A2B3C4D5E6F.fifo";

/// Fills the world with what the blocks of a page name, and with the stack.
pub fn fill(world: &mut World, page: &[Block]) {
    let named = page.iter().flat_map(|block| instances(&block.text));
    for id in named.chain([INSTANCE.to_owned()]) {
        world.add_instance(&id).tag("Name", "reporting");
    }
    for id in RUNTIMES {
        let runtime = world.add_runtime(id, &document());
        runtime.set("metadataConfiguration", r#"{"requireMMDSV2":true}"#).version = 8;
        for version in 6..=8 {
            runtime.versions.insert(version, runtime.document.clone());
        }
        runtime.endpoint("canary", 7);
    }
    world.account_defaults.hop_limit = Some(1);
    world
        .queues
        .insert(EVENTS.to_owned(), Queue::standard(Duration::from_secs(330)));
    world
        .queues
        .insert(SWEEPS.to_owned(), Queue::fifo(Duration::from_secs(330)).content_based());
    for name in [EVENTS_DEAD, SWEEPS_DEAD, UNDELIVERED] {
        world.queues.insert(name.to_owned(), Queue::standard(Duration::from_secs(30)));
    }
    for (uuid, queue) in [
        ("0a1b2c3d-0000-4000-8000-000000000001", EVENTS),
        ("0a1b2c3d-0000-4000-8000-000000000002", SWEEPS),
    ] {
        world.stack.mappings.insert(uuid.to_owned(), Mapping::of(queue));
    }
    world.stack.outputs = outputs().map(|name| (name.clone(), value(&name))).collect();
}

/// The ids of instances in a text.
fn instances(text: &str) -> Vec<String> {
    let candidates = text.split("i-").skip(1).filter_map(|rest| rest.get(..17));
    let ids = candidates.filter(|id| id.chars().all(|character| character.is_ascii_hexdigit()));
    ids.map(|id| format!("i-{id}")).collect()
}

/// The names of the template's outputs.
fn outputs() -> impl Iterator<Item = String> {
    let template = std::fs::read_to_string(here("template.yaml")).expect("the template");
    let outputs = template.split("\nOutputs:\n").nth(1).expect("the template has outputs");
    let names: Vec<_> = outputs
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with([' ', '#']))
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with(' '))
        .map(str::to_owned)
        .collect();
    names.into_iter()
}

/// What the stack of these tests says.
fn value(output: &str) -> String {
    let queue = |name: &str| format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}");
    match output {
        "FunctionArn" => {
            format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:metadata-guardrail")
        }
        "EventsArn" => queue(EVENTS),
        "EventsDeadLettersArn" => queue(EVENTS_DEAD),
        "SweepsUrl" => format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{SWEEPS}"),
        "SweepsDeadLettersArn" => queue(SWEEPS_DEAD),
        "UndeliveredArn" => queue(UNDELIVERED),
        "LogGroupName" => "metadata-guardrail-GuardrailLog-1A2B3C4D5E6F".to_owned(),
        "RoleArn" => {
            format!("arn:aws:iam::{ACCOUNT}:role/metadata-guardrail-GuardrailRole-1A2B3C4D5E6F")
        }
        "ExceptionTag" => "metadata-guardrail:exempt".to_owned(),
        "Mode" => "report".to_owned(),
        "DashboardUrl" => format!(
            "https://{REGION}.console.aws.amazon.com/cloudwatch/home#dashboards:name=metadata-guardrail"
        ),
        "OutcomeMessagesArn" => {
            format!("arn:aws:sns:{REGION}:{ACCOUNT}:metadata-guardrail-OutcomeMessages")
        }
        unknown => panic!("the test has no value for the output {unknown}"),
    }
}

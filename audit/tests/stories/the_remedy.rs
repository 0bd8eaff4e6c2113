//! The command with which a person mends a resource by hand.

use std::process::Command;

use metadata_guardrail_audit::report::Report;
use stand_in::REGION;

use crate::support::{
    names::{HARNESS_RUNTIME, INSTANCE, NEIGHBOUR, OTHER_RUNTIME, REQUIRED, RUNTIME, document},
    scene::{EXEMPT, Scene, by_id},
};

/// What a shell hands to the programs of a command, one line for each of their words.
fn words(command: &str) -> Vec<String> {
    // A function stands for each program. In a pipe its words go past the next one.
    let script = format!(
        "aws() {{ printf '%s\\n' aws \"$@\" >&2; }}; jq() {{ printf '%s\\n' jq \"$@\" >&2; }}; \
         {command}"
    );
    let output = Command::new("sh").args(["-c", &script]).output().expect("a shell");
    assert!(output.status.success(), "{command}");
    let words = String::from_utf8(output.stderr).expect("UTF-8");
    words.lines().map(str::to_owned).collect()
}

#[track_caller]
fn remedy<'a>(report: &'a Report, id: &str) -> &'a str {
    let remedy = by_id(report, id).remedy.as_deref().expect("a remedy");
    assert!(!remedy.contains('\n'), "{remedy}");
    remedy
}

#[tokio::test(start_paused = true)]
async fn there_is_no_command_where_none_helps() {
    let scene = Scene::new();
    {
        let mut world = scene.aws.world();
        world.add_instance(INSTANCE).http_tokens("required");
        world.add_instance(NEIGHBOUR).operator("eks.amazonaws.com");
        world.add_runtime(RUNTIME, &document()).set(REQUIRED.0, REQUIRED.1);
        let broken = world.add_runtime(OTHER_RUNTIME, &document());
        "UPDATE_FAILED".clone_into(&mut broken.status);
        world.add_runtime(HARNESS_RUNTIME, &document());
        world.account_defaults.policy("Ask the platform team.");
    }
    let report = scene.report(&["--all"]).await;
    assert_eq!(report.resources.len(), 6);
    for resource in &report.resources {
        assert_eq!(resource.remedy, None, "{}", resource.outcome.id);
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_instance_is_mended_by_one_command() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE);
    scene.aws.world().add_instance(NEIGHBOUR).state("pending");
    let report = scene.report(&["--usage-days", "7"]).await;
    for id in [INSTANCE, NEIGHBOUR] {
        assert_eq!(
            remedy(&report, id),
            format!(
                "aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id {id} \
                 --http-tokens required"
            )
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_exempt_instance_loses_its_exception_first() {
    let scene = Scene::new();
    scene.aws.world().add_instance(INSTANCE).tag(EXEMPT, "yes");
    let report = scene.report(&["--only", "instances"]).await;
    assert_eq!(
        remedy(&report, INSTANCE),
        "aws ec2 delete-tags --region eu-west-1 --resources i-0a1b2c3d4e5f60001 --tags \
         Key=metadata-guardrail:exempt && aws ec2 modify-instance-metadata-options --region \
         eu-west-1 --instance-id i-0a1b2c3d4e5f60001 --http-tokens required"
    );
}

#[tokio::test(start_paused = true)]
async fn an_open_runtime_is_read_changed_and_written_and_leaves_no_file() {
    let scene = Scene::new();
    scene.aws.world().add_runtime(RUNTIME, &document());
    let report = scene.report(&["--only", "runtimes"]).await;
    insta::assert_snapshot!(remedy(&report, RUNTIME));
}

#[tokio::test(start_paused = true)]
async fn an_exempt_runtime_loses_its_exception_first() {
    let scene = Scene::new();
    scene.aws.world().add_runtime(RUNTIME, &document()).tag(EXEMPT, "yes");
    let report = scene.report(&["--only", "runtimes"]).await;
    let untag = "aws bedrock-agentcore-control untag-resource --region eu-west-1 --resource-arn \
                 arn:aws:bedrock-agentcore:eu-west-1:111122223333:runtime/claims_agent-Xy12Ab34Cd \
                 --tag-keys metadata-guardrail:exempt && (file=$(mktemp) && trap 'rm -f \
                 \"$file\"' EXIT && aws bedrock-agentcore-control get-agent-runtime --region \
                 eu-west-1";
    assert!(remedy(&report, RUNTIME).starts_with(untag), "{}", remedy(&report, RUNTIME));
}

#[tokio::test(start_paused = true)]
async fn open_account_defaults_are_mended_by_one_command() {
    let report = Scene::new().report(&["--only", "defaults"]).await;
    assert_eq!(
        remedy(&report, REGION),
        "aws ec2 modify-instance-metadata-defaults --region eu-west-1 --http-tokens required"
    );
}

#[tokio::test(start_paused = true)]
async fn a_shell_takes_every_exception_tag_as_it_is() {
    for key in [
        "two words",
        "it's mine",
        "$(touch /tmp/evil)`id`;rm -rf /|&\"\\",
        "*?[a]~!#{x,y}",
        "one,two",
        "Käse/東京",
    ] {
        let scene = Scene::new();
        scene.aws.world().add_instance(INSTANCE).tag(key, "yes");
        scene.aws.world().add_runtime(RUNTIME, &document()).tag(key, "yes");
        let report = scene.report(&["--exception-tag", key]).await;
        let instance = words(remedy(&report, INSTANCE));
        assert!(tag_keys(&instance).contains(&key.to_owned()), "{instance:?}");
        let runtime = words(remedy(&report, RUNTIME));
        assert_eq!(after(&runtime, "--tag-keys"), key, "{runtime:?}");
        assert_eq!(runtime.iter().filter(|word| *word == "jq").count(), 1, "{runtime:?}");
    }
}

/// The word that follows an option.
#[track_caller]
fn after<'a>(words: &'a [String], option: &str) -> &'a str {
    let at = words.iter().position(|word| word == option).expect("the option");
    &words[at + 1]
}

/// The keys of tags that `--tags` names, as the AWS CLI reads them.
#[track_caller]
fn tag_keys(words: &[String]) -> Vec<String> {
    let tags = after(words, "--tags");
    if let Some(key) = tags.strip_prefix("Key=") {
        let means_more = |letter| ",'\"[]{}~\n".contains(letter) || letter == '\\';
        assert!(!key.contains(means_more), "{tags}");
        return vec![key.to_owned()];
    }
    let tags: serde_json::Value = serde_json::from_str(tags).expect("JSON");
    let tags = tags.as_array().expect("tags").iter();
    tags.map(|tag| tag["Key"].as_str().expect("a key").to_owned()).collect()
}

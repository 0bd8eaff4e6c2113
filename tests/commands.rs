//! Every shell block of the pages works: the blocks of a page run in their order, in one shell.
//!
//! The shell finds nothing outside of this machine. Its `aws` is the real AWS CLI in front of the
//! stand-in, and its `metadata-guardrail-audit` the real audit. Its other programs check their
//! words, and a program that it does not know is an error: see `commands/tools.py`.

mod programs;
mod remedy;
mod world;

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use futures_util::{StreamExt, future::ready, stream};
use stand_in::StandIn;
use tokio::{process::Command, time::timeout};

use self::programs::Programs;
use crate::support::{
    files::here,
    markdown::{Block, blocks},
};

const SHELL: &str = "sh";
/// Other names that people give to shell blocks.
const OTHER_SHELLS: [&str; 5] = ["bash", "shell", "console", "shell-session", "zsh"];
/// What blocks may use, as it is.
const PROGRAMS: &str = "awk base64 basename bash cat column cut date diff dirname env grep head jq \
                        mkdir mktemp paste sed seq sha256sum sort tail tee touch tr uniq xargs";
/// What blocks may use, as `tools.py` plays it.
const TOOLS: &str =
    "aws metadata-guardrail-audit sam cargo just curl python3 pip git mdbook rustup sleep rm";
/// What a page asks its reader to fill in: an instance, a runtime and its endpoint.
const VARIABLES: [(&str, &str); 3] =
    [("I", "i-0a1b2c3d4e5f60011"), ("R", "quotes_agent-Qw56Er78Ty"), ("E", "canary")];
/// Files that blocks read, and what is in them.
const FILES: [(&str, &str); 4] = [
    // What `aws lambda invoke` has left there.
    ("sweep.json", r#"{"mode": "report", "complete": true, "counts": {}, "outcomes": []}"#),
    // A release, of which every file is empty.
    ("dist/metadata-guardrail-0.1.0.yaml", ""),
    ("dist/metadata-guardrail-0.1.0-x86_64.zip", ""),
    (
        "dist/SHA256SUMS",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  metadata-guardrail-0.1.0.yaml\n",
    ),
];
/// The function that many pages use.
const OUTPUT: &str = r#"output() {
  aws cloudformation describe-stacks --stack-name metadata-guardrail --output text \
    --query "Stacks[0].Outputs[?OutputKey=='$1'].OutputValue"
}
"#;
/// How many shells run at the same time.
const AT_ONCE: usize = 2;
/// A block that hangs is wrong.
const LONGEST: Duration = Duration::from_secs(300);

#[tokio::test]
async fn every_shell_block_of_the_pages_works() {
    let Some(programs) = Programs::find().await else { return };
    let blocks = shell_blocks();
    let pages = blocks.chunk_by(|one, next| one.page == next.page);
    let runs =
        stream::iter(pages.map(async |page| run(&programs, &StandIn::start().await, page).await));
    let wrong: Vec<_> = runs.buffered(AT_ONCE).collect().await;
    assert!(!blocks.is_empty());
    assert!(wrong.concat().is_empty(), "{}", wrong.concat().join("\n"));
}

#[test]
fn every_shell_block_says_sh() {
    let others = blocks().into_iter().filter(|one| OTHER_SHELLS.contains(&&*one.language));
    assert_eq!(others.map(|one| one.to_string()).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn every_page_has_the_same_function_for_outputs() {
    let definers = shell_blocks().into_iter().filter(|one| one.text.contains("output()"));
    let others = definers.filter(|one| !one.text.contains(OUTPUT));
    assert_eq!(others.map(|one| one.to_string()).collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test]
async fn the_kill_switch_of_the_pages_stops_everything_and_has_a_way_back() {
    let Some(programs) = Programs::find().await else { return };
    let [stop, start, deny, allow] =
        ["--no-enabled", " --enabled", "iam put-role-policy", "iam delete-role-policy"]
            .map(on_runbook);
    let preamble = || block(&format!("export AWS_REGION=eu-west-1\n{OUTPUT}"));
    let actions = ["ec2:ModifyInstanceMetadataOptions", "bedrock-agentcore:UpdateAgentRuntime"];
    for (blocks, is_stopped) in [
        (vec![preamble(), stop.clone(), deny.clone()], true),
        (vec![preamble(), stop, deny, allow, start], false),
    ] {
        let aws = StandIn::start().await;
        assert_eq!(run(&programs, &aws, &blocks).await, [""; 0]);
        let world = aws.world();
        assert_eq!(world.stack.mappings.len(), 2);
        assert!(world.stack.mappings.values().all(|mapping| mapping.is_enabled != is_stopped));
        assert!(actions.iter().all(|action| world.stack.is_denied(action) == is_stopped));
    }
}

/// The one block of the runbook's first page with these words.
fn on_runbook(words: &str) -> Block {
    let blocks = shell_blocks().into_iter();
    let mut found =
        blocks.filter(|one| one.page == "docs/src/runbook.md" && one.text.contains(words));
    let block = found.next().unwrap_or_else(|| panic!("the runbook has no {words}"));
    assert!(found.next().is_none(), "the runbook has {words} twice");
    block
}

/// What is wrong must be seen: each is a block, and what is said of it.
const WRONG: [(&str, &str); 20] = [
    ("aws ec2 describe-instancez", "Invalid choice"),
    ("aws ec2 describe-instances --instance-idz i-0a1b2c3d4e5f60011", "Unknown options"),
    ("aws ec2 create-tags --resources i-0a1b2c3d4e5f60011 --tags '[{\"Kez\": \"a\"}]'", "Kez"),
    ("aws ec2 create-tags --resources i-0a1b2c3d4e5f60011 --tags '[{\"Key\": '", "JSON"),
    ("aws ec2 modify-instance-metadata-options --http-tokens optional", "--instance-id"),
    (
        "aws ec2 modify-instance-metadata-options --instance-id i-0a1b2c3d --http-tokens optional",
        "InvalidInstanceID.NotFound",
    ),
    ("aws ec2 describe-instances --query 'Reservationz[].Instances[]'", "finds nothing"),
    ("aws ec2 describe-instances --query 'Reservations['", "--query"),
    ("aws lambda invoke --function-name f --payload '{}' out.json", "Base64"),
    ("aws logs tail group --followw", "Unknown options"),
    ("aws ec2 describe-vpcs", "has no answer"),
    ("unset AWS_REGION; aws ec2 describe-instances", "region"),
    ("metadata-guardrail-audit --regionz eu-west-1", "unexpected argument"),
    ("metadata-guardrail-audit --region eu-nowhere-1", "is no Region"),
    ("sam deploy --config-envv report", "No such option"),
    ("sam deploy --stack-name s --parameter-overrides Mod=report", "no parameter"),
    ("cargo run --example demon", "no example"),
    ("echo \"$NOBODY_SETS_THIS\"", "unbound variable"),
    ("nonsuch", "nonsuch"),
    ("if true; then", "syntax error"),
];

#[tokio::test]
async fn a_wrong_command_is_seen() {
    let Some(programs) = Programs::find().await else { return };
    let runs = stream::iter(WRONG.map(async |(text, said)| {
        let block = block(&format!("export AWS_REGION=eu-west-1\n{text}\n"));
        let wrong = run(&programs, &StandIn::start().await, &[block]).await;
        let is_seen = wrong.iter().any(|line| line.contains(said));
        (!is_seen).then(|| format!("{text}: {wrong:?}"))
    }));
    let missed: Vec<_> = runs.buffered(AT_ONCE).filter_map(ready).collect().await;
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

fn block(text: &str) -> Block {
    Block {
        page: "page.md".to_owned(),
        line: 1,
        language: SHELL.to_owned(),
        marker: None,
        text: text.to_owned(),
    }
}

fn shell_blocks() -> Vec<Block> {
    blocks().into_iter().filter(|block| block.language == SHELL).collect()
}

/// Runs blocks one after the other in the world of these tests, and gives what is wrong with them.
async fn run(programs: &Programs, aws: &StandIn, blocks: &[Block]) -> Vec<String> {
    world::fill(&mut aws.world(), blocks);
    let place = Place::new();
    let failures = place.0.join("failures");
    let mut session = format!("cd '{}/home'\n", place.0.display());
    for (name, value) in VARIABLES {
        session.push_str(&format!("{name}={value}\n"));
    }
    session.push_str(SESSION);
    for (number, block) in blocks.iter().enumerate() {
        let file = place.0.join(format!("block-{number}"));
        fs::write(&file, &block.text).expect("a file");
        session.push_str(&format!("export BLOCK='{block}'; run '{}'\n", file.display()));
    }
    session.push_str("exit 0\n");
    let mut shell = Command::new("bash");
    shell
        .args(["-c", &session])
        .env_clear()
        .env("PATH", place.0.join("bin"))
        .env("HOME", place.0.join("home"))
        .env("TMPDIR", place.0.join("home"))
        .env("FAILURES", &failures)
        .env("PYTHON", &programs.python)
        .env("AUDIT", &programs.audit)
        .env("TOOLS", here("tests/commands/tools.py"))
        .env("STAND_IN", aws.url())
        .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        .env("AWS_MAX_ATTEMPTS", "1")
        .env("SAM_CLI_TELEMETRY", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let page = &blocks[0].page;
    let Ok(output) = timeout(LONGEST, shell.output()).await else {
        return vec![format!("{page}: one of its blocks does not end")];
    };
    let output = output.expect("bash is here");
    let mut wrong = fs::read_to_string(&failures).unwrap_or_default();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        wrong
            .push_str(&format!("{page}: {}", said.replace(&format!("{}/", place.0.display()), "")));
    }
    wrong.lines().map(str::to_owned).collect()
}

/// A wrong command is remembered, and the next ones run all the same, as they do for a person. A
/// variable that nobody has set ends everything. What `tools.py` has said about a block is enough.
/// That grep finds nothing is no error, and neither is that an audit finds something open. The end
/// of a block's last command is also that of the block, and is not told again.
const SESSION: &str = r#"
touch "$FAILURES"
run() {
  local said
  if said=$(bash -n "$1" 2>&1); then source "$1"; else echo "$BLOCK: $said" >> "$FAILURES"; fi
  return 0
}
failed() {
  [[ $2 == 'source "$1"' || $2 == *--dry-run* ||
    ($1 == 1 && ($2 == grep* || $2 == *metadata-guardrail-audit*)) ]] ||
    grep -qF "$BLOCK: " "$FAILURES" || echo "$BLOCK: $2: it ended with $1" >> "$FAILURES"
}
trap 'failed $? "$BASH_COMMAND"' ERR
set -Eu -o pipefail
"#;

/// A folder with the programs and files that the shell finds. It goes with this value.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let name = format!("metadata-guardrail-commands-{:016x}", fastrand::u64(..));
        let root = env::temp_dir().join(name);
        let (bin, home) = (root.join("bin"), root.join("home"));
        fs::create_dir_all(&bin).expect("a folder");
        fs::create_dir_all(&home).expect("a folder");
        for name in PROGRAMS.split_whitespace() {
            let real = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(name));
            if let Some(real) = real.iter().find(|path| path.exists()) {
                symlink(real, bin.join(name)).expect("a link");
            }
        }
        for name in TOOLS.split_whitespace() {
            let script = format!("#!/bin/sh\nexec \"$PYTHON\" \"$TOOLS\" {name} \"$@\"\n");
            let path = bin.join(name);
            fs::write(&path, script).expect("a file");
            let mode = fs::Permissions::from_mode(0o755);
            fs::set_permissions(&path, mode).expect("a mode");
        }
        for name in ["samconfig.toml", "template.yaml", "policies"] {
            symlink(here(name), home.join(name)).expect("a link");
        }
        fs::create_dir_all(home.join("dist")).expect("a folder");
        for (name, text) in FILES {
            fs::write(home.join(name), text).expect("a file");
        }
        Self(root)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What is left there harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}
